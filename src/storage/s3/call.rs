//! One request about an object: sent again in the region of its bucket, if that turns out to be another.

use std::error::Error as StdError;
use std::future::Future;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::fault::{Fault, fault};
use super::handle::S3;
use super::name::ObjectName;
use crate::error::{Error, Result};

/// Sends a request and waits for its answer.
///
/// # Errors
/// [`Error::Interrupted`] outside; inside, the refusal with the status of its answer.
pub(super) fn call<T, E, F>(
    s3: &S3,
    operation: &'static str,
    name: &ObjectName,
    send: impl Fn(Client) -> F,
) -> Result<Result<T, Fault>>
where
    E: ProvideErrorMetadata + StdError + 'static,
    F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
{
    let mut is_moved = false;
    loop {
        let client = s3.client(name)?;
        let error = match s3.wait(name, send(client))? {
            Ok(answer) => return Ok(Ok(answer)),
            Err(error) => error,
        };
        let fault = fault(s3, operation, &name.to_string(), &error);
        match &fault.region {
            Some(region) if !is_moved && !name.is_url() => {
                s3.move_to_region(name, region.clone())?;
                is_moved = true;
            }
            _ => return Ok(Err(fault)),
        }
    }
}

/// The same, where every refusal is an error.
///
/// # Errors
/// Every refusal, and an interruption.
pub(super) fn ask<T, E, F>(s3: &S3, operation: &'static str, name: &ObjectName, send: impl Fn(Client) -> F) -> Result<T>
where
    E: ProvideErrorMetadata + StdError + 'static,
    F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
{
    call(s3, operation, name, send)?.map_err(|fault| Error::Object(fault.refusal))
}
