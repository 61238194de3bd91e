//! The ports' adapters for one machine: everything lives in one data directory that one process owns.
//!
//! [`DataDirectory::open`] locks the directory and gives out [`EmbeddedTable`] (on the embedded database redb),
//! [`DirectoryBlobs`] (plain files) and [`FileKeys`] (master keys in a file). What they acknowledge is on disk.
//! [`AuditFiles`] keeps records of what was done, and [`HttpPublisher`] posts to endpoints that stand in for topics and functions.

mod audit;
mod blobs;
mod data_directory;
mod keys;
mod open_error;
mod publisher;
mod sync;
mod table;

pub use audit::AuditFiles;
pub use blobs::DirectoryBlobs;
pub use data_directory::DataDirectory;
pub use keys::FileKeys;
pub use open_error::OpenError;
pub use outbound::{Endpoint, EndpointError};
pub use publisher::HttpPublisher;
pub use table::EmbeddedTable;
