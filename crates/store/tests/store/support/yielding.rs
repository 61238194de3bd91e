//! A decorator that lets other tasks run around every call, as often as a seed says: each seed is another interleaving.

use ports::decorators::{Around, Call, Measure, Unavailability};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

#[derive(Clone)]
pub(crate) struct Yielding(Arc<AtomicU64>);

impl Yielding {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(Arc::new(AtomicU64::new(seed)))
    }

    async fn pause(&self) {
        // SplitMix64: any well-mixed sequence will do.
        let mut number = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        for _ in 0..(number >> 60) % 4 {
            tokio::task::yield_now().await;
        }
    }
}

impl Around for Yielding {
    async fn around<T, E>(&self, _call: Call, real: impl Future<Output = Result<T, E>> + Send) -> Result<T, E>
    where
        T: Measure + Send,
        E: Unavailability + Send,
    {
        self.pause().await;
        let answer = real.await;
        self.pause().await;
        answer
    }
}
