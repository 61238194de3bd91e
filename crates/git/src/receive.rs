//! Receiving objects: the commands of a push, the pack that comes with it, and packs made here.

mod advertise;
mod budget;
mod checks;
mod commands;
mod content;
mod deltas;
mod entries;
mod error;
pub mod fsck;
mod index_file;
mod index_pack;
mod pack_builder;
mod pack_stream;
mod references;
mod report;
mod resolver;
mod scratch_pack;
mod special_blobs;
mod spill;
mod staging;
mod thin;

pub use advertise::advertise;
pub use commands::{Capabilities, Command, PushRequest};
pub use error::ReceiveError;
pub use index_pack::{Progress, index_pack};
pub use pack_builder::PackBuilder;
pub use report::{Outcome, Report};
