//! `Latency`: calls that take time.

use super::call::{Call, CallKind};
use super::decorated::{Around, Decorated, Measure, Unavailability};
use std::sync::Arc;
use std::time::Duration;

/// An adapter whose calls take longer, by what its [`Delay`] says.
pub type Latency<P> = Decorated<P, Delay>;

/// How long calls are held up before they are made. Waits with `tokio::time`, so a paused clock makes it instant.
#[derive(Clone)]
pub struct Delay(Arc<dyn Fn(CallKind) -> Duration + Send + Sync>);

impl Delay {
    /// The same delay for every call.
    pub fn fixed(delay: Duration) -> Self {
        Self::by_kind(move |_| delay)
    }

    /// A delay that depends on what is called.
    pub fn by_kind(delay: impl Fn(CallKind) -> Duration + Send + Sync + 'static) -> Self {
        Self(Arc::new(delay))
    }
}

impl Around for Delay {
    async fn around<T, E>(&self, call: Call, real: impl Future<Output = Result<T, E>> + Send) -> Result<T, E>
    where
        T: Measure + Send,
        E: Unavailability + Send,
    {
        tokio::time::sleep((self.0)(call.kind)).await;
        real.await
    }
}
