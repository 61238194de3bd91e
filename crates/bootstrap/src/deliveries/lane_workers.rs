//! Handing lanes over to those who deliver what waits in them.

use super::Work;
use domain::Lane;
use futures_util::StreamExt;
use futures_util::stream;
use ports::{PublishError, Publisher};
use std::sync::Arc;

/// How many lanes are handed over at the same time.
const AT_ONCE: usize = 16;

/// The function that works on a lane, as often as there are lanes. Cheap to clone.
#[derive(Clone)]
pub(crate) struct LaneWorkers {
    publisher: Arc<dyn Publisher>,
    function: Arc<str>,
}

impl LaneWorkers {
    /// Workers that are invocations of the function with this ARN.
    pub(crate) fn new(publisher: Arc<dyn Publisher>, function: impl Into<Arc<str>>) -> Self {
        Self { publisher, function: function.into() }
    }

    /// Has each of the lanes worked on, without waiting for it. That somebody is at work on a lane already does no harm.
    ///
    /// # Errors
    /// Why the first lane that could not be handed over was not; all others were tried.
    pub(crate) async fn hand_over(&self, lanes: impl IntoIterator<Item = Lane>) -> Result<(), PublishError> {
        let handed: Vec<_> = lanes.into_iter().map(|lane| self.run(lane)).collect();
        let handed = stream::iter(handed).buffer_unordered(AT_ONCE).collect::<Vec<_>>().await;
        handed.into_iter().collect()
    }

    async fn run(&self, lane: Lane) -> Result<(), PublishError> {
        let work = serde_json::to_string(&Work::on(&lane)).map_err(|error| PublishError::Invalid(error.to_string()))?;
        self.publisher.invoke(&self.function, &work).await
    }
}
