//! Notes whom a client of KMS asks, and under which id AWS logs each call.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;

use super::http::endpoint;
use crate::keys::aws_kms::hooks::{KmsCall, KmsCallLog};
use crate::keys::wrapped::WrappedKeyDigest;

/// A client whose calls are noted.
pub(super) struct Observed {
    client: SharedHttpClient,
    endpoint: Arc<OnceLock<String>>,
    calls: Option<Arc<dyn KmsCallLog>>,
}

impl Observed {
    pub(super) fn new(
        client: SharedHttpClient,
        endpoint: Arc<OnceLock<String>>,
        calls: Option<Arc<dyn KmsCallLog>>,
    ) -> Self {
        Self { client, endpoint, calls }
    }
}

impl fmt::Debug for Observed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observed").field("client", &self.client).finish_non_exhaustive()
    }
}

impl HttpClient for Observed {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.client.http_connector(settings, components);
        let (endpoint, calls) = (Arc::clone(&self.endpoint), self.calls.clone());
        SharedHttpConnector::new(ObservedConnector { inner, endpoint, calls })
    }
}

struct ObservedConnector {
    inner: SharedHttpConnector,
    endpoint: Arc<OnceLock<String>>,
    calls: Option<Arc<dyn KmsCallLog>>,
}

impl fmt::Debug for ObservedConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObservedConnector").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl HttpConnector for ObservedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.endpoint.get_or_init(|| endpoint(request.uri()));
        let Some(calls) = self.calls.clone() else { return self.inner.call(request) };
        let (operation, asked) = (operation(&request), KmsQuestion::of(&request));
        let answer = self.inner.call(request);
        HttpConnectorFuture::new(async move {
            let answer = answer.await?;
            let status = answer.status().as_u16();
            let KmsQuestion { key, context, wrapped_key } = asked;
            let KmsAnswer { key: answered_key, wrapped_key: made } = KmsAnswer::of(&answer);
            let wrapped_keys = wrapped_key.into_iter().chain(made).collect();
            let request_id = request_id(&answer);
            let call = KmsCall { operation, key, answered_key, request_id, status, context, wrapped_keys };
            calls.called(&call).map_err(|reason| ConnectorError::other(reason.into(), None))?;
            Ok(answer)
        })
    }
}

/// Longest id and name that is repeated, in bytes.
const MAX_LEN: usize = 128;
/// Longest name of a key in an answer that is noted, in bytes.
const MAX_ARN_LEN: usize = 2048;

/// The operation, of which the header is `TrentService.Decrypt`.
fn operation(request: &HttpRequest) -> String {
    let target = request.headers().get("x-amz-target").unwrap_or_default();
    target.rsplit('.').next().unwrap_or_default().to_owned()
}

/// What is kept of a request. Nothing else is: a data key may be in it.
#[derive(Default)]
struct KmsQuestion {
    key: Option<String>,
    context: Vec<(String, String)>,
    wrapped_key: Option<WrappedKeyDigest>,
}

impl KmsQuestion {
    fn of(request: &HttpRequest) -> Self {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Fields {
            #[serde(alias = "SourceKeyId")]
            key_id: Option<String>,
            #[serde(default, alias = "SourceEncryptionContext")]
            encryption_context: BTreeMap<String, String>,
            ciphertext_blob: Option<String>,
        }
        let fields = request.body().bytes().and_then(|body| serde_json::from_slice::<Fields>(body).ok());
        let Some(Fields { key_id, encryption_context, ciphertext_blob }) = fields else { return Self::default() };
        let context = encryption_context.into_iter().collect();
        Self { key: key_id, context, wrapped_key: digest(ciphertext_blob.as_deref()) }
    }
}

/// What is kept of an answer, in which there may be a data key as well.
#[derive(Default)]
struct KmsAnswer {
    key: Option<String>,
    wrapped_key: Option<WrappedKeyDigest>,
}

impl KmsAnswer {
    fn of(answer: &HttpResponse) -> Self {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Fields {
            key_id: Option<String>,
            ciphertext_blob: Option<String>,
        }
        let fields = answer.body().bytes().and_then(|body| serde_json::from_slice::<Fields>(body).ok());
        let Some(Fields { key_id, ciphertext_blob }) = fields else { return Self::default() };
        Self { key: key_id.filter(|key| key.len() <= MAX_ARN_LEN), wrapped_key: digest(ciphertext_blob.as_deref()) }
    }
}

fn digest(text: Option<&str>) -> Option<WrappedKeyDigest> {
    BASE64_STANDARD.decode(text?).ok().map(|wrapped| WrappedKeyDigest::of(&wrapped))
}

fn request_id(answer: &HttpResponse) -> Option<String> {
    let id = ["x-amzn-requestid", "x-amz-request-id"].into_iter().find_map(|name| answer.headers().get(name))?;
    (id.len() <= MAX_LEN && id.bytes().all(|byte| byte.is_ascii_graphic())).then(|| id.to_owned())
}
