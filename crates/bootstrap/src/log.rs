//! Log lines: JSON objects on standard output, which Lambda hands to CloudWatch Logs.

use crate::metrics::Metrics;
use std::str::FromStr;
use tracing::Level;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{ParseError, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Sends log lines to standard output from now on: those of a level, or of directives such as `info,service=debug`. Directives
/// cannot look at spans and fields as in `coldforge serve`; that takes regular expressions, which are a tenth of the binary.
/// Metrics are printed whatever the level.
pub(crate) fn start(filter: &str, metrics: Option<Metrics>) -> Result<(), ParseError> {
    let filter = Targets::from_str(filter)?;
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_target(false)
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false);
    let metrics = metrics.map(|metrics| metrics.with_filter(Targets::new().with_target("service", Level::INFO)));
    tracing_subscriber::registry().with(lines.with_filter(filter)).with(metrics).init();
    Ok(())
}
