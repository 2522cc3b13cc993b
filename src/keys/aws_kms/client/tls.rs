//! TLS: whom to trust, and through which proxy to go.

use aws_smithy_runtime_api::client::http::SharedHttpClient;

#[cfg(not(any(feature = "aws-lc", feature = "ring")))]
pub(super) fn client(_ca_bundle: Option<&str>) -> Result<SharedHttpClient, String> {
    Err("this build of kenc has no TLS".to_owned())
}

/// A client that trusts the certificates of the system, or instead those in the file `ca_bundle`.
#[cfg(any(feature = "aws-lc", feature = "ring"))]
pub(super) fn client(ca_bundle: Option<&str>) -> Result<SharedHttpClient, String> {
    use aws_smithy_http_client::proxy::ProxyConfig;
    use aws_smithy_http_client::tls::{Provider, TlsContext, rustls_provider::CryptoMode};
    use aws_smithy_http_client::{Builder, Connector};
    use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

    #[cfg(feature = "aws-lc")]
    let provider = Provider::Rustls(CryptoMode::AwsLc);
    #[cfg(not(feature = "aws-lc"))]
    let provider = Provider::Rustls(CryptoMode::Ring);
    let mut context = TlsContext::builder();
    if let Some(path) = ca_bundle {
        context = context.with_trust_store(trusted(path).map_err(|reason| format!("the CA bundle {path} {reason}"))?);
    }
    let context = context.build().map_err(|error| error.to_string())?;
    Ok(Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder().proxy_config(ProxyConfig::from_env());
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector.tls_provider(provider.clone()).tls_context(context.clone()).build()
    }))
}

/// The certificates of a file. The HTTP client would panic over one that is damaged, so each is parsed before.
#[cfg(any(feature = "aws-lc", feature = "ring"))]
fn trusted(path: &str) -> Result<aws_smithy_http_client::tls::TrustStore, String> {
    use rustls::RootCertStore;
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;

    let pem = std::fs::read(path).map_err(|error| format!("cannot be read: {error}"))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| format!("is not PEM: {error}"))?;
        roots.add(certificate).map_err(|error| format!("has a certificate that cannot be used: {error}"))?;
    }
    if roots.is_empty() {
        return Err("has no certificate".to_owned());
    }
    Ok(aws_smithy_http_client::tls::TrustStore::empty().with_pem_certificate(pem))
}
