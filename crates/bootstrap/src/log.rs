//! Log lines: JSON objects on standard output, which Lambda hands to CloudWatch Logs.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

/// Sends log lines to standard output from now on.
pub(crate) fn start(filter: &str) -> Result<(), ParseError> {
    let filter = EnvFilter::try_new(filter)?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_target(false)
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .init();
    Ok(())
}
