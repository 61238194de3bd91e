//! Adapters that live in memory: the simplest that keep the ports' promises. The suites compare others with them, and other
//! crates' tests may stand on them where durability does not matter.

mod blobs;
mod table;

pub use blobs::MemoryBlobs;
pub use table::MemoryTable;
