//! Runs the blocking part of a Git request on a thread of its own and streams what it writes.

use super::response_writer::{ResponseWriter, response_writer};
use service::{GitFailure, Response};
use std::io::{self, Write};

/// Answers 200 with what `work` writes. As long as nothing was sent, a failure becomes the status it deserves; later, the
/// body is cut off, so that the client does not take a part for the whole.
pub(super) async fn respond(
    content_type: &'static str,
    work: impl FnOnce(&mut ResponseWriter) -> Result<(), GitFailure> + Send + 'static,
) -> Result<Response, GitFailure> {
    let (mut writer, start) = response_writer();
    let span = tracing::Span::current();
    let running = tokio::task::spawn_blocking(move || {
        let _entered = span.enter();
        let outcome = work(&mut writer).and_then(|()| writer.flush().map_err(GitFailure::internal));
        match outcome {
            Err(failure) if writer.has_started() => {
                tracing::warn!(error = %failure, "a Git response was cut off");
                writer.abort(io::Error::other("the response could not be completed"));
                Ok(())
            }
            outcome => outcome,
        }
    });
    let body = match start.body().await {
        Some(body) => body,
        None => {
            running.await.map_err(GitFailure::internal)??;
            service::Body::empty()
        }
    };
    let response = http::Response::builder()
        .header(http::header::CONTENT_TYPE, content_type)
        .header(http::header::CACHE_CONTROL, "no-cache, max-age=0, must-revalidate");
    response.body(body).map_err(GitFailure::internal)
}
