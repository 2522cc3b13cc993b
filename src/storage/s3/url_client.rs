//! Reading an object from a URL: the client of S3, whose requests go to the URL as it is, without credentials and without any
//! header of AWS.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Builder, ConfigBag, Intercept, Region, ResponseChecksumValidation, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;
use aws_types::SdkConfig;
use secrecy::{ExposeSecret as _, SecretString};

/// The headers that a plain read has. The signature of a URL covers no others.
const KEPT: [&str; 2] = ["range", "if-match"];

/// A client that reads this URL, whatever it is asked for.
pub(super) fn client_of_url(config: &SdkConfig, url: SecretString) -> Client {
    let mut unsigned = config.to_builder();
    unsigned.set_credentials_provider(None);
    let unsigned = unsigned.endpoint_url("http://127.0.0.1").build();
    let builder = Builder::from(&unsigned)
        .region(Region::new("us-east-1"))
        .force_path_style(true)
        .allow_no_auth()
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        .interceptor(PlainRead { url });
    Client::from_conf(builder.build())
}

/// Makes a request of S3 a plain read of the URL.
#[derive(Debug)]
struct PlainRead {
    url: SecretString,
}

#[dyn_dispatch_hint]
impl Intercept for PlainRead {
    fn name(&self) -> &'static str {
        "plain read"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        // The reason would tell the URL.
        request.set_uri(self.url.expose_secret()).map_err(|_| "the URL is not well formed")?;
        let others: Vec<String> =
            request.headers().iter().map(|(name, _)| name.to_owned()).filter(|name| !KEPT.contains(&&**name)).collect();
        for name in others {
            request.headers_mut().remove(&name);
        }
        Ok(())
    }
}
