//! Records with encrypted fields: JSON lines, CSV and exports of DynamoDB.

pub mod decrypt;
pub mod get;
