//! The adapters keep the ports' promises.

use crate::emulator::Emulator;
use ports::Table;
use ports::conformance::table::TableFixture;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A table of its own for each case, which the emulator copies in every transaction.
struct Remote(Arc<dyn Table>);

impl Remote {
    fn new(emulator: &Emulator) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("case-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        Self(Arc::new(emulator.table(&name, false)))
    }
}

impl TableFixture for Remote {
    fn table(&self) -> Arc<dyn Table> {
        self.0.clone()
    }

    fn histories(&self) -> u32 {
        8
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_table_keeps_its_promises() {
    let emulator = Emulator::start();
    ports::table_conformance!(in this test: Remote::new(&emulator));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_blobs_keep_their_promises() {
    let emulator = Emulator::start();
    let blobs = Arc::new(emulator.blobs());
    ports::blobs_conformance!(in this test: Arc::clone(&blobs));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_keys_keep_their_promises() {
    let emulator = Emulator::start();
    let keys = Arc::new(emulator.keys());
    ports::keys_conformance!(in this test: Arc::clone(&keys));
}
