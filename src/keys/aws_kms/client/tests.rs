//! What becomes of the answers of KMS, told by a client that replays them.

use std::net::TcpListener;
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_smithy_http_client::test_util::{ReplayEvent, StaticReplayClient};
use aws_smithy_runtime_api::client::http::HttpClient;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::*;
use crate::error::Verdict;
use crate::keys::AWS_KMS;
use crate::keys::aws_kms::settings::KmsSettings;

mod answers;
mod check;
mod reencrypt;

const ARN: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const OTHER_ARN: &str = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ac";
const REPLICA: &str = "arn:aws:kms:eu-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab";

impl AwsKms {
    /// One that reads nothing of the environment, signs with invented credentials, and waits for nothing.
    fn with_http_client(
        settings: KmsSettings,
        http_client: impl HttpClient + 'static,
        endpoint: Option<String>,
    ) -> Self {
        let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "test");
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
            .timeout_config(session::timeouts(settings.timeout))
            .http_client(http_client);
        config.set_region(settings.region.clone().map(Region::new)).set_endpoint_url(endpoint);
        let session = OnceLock::from(Ok(KmsSession::with_config(config.build())));
        Self { session, ..Self::new(settings) }
    }
}

fn settings() -> KmsSettings {
    KmsSettings { profile: None, region: None, role_arn: None, timeout: Duration::from_secs(10) }
}

fn key(word: &str) -> KmsKey {
    KmsKey::from_word(word).unwrap().unwrap()
}

fn context() -> EncryptionContext {
    EncryptionContext::from_words(&["app=demo", "env=prod"]).unwrap()
}

fn answer(status: u16, body: &str) -> ReplayEvent {
    let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
    response.headers_mut().insert("x-amzn-requestid", "6f0e-1");
    ReplayEvent::new(HttpRequest::empty(), response)
}

fn refusing(code: &str, message: &str) -> ReplayEvent {
    answer(400, &format!(r#"{{"__type":"com.amazonaws.kms#{code}","message":"{message}"}}"#))
}

fn data_key_answer(plaintext: &[u8], key_id: &str) -> ReplayEvent {
    let plaintext = BASE64_STANDARD.encode(plaintext);
    answer(200, &format!(r#"{{"CiphertextBlob":"d3JhcHBlZA==","KeyId":"{key_id}","Plaintext":"{plaintext}"}}"#))
}

fn replaying(answers: Vec<ReplayEvent>) -> (AwsKms, StaticReplayClient) {
    let client = StaticReplayClient::new(answers);
    (AwsKms::with_http_client(settings(), client.clone(), None), client)
}

fn bodies(client: &StaticReplayClient) -> Vec<String> {
    client
        .actual_requests()
        .map(|request| String::from_utf8_lossy(request.body().bytes().unwrap()).into_owned())
        .collect()
}

#[track_caller]
fn refusal_of_decrypt(answers: Vec<ReplayEvent>) -> Box<KmsRefusal> {
    let (kms, _) = replaying(answers);
    match kms.decrypt(&key(ARN), b"wrapped", &context()) {
        Ok(_) => panic!("it was decrypted"),
        Err(refusal) => refusal,
    }
}

#[test]
#[allow(clippy::too_many_lines, reason = "it is a table")]
fn every_exception_has_its_kind_its_verdict_and_its_sentence() {
    use KmsRefusalKind as Kind;
    let denied = "User: arn:aws:sts::111122223333:assumed-role/ci/run is not authorized to perform: kms:Decrypt on \
                  resource: arn:aws:kms:eu-west-1:111122223333:key/1 because no identity-based policy allows the \
                  kms:Decrypt action";
    let missing = "The ciphertext refers to a customer master key that does not exist";
    for (code, message, kind, verdict, sentence) in [
        (
            "AccessDeniedException",
            denied,
            Kind::Denied,
            Verdict::No,
            "AccessDeniedException: arn:aws:sts::111122223333:assumed-role/ci/run is not authorized to perform kms:Decrypt, because no \
             identity-based policy allows the kms:Decrypt action (request 6f0e-1)",
        ),
        (
            "AccessDeniedException",
            missing,
            Kind::Denied,
            Verdict::No,
            "AccessDeniedException: kms:Decrypt is denied: The ciphertext refers to a customer master key that does not \
             exist (request 6f0e-1)",
        ),
        (
            "DisabledException",
            "arn:x is disabled.",
            Kind::Disabled,
            Verdict::No,
            "DisabledException: the key is disabled and refuses kms:Decrypt: arn:x is disabled (request 6f0e-1)",
        ),
        (
            "KMSInvalidStateException",
            "arn:x is pending deletion.",
            Kind::PendingDeletion,
            Verdict::No,
            "KMSInvalidStateException: the key is scheduled for deletion and refuses kms:Decrypt: arn:x is pending \
             deletion (request 6f0e-1)",
        ),
        (
            "KMSInvalidStateException",
            "arn:x is pending import.",
            Kind::InvalidState,
            Verdict::No,
            "KMSInvalidStateException: the state of the key does not allow kms:Decrypt: arn:x is pending import \
             (request 6f0e-1)",
        ),
        (
            "NotFoundException",
            "Key 'arn:x' does not exist",
            Kind::NotFound,
            Verdict::No,
            "NotFoundException: kms:Decrypt found no such key: Key 'arn:x' does not exist (request 6f0e-1)",
        ),
        (
            "InvalidCiphertextException",
            "",
            Kind::InvalidCiphertext,
            Verdict::Damaged,
            "InvalidCiphertextException: kms:Decrypt failed: the wrapped key is damaged, or it was made with another \
             encryption context (request 6f0e-1)",
        ),
        (
            "IncorrectKeyException",
            "The key ID in the request does not identify a CMK that can perform this operation.",
            Kind::WrongKey,
            Verdict::No,
            "IncorrectKeyException: kms:Decrypt failed: the wrapped key was made under another key: The key ID \
             in the request does not identify a CMK that can perform this operation (request 6f0e-1)",
        ),
        (
            "InvalidKeyUsageException",
            "arn:x is SIGN_VERIFY",
            Kind::InvalidKeyUsage,
            Verdict::No,
            "InvalidKeyUsageException: the key usage does not allow kms:Decrypt: arn:x is SIGN_VERIFY (request 6f0e-1)",
        ),
        (
            "ExpiredTokenException",
            "The security token included in the request is expired",
            Kind::ExpiredCredentials,
            Verdict::Unavailable,
            "ExpiredTokenException: the AWS credentials have expired: The security token included in the request is \
             expired (request 6f0e-1)",
        ),
        (
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
            Kind::RejectedCredentials,
            Verdict::Unavailable,
            "UnrecognizedClientException: AWS rejected the credentials: The security token included in the request \
             is invalid (request 6f0e-1)",
        ),
        (
            "InvalidGrantTokenException",
            "no",
            Kind::Other,
            Verdict::Unavailable,
            "InvalidGrantTokenException: kms:Decrypt failed: no (request 6f0e-1)",
        ),
    ] {
        let refusal = refusal_of_decrypt(vec![refusing(code, message)]);
        assert_eq!(refusal.kind, kind, "{code}");
        assert_eq!(refusal.kind.verdict(), verdict, "{code}");
        assert_eq!(refusal.to_string(), sentence);
        assert_eq!(refusal.code.as_deref(), Some(code));
        assert_eq!(refusal.key, ARN);
        assert_eq!(refusal.region.as_deref(), Some("eu-west-1"));
    }
}

#[test]
fn a_signature_that_aws_does_not_accept_is_a_matter_of_credentials() {
    for code in ["InvalidSignatureException", "InvalidClientTokenId", "IncompleteSignature"] {
        let refusal = refusal_of_decrypt(vec![refusing(code, "Signature expired")]);
        assert_eq!(refusal.kind, KmsRefusalKind::RejectedCredentials, "{code}");
    }
}

#[test]
fn faults_of_the_service_are_tried_three_times_and_then_reported() {
    for code in ["KMSInternalException", "DependencyTimeoutException", "KeyUnavailableException"] {
        let event = || answer(500, &format!(r#"{{"__type":"{code}","message":"try again"}}"#));
        let (kms, client) = replaying((0..4).map(|_| event()).collect());
        let refusal = kms.decrypt(&key(ARN), b"wrapped", &context()).err().unwrap();
        let kind = KmsRefusalKind::ServiceFault;
        assert_eq!((refusal.kind, refusal.kind.verdict()), (kind, Verdict::Unavailable), "{code}");
        assert_eq!(client.actual_requests().count(), 3, "{code}");
    }
}

#[test]
fn a_fault_that_passes_is_not_noticed() {
    let (kms, _) = replaying(vec![refusing("ThrottlingException", "Rate exceeded"), data_key_answer(&[7; 32], ARN)]);
    assert_eq!(kms.decrypt(&key(ARN), b"wrapped", &context()).unwrap().expose(), &[7; 32]);
}

#[test]
fn decrypt_always_names_the_key_and_the_context() {
    let (kms, client) = replaying(vec![data_key_answer(&[7; 32], ARN)]);
    kms.decrypt(&key(ARN), b"wrapped", &context()).unwrap();
    let body = &bodies(&client)[0];
    for part in [ARN, r#""app":"demo""#, r#""env":"prod""#, "d3JhcHBlZA=="] {
        assert!(body.contains(part), "{body}");
    }
}

#[test]
fn an_empty_context_is_not_sent() {
    let (kms, client) = replaying(vec![data_key_answer(&[7; 32], ARN)]);
    kms.decrypt(&key(ARN), b"wrapped", &EncryptionContext::new()).unwrap();
    assert!(!bodies(&client)[0].contains("EncryptionContext"));
}

#[test]
fn each_key_is_asked_in_its_own_region() {
    let (kms, client) = replaying(vec![data_key_answer(&[7; 32], ARN), data_key_answer(&[7; 32], OTHER_ARN)]);
    kms.decrypt(&key(ARN), b"wrapped", &context()).unwrap();
    kms.decrypt(&key(OTHER_ARN), b"wrapped", &context()).unwrap();
    let addresses: Vec<String> = client.actual_requests().map(|request| request.uri().to_owned()).collect();
    assert_eq!(addresses, ["https://kms.eu-west-1.amazonaws.com/", "https://kms.us-east-1.amazonaws.com/"]);
}

#[test]
fn the_same_data_key_is_wrapped_under_all_keys_in_their_order() {
    let (kms, client) = replaying(vec![data_key_answer(&[], ARN), data_key_answer(&[], OTHER_ARN)]);
    let data_key = DataKey::from_slice(&[7; 32]).unwrap();
    let (first, second) = (key(ARN), key(OTHER_ARN));
    let wrapped = kms.encrypt_all(&[&first, &second], data_key.expose(), &context()).unwrap();
    assert_eq!(wrapped.iter().map(|wrapped| wrapped.key_id.as_str()).collect::<Vec<_>>(), [ARN, OTHER_ARN]);
    let plaintext = BASE64_STANDARD.encode([7; 32]);
    assert!(bodies(&client).iter().all(|body| body.contains(&plaintext)));
    assert!(kms.encrypt_all(&[], data_key.expose(), &context()).unwrap().is_empty());
}

#[test]
fn the_key_that_does_not_wrap_is_named() {
    let (kms, _) = replaying(vec![data_key_answer(&[], ARN), refusing("DisabledException", "it is disabled")]);
    let data_key = DataKey::from_slice(&[7; 32]).unwrap();
    let (first, second) = (key(ARN), key(OTHER_ARN));
    let (refusing, refusal) = kms.encrypt_all(&[&first, &second], data_key.expose(), &context()).unwrap_err();
    assert_eq!((refusing, refusal.operation, refusal.kind), (&second, "Encrypt", KmsRefusalKind::Disabled));
}

#[test]
fn a_key_without_a_region_is_not_asked_when_no_region_is_known() {
    let (kms, client) = replaying(Vec::new());
    let refusal = kms.decrypt(&key("alias/backup"), b"wrapped", &context()).err().unwrap();
    assert_eq!((refusal.kind, refusal.region.as_deref()), (KmsRefusalKind::NoRegion, None));
    assert_eq!(client.actual_requests().count(), 0);
}

#[test]
fn a_region_that_is_set_serves_keys_that_name_none_and_replicas() {
    let there = ARN.replace("eu-west-1", "sa-east-1");
    let client = StaticReplayClient::new(vec![data_key_answer(&[7; 32], &there)]);
    let settings = KmsSettings { region: Some("sa-east-1".to_owned()), ..settings() };
    let kms = AwsKms::with_http_client(settings, client.clone(), None);
    kms.generate_data_key(&key("alias/backup"), &context()).unwrap();
    assert_eq!(client.actual_requests().next().unwrap().uri(), "https://kms.sa-east-1.amazonaws.com/");
    assert_eq!(kms.replica_to_ask(key(REPLICA)), key(&REPLICA.replace("eu-west-1", "sa-east-1")));
    assert_eq!(kms.replica_to_ask(key(ARN)), key(ARN));
}

#[test]
fn without_a_region_set_the_slots_own_key_is_asked() {
    assert_eq!(AwsKms::new(settings()).replica_to_ask(key(REPLICA)), key(REPLICA));
}

#[test]
fn what_aws_says_reaches_the_terminal_without_control_characters_and_not_at_any_length() {
    let refusal = refusal_of_decrypt(vec![refusing("AccessDeniedException", r"a\u001b[31mb\nc\u202ed")]);
    assert_eq!(refusal.message, "a [31mb c d");
    let refusal = refusal_of_decrypt(vec![refusing("AccessDeniedException", &"x".repeat(5000))]);
    assert_eq!(refusal.message.chars().count(), 300);
    let refusal = refusal_of_decrypt(vec![refusing(r"Odd\u001b[2JException", "")]);
    assert_eq!(refusal.code.as_deref(), Some("Odd [2JException"));
}

#[test]
fn no_secret_is_in_a_refusal() {
    let refusal = refusal_of_decrypt(vec![data_key_answer(b"a secret of thirty-one bytes...", ARN)]);
    let everything = format!("{refusal} {refusal:?}");
    assert!(!everything.contains("secret") && !everything.contains("YSBzZWNyZXQ"), "{everything}");
}

#[test]
fn an_address_at_which_nobody_listens_is_reported_at_once_and_by_its_name() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let kms = AwsKms::with_http_client(settings(), http::client(None), Some(endpoint.clone()));
    let refusal = kms.decrypt(&key(ARN), b"wrapped", &context()).err().unwrap();
    assert_eq!(refusal.kind, KmsRefusalKind::Network);
    assert_eq!(refusal.to_string(), format!("cannot reach {endpoint}: connection refused"));
}

#[test]
fn a_server_that_never_answers_is_given_up_after_the_timeout() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let settings = KmsSettings { timeout: Duration::from_millis(200), ..settings() };
    let kms = AwsKms::with_http_client(settings, http::client(None), Some(endpoint));
    let start = Instant::now();
    let refusal = kms.decrypt(&key(ARN), b"wrapped", &context()).err().unwrap();
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(refusal.kind, KmsRefusalKind::TimedOut);
}

#[test]
fn missing_expired_and_rejected_credentials_are_told_apart() {
    use KmsRefusalKind as Kind;
    for (error, kind, sentence) in [
        (
            CredentialsError::not_loaded_no_source(),
            Kind::NoCredentials,
            "no AWS credentials: the profile `work` has none",
        ),
        (
            CredentialsError::not_loaded("no credentials found in chain. Attempted: Environment: not set"),
            Kind::NoCredentials,
            "no AWS credentials: none in the environment, in the profile `work`, from a web identity, from a container or \
             from an instance",
        ),
        (
            CredentialsError::not_loaded("profile `work` was not defined"),
            Kind::NoCredentials,
            "no AWS credentials: profile `work` was not defined",
        ),
        (
            CredentialsError::provider_error("the SSO token has expired and cannot be refreshed"),
            Kind::ExpiredCredentials,
            "no valid SSO session: the SSO token has expired and cannot be refreshed",
        ),
        (
            CredentialsError::provider_error("ExpiredToken: the session is over"),
            Kind::ExpiredCredentials,
            "the AWS credentials have expired: ExpiredToken: the session is over",
        ),
        (
            CredentialsError::provider_error("AccessDenied: may not sts:AssumeRole"),
            Kind::RejectedCredentials,
            "AWS rejected the credentials: AccessDenied: may not sts:AssumeRole",
        ),
        (
            CredentialsError::provider_timed_out(Duration::from_secs(9)),
            Kind::TimedOut,
            "the source of the AWS credentials did not answer within 10s",
        ),
    ] {
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(SharedCredentialsProvider::new(Failing(Mutex::new(Some(error)))))
            .http_client(StaticReplayClient::new(Vec::new()))
            .build();
        let settings = KmsSettings { profile: Some("work".to_owned()), ..settings() };
        let kms = AwsKms { session: OnceLock::from(Ok(KmsSession::with_config(config))), ..AwsKms::new(settings) };
        let refusal = kms.decrypt(&key(ARN), b"wrapped", &context()).err().unwrap();
        assert_eq!((refusal.kind, refusal.to_string().as_str()), (kind, sentence));
        assert_eq!(refusal.kind.verdict(), Verdict::Unavailable);
        assert_eq!(refusal.profile.as_deref(), Some("work"));
    }
}

/// A source of credentials that fails once, in one way.
#[derive(Debug)]
struct Failing(Mutex<Option<CredentialsError>>);

impl ProvideCredentials for Failing {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let error = self.0.lock().unwrap().take().expect("credentials are asked for once");
        future::ProvideCredentials::ready(Err(error))
    }
}

#[test]
fn a_region_that_cannot_be_one_is_not_asked() {
    let client = StaticReplayClient::new(Vec::new());
    let settings = KmsSettings { region: Some("evil.example/".to_owned()), ..settings() };
    let kms = AwsKms::with_http_client(settings, client.clone(), None);
    let refusal = kms.decrypt(&key("alias/backup"), b"wrapped", &context()).err().unwrap();
    assert_eq!(
        (refusal.kind, refusal.to_string().as_str()),
        (KmsRefusalKind::NoRegion, "`evil.example/` is not an AWS region")
    );
    assert_eq!(client.actual_requests().count(), 0);
}
