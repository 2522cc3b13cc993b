//! What a check makes of the answers of KMS, told by a service that answers each operation in its own way.

use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use serde_json::{Value, json};

use super::*;
use crate::keys::aws_kms::{AwsCaller, KmsKeyCheck, KmsPermission, KmsPurpose, KmsRotation, MultiRegion};

const DATA_KEY: [u8; 32] = *b"a data key that nobody may see..";

/// A service that answers by operation and body, and keeps what it was asked.
#[derive(Clone)]
struct Service {
    answer: Arc<Answer>,
    asked: Arc<Mutex<Vec<(String, Value)>>>,
}

type Answer = dyn Fn(&str, &Value) -> (u16, Value) + Send + Sync;

impl Service {
    fn new(answer: impl Fn(&str, &Value) -> (u16, Value) + Send + Sync + 'static) -> Self {
        Self { answer: Arc::new(answer), asked: Arc::default() }
    }

    /// KMS as it is, with a caller who may do everything, but for what `refusal` says.
    fn like_kms(refusal: impl Fn(&str, &Value) -> Option<Value> + Send + Sync + 'static) -> Self {
        Self::new(move |operation, body| match (refusal(operation, body), operation) {
            (Some(refusal), _) => (400, refusal),
            (None, "DescribeKey") => (200, json!({ "KeyMetadata": metadata("Enabled") })),
            (None, "GetKeyRotationStatus") => (200, json!({ "KeyRotationEnabled": true })),
            (None, _) if body["DryRun"] == true => (400, fault("DryRunOperationException", "It would have succeeded")),
            (None, "Encrypt") => (200, json!({ "KeyId": ARN, "CiphertextBlob": "d3JhcHBlZA==" })),
            (None, _) => (200, data_key()),
        })
    }

    fn check(&self, word: &str, wrapped: Option<&[u8]>) -> Result<KmsKeyCheck, Box<KmsRefusal>> {
        let settings = KmsSettings { region: Some("eu-west-1".to_owned()), ..settings() };
        let kms = AwsKms::with_http_client(settings, self.clone(), None);
        kms.check(&key(word), wrapped, &context(), KmsPurpose::Everything)
    }

    /// What was really to be done, and not only asked about.
    fn done(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        let done = asked.iter().filter(|(_, body)| body["DryRun"] != true).map(|(operation, _)| operation.clone());
        done.filter(|operation| operation != "DescribeKey" && operation != "GetKeyRotationStatus").collect()
    }
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Service")
    }
}

impl HttpConnector for Service {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let body = serde_json::from_slice(request.body().bytes().unwrap()).unwrap_or_default();
        let (status, answer) = (self.answer)(&operation, &body);
        self.asked.lock().unwrap().push((operation, body));
        let text = answer.as_str().map_or_else(|| answer.to_string(), ToOwned::to_owned);
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status.try_into().unwrap(), SdkBody::from(text))))
    }
}

impl HttpClient for Service {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

fn fault(code: &str, message: &str) -> Value {
    json!({ "__type": code, "message": message })
}

fn denial(action: &str) -> Value {
    let who = "arn:aws:sts::111122223333:assumed-role/ci/run";
    let why = format!("because no identity-based policy allows the {action} action");
    let message = format!("User: {who} is not authorized to perform: {action} on resource: {ARN} {why}");
    fault("AccessDeniedException", &message)
}

fn data_key() -> Value {
    json!({ "KeyId": ARN, "CiphertextBlob": "d3JhcHBlZA==", "Plaintext": BASE64_STANDARD.encode(DATA_KEY) })
}

fn metadata(state: &str) -> Value {
    json!({
        "KeyId": "1234abcd-12ab-34cd-56ef-1234567890ab",
        "Arn": ARN,
        "KeyState": state,
        "KeySpec": "SYMMETRIC_DEFAULT",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "Origin": "AWS_KMS",
        "KeyManager": "CUSTOMER",
        "MultiRegion": true,
        "MultiRegionConfiguration": {
            "MultiRegionKeyType": "PRIMARY",
            "PrimaryKey": { "Arn": ARN, "Region": "eu-west-1" },
            "ReplicaKeys": [{ "Arn": OTHER_ARN, "Region": "us-east-1" }],
        },
    })
}

/// The operations in short: `+` allowed, `-` refused, `?` not known.
fn in_short(check: &KmsKeyCheck) -> String {
    let sign = |permission: &KmsPermission| match permission {
        KmsPermission::Allowed => '+',
        KmsPermission::Refused(_) => '-',
        KmsPermission::NotKnown(_) => '?',
    };
    let words = check.permissions.iter().map(|(operation, said)| format!("{}{}", sign(said), operation.name()));
    words.collect::<Vec<_>>().join(" ")
}

fn kinds(check: &KmsKeyCheck) -> Vec<KmsRefusalKind> {
    let kind = |(_, permission): &(_, KmsPermission)| match permission {
        KmsPermission::Refused(refusal) => Some(refusal.kind),
        _ => None,
    };
    check.permissions.iter().filter_map(kind).collect()
}

const ALL_ALLOWED: &str = "+GenerateDataKey +Encrypt +Decrypt +ReEncryptFrom +ReEncryptTo +DescribeKey";

#[test]
fn a_dry_run_tells_that_all_is_allowed_and_nothing_is_done() {
    let service = Service::like_kms(|_, _| None);
    let check = service.check("alias/backup", None).unwrap();
    assert_eq!(in_short(&check), ALL_ALLOWED);
    assert_eq!(service.done(), [""; 0]);
    let description = check.description.unwrap();
    assert_eq!((description.arn.as_str(), description.state.as_str()), (ARN, "Enabled"));
    let relatives = MultiRegion { is_primary: true, others: vec!["us-east-1".to_owned()] };
    assert_eq!(description.multi_region, Some(relatives));
    assert_eq!(check.rotation.unwrap(), KmsRotation { every_days: Some(365) });
    for (operation, body) in service.asked.lock().unwrap().iter() {
        let of_key = if operation == "ReEncrypt" { "SourceKeyId" } else { "KeyId" };
        let name = if operation == "GetKeyRotationStatus" { ARN } else { "alias/backup" };
        assert_eq!(body[of_key], name, "{operation}");
        let sent = match operation.as_str() {
            "DescribeKey" | "GetKeyRotationStatus" => continue,
            "ReEncrypt" => [&body["SourceEncryptionContext"], &body["DestinationEncryptionContext"]],
            _ => [&body["EncryptionContext"]; 2],
        };
        assert_eq!(sent, [&json!({ "app": "demo", "env": "prod" }); 2], "{operation}");
    }
}

#[test]
fn the_wrapped_key_of_a_file_is_what_is_tried() {
    let service = Service::like_kms(|_, _| None);
    assert_eq!(in_short(&service.check(ARN, Some(b"wrapped")).unwrap()), ALL_ALLOWED);
    for (operation, body) in service.asked.lock().unwrap().iter() {
        if ["Decrypt", "ReEncrypt"].contains(&operation.as_str()) {
            assert_eq!(body["CiphertextBlob"], "d3JhcHBlZA==", "{operation}");
            assert_eq!(body["DryRunModifiers"], Value::Null, "{operation}");
        }
    }
}

#[test]
fn a_denial_of_one_operation_concerns_that_one_alone() {
    for (operation, action, expected) in [
        ("GenerateDataKey", "kms:GenerateDataKey", ALL_ALLOWED.replace("+Gen", "-Gen")),
        ("Encrypt", "kms:Encrypt", ALL_ALLOWED.replace("+Enc", "-Enc")),
        ("Decrypt", "kms:Decrypt", ALL_ALLOWED.replace("+Dec", "-Dec")),
        ("DescribeKey", "kms:DescribeKey", ALL_ALLOWED.replace("+Des", "-Des")),
        // Of two permissions that a call takes, KMS names the one that it misses first.
        ("ReEncrypt", "kms:ReEncryptFrom", ALL_ALLOWED.replace("+ReEncryptF", "-ReEncryptF").replace("+ReE", "?ReE")),
        ("ReEncrypt", "kms:ReEncryptTo", ALL_ALLOWED.replace("+ReEncryptT", "-ReEncryptT").replace("+ReE", "?ReE")),
        ("ReEncrypt", "kms:ReEncrypt", ALL_ALLOWED.replace("+ReE", "-ReE")),
    ] {
        let service = Service::like_kms(move |asked, _| (asked == operation).then(|| denial(action)));
        let check = service.check("alias/backup", None).unwrap();
        assert_eq!(in_short(&check), expected, "{action}");
        assert!(kinds(&check).iter().all(|&kind| kind == KmsRefusalKind::Denied), "{action}");
        let (missing, refusals): (Vec<_>, Vec<_>) = check.missing().unzip();
        assert_eq!(missing.len(), expected.matches('-').count(), "{action}");
        assert_eq!(refusals[0].missing_action(), Some(action));
        assert_eq!(
            KmsKey::of_denial(refusals[0]).map(|key| key.to_string()).as_deref(),
            Some(ARN),
            "an alias leads to it"
        );
        assert_eq!(service.done(), [""; 0]);
    }
}

#[test]
fn what_a_policy_forbids_in_so_many_words_is_not_missing() {
    let service = Service::like_kms(|operation, _| {
        let message = "User: arn:aws:iam::111122223333:user/a is not authorized to perform: kms:Decrypt on resource: \
                       arn:x with an explicit deny in a resource-based policy";
        (operation == "Decrypt").then(|| fault("AccessDeniedException", message))
    });
    let check = service.check(ARN, None).unwrap();
    assert_eq!(in_short(&check), ALL_ALLOWED.replace("+Dec", "-Dec"));
    assert_eq!(check.missing().count(), 0);
    let KmsPermission::Refused(refusal) = &check.permissions[2].1 else { panic!("it was refused") };
    assert!(refusal.is_explicit_deny());
    assert!(
        refusal.to_string().contains("is not authorized to perform kms:Decrypt, with an explicit deny in"),
        "{refusal}"
    );
}

#[test]
fn a_disabled_key_refuses_everything_but_its_description() {
    let service = Service::new(|operation, _| match operation {
        "DescribeKey" => (200, json!({ "KeyMetadata": metadata("Disabled") })),
        "GetKeyRotationStatus" => (200, json!({ "KeyRotationEnabled": false })),
        _ => (400, fault("DisabledException", "it is disabled")),
    });
    let check = service.check(ARN, None).unwrap();
    assert_eq!(in_short(&check), ALL_ALLOWED.replace('+', "-").replace("-Des", "+Des"));
    assert_eq!(kinds(&check), [KmsRefusalKind::Disabled; 5]);
    assert_eq!(check.description.unwrap().state, "Disabled");
    assert_eq!(check.rotation.unwrap(), KmsRotation { every_days: None });
    assert_eq!(service.done(), [""; 0]);
}

#[test]
fn a_wrapped_key_of_another_key_is_told_and_no_other_is_made() {
    let service = Service::like_kms(|operation, _| {
        ["Decrypt", "ReEncrypt"].contains(&operation).then(|| fault("IncorrectKeyException", "It is another key"))
    });
    let check = service.check(ARN, Some(b"wrapped")).unwrap();
    assert_eq!(in_short(&check), ALL_ALLOWED.replace("+Dec", "-Dec").replace("+ReE", "-ReE"));
    assert_eq!(kinds(&check), [KmsRefusalKind::WrongKey; 3]);
    assert_eq!(service.done(), [""; 0]);
}

#[test]
fn a_key_that_is_not_there_is_asked_about_once() {
    let service = Service::like_kms(|_, _| Some(fault("NotFoundException", "Alias is not found")));
    let check = service.check("alias/backup", None).unwrap();
    assert_eq!(in_short(&check), ALL_ALLOWED.replace('+', "?").replace("?Des", "-Des"));
    assert_eq!(kinds(&check), [KmsRefusalKind::NotFound]);
    assert_eq!(service.asked.lock().unwrap().len(), 1);
}

#[test]
fn a_service_that_cannot_be_asked_is_not_asked_further() {
    let service = Service::like_kms(|_, _| Some(fault("UnrecognizedClientException", "no")));
    let refusal = service.check(ARN, None).unwrap_err();
    assert_eq!(refusal.kind, KmsRefusalKind::RejectedCredentials);
    assert_eq!(service.asked.lock().unwrap().len(), 1);
}

#[test]
fn a_service_that_does_what_it_is_only_asked_about_has_allowed_it_and_its_data_keys_are_not_kept() {
    let service = Service::new(|operation, _| match operation {
        "DescribeKey" => (200, json!({ "KeyMetadata": metadata("Enabled") })),
        "GetKeyRotationStatus" => (400, denial("kms:GetKeyRotationStatus")),
        _ => (200, data_key()),
    });
    let check = service.check(ARN, None).unwrap();
    assert_eq!(in_short(&check), ALL_ALLOWED);
    assert_eq!(check.rotation.as_ref().unwrap_err().kind, KmsRefusalKind::Denied);
    let everything = format!("{check:?}");
    assert!(!everything.contains("nobody may see") && !everything.contains("97, 32, 100"), "{everything}");
}

#[test]
fn a_service_that_must_see_a_wrapped_key_gets_one_that_is_made_for_it() {
    let wants_a_wrapped_key = |operation: &str, body: &Value| {
        let is_blind = ["Decrypt", "ReEncrypt"].contains(&operation) && body["CiphertextBlob"] == Value::Null;
        is_blind.then(|| fault("InvalidCiphertextException", "there is none"))
    };
    let service = Service::like_kms(wants_a_wrapped_key);
    assert_eq!(in_short(&service.check(ARN, None).unwrap()), ALL_ALLOWED);
    assert_eq!(service.done(), ["Encrypt"]);

    let service = Service::like_kms(move |operation, body| {
        wants_a_wrapped_key(operation, body).or_else(|| (operation == "Encrypt").then(|| denial("kms:Encrypt")))
    });
    assert_eq!(in_short(&service.check(ARN, None).unwrap()), ALL_ALLOWED.replace("+Enc", "-Enc"));
    assert_eq!(service.done(), ["Encrypt", "GenerateDataKey"]);

    let service = Service::like_kms(move |operation, body| {
        let refusal = || ["Encrypt", "GenerateDataKey"].contains(&operation).then(|| denial("kms:it"));
        wants_a_wrapped_key(operation, body).or_else(refusal)
    });
    let check = service.check(ARN, None).unwrap();
    let expected = "-GenerateDataKey -Encrypt ?Decrypt ?ReEncryptFrom ?ReEncryptTo +DescribeKey";
    assert_eq!(in_short(&check), expected, "what cannot be tried is not guessed");
}

#[test]
fn a_service_without_an_operation_leaves_it_not_known() {
    let service = Service::like_kms(|operation, _| {
        (operation == "ReEncrypt").then(|| fault("UnknownOperationException", "what?"))
    });
    assert_eq!(in_short(&service.check(ARN, None).unwrap()), ALL_ALLOWED.replace("+ReE", "?ReE"));
}

#[test]
fn only_what_a_purpose_takes_is_asked() {
    for (purpose, expected) in [
        (KmsPurpose::EncryptOnly, "+GenerateDataKey +Encrypt +DescribeKey"),
        (KmsPurpose::DecryptOnly, "+Decrypt +DescribeKey"),
        (KmsPurpose::RewrapOnly, "+ReEncryptFrom +ReEncryptTo +DescribeKey"),
    ] {
        let service = Service::like_kms(|_, _| None);
        let kms = AwsKms::with_http_client(settings(), service.clone(), None);
        let check = kms.check(&key(ARN), None, &context(), purpose).unwrap();
        assert_eq!(in_short(&check), expected);
        let calls = expected.replace("+ReEncryptFrom +ReEncryptTo", "+ReEncrypt").matches('+').count();
        assert_eq!(service.asked.lock().unwrap().len(), calls + 1, "and the rotation");
    }
}

#[test]
fn the_caller_is_who_sts_says_and_a_failure_is_not_said_to_be_one_of_kms() {
    const WHO: &str = "arn:aws:sts::111122223333:assumed-role/ci/run";
    let answer = format!(
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>{WHO}</Arn><UserId>AROA:run</UserId>\
         <Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
    );
    let settings = || KmsSettings { region: Some("eu-west-1".to_owned()), ..settings() };
    let service = Service::new(move |_, _| (200, json!(answer)));
    let kms = AwsKms::with_http_client(settings(), service, None);
    let caller = AwsCaller { account: "111122223333".to_owned(), arn: WHO.to_owned() };
    assert_eq!(kms.caller(&key(ARN)), Ok(caller));

    let service = Service::new(|_, _| (503, json!("<html>not today</html>")));
    let kms = AwsKms::with_http_client(settings(), service, None);
    let reason = kms.caller(&key(ARN)).unwrap_err();
    assert!(reason.contains("sts:GetCallerIdentity failed") && !reason.contains("kms:"), "{reason}");
}
