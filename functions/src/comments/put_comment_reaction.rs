//! `PutCommentReaction`: reacts to a comment with an emoji.

use super::content;
use api::{ErrorCode, PutCommentReactionInput};
use domain::Reaction;
use service::{Authorized, Context, Failure, Result};
use store::FoundComment;

/// Makes the reaction the caller's only one to the comment. A blank text, and `none`, removes it.
pub(crate) async fn put_comment_reaction(
    cx: Context,
    comment: Authorized<FoundComment>,
    input: PutCommentReactionInput,
) -> Result<()> {
    let given = input.reaction_value.unwrap_or_default();
    let reaction = match given.trim() {
        "" => None,
        none if none.trim_matches(':').eq_ignore_ascii_case("none") => None,
        named => Some(Reaction::parse(named).ok_or_else(|| {
            Failure::new(
                ErrorCode::InvalidReactionValueException,
                format!("'{}' is none of the reactions: {}", named.escape_debug(), short_codes()),
            )
        })?),
    };
    comment.react(&cx.actor(), reaction).await.map_err(content::not_changed)
}

fn short_codes() -> String {
    Reaction::ALL.map(|reaction| format!(":{}:", reaction.short_code())).join(" ")
}
