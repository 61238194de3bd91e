//! A decorator that records calls which take a little time, so that it shows which of them run side by side.

use ports::decorators::{Around, Call, Delay, Measure, Recorder, Unavailability};
use std::time::Duration;

#[derive(Clone)]
pub(crate) struct Slow(pub(crate) Recorder);

impl Around for Slow {
    async fn around<T, E>(&self, call: Call, real: impl Future<Output = Result<T, E>> + Send) -> Result<T, E>
    where
        T: Measure + Send,
        E: Unavailability + Send,
    {
        let delay = Delay::fixed(Duration::from_millis(2));
        self.0.around(call.clone(), delay.around(call, real)).await
    }
}
