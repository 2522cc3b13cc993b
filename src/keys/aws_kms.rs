//! AWS KMS as the keeper of wrapping keys.
//!
//! The words, refusals and policies of its keys are always here. What talks to AWS is in `client`, with the feature `aws`;
//! without it, `no_client` refuses every call in its place. Nothing is read, started or connected before the first call.

pub(super) mod check;
#[cfg(feature = "aws")]
mod client;
mod hooks;
pub(super) mod key;
mod move_inside;
#[cfg(not(feature = "aws"))]
mod no_client;
mod pattern;
mod policy;
mod policy_service;
pub(super) mod provider;
mod routes;
pub(super) mod service;
mod settings;
mod wrap_many;

pub use self::check::{
    AwsCaller, KmsKeyCheck, KmsKeyDescription, KmsOperation, KmsPermission, KmsPurpose, KmsRotation, MultiRegion,
};
#[cfg(feature = "aws")]
pub(crate) use self::client::objects::{ObjectAccess, SignIn, printable};
pub use self::hooks::{KmsCall, KmsCallLog, KmsHooks};
pub use self::key::{AWS_KMS, KmsKey};
pub use self::policy::{
    AccountRights, AwsPrincipal, ContextCondition, KeyPolicy, Parties, PolicyStatement, is_account,
};
pub use self::policy_service::KeyService;
pub use self::routes::KmsRoutes;
pub use self::service::AwsKms;
pub use self::settings::KmsSettings;
pub use crate::error::{KmsRefusal, KmsRefusalKind, ReEncryptRefusal};
