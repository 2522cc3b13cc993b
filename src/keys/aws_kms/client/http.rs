//! The HTTP client of everything that talks to AWS: TLS is set up when the first `https` address is called, not before.
//!
//! Reading the system's certificates takes longer than all the rest of a start, and a local endpoint or the metadata
//! service of an instance needs none of them.

use std::env;
use std::error::Error;
use std::fmt;
use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_smithy_http_client::Builder;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction, RetryClassifierPriority};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;

use super::tls;

/// A client that picks plain HTTP or TLS by the scheme of each address. With `ca_bundle`, a file, only servers are trusted
/// whose certificates come from there.
pub(super) fn client(ca_bundle: Option<String>) -> SharedHttpClient {
    client_with_limit(ca_bundle, MAX_ANSWER)
}

/// The same for answers of at most `longest` bytes.
pub(super) fn client_with_limit(ca_bundle: Option<String>, longest: usize) -> SharedHttpClient {
    let clients = Clients { plain: OnceLock::new(), tls: OnceLock::new(), ca_bundle };
    SharedHttpClient::new(ByScheme { clients: Arc::new(clients), longest })
}

/// The first words of every request's user agent, as the audit log shows them.
const USER_AGENT: &str = concat!("kenc/", env!("CARGO_PKG_VERSION"));

/// An address of AWS could not be reached, or did not answer.
#[derive(Debug)]
pub(super) struct Unreached {
    /// Scheme, host and port, and whether a proxy may be in between.
    pub(super) endpoint: String,
    pub(super) failure: ConnectionFailure,
    source: Box<dyn Error + Send + Sync>,
}

/// Why an address was not reached.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ConnectionFailure {
    ConnectionRefused,
    NameNotFound,
    NoConnectionWithin(Duration),
    NoAnswerWithin(Duration),
    /// The TLS client's own words.
    NotTrusted(String),
    /// The answer has more bytes than this, more than any of AWS.
    TooLong(usize),
    /// The answer has begun and does not end as it should, for the innermost reason that the HTTP client gives.
    BrokeOff(String),
    /// The innermost reason that the HTTP client gives.
    Other(String),
}

impl fmt::Display for Unreached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { endpoint, failure, source: _ } = self;
        match failure {
            ConnectionFailure::ConnectionRefused => write!(f, "cannot reach {endpoint}: connection refused"),
            ConnectionFailure::NameNotFound => write!(f, "cannot reach {endpoint}: its name does not resolve"),
            ConnectionFailure::NoConnectionWithin(limit) => {
                write!(f, "cannot reach {endpoint}: no connection within {limit:?}")
            }
            ConnectionFailure::NoAnswerWithin(limit) => write!(f, "{endpoint} did not answer within {limit:?}"),
            ConnectionFailure::TooLong(longest) => {
                write!(f, "the response of {endpoint} is longer than {} KiB", longest >> 10)
            }
            ConnectionFailure::BrokeOff(reason) => write!(f, "the response of {endpoint} was cut off: {reason}"),
            ConnectionFailure::NotTrusted(reason) | ConnectionFailure::Other(reason) => {
                write!(f, "cannot reach {endpoint}: {reason}")
            }
        }
    }
}

impl Error for Unreached {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.source.as_ref())
    }
}

/// Ends the tries when there is nobody at the address, or somebody else: asking again within seconds only delays the message.
#[derive(Debug)]
pub(super) struct NobodyThere;

impl ClassifyRetry for NobodyThere {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let nobody_there = context
            .output_or_error()
            .and_then(Result::err)
            .and_then(|error| error.as_connector_error())
            .and_then(|error| causes(error).find_map(|cause| cause.downcast_ref::<Unreached>()))
            .is_some_and(|unreached| {
                matches!(
                    unreached.failure,
                    ConnectionFailure::ConnectionRefused
                        | ConnectionFailure::NameNotFound
                        | ConnectionFailure::NotTrusted(_)
                )
            });
        if nobody_there { RetryAction::RetryForbidden } else { RetryAction::NoActionIndicated }
    }

    fn name(&self) -> &'static str {
        "nobody there"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

/// The error and what caused it, outermost first. An [`io::Error`] hides its own cause from `source`.
pub(super) fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| match error.downcast_ref::<io::Error>() {
        Some(io) => io.get_ref().map(|inner| inner as &(dyn Error + 'static)),
        None => error.source(),
    })
}

#[derive(Debug)]
struct ByScheme {
    clients: Arc<Clients>,
    longest: usize,
}

impl HttpClient for ByScheme {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(LateConnector {
            clients: Arc::clone(&self.clients),
            longest: self.longest,
            settings: settings.clone(),
            components: components.clone(),
        })
    }
}

/// Each client keeps its connections, one pool for each pair of timeouts.
#[derive(Debug)]
struct Clients {
    plain: OnceLock<SharedHttpClient>,
    tls: OnceLock<Result<SharedHttpClient, String>>,
    ca_bundle: Option<String>,
}

impl Clients {
    /// Plain HTTP goes to loopback endpoints and to the metadata services that hand out credentials: never through a proxy.
    fn for_endpoint(&self, endpoint: &str) -> Result<&SharedHttpClient, String> {
        if !endpoint.starts_with("https:") {
            return Ok(self.plain.get_or_init(|| Builder::new().build_http()));
        }
        self.tls.get_or_init(|| tls::client(self.ca_bundle.as_deref())).as_ref().map_err(Clone::clone)
    }
}

#[derive(Debug)]
struct LateConnector {
    clients: Arc<Clients>,
    longest: usize,
    settings: HttpConnectorSettings,
    components: RuntimeComponents,
}

impl HttpConnector for LateConnector {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        let endpoint = endpoint(request.uri());
        // The signature does not cover it.
        let agent = request.headers().get("user-agent").map_or_else(String::new, |agent| format!(" {agent}"));
        request.headers_mut().insert("user-agent", format!("{USER_AGENT}{agent}"));
        let client = match self.clients.for_endpoint(&endpoint) {
            Ok(client) => client,
            Err(reason) => {
                let error = ConnectorError::user(reason.into());
                return HttpConnectorFuture::ready(Err(unreached(endpoint, &self.settings, error)));
            }
        };
        let answer = client.http_connector(&self.settings, &self.components).call(request);
        let (settings, longest) = (self.settings.clone(), self.longest);
        let endpoint = match proxy_variable() {
            Some(variable) if endpoint.starts_with("https:") => format!("{endpoint} ({variable} is set)"),
            _ => endpoint,
        };
        HttpConnectorFuture::new(async move {
            match answer.await {
                Ok(answer) => read_whole(answer, endpoint, longest).await,
                Err(error) => Err(unreached(endpoint, &settings, error)),
            }
        })
    }
}

/// Longest answer of KMS that is read, in bytes. Those of AWS that kenc asks for have a few thousand.
const MAX_ANSWER: usize = 1 << 18;
/// So much memory is taken at once for an answer that says how long it is, in bytes.
const TAKEN_AT_ONCE: usize = 8 << 20;

/// Reads the body of an answer here, where it can be limited: the SDK would keep whatever comes. A connection that breaks off
/// in the middle is a failure of the attempt, which the SDK repeats.
async fn read_whole(
    mut answer: HttpResponse,
    endpoint: String,
    longest: usize,
) -> Result<HttpResponse, ConnectorError> {
    let mut stream = ByteStream::new(answer.take_body());
    let too_long = |endpoint| {
        let failure = ConnectionFailure::TooLong(longest);
        ConnectorError::other(Box::new(Unreached { endpoint, failure, source: "the answer is too long".into() }), None)
    };
    let expected = stream.size_hint().0;
    if expected > longest as u64 {
        return Err(too_long(endpoint));
    }
    let mut body = Vec::with_capacity(usize::try_from(expected).unwrap_or(longest).min(TAKEN_AT_ONCE));
    while let Some(part) = stream.next().await {
        match part {
            Ok(part) if part.len() > longest - body.len() => return Err(too_long(endpoint)),
            Ok(part) => body.extend_from_slice(&part),
            Err(error) => {
                let failure =
                    ConnectionFailure::BrokeOff(causes(&error).last().map(ToString::to_string).unwrap_or_default());
                return Err(ConnectorError::io(Box::new(Unreached { endpoint, failure, source: Box::new(error) })));
            }
        }
    }
    *answer.body_mut() = SdkBody::from(body);
    Ok(answer)
}

/// The variable that may send `https` through a proxy. What it holds is not said, for it may hold a password.
fn proxy_variable() -> Option<&'static str> {
    ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"].into_iter().find(|name| env::var_os(name).is_some())
}

/// Scheme, host and port; never the path or the query, which may hold a token.
pub(super) fn endpoint(uri: &str) -> String {
    let authority_start = uri.find("://").map_or(0, |at| at + 3);
    let authority = uri[authority_start..].split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{}{host}", &uri[..authority_start])
}

/// The same error with the address in it. Its kind stays, because retries are decided by it.
fn unreached(endpoint: String, settings: &HttpConnectorSettings, error: ConnectorError) -> ConnectorError {
    let failure = failure(&error, settings);
    let (is_timeout, is_user, is_io, kind) = (error.is_timeout(), error.is_user(), error.is_io(), error.as_other());
    let wrapped = Box::new(Unreached { endpoint, failure, source: error.into_source() });
    match () {
        () if is_timeout => ConnectorError::timeout(wrapped),
        () if is_user => ConnectorError::user(wrapped),
        () if is_io => ConnectorError::io(wrapped),
        () => ConnectorError::other(wrapped, kind),
    }
}

fn failure(error: &ConnectorError, settings: &HttpConnectorSettings) -> ConnectionFailure {
    let mut innermost = String::new();
    for cause in causes(error) {
        let is_refused = |io: &io::Error| io.kind() == io::ErrorKind::ConnectionRefused;
        if cause.downcast_ref::<io::Error>().is_some_and(is_refused) {
            return ConnectionFailure::ConnectionRefused;
        }
        let text = cause.to_string();
        if text == "dns error" {
            return ConnectionFailure::NameNotFound;
        }
        if text.starts_with("HTTP connect timeout") {
            return ConnectionFailure::NoConnectionWithin(settings.connect_timeout().unwrap_or_default());
        }
        if text.starts_with("HTTP read timeout") {
            return ConnectionFailure::NoAnswerWithin(settings.read_timeout().unwrap_or_default());
        }
        if text.starts_with("invalid peer certificate") || text.starts_with("received corrupt message") {
            return ConnectionFailure::NotTrusted(text);
        }
        if !text.is_empty() {
            innermost = text;
        }
    }
    ConnectionFailure::Other(innermost)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_has_no_path_no_query_and_no_credentials() {
        assert_eq!(endpoint("https://kms.eu-west-1.amazonaws.com/"), "https://kms.eu-west-1.amazonaws.com");
        assert_eq!(endpoint("http://user:password@127.0.0.1:1/a?token=b"), "http://127.0.0.1:1");
        assert_eq!(endpoint("http://host?token=a@b"), "http://host");
    }
}
