//! AWS KMS without AWS.

mod emulators;
mod faults;

pub use emulators::{
    Kms, REGION, home_at, ministack, ministack_of_the_lab, ministack_with_contexts, ministack_with_permissions, moto,
    moto_with_tls,
};
pub use faults::Faults;
