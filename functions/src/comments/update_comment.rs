//! `UpdateComment`: gives a comment another content.

use super::{content, wire};
use api::{UpdateCommentInput, UpdateCommentOutput};
use service::{Authorized, Context, Result};
use store::FoundComment;

/// Replaces what a comment says, which only its author may.
pub(crate) async fn update_comment(
    cx: Context,
    comment: Authorized<FoundComment>,
    input: UpdateCommentInput,
) -> Result<UpdateCommentOutput> {
    let text = content::content(input.content)?;
    content::require_content(&comment)?;
    let updated = comment.set_content(&cx.actor(), &text).await.map_err(content::not_changed)?;
    Ok(UpdateCommentOutput { comment: Some(wire::comment(&cx, updated)) })
}
