//! `GetCommentReactions`: tells who reacted to a comment, and how.

use super::{content, wire};
use crate::inputs::page_size;
use crate::page_token;
use api::{ErrorCode, GetCommentReactionsInput, GetCommentReactionsOutput};
use service::{Authorized, Context, Failure, Result};
use store::{FoundComment, ReactionPage};

/// How many reactions a page has when the client names no number, which is also the most (API reference).
const PAGE: usize = 1000;

/// Tells all reactions, or that of one principal.
pub(crate) async fn get_comment_reactions(
    _cx: Context,
    comment: Authorized<FoundComment>,
    input: GetCommentReactionsInput,
) -> Result<GetCommentReactionsOutput> {
    let size = page_size(input.max_results, PAGE, PAGE)?;
    let user = input.reaction_user_arn.filter(|arn| !arn.is_empty()).map(principal).transpose()?;
    let listing = format!("reactions to {} of {user:?}", comment.id());
    let after = page_token::decode(input.next_token, &listing)?;
    content::require_content(&comment)?;

    let ReactionPage { reactions, next } = match user {
        Some(user) => ReactionPage { reactions: comment.reaction_of(&user).await?.into_iter().collect(), next: None },
        None => comment.list_reactions(after.as_deref(), size).await?,
    };
    Ok(GetCommentReactionsOutput {
        reactions_for_comment: Some(wire::reactions(reactions)),
        next_token: next.map(|after| page_token::encode(&listing, &after)),
    })
}

/// The ARN of a principal: of IAM or STS, with an account and a resource.
fn principal(arn: String) -> Result<String> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts[..] {
        ["arn", partition, "iam" | "sts", _, account, resource]
            if !partition.is_empty() && account.len() == 12 && !resource.is_empty() =>
        {
            Ok(arn)
        }
        _ => Err(Failure::new(
            ErrorCode::InvalidReactionUserArnException,
            format!("'{}' is no ARN of a user or a role session", arn.escape_debug()),
        )),
    }
}
