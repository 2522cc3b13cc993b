//! Notes whom a client of KMS asks, and under which id AWS logs each call.

use std::fmt;
use std::sync::{Arc, OnceLock};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use serde::Deserialize;

use super::http::endpoint;
use crate::keys::aws_kms::hooks::{KmsCall, KmsCallLog};

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
        let (operation, key) = (operation(&request), key(&request));
        let answer = self.inner.call(request);
        HttpConnectorFuture::new(async move {
            let answer = answer.await?;
            let status = answer.status().as_u16();
            calls.called(&KmsCall { operation, key, request_id: request_id(&answer), status });
            Ok(answer)
        })
    }
}

/// Longest id and name that is repeated, in bytes.
const MAX_LEN: usize = 128;

/// The operation, of which the header is `TrentService.Decrypt`.
fn operation(request: &HttpRequest) -> String {
    let target = request.headers().get("x-amz-target").unwrap_or_default();
    target.rsplit('.').next().unwrap_or_default().to_owned()
}

/// The name of the key in a request. Nothing else of the request is kept: a data key may be in it.
fn key(request: &HttpRequest) -> Option<String> {
    #[derive(Deserialize)]
    struct Named {
        #[serde(rename = "KeyId", alias = "SourceKeyId")]
        key: String,
    }
    serde_json::from_slice::<Named>(request.body().bytes()?).ok().map(|named| named.key)
}

fn request_id(answer: &HttpResponse) -> Option<String> {
    let id = ["x-amzn-requestid", "x-amz-request-id"].into_iter().find_map(|name| answer.headers().get(name))?;
    (id.len() <= MAX_LEN && id.bytes().all(|byte| byte.is_ascii_graphic())).then(|| id.to_owned())
}
