//! The emulators of AWS that stand in for it: each is good at something that the others are not.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::support::program::Home;
use crate::support::repository;
use crate::support::servers::{Answer, Server, program, python_program, request};

/// The region of everything, unless a test says otherwise.
pub const REGION: &str = "us-east-1";

/// A running emulator of AWS KMS.
pub struct Kms {
    pub port: u16,
    _server: Server,
}

/// moto: checks what it decrypts, and rotates keys. One for all tests of a crate.
pub fn moto() -> Result<&'static Kms, String> {
    static MOTO: OnceLock<Result<Kms, String>> = OnceLock::new();
    shared(&MOTO, || {
        let server = Server::start(
            &python_program("moto_server")?,
            |command, port| {
                command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
            },
            |port| answers(port, "/moto-api/data.json"),
        )?;
        Ok(Kms { port: server.port, _server: server })
    })
}

/// moto behind TLS, with the certificate and the key in two files. `ca` is whom to trust.
pub fn moto_with_tls(certificate: &Path, key: &Path, ca: &Path) -> Result<Server, String> {
    let curl = program("curl")?;
    Server::start(
        &python_program("moto_server")?,
        |command, port| {
            command.args(["-H", "127.0.0.1", "-p", &port.to_string(), "--ssl-cert"]).arg(certificate);
            command.arg("--ssl-key").arg(key);
        },
        |port| {
            let mut command = std::process::Command::new(&curl);
            command.args(["-sSf", "-o", "/dev/null", "--cacert"]).arg(ca);
            command.arg(format!("https://127.0.0.1:{port}/moto-api/data.json")).stderr(std::process::Stdio::null());
            command.status().is_ok_and(|status| status.success())
        },
    )
}

/// ministack: knows the states of keys, and replicas in other regions. One for all tests of a crate.
pub fn ministack() -> Result<&'static Kms, String> {
    static MINISTACK: OnceLock<Result<Kms, String>> = OnceLock::new();
    shared(&MINISTACK, || start_ministack(&python_program("ministack")?, &[], &[("AUTH", "false")]))
}

/// ministack where every call needs a permission. One for all tests of a crate.
pub fn ministack_with_permissions() -> Result<&'static Kms, String> {
    static MINISTACK: OnceLock<Result<Kms, String>> = OnceLock::new();
    shared(&MINISTACK, || start_ministack(&python_program("ministack")?, &[], &[("AUTH", "true")]))
}

/// ministack where every call needs a permission, which may depend on the encryption context. One for all tests of a crate.
pub fn ministack_with_contexts() -> Result<&'static Kms, String> {
    static MINISTACK: OnceLock<Result<Kms, String>> = OnceLock::new();
    shared(&MINISTACK, || {
        // Without it there is no package of it either.
        python_program("ministack")?;
        let script = repository().join("tests/support/kms/ministack_with_contexts.py");
        start_ministack(&python_program("python")?, &[script], &[("AUTH", "true")])
    })
}

/// ministack with storage, tables and a log of calls. It is the test's own.
pub fn ministack_of_the_lab() -> Result<Kms, String> {
    let services = ("SERVICES", "kms,iam,sts,s3,dynamodb,cloudtrail,cloudformation");
    start_ministack(&python_program("ministack")?, &[], &[("AUTH", "true"), services, ("CLOUDTRAIL_RECORDING", "1")])
}

fn shared(
    kept: &'static OnceLock<Result<Kms, String>>,
    start: impl FnOnce() -> Result<Kms, String>,
) -> Result<&'static Kms, String> {
    kept.get_or_init(start).as_ref().map_err(Clone::clone)
}

fn start_ministack(program: &Path, arguments: &[PathBuf], settings: &[(&str, &str)]) -> Result<Kms, String> {
    let server = Server::start(
        program,
        |command, port| {
            command.args(arguments);
            // It listens on every address, and on more ports, unless it is told not to.
            command.env("BIND_HOST", "127.0.0.1").env("IOT_MTLS_ENABLED", "0").env("SERVICES", "kms,iam,sts");
            command.env("GATEWAY_PORT", port.to_string()).envs(settings.iter().copied());
        },
        |port| answers(port, "/_ministack/health"),
    )?;
    Ok(Kms { port: server.port, _server: server })
}

pub(super) fn answers(port: u16, path: &str) -> bool {
    request(port, "GET", path, &[], "").is_ok_and(|answer| answer.status == 200)
}

impl Kms {
    /// A home from which kenc reaches this emulator.
    pub fn home(&self) -> Home {
        home_at(self.port)
    }

    /// A home from which kenc reaches this emulator, and asks it who asks.
    pub fn home_with_caller(&self) -> Home {
        self.home().with("AWS_ENDPOINT_URL_STS", format!("http://127.0.0.1:{}", self.port))
    }

    /// One call of KMS, in a region.
    #[track_caller]
    pub fn call_in(&self, region: &str, operation: &str, body: &Value) -> Answer {
        let target = format!("TrentService.{operation}");
        let headers = [
            ("x-amz-target", target.as_str()),
            ("content-type", "application/x-amz-json-1.1"),
            ("authorization", &unsigned(region, "kms")),
        ];
        request(self.port, "POST", "/", &headers, &body.to_string()).expect("the emulator answers")
    }

    #[track_caller]
    pub fn call(&self, operation: &str, body: &Value) -> Value {
        self.call_in(REGION, operation, body).json()
    }

    /// Makes a key, and returns its ARN.
    #[track_caller]
    pub fn new_key(&self) -> String {
        arn(&self.call("CreateKey", &json!({})))
    }

    /// Makes a key that may have replicas, and returns its ARN.
    #[track_caller]
    pub fn new_multi_region_key(&self) -> String {
        arn(&self.call("CreateKey", &json!({ "MultiRegion": true })))
    }

    /// Makes an alias for a key.
    #[track_caller]
    pub fn new_alias(&self, name: &str, key: &str) {
        self.call("CreateAlias", &json!({ "AliasName": name, "TargetKeyId": key }));
    }

    /// Makes an alias that several tests name, for whichever of them comes first.
    #[track_caller]
    pub fn shared_alias(&self, name: &str) {
        let answer = self.call_in(REGION, "CreateAlias", &json!({ "AliasName": name, "TargetKeyId": self.new_key() }));
        assert!(answer.status == 200 || answer.body.contains("AlreadyExistsException"), "{}", answer.body);
    }

    /// Makes a user who may do what `policy` says, and returns a home with the user's credentials.
    #[track_caller]
    pub fn home_of_user(&self, name: &str, policy: &Value) -> Home {
        self.home_of_user_with(name, std::slice::from_ref(policy))
    }

    /// The same, with several statements.
    #[track_caller]
    pub fn home_of_user_with(&self, name: &str, statements: &[Value]) -> Home {
        self.iam(&[("Action", "CreateUser"), ("UserName", name)]);
        let policy = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
        let policy = [("PolicyName", "of-this-test"), ("PolicyDocument", policy.as_str())];
        self.iam(&[&[("Action", "PutUserPolicy"), ("UserName", name)], &policy[..]].concat());
        let keys = self.iam(&[("Action", "CreateAccessKey"), ("UserName", name)]);
        self.home()
            .with("AWS_ACCESS_KEY_ID", keys.element("AccessKeyId"))
            .with("AWS_SECRET_ACCESS_KEY", keys.element("SecretAccessKey"))
    }

    #[track_caller]
    fn iam(&self, parameters: &[(&str, &str)]) -> Answer {
        let parameters = parameters.iter().map(|(name, value)| format!("{name}={}", percent_encoded(value)));
        let body = parameters.chain(["Version=2010-05-08".to_owned()]).collect::<Vec<_>>().join("&");
        let form = ("content-type", "application/x-www-form-urlencoded");
        let headers = [form, ("authorization", &unsigned(REGION, "iam"))];
        let answer = request(self.port, "POST", "/", &headers, &body).expect("the emulator answers");
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer
    }
}

/// A home from which kenc reaches KMS on a port of 127.0.0.1.
pub fn home_at(port: u16) -> Home {
    Home::new()
        .with("AWS_ACCESS_KEY_ID", "test")
        .with("AWS_SECRET_ACCESS_KEY", "test")
        .with("AWS_REGION", REGION)
        .with("AWS_ENDPOINT_URL_KMS", format!("http://127.0.0.1:{port}"))
}

#[track_caller]
fn arn(created: &Value) -> String {
    created["KeyMetadata"]["Arn"].as_str().expect("a key has an ARN").to_owned()
}

/// The emulators take the word of whoever comes without a signature, but want to know the region.
pub(super) fn unsigned(region: &str, service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=test/20260101/{region}/{service}/aws4_request, SignedHeaders=host, Signature=00"
    )
}

fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |encoded, byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => encoded + &char::from(byte).to_string(),
        _ => encoded + &format!("%{byte:02X}"),
    })
}
