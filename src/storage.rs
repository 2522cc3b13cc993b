//! Where bytes come from and go to: local files, the standard streams, and the objects of any other storage.

pub mod object;
pub mod output;
pub mod payload;
pub mod s3;
pub mod standard;
