//! git-receive-pack: takes a push. The way of a push, from commands to report, is told in ARCHITECTURE.md.

use super::push::Push;
use super::request_reader::request_reader;
use super::respond::respond;
use git::Limits;
use git::receive::{PushRequest, ReceiveError, advertise};
use git::upload::ProtocolVersion;
use http::StatusCode;
use service::{Authorized, Context, GitFailure, GitRequest, Response};
use store::Repository;
use tokio::runtime::Handle;

/// Advertises the refs for a push.
pub(super) async fn advertise_refs(
    _cx: Context,
    repository: Authorized<Repository>,
    request: GitRequest,
) -> Result<Response, GitFailure> {
    let refs = repository.refs("refs/").await.map_err(GitFailure::internal)?;
    let version = if request.protocol.is_v1() { ProtocolVersion::V1 } else { ProtocolVersion::V0 };
    respond("application/x-git-receive-pack-advertisement", move |out| {
        advertise(version, &refs, out).map_err(GitFailure::internal)
    })
    .await
}

/// Takes a push and reports what became of each ref.
pub(super) async fn receive_pack(
    cx: Context,
    repository: Authorized<Repository>,
    request: GitRequest,
) -> Result<Response, GitFailure> {
    let runtime = Handle::current();
    respond("application/x-git-receive-pack-result", move |out| {
        let mut input = request_reader(request.body, runtime.clone()).map_err(GitFailure::internal)?;
        let limits = Limits::default();
        let request = PushRequest::read(&mut input, &limits).map_err(unreadable)?;
        if request.commands.is_empty() {
            // git probes with an empty request before it sends a large one; the answer is as empty.
            return Ok(());
        }
        // Whether the caller may push at all was asked before, without a ref.
        let names = request.commands.iter().map(|command| command.name.as_str());
        let forbidden = runtime.block_on(cx.forbidden_to_push(repository.name(), names))?;
        let push = Push { cx: &cx, repository: &repository, runtime: &runtime, request, limits, forbidden };
        push.run(&mut input, out).map_err(GitFailure::from)
    })
    .await
}

/// A request that is no push at all.
fn unreadable(error: ReceiveError) -> GitFailure {
    GitFailure::refused(StatusCode::BAD_REQUEST, error.to_string())
}
