//! What a comment says, and the token that its request carries.

use api::ErrorCode;
use domain::comment::MOST_COMMENT_CHARACTERS;
use serde::Serialize;
use service::{Context, Failure, Result};
use store::{EditCommentError, PostCommentError, RequestToken};

/// The most characters of a client request token. The SDKs make UUIDs.
const MOST_TOKEN_CHARACTERS: usize = 256;

/// A content of bounded length.
pub(crate) fn content(given: Option<String>) -> Result<String> {
    let content = given.unwrap_or_default();
    if content.chars().count() > MOST_COMMENT_CHARACTERS {
        return Err(Failure::new(
            ErrorCode::CommentContentSizeLimitExceededException,
            format!("a comment has at most {MOST_COMMENT_CHARACTERS} characters"),
        ));
    }
    Ok(content)
}

/// The token of a request, as it was sent and as it is remembered; an empty one is none. `request` is the whole request.
pub(crate) fn token<T: Serialize>(
    cx: &Context,
    operation: &str,
    given: Option<&String>,
    request: &T,
) -> Result<Option<(String, RequestToken)>> {
    let Some(token) = given.filter(|token| !token.is_empty()) else { return Ok(None) };
    if token.chars().count() > MOST_TOKEN_CHARACTERS || token.chars().any(char::is_control) {
        return Err(Failure::new(
            ErrorCode::InvalidClientRequestTokenException,
            format!("a client request token has at most {MOST_TOKEN_CHARACTERS} characters, which can be printed"),
        ));
    }
    let request = serde_json::to_vec(request).map_err(Failure::internal)?;
    let remembered = RequestToken::new(&cx.principal.arn(), operation, token, &request);
    Ok(Some((token.clone(), remembered)))
}

/// A comment that was not posted.
pub(crate) fn not_posted(error: PostCommentError) -> Failure {
    match error {
        PostCommentError::TokenUsed => {
            Failure::new(ErrorCode::IdempotencyParameterMismatchException, error.to_string())
        }
        PostCommentError::Store(error) => error.into(),
    }
}

/// A reply that was not posted: with its repository, the comment that it replies to is gone.
pub(crate) fn reply_not_posted(error: PostCommentError) -> Failure {
    match error {
        PostCommentError::Store(store::Error::RepositoryGone) => not_changed(EditCommentError::Gone),
        error => not_posted(error),
    }
}

/// A comment that was not changed.
pub(crate) fn not_changed(error: EditCommentError) -> Failure {
    match error {
        EditCommentError::Deleted => Failure::new(ErrorCode::CommentDeletedException, error.to_string()),
        EditCommentError::NotAuthor(_) => {
            Failure::new(ErrorCode::CommentNotCreatedByCallerException, error.to_string())
        }
        EditCommentError::Gone => Failure::new(ErrorCode::CommentDoesNotExistException, error.to_string()),
        EditCommentError::Store(error) => error.into(),
    }
}

/// Refuses a comment whose content was deleted.
pub(crate) fn require_content(comment: &store::FoundComment) -> Result<()> {
    if comment.is_deleted() {
        return Err(not_changed(EditCommentError::Deleted));
    }
    Ok(())
}
