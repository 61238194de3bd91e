//! What a comment says, and why it is not posted or changed.

use api::ErrorCode;
use domain::comment::MOST_COMMENT_CHARACTERS;
use service::{Failure, Result};
use store::{EditCommentError, FoundComment, PostCommentError};

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
pub(crate) fn require_content(comment: &FoundComment) -> Result<()> {
    if comment.is_deleted() {
        return Err(not_changed(EditCommentError::Deleted));
    }
    Ok(())
}
