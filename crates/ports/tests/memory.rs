//! The adapters in memory keep the ports' promises, and so do decorated ones.

use ports::conformance::model::{MemoryBlobs, MemoryTable};
use std::sync::Arc;

mod table {
    use super::*;

    async fn make_table() -> Arc<MemoryTable> {
        Arc::new(MemoryTable::new())
    }

    ports::table_conformance!(make_table);
    ports::feed_conformance!(make_table);
}

mod blobs {
    use super::*;

    async fn make_blobs() -> Arc<MemoryBlobs> {
        Arc::new(MemoryBlobs::new())
    }

    ports::blobs_conformance!(make_blobs);
}

mod decorated {
    use super::*;
    use ports::decorators::{Decorated, Delay, Failing, Failures, Latency, Recorder, Recording};
    use std::time::Duration;

    type Everything<P> = Recording<Failing<Latency<P>>>;

    fn decorate<P>(inner: Arc<P>) -> Arc<Everything<P>> {
        let slow = Decorated::new(inner, Delay::fixed(Duration::ZERO));
        let failing = Decorated::new(Arc::new(slow), Failures::new());
        Arc::new(Decorated::new(Arc::new(failing), Recorder::new()))
    }

    mod table {
        use super::*;

        async fn make_table() -> Arc<Everything<MemoryTable>> {
            decorate(Arc::new(MemoryTable::new()))
        }

        ports::table_conformance!(make_table);
        ports::feed_conformance!(make_table);
    }

    mod blobs {
        use super::*;

        async fn make_blobs() -> Arc<Everything<MemoryBlobs>> {
            decorate(Arc::new(MemoryBlobs::new()))
        }

        ports::blobs_conformance!(make_blobs);
    }
}
