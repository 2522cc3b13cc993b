//! AWS KMS as the keys of one document have it asked.

use crate::keys::access::KmsAccess;
use crate::keys::aws_kms::AwsKms;

/// Most keys of AWS KMS that one document makes us ask. No honest one comes near it.
pub(super) const MAX_KMS_CALLS: usize = 32;

/// KMS as each role and profile asks it, each once.
#[derive(Default)]
pub(super) struct Services(Vec<(KmsAccess, Option<AwsKms>)>);

impl Services {
    pub(super) fn index(&mut self, kms: &AwsKms, access: &KmsAccess) -> usize {
        let is_same = |(other, _): &(KmsAccess, _)| other.role == access.role && other.profile == access.profile;
        self.0.iter().position(is_same).unwrap_or_else(|| {
            self.0.push((access.clone(), kms.acting_as(access)));
            self.0.len() - 1
        })
    }

    pub(super) fn get<'a>(&'a self, kms: &'a AwsKms, index: usize) -> &'a AwsKms {
        self.0[index].1.as_ref().unwrap_or(kms)
    }
}
