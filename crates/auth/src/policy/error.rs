//! What is wrong with a policy document, and where.

/// A document that is no policy. The message begins with the place, such as `Statement[1].Condition.StringLike`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}")]
pub struct PolicyError {
    place: String,
    message: String,
}

impl PolicyError {
    /// A fault at a place; `place` is empty for the document as a whole.
    pub(super) fn new(place: &str, message: impl Into<String>) -> Self {
        let place = if place.is_empty() { "the policy document" } else { place };
        Self { place: place.to_owned(), message: message.into() }
    }
}
