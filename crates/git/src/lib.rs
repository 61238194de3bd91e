//! The Git engine: objects, packs, walks and the server side of Git's protocols, over stored packs.
//!
//! Everything here is synchronous and knows neither cloud nor database: packs are read through [`PackFiles`], and what
//! is received is handed back as files in a scratch directory. Callers run it on threads that may block.

pub mod blob_diff;
pub mod commit;
pub mod delta;
pub mod diff;
pub mod edit;
pub mod error;
pub mod file_history;
mod find;
pub mod graph;
pub mod limits;
pub mod merge;
pub mod object;
pub mod odb;
pub mod pack;
pub mod pkt_line;
pub mod receive;
pub mod refs;
pub mod rename;
mod similarity;
pub mod tree;
pub mod upload;
pub mod walk;

pub use error::Error;
pub use gix::ObjectId;
pub use limits::Limits;
pub use object::{Kind, Object};
pub use odb::{Entry, EntryInfo, EntrySet, Odb};
pub use pack::{PackFiles, PackId, PackRecord, Part, StagedPack};
pub use refs::Ref;
