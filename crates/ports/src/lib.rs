//! The narrow waist between Coldforge and the services it stands on: [`Table`], [`Feed`], [`Blobs`], [`Keys`],
//! [`Publisher`], [`Poster`], [`AuditSink`] and [`AuditTrail`].
//!
//! A port is shaped by what `DynamoDB`, S3, KMS, SNS and Lambda can really do, and knows nothing of Git. Adapters live in their own
//! crates (`embedded`, `aws`) and prove themselves by running the suites of `conformance` (a cargo feature
//! of that name; for `[dev-dependencies]` only). Test doubles are [`decorators`] around a real adapter.

pub mod audit;
pub mod blobs;
pub mod clock;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod decorators;
pub mod feed;
pub mod keys;
pub mod poster;
pub mod publisher;
pub mod table;

pub use audit::{AuditPage, AuditSink, AuditTrail, LookBack};
pub use blobs::{BlobError, BlobName, Blobs, Presigned};
pub use clock::{Clock, SystemClock};
pub use feed::{Change, Feed, Sequence};
pub use keys::{DataKey, EncryptionContext, KeyDescription, KeyError, Keys};
pub use poster::{PostAnswer, PostError, PostRequest, Poster};
pub use publisher::{BusEvent, PublishError, Publisher, TopicMessage};
pub use table::{CommitError, Expect, Key, Page, Row, Scan, SortRange, Table, TableError, Version, Write};
