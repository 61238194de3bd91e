//! `DeleteCommentContent`: deletes what a comment says.

use super::{content, wire};
use api::{DeleteCommentContentInput, DeleteCommentContentOutput};
use service::{Authorized, Context, Result};
use store::FoundComment;

/// Deletes the content; the comment stays in its place, without it. The operation declares no error for somebody else's comment:
/// whoever may perform it on the repository may delete any.
pub(crate) async fn delete_comment_content(
    cx: Context,
    comment: Authorized<FoundComment>,
    _input: DeleteCommentContentInput,
) -> Result<DeleteCommentContentOutput> {
    let deleted = comment.delete_content(&cx.actor()).await.map_err(content::not_changed)?;
    Ok(DeleteCommentContentOutput { comment: Some(wire::comment(&cx, deleted)) })
}
