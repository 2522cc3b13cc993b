//! A fake of everything that signs people in to AWS, in front of an emulator of KMS: STS, IAM Identity Center and AWS Sign-In.

use std::net::TcpStream;
use std::sync::Mutex;

use super::raw_server::{Asked, RawServer, answer_json, answer_with};
use crate::support::kms::{Kms, REGION};
use crate::support::program::Home;

/// The code that the MFA device of every user shows, and the next one. Each is good once.
pub const MFA_CODE: &str = "123456";
pub const NEXT_MFA_CODE: &str = "654321";
/// A session that lasts.
const FAR: &str = "2099-01-01T00:00:00Z";

/// The fake, on a port of 127.0.0.1.
pub struct AwsSignIn {
    server: RawServer,
}

impl AwsSignIn {
    /// Puts it in front of `kms`, to which it passes what is for KMS.
    pub fn before(kms: &'static Kms) -> Self {
        let port = kms.port;
        let codes = Mutex::new(vec![MFA_CODE, NEXT_MFA_CODE]);
        Self { server: RawServer::start(move |asked, stream| answer(asked, port, &codes, stream)) }
    }

    /// A home without credentials, whose configuration of AWS is `config`.
    pub fn home(&self, config: &str) -> Home {
        let address = format!("http://127.0.0.1:{}", self.server.port);
        let home = Home::new().with("AWS_REGION", REGION);
        let metadata = [
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT", address.clone()),
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", format!("{address}/container")),
        ];
        let home = if config.contains("credential_source") {
            metadata.into_iter().fold(home, |home, (name, value)| home.with(name, value))
        } else {
            home
        };
        let services = ["KMS", "STS", "SSO", "SSO_OIDC", "SIGNIN"];
        let home = services.iter().fold(home, |home, name| home.with(&format!("AWS_ENDPOINT_URL_{name}"), &*address));
        let folder = home.root().join("home/.aws");
        std::fs::create_dir(&folder).expect("a folder can be made");
        std::fs::write(folder.join("config"), config).expect("a file can be written");
        home
    }

    /// What went out so far, one line for each request: the service, what was asked, and as whom.
    pub fn requests(&self) -> Vec<String> {
        self.server.asked().iter().map(summary).collect()
    }

    /// Every user agent that was named.
    pub fn user_agents(&self) -> Vec<String> {
        self.server.asked().iter().map(|asked| asked.header("user-agent").unwrap_or_default().to_owned()).collect()
    }
}

fn summary(asked: &Asked) -> String {
    let of = |name: &str| asked.form(name).map(|value| format!(" {name}={value}")).unwrap_or_default();
    let signer = asked.header("authorization").and_then(|text| text.split_once("Credential=")?.1.split('/').next());
    let signer = signer.map(|signer| format!(" as {signer}")).unwrap_or_default();
    if !asked.operation.is_empty() {
        return format!("kms {}{signer}", asked.operation);
    }
    if let Some(action) = asked.form("Action") {
        let fields = ["RoleArn", "RoleSessionName", "ExternalId", "DurationSeconds", "SerialNumber", "TokenCode"];
        let fields: String = fields.iter().chain(&["WebIdentityToken"]).map(|name| of(name)).collect();
        format!("sts {action}{fields}{signer}")
    } else {
        let bearer = asked.header("x-amz-sso_bearer_token").map(|token| format!(" with {token}"));
        let proof = asked.header("dpop").map(|_| " with a proof of its key".to_owned());
        format!("{}{}", asked.target(), bearer.or(proof).unwrap_or_default())
    }
}

/// Whether a code is good: once.
fn is_good(code: Option<&str>, codes: &Mutex<Vec<&str>>) -> bool {
    let mut codes = codes.lock().expect("no test panics with it");
    let known = codes.iter().position(|good| Some(*good) == code);
    known.map(|known| codes.remove(known)).is_some()
}

fn answer(asked: &Asked, kms: u16, codes: &Mutex<Vec<&str>>, stream: &mut TcpStream) {
    let role = asked.form("RoleArn").unwrap_or_default();
    match asked.form("Action").as_deref() {
        _ if !asked.operation.is_empty() => asked.relay(kms, stream),
        Some("AssumeRole") if role.ends_with("/forbidden") => refuse(
            stream,
            &format!(
                "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: sts:AssumeRole on resource: {role}"
            ),
        ),
        Some("AssumeRole")
            if asked.form("SerialNumber").is_some() && !is_good(asked.form("TokenCode").as_deref(), codes) =>
        {
            refuse(stream, "MultiFactorAuthentication failed with invalid MFA one time pass code. ");
        }
        Some("AssumeRoleWithWebIdentity") if asked.form("WebIdentityToken").as_deref() != Some("a-token") => {
            refuse(stream, "Not authorized to perform sts:AssumeRoleWithWebIdentity");
        }
        Some(action) => {
            let id = format!("ASIA{}", role.rsplit('/').next().unwrap_or_default().to_uppercase());
            let credentials = format!(
                "<Credentials><AccessKeyId>{id}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
                 <SessionToken>t</SessionToken><Expiration>{FAR}</Expiration></Credentials>"
            );
            let user =
                format!("<AssumedRoleUser><AssumedRoleId>A:k</AssumedRoleId><Arn>{role}</Arn></AssumedRoleUser>");
            let body = format!(
                "<{action}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{action}Result>{user}{credentials}\
                 </{action}Result><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></{action}Response>"
            );
            answer_with(stream, "HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\n", &body);
        }
        None if asked.target().starts_with("GET /federation/credentials") => {
            if asked.header("x-amz-sso_bearer_token") == Some("revoked") {
                let head =
                    "HTTP/1.1 401 No\r\ncontent-type: application/json\r\nx-amzn-errortype: UnauthorizedException\r\n";
                return answer_with(stream, head, r#"{"message":"Session token not found or invalid"}"#);
            }
            answer_json(
                stream,
                200,
                r#"{"roleCredentials":{"accessKeyId":"ASIASSO","secretAccessKey":"s","sessionToken":"t","expiration":4070908800000}}"#,
            );
        }
        None if asked.target() == "GET /container" => answer_json(stream, 200, &metadata_credentials("ASIACONTAINER")),
        None if asked.target() == "PUT /latest/api/token" => {
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nx-aws-ec2-metadata-token-ttl-seconds: 21600\r\n";
            answer_with(stream, head, "a-metadata-token");
        }
        None if asked.target().trim_end_matches('/') == "GET /latest/meta-data/iam/security-credentials" => {
            answer_with(stream, "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n", "of-the-instance");
        }
        None if asked.target() == "GET /latest/meta-data/iam/security-credentials/of-the-instance" => {
            answer_json(stream, 200, &metadata_credentials("ASIAINSTANCE"));
        }
        None if asked.target() == "POST /v1/token" => answer_json(
            stream,
            200,
            r#"{"accessToken":{"accessKeyId":"ASIARENEWED","secretAccessKey":"s","sessionToken":"t"},"tokenType":"aws_sigv4","expiresIn":900,"refreshToken":"next"}"#,
        ),
        None if asked.target() == "POST /token" => answer_json(
            stream,
            200,
            r#"{"accessToken":"fresh","tokenType":"Bearer","expiresIn":3600,"refreshToken":"next"}"#,
        ),
        None => answer_json(stream, 404, "{}"),
    }
}

fn metadata_credentials(id: &str) -> String {
    format!(
        r#"{{"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"{id}","SecretAccessKey":"s","Token":"t","Expiration":"{FAR}","LastUpdated":"2020-01-01T00:00:00Z"}}"#
    )
}

fn refuse(stream: &mut TcpStream, message: &str) {
    let error = format!("<Error><Type>Sender</Type><Code>AccessDenied</Code><Message>{message}</Message></Error>");
    let body = format!("<ErrorResponse>{error}<RequestId>r-403</RequestId></ErrorResponse>");
    answer_with(stream, "HTTP/1.1 403 No\r\ncontent-type: text/xml\r\nx-amzn-requestid: r-403\r\n", &body);
}
