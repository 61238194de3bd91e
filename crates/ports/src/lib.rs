//! The narrow waist between Coldforge and the services it stands on: [`Table`], [`Blobs`], [`Keys`] and
//! [`Publisher`].
//!
//! A port is shaped by what `DynamoDB`, S3, KMS, SNS and Lambda can really do, and knows nothing of Git. Adapters live in their own
//! crates (`embedded`, later `aws`) and prove themselves by running the suites of `conformance` (a cargo feature
//! of that name; for `[dev-dependencies]` only). Test doubles are [`decorators`] around a real adapter.

pub mod blobs;
pub mod clock;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod decorators;
pub mod keys;
pub mod publisher;
pub mod table;

pub use blobs::{BlobError, BlobName, Blobs};
pub use clock::{Clock, SystemClock};
pub use keys::{DataKey, EncryptionContext, KeyDescription, KeyError, Keys};
pub use publisher::{PublishError, Publisher};
pub use table::{
    Change, CommitError, Expect, Key, Page, Row, Scan, Sequence, SortRange, Table, TableError, Version, Write,
};
