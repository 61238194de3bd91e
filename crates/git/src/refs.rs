//! Refs as the engine sees them.

use gix::ObjectId;

/// A ref, as it is advertised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ref {
    /// The full name, such as `refs/heads/main`. Always UTF-8: pushes with other names are refused.
    pub name: String,
    /// What it points to.
    pub target: ObjectId,
    /// For a ref that points to an annotated tag, the first object behind it that is no tag.
    pub peeled: Option<ObjectId>,
}
