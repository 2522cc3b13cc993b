//! Signing in: every way that the configuration of AWS describes, and what goes out for it.

use super::*;
use crate::support::{AwsSignIn, MFA_CODE, NEXT_MFA_CODE, Terminal, assert_shows, moto_with_tls, program};

const KEYS: &str = "aws_access_key_id = AKIABASE\naws_secret_access_key = s\n";
const DEVICE: &str = "arn:aws:iam::111122223333:mfa/me";

fn role(name: &str) -> String {
    format!("arn:aws:iam::444455556666:role/{name}")
}

/// A file, and what went out when it was decrypted with a configuration of AWS.
fn requests_of(config: &str, prepare: impl FnOnce(&Home), arguments: &[&str]) -> Option<(Outcome, Vec<String>)> {
    let kms = match moto() {
        Ok(kms) => kms,
        Err(reason) => {
            crate::support::skip(&reason);
            return None;
        }
    };
    let file = kms.home().encrypt(&["-k", &kms.new_key()], PLAINTEXT);
    let aws = AwsSignIn::before(kms);
    let home = aws.home(config);
    prepare(&home);
    let outcome = home.decrypt(arguments, &file);
    Some((outcome, aws.requests()))
}

#[test]
fn keys_of_a_profile_sign_the_call() {
    let config = format!("[profile work]\n{KEYS}");
    let Some((outcome, requests)) = requests_of(&config, |_| (), &["--aws-profile", "work"]) else { return };
    outcome.gives(PLAINTEXT);
    assert_eq!(requests, ["kms Decrypt as AKIABASE"]);
}

#[test]
fn a_chain_of_roles_is_assumed_one_with_the_other() {
    let config = format!(
        "[profile base]\n{KEYS}[profile middle]\nrole_arn = {}\nsource_profile = base\nexternal_id = x-1\n\
         [profile last]\nrole_arn = {}\nsource_profile = middle\nrole_session_name = me\nduration_seconds = 900\n",
        role("middle"),
        role("last")
    );
    let Some((outcome, requests)) = requests_of(&config, |_| (), &["--aws-profile", "last"]) else { return };
    outcome.gives(PLAINTEXT);
    assert_eq!(
        requests,
        [
            format!("sts AssumeRole RoleArn={} RoleSessionName=kenc ExternalId=x-1 as AKIABASE", role("middle")),
            format!("sts AssumeRole RoleArn={} RoleSessionName=me DurationSeconds=900 as ASIAMIDDLE", role("last")),
            "kms Decrypt as ASIALAST".to_owned(),
        ]
    );
}

#[test]
fn a_role_of_the_command_line_is_assumed_with_the_credentials_of_the_profile() {
    let config = format!("[profile work]\n{KEYS}");
    let arguments = ["--aws-profile", "work", "--aws-role-arn", &role("backup")];
    let Some((outcome, requests)) = requests_of(&config, |_| (), &arguments) else { return };
    outcome.gives(PLAINTEXT);
    let assumed = format!("sts AssumeRole RoleArn={} RoleSessionName=kenc as AKIABASE", role("backup"));
    assert_eq!(requests, [assumed, "kms Decrypt as ASIABACKUP".to_owned()]);
}

#[test]
fn a_role_that_is_refused_is_told_in_words_with_both_policies() {
    let config =
        format!("[profile base]\n{KEYS}[profile p]\nrole_arn = {}\nsource_profile = base\n", role("forbidden"));
    for arguments in [&["--aws-profile", "p"][..], &["--aws-profile", "base", "--aws-role-arn", &role("forbidden")]] {
        let Some((outcome, requests)) = requests_of(&config, |_| (), arguments) else { return };
        let words = format!(
            "AccessDenied: cannot assume the role {}: User: arn:aws:iam::111122223333:user/ci is not",
            role("forbidden")
        );
        outcome.fails(KEY_SERVICE).says(&words).says("(request r-403)").hints("two policies must allow sts:AssumeRole");
        for debug in ["Error {", "Some(", "Unhandled", "ProviderError", "\\\""] {
            assert!(!outcome.stderr.contains(debug), "{debug}: {}", outcome.stderr);
        }
        assert_eq!(requests.len(), 1, "{requests:?}");
    }
}

#[test]
fn a_code_is_asked_for_on_the_terminal_once_for_many_files() {
    let kms = need!(moto());
    let aws = AwsSignIn::before(kms);
    let config = format!(
        "[profile base]\n{KEYS}[profile mfa]\nrole_arn = {}\nsource_profile = base\nmfa_serial = {DEVICE}\n",
        role("mfa")
    );
    let home = aws.home(&config);
    std::fs::create_dir(home.file("in")).expect("a folder can be made");
    for name in ["a", "b", "c"] {
        home.write(&format!("in/{name}.kenc"), kms.home().encrypt(&["-k", &kms.new_key()], PLAINTEXT));
    }
    let Some(terminal) = Terminal::new(&home) else { return };
    terminal.start("kenc decrypt -r in -o out/ --aws-profile mfa");
    terminal.wait_for(&format!("MFA code of {DEVICE} (profile mfa):"));
    terminal.types(MFA_CODE);
    let screen = terminal.ended();
    assert_shows(&screen, &["ended 0"]);
    assert!(!screen.contains(MFA_CODE), "the code is not shown:\n{screen}");
    let assumed: Vec<String> = aws.requests().into_iter().filter(|request| request.starts_with("sts")).collect();
    let expected = format!(
        "sts AssumeRole RoleArn={} RoleSessionName=kenc SerialNumber={DEVICE} TokenCode={MFA_CODE} as AKIABASE",
        role("mfa")
    );
    assert_eq!(assumed, [expected]);
    terminal.start("kenc decrypt in/a.kenc --aws-profile mfa");
    terminal.wait_for("(profile mfa):");
    terminal.types("000000");
    let screen = terminal.ended();
    assert_shows(&screen, &["MultiFactorAuthentication failed with invalid MFA one time pass code", "ended 5"]);
}

#[test]
fn a_second_role_asks_for_the_next_code_because_each_works_once() {
    let kms = need!(moto());
    let aws = AwsSignIn::before(kms);
    let config = format!(
        "[profile base]\n{KEYS}[profile middle]\nrole_arn = {}\nsource_profile = base\nmfa_serial = {DEVICE}\n\
         [profile last]\nrole_arn = {}\nsource_profile = middle\nmfa_serial = {DEVICE}\n",
        role("middle"),
        role("last")
    );
    let home = aws.home(&config);
    home.write("x.kenc", kms.home().encrypt(&["-k", &kms.new_key()], PLAINTEXT));
    let Some(terminal) = Terminal::new(&home) else { return };
    terminal.start("kenc decrypt x.kenc -o x --aws-profile last");
    terminal.wait_for(&format!("MFA code of {DEVICE} (profile middle):"));
    terminal.types(MFA_CODE);
    terminal.wait_for("(profile last; each works once):");
    terminal.types(MFA_CODE);
    terminal.wait_for("that code was used already");
    terminal.types(NEXT_MFA_CODE);
    let screen = terminal.ended();
    assert_shows(&screen, &["ended 0"]);
    let of = |name: &str, code: &str, signer: &str| {
        format!(
            "sts AssumeRole RoleArn={} RoleSessionName=kenc SerialNumber={DEVICE} TokenCode={code} as {signer}",
            role(name)
        )
    };
    assert_eq!(
        aws.requests(),
        [
            of("middle", MFA_CODE, "AKIABASE"),
            of("last", NEXT_MFA_CODE, "ASIAMIDDLE"),
            "kms Decrypt as ASIALAST".to_owned()
        ]
    );
}

#[test]
fn a_role_is_assumed_with_the_credentials_of_the_environment_a_container_or_an_instance() {
    let kms = need!(moto());
    let file = kms.home().encrypt(&["-k", &kms.new_key()], PLAINTEXT);
    let instance = "GET /latest/meta-data/iam/security-credentials";
    for (source, before, signer) in [
        ("Environment", vec![], "AKIAENV"),
        ("EcsContainer", vec!["GET /container".to_owned()], "ASIACONTAINER"),
        (
            "Ec2InstanceMetadata",
            vec!["PUT /latest/api/token".to_owned(), format!("{instance}/"), format!("{instance}/of-the-instance")],
            "ASIAINSTANCE",
        ),
    ] {
        let aws = AwsSignIn::before(kms);
        let config = format!("[profile r]\nrole_arn = {}\ncredential_source = {source}\n", role("backup"));
        let home = aws.home(&config).with("AWS_EC2_METADATA_DISABLED", "false");
        let home = home.with("AWS_ACCESS_KEY_ID", "AKIAENV").with("AWS_SECRET_ACCESS_KEY", "s");
        home.decrypt(&["--aws-profile", "r"], &file).gives(PLAINTEXT);
        let assumed = format!("sts AssumeRole RoleArn={} RoleSessionName=kenc as {signer}", role("backup"));
        let mut expected = before;
        expected.extend([assumed, "kms Decrypt as ASIABACKUP".to_owned()]);
        assert_eq!(aws.requests(), expected, "{source}");
    }
}

#[test]
fn without_a_terminal_the_sentence_names_the_command_that_asks_for_the_code() {
    let config = format!(
        "[profile base]\n{KEYS}[profile mfa]\nrole_arn = {}\nsource_profile = base\nmfa_serial = {DEVICE}\n",
        role("mfa")
    );
    for arguments in [&["--aws-profile", "mfa"][..], &["--aws-profile", "mfa", "--no-input"]] {
        // A session of its own has no terminal.
        let Some(kms) = moto().ok() else { return };
        let file = kms.home().encrypt(&["-k", &kms.new_key()], PLAINTEXT);
        let aws = AwsSignIn::before(kms);
        let home = aws.home(&config);
        home.write("f.kenc", file);
        let said = home.fails(&format!("setsid -w kenc decrypt f.kenc {}", arguments.join(" ")), KEY_SERVICE);
        assert!(said.contains(&format!("the profile `mfa` needs a code of the MFA device {DEVICE}")), "{said}");
        assert!(said.contains("aws configure export-credentials --profile mfa --format env"), "{said}");
        assert_eq!(aws.requests(), [""; 0], "nobody is asked in vain");
    }
}

#[test]
fn a_process_gives_credentials() {
    let config = "[profile p]\ncredential_process = cat creds.json\n";
    let json = r#"{"Version":1,"AccessKeyId":"AKIAPROCESS","SecretAccessKey":"s","SessionToken":"t"}"#;
    let prepare = |home: &Home| drop(home.write("creds.json", json));
    let Some((outcome, requests)) = requests_of(config, prepare, &["--aws-profile", "p"]) else { return };
    outcome.gives(PLAINTEXT);
    assert_eq!(requests, ["kms Decrypt as AKIAPROCESS"]);
    let broken = "[profile p]\ncredential_process = false\n";
    let Some((outcome, requests)) = requests_of(broken, |_| (), &["--aws-profile", "p"]) else { return };
    outcome.fails(KEY_SERVICE).says("no AWS credentials").hints("");
    assert_eq!(requests, [""; 0]);
}

#[test]
fn a_token_of_a_web_identity_is_exchanged() {
    let config =
        format!("[profile p]\nrole_arn = {}\nweb_identity_token_file = token\nrole_session_name = job\n", role("web"));
    let prepare = |home: &Home| drop(home.write("token", "a-token"));
    let Some((outcome, requests)) = requests_of(&config, prepare, &["--aws-profile", "p"]) else { return };
    outcome.gives(PLAINTEXT);
    let exchanged =
        format!("sts AssumeRoleWithWebIdentity RoleArn={} RoleSessionName=job WebIdentityToken=a-token", role("web"));
    assert_eq!(requests, [exchanged, "kms Decrypt as ASIAWEB".to_owned()]);
    let prepare = |home: &Home| drop(home.write("token", "an-old-token"));
    let Some((outcome, _)) = requests_of(&config, prepare, &["--aws-profile", "p"]) else { return };
    outcome.fails(KEY_SERVICE).says("Not authorized to perform sts:AssumeRoleWithWebIdentity");
    assert!(!outcome.stderr.contains("Error {"), "{}", outcome.stderr);
}

/// What `aws sso login` leaves behind for the session `work`.
fn sso_token(home: &Home, token: &str, expiry: &str) {
    let folder = home.root().join("home/.aws/sso/cache");
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    let cached = json!({
        "accessToken": token, "expiresAt": expiry, "region": "us-east-1", "startUrl": "https://example.awsapps.com/start",
        "clientId": "id", "clientSecret": "secret", "refreshToken": "refresh", "registrationExpiresAt": "2099-01-01T00:00:00Z",
    });
    let name = first_word_of("printf work | sha1sum");
    std::fs::write(folder.join(format!("{name}.json")), cached.to_string()).expect("a file can be written");
}

/// The first word that a script prints.
fn first_word_of(script: &str) -> String {
    let output = std::process::Command::new("sh").args(["-c", script]).output().expect("sh can be started");
    String::from_utf8(output.stdout).expect("it is text").split(' ').next().unwrap_or_default().to_owned()
}

const SSO: &str = "[sso-session work]\nsso_region = us-east-1\nsso_start_url = https://example.awsapps.com/start\n\
                   [profile p]\nsso_session = work\nsso_account_id = 111122223333\nsso_role_name = Ops\n";

#[test]
fn a_session_of_the_identity_center_gives_credentials_and_is_renewed() {
    let lasting = |home: &Home| sso_token(home, "lasting", "2099-01-01T00:00:00Z");
    let Some((outcome, requests)) = requests_of(SSO, lasting, &["--aws-profile", "p"]) else { return };
    outcome.gives(PLAINTEXT);
    assert_eq!(requests, ["GET /federation/credentials with lasting", "kms Decrypt as ASIASSO"]);
    let over = |home: &Home| sso_token(home, "over", "2020-01-01T00:00:00Z");
    let Some((outcome, requests)) = requests_of(SSO, over, &["--aws-profile", "p"]) else { return };
    outcome.gives(PLAINTEXT);
    assert_eq!(requests, ["POST /token", "GET /federation/credentials with fresh", "kms Decrypt as ASIASSO"]);
}

#[test]
fn a_session_of_the_identity_center_that_is_missing_or_was_revoked_names_the_login() {
    let Some((outcome, requests)) = requests_of(SSO, |_| (), &["--aws-profile", "p"]) else { return };
    outcome.fails(KEY_SERVICE).says("no valid SSO session").hints("aws sso login --profile p");
    assert_eq!(requests, [""; 0]);
    let revoked = |home: &Home| sso_token(home, "revoked", "2099-01-01T00:00:00Z");
    let Some((outcome, _)) = requests_of(SSO, revoked, &["--aws-profile", "p"]) else { return };
    outcome.fails(KEY_SERVICE).says("no valid SSO session").hints("aws sso login --profile p");
    assert!(!outcome.stderr.contains("Error {"), "{}", outcome.stderr);
}

#[test]
fn a_role_is_assumed_with_a_session_of_the_identity_center() {
    let config = format!("{SSO}[profile r]\nrole_arn = {}\nsource_profile = p\n", role("deploy"));
    let lasting = |home: &Home| sso_token(home, "lasting", "2099-01-01T00:00:00Z");
    let Some((outcome, requests)) = requests_of(&config, lasting, &["--aws-profile", "r"]) else { return };
    outcome.gives(PLAINTEXT);
    let assumed = format!("sts AssumeRole RoleArn={} RoleSessionName=kenc as ASIASSO", role("deploy"));
    assert_eq!(requests, ["GET /federation/credentials with lasting", &assumed, "kms Decrypt as ASIADEPLOY"]);
}

/// What `aws login` leaves behind.
fn login_session(home: &Home, expiry: &str) {
    let folder = home.root().join("home/.aws/login/cache");
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    let key =
        std::process::Command::new("openssl").args(["ecparam", "-name", "prime256v1", "-genkey", "-noout"]).output();
    let key = String::from_utf8(key.expect("openssl can be started").stdout).expect("a key is text");
    let cached = json!({
        "accessToken": {
            "accessKeyId": "ASIALOGIN", "secretAccessKey": "s", "sessionToken": "t", "accountId": "111122223333",
            "expiresAt": expiry,
        },
        "tokenType": "aws_sigv4", "refreshToken": "refresh", "clientId": "arn:aws:signin:::devtools/same-device",
        "dpopKey": key,
    });
    let name = first_word_of(&format!("printf %s {LOGIN} | sha256sum"));
    std::fs::write(folder.join(format!("{name}.json")), cached.to_string()).expect("a file can be written");
}

const LOGIN: &str = "arn:aws:iam::111122223333:user/me";

#[test]
fn a_session_of_aws_login_gives_credentials_and_is_renewed() {
    need!(program("openssl"));
    let config = format!("[profile p]\nlogin_session = {LOGIN}\n");
    let lasting = |home: &Home| login_session(home, "2099-01-01T00:00:00Z");
    let Some((outcome, requests)) = requests_of(&config, lasting, &["--aws-profile", "p"]) else { return };
    outcome.gives(PLAINTEXT);
    assert_eq!(requests, ["kms Decrypt as ASIALOGIN"]);
    let over = |home: &Home| login_session(home, "2020-01-01T00:00:00Z");
    let Some((outcome, requests)) = requests_of(&config, over, &["--aws-profile", "p"]) else { return };
    outcome.gives(PLAINTEXT);
    assert_eq!(requests, ["POST /v1/token with a proof of its key", "kms Decrypt as ASIARENEWED"]);
    let Some((outcome, requests)) = requests_of(&config, |_| (), &["--aws-profile", "p"]) else { return };
    outcome.fails(KEY_SERVICE).says("no valid session of `aws login`").hints("aws login --profile p");
    assert_eq!(requests, [""; 0]);
}

#[test]
fn every_request_names_kenc_and_its_version() {
    let kms = need!(moto());
    let aws = AwsSignIn::before(kms);
    let config = format!("[profile base]\n{KEYS}[profile p]\nrole_arn = {}\nsource_profile = base\n", role("backup"));
    let home = aws.home(&config);
    home.run_with(["encrypt", "-k", &kms.new_key(), "--aws-profile", "p"], PLAINTEXT).ok();
    let agents = aws.user_agents();
    assert_eq!(agents.len(), 2, "{agents:?}");
    let ours = format!("kenc/{} ", env!("CARGO_PKG_VERSION"));
    assert!(agents.iter().all(|agent| agent.starts_with(&ours)), "{agents:?}");
}

#[test]
fn the_id_of_every_request_is_told_to_those_who_ask() {
    let kms = need!(moto());
    let key = kms.new_key();
    let home = kms.home();
    let file = home.encrypt(&["-k", &key], PLAINTEXT);
    let outcome = home.decrypt(&["-v"], &file);
    outcome.gives(PLAINTEXT).says(&format!("kenc: kms:Decrypt {key}: request "));
    let outcome = home.decrypt(&["--json"], &file);
    outcome.gives(PLAINTEXT);
    let call: Value = serde_json::from_str(outcome.stderr.lines().next().expect("a line")).expect("it is JSON");
    assert_eq!(call["kms_call"]["operation"], "Decrypt");
    assert_eq!(call["kms_call"]["key"], key.as_str());
    assert!(call["kms_call"]["request_id"].is_string(), "{call}");
    let quiet = home.decrypt(&[], &file);
    assert_eq!(quiet.gives(PLAINTEXT).stderr, "");
}

#[test]
fn a_denial_across_accounts_says_that_two_policies_are_needed() {
    let key = "arn:aws:kms:us-east-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    let denial = json!({
        "__type": "AccessDeniedException",
        "message": format!(
            "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: kms:GenerateDataKey on resource: {key} \
             because no resource-based policy allows the kms:GenerateDataKey action"
        ),
    });
    let relay = Relay::answering(400, &denial);
    let outcome = home_at(relay.port).run_with(["encrypt", "-k", key, "-c", "app=demo"], PLAINTEXT);
    outcome.fails(KEY_SERVICE).hints("the key belongs to account 444455556666 and the caller to 111122223333");
    outcome.hints("two policies must allow kms:GenerateDataKey");
    outcome.hints("`kenc keys policy -c app=demo --account 444455556666 --user arn:aws:iam::111122223333:user/ci`");
}

#[test]
fn servers_are_trusted_by_the_bundle_of_certificates_that_is_named() {
    need!(program("openssl"));
    let home = Home::new()
        .with("AWS_ACCESS_KEY_ID", "test")
        .with("AWS_SECRET_ACCESS_KEY", "test")
        .with("AWS_REGION", "us-east-1");
    home.succeeds(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem -days 2 \
           -subj /CN=ca 2> /dev/null
         openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout server.key -out server.csr \
           -subj /CN=server 2> /dev/null
         printf 'subjectAltName=IP:127.0.0.1\\n' > names
         openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -out server.pem -days 2 -extfile names 2> /dev/null",
    );
    let server = need!(moto_with_tls(&home.file("server.pem"), &home.file("server.key"), &home.file("ca.pem")));
    let home = home.with("AWS_ENDPOINT_URL_KMS", format!("https://127.0.0.1:{}", server.port));
    let encrypt = ["encrypt", "-k", "alias/aws/ebs"];
    home.run_with(encrypt, PLAINTEXT).fails(KEY_SERVICE).says("invalid peer certificate");
    let home = home.with("AWS_CA_BUNDLE", "ca.pem");
    home.run_with(encrypt, PLAINTEXT).ok();
    for (bundle, words) in [
        ("missing.pem", "the CA bundle missing.pem cannot be read"),
        ("names", "the CA bundle names has no certificate"),
    ] {
        let mut command = home.command();
        command.env("AWS_CA_BUNDLE", bundle).args(encrypt);
        crate::support::finish(command, PLAINTEXT).fails(KEY_SERVICE).says(words);
    }
}

#[test]
fn a_file_has_keys_in_two_accounts_each_asked_with_its_own_profile() {
    let kms = need!(moto());
    let aws = AwsSignIn::before(kms);
    let profile = |name: &str| {
        format!("[profile {name}]\naws_access_key_id = AKIA{}\naws_secret_access_key = s\n", name.to_uppercase())
    };
    let home = aws.home(&format!("{}{}", profile("one"), profile("two")));
    let (first, second) = (kms.new_key(), kms.new_key());
    let rule = |key: &str, profile: &str| format!("    - arn: {key}\n      aws_profile: {profile}\n");
    home.write(
        ".kenc.yaml",
        format!("creation_rules:\n- key_groups:\n  - kms:\n{}{}", rule(&first, "one"), rule(&second, "two")),
    );
    home.write("f", PLAINTEXT);
    home.run(["encrypt", "f", "-o", "f.kenc"]).ok();
    assert_eq!(aws.requests(), ["kms GenerateDataKey as AKIAONE", "kms Encrypt as AKIATWO"]);
    for (key, signer) in [(&first, "AKIAONE"), (&second, "AKIATWO")] {
        home.run(["decrypt", "-k", key, "f.kenc"]).gives(PLAINTEXT);
        assert_eq!(aws.requests().last(), Some(&format!("kms Decrypt as {signer}")));
    }
    home.run(["decrypt", "-k", &second, "--aws-profile", "one", "f.kenc"]).gives(PLAINTEXT);
    assert_eq!(aws.requests().last().map(String::as_str), Some("kms Decrypt as AKIAONE"), "a flag goes before");
    home.run(["rewrap", "--remove", &first, "f.kenc"]).ok();
    home.run(["decrypt", "f.kenc"]).gives(PLAINTEXT);
    assert_eq!(aws.requests().last().map(String::as_str), Some("kms Decrypt as AKIATWO"));
}
