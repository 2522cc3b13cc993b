//! The objects among the files to change.

use super::object::{ObjectOrigin, ObjectTarget};
use super::targets::Target;
use crate::error::Result;
use crate::ops::failure::{Cause, Failure};
use crate::ops::object_name::object_of;
use crate::ops::session::Session;
use crate::ops::shard::Shard;
use crate::storage::s3::ObjectName;

/// Puts objects in the place of the paths that name them, and all objects below it in the place of a prefix.
pub(super) fn with_objects(
    session: &Session,
    targets: Vec<Result<Target, Failure>>,
    shard: Option<Shard>,
) -> Vec<Result<Target, Failure>> {
    let mut all = Vec::with_capacity(targets.len());
    for target in targets {
        match target {
            Ok(Target::Itself(path)) if ObjectName::is_meant(&path) => match object_of(&path) {
                Ok(Some(prefix)) if prefix.is_prefix() => {
                    let is_ours =
                        |object: &ObjectName| shard.is_none_or(|shard| shard.has_key(&prefix.key, &object.key));
                    let objects = session.s3().list(&prefix).filter(|object| match object {
                        Ok(object) => !object.is_prefix() && is_ours(object),
                        Err(_) => true,
                    });
                    let target = |object: Result<ObjectName>| {
                        Ok(Target::Object(ObjectTarget::new(session, object?, ObjectOrigin::Found)))
                    };
                    all.extend(objects.map(target));
                }
                Ok(Some(name)) if name.is_url() => all.push(Err(Cause::UrlOnlyRead(path).into())),
                Ok(Some(name)) => all.push(Ok(Target::Object(ObjectTarget::new(session, name, ObjectOrigin::Named)))),
                Ok(None) => {}
                Err(failure) => all.push(Err(failure)),
            },
            other => all.push(other),
        }
    }
    all
}
