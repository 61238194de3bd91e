//! `GetComment`: tells what a comment says.

use super::{content, wire};
use api::{GetCommentInput, GetCommentOutput};
use service::{Authorized, Context, Result};
use store::FoundComment;

/// Tells a comment and the reactions to it.
pub(crate) async fn get_comment(
    cx: Context,
    comment: Authorized<FoundComment>,
    _input: GetCommentInput,
) -> Result<GetCommentOutput> {
    content::require_content(&comment)?;
    Ok(GetCommentOutput { comment: Some(wire::comment(&cx, comment.load().await?)) })
}
