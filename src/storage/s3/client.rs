//! The client of S3: the vendor's own, one for each bucket, behind calls that block.

use std::error::Error as StdError;
use std::future::Future;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{
    Builder, Region, RequestChecksumCalculation, ResponseChecksumValidation, SharedCredentialsProvider,
};
use aws_types::SdkConfig;
use aws_types::service_config::ServiceConfigKey;
use tokio::task::JoinHandle;

use super::handle::S3;
use super::memory::MemoryShare;
use super::name::ObjectName;
use super::unfinished_upload::UploadListener;
use super::url_client::client_of_url;
use crate::error::{Error, KmsRefusal, ObjectRefusal, ObjectRefusalKind, Result};
use crate::keys::aws_kms::{ObjectAccess, SignIn};

/// The region that is asked where none is named: S3 says there in which one a bucket is.
const FIRST_REGION: &str = "us-east-1";
/// How often a wait looks whether the work was cancelled.
const LOOK: Duration = Duration::from_millis(100);

impl S3 {
    /// The access to AWS.
    pub(super) fn access(&self, name: &ObjectName) -> Result<&ObjectAccess> {
        let access = if name.is_url() {
            self.0.unsigned.get_or_init(|| ObjectAccess::new(&self.0.kms, FIRST_REGION, SignIn::Never))
        } else {
            self.0.access.get_or_init(|| ObjectAccess::new(&self.0.kms, FIRST_REGION, SignIn::Now))
        };
        access.as_ref().map_err(|refusal| {
            let unasked = refusal.clone();
            Error::Object(Box::new(ObjectRefusal {
                kind: ObjectRefusalKind::Unasked(unasked.kind),
                operation: "GetObject",
                object: name.to_string(),
                region: None,
                code: None,
                message: String::new(),
                request_id: None,
                unasked: Some(unasked),
            }))
        })
    }

    /// The client for a bucket.
    pub(super) fn client(&self, name: &ObjectName) -> Result<Client> {
        let access = self.access(name)?;
        let mut clients = self.0.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let place = if name.is_url() { name.to_string() } else { name.bucket.clone() };
        if let Some(client) = clients.get(&place) {
            return Ok(client.clone());
        }
        let client = if name.is_url() {
            client_of_url(&access.config, self.0.urls.url(&place))
        } else {
            client_for(&access.config, &name.bucket, None)
        };
        clients.insert(place, client.clone());
        Ok(client)
    }

    /// Has a bucket asked in another region from now on.
    pub(super) fn move_to_region(&self, name: &ObjectName, region: String) -> Result<()> {
        let access = self.access(name)?;
        let client = client_for(&access.config, &name.bucket, Some(region));
        self.0.clients.lock().unwrap_or_else(PoisonError::into_inner).insert(name.bucket.clone(), client);
        Ok(())
    }

    /// Who hears of uploads that other runs have left behind.
    pub(super) fn listener(&self) -> &dyn UploadListener {
        &*self.0.listener
    }

    /// Whether a bucket has access-control lists disabled, if that is known.
    pub(super) fn has_no_lists(&self, bucket: &str) -> Option<bool> {
        self.0.without_lists.lock().unwrap_or_else(PoisonError::into_inner).get(bucket).copied()
    }

    /// Keeps what was found out about that.
    pub(super) fn remember_lists(&self, bucket: &str, has_none: bool) {
        self.0.without_lists.lock().unwrap_or_else(PoisonError::into_inner).insert(bucket.to_owned(), has_none);
    }

    /// Waits until an upload may take so much memory.
    ///
    /// # Errors
    /// [`Error::Interrupted`].
    pub(super) fn memory_for_upload(&self, bytes: u64) -> Result<MemoryShare> {
        self.0.for_uploads.take(bytes, &self.0.cancelled)
    }

    /// Memory for what is read of an object, if there is enough now.
    pub(super) fn memory_for_download(&self, bytes: u64) -> Option<MemoryShare> {
        self.0.for_downloads.try_take(bytes)
    }

    /// Why a request got no answer.
    pub(super) fn unasked(&self, error: &(dyn StdError + 'static)) -> Box<KmsRefusal> {
        match self.0.access.get().or_else(|| self.0.unsigned.get()) {
            Some(Ok(access)) => access.unasked(error),
            Some(Err(refusal)) => refusal.clone(),
            None => unreachable!("a request was sent with an access"),
        }
    }

    /// Runs a request to its end, or to the end of the work.
    ///
    /// # Errors
    /// [`Error::Interrupted`].
    pub(super) fn wait<F: Future>(&self, name: &ObjectName, request: F) -> Result<F::Output> {
        let access = self.access(name)?;
        access.block_on(async {
            let mut request = std::pin::pin!(request);
            loop {
                if self.0.cancelled.load(Ordering::Relaxed) {
                    return Err(Error::Interrupted);
                }
                if let Ok(output) = tokio::time::timeout(LOOK, request.as_mut()).await {
                    return Ok(output);
                }
            }
        })
    }

    /// Runs a request to its end within `limit`, even if the work was cancelled. `None` if it takes longer.
    pub(super) fn finish<F: Future>(&self, name: &ObjectName, limit: Duration, request: F) -> Option<F::Output> {
        let access = self.access(name).ok()?;
        access.block_on(async { tokio::time::timeout(limit, request).await.ok() })
    }

    /// Starts a request that proceeds while others do.
    pub(super) fn spawn<F>(&self, name: &ObjectName, request: F) -> Result<JoinHandle<F::Output>>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        Ok(self.access(name)?.spawn(request))
    }
}

fn client_for(config: &SdkConfig, bucket: &str, region: Option<String>) -> Client {
    let region = region.map(Region::new).or_else(|| config.region().cloned());
    let is_arn = bucket.starts_with("arn:");
    let mut builder = Builder::from(config)
        .region(region.unwrap_or_else(|| Region::new(FIRST_REGION)))
        // A server of one's own has seldom a name for each bucket, and a certificate covers no dot in it.
        .force_path_style(!is_arn && (has_endpoint(config) || bucket.contains('.')))
        .use_arn_region(true)
        // Every file is authenticated, which finds more than a checksum would.
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
    if config.request_checksum_calculation().is_none() {
        builder = builder.request_checksum_calculation(RequestChecksumCalculation::WhenSupported);
    }
    let credentials: Option<SharedCredentialsProvider> = config.credentials_provider();
    builder.set_credentials_provider(credentials);
    Client::from_conf(builder.build())
}

/// Whether the environment or the profile names the endpoint of S3.
fn has_endpoint(config: &SdkConfig) -> bool {
    let key = ServiceConfigKey::builder().service_id("S3").env("AWS_ENDPOINT_URL").profile("endpoint_url").build();
    let of_service = || config.service_config()?.load_config(key.ok()?);
    config.endpoint_url().is_some() || of_service().is_some()
}
