//! `PostCommentReply`: posts a reply to a comment.

use super::{content, wire};
use crate::request_token::request_token;
use api::{PostCommentReplyInput, PostCommentReplyOutput};
use service::{Authorized, Context, Result};
use store::{FoundComment, NewComment};

/// Posts a reply, which is about the same as the comment. Replies can be replied to, and so can comments whose content was
/// deleted: the operation declares no error for that.
pub(crate) async fn post_comment_reply(
    cx: Context,
    comment: Authorized<FoundComment>,
    input: PostCommentReplyInput,
) -> Result<PostCommentReplyOutput> {
    let token = request_token(&cx, "PostCommentReply", input.client_request_token.as_ref(), &input)?;
    let text = content::content(input.content)?;

    let new = NewComment { content: text, on: comment.on()?, in_reply_to: Some(comment.id().clone()), token };
    let posted = comment.repository().post_comment(&cx.actor(), comment.pull_request(), &new).await;
    let posted = posted.map_err(content::reply_not_posted)?;
    Ok(PostCommentReplyOutput { comment: Some(wire::comment(&cx, posted)) })
}
