//! Adapters of the ports for an AWS account: [`DynamoTable`], [`S3Blobs`], [`KmsKeys`] and [`AwsPublisher`], and [`stream`] for
//! what DynamoDB Streams deliver. No other crate names an AWS SDK.
//!
//! All calls go through one [`Connection`]. The SDK's own retries are off: an adapter knows better than the SDK which call may be
//! made again and what an answer means that comes after one was lost, so `retry` does it, within a time limit for each call.

mod audit;
mod blobs;
mod connection;
mod keys;
mod publisher;
mod retry;
pub mod stream;
mod table;

pub use audit::StdoutAudit;
pub use blobs::{Encryption, S3Blobs};
pub use connection::{Connection, ConnectionError};
pub use keys::KmsKeys;
pub use publisher::AwsPublisher;
pub use table::DynamoTable;

/// Random bytes for versions and tokens.
fn random<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}
