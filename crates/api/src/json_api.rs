//! The APIs that are spoken as AWS JSON 1.1.

/// An API that speaks AWS JSON 1.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JsonApi {
    /// The public API of AWS CodeCommit.
    CodeCommit,
    /// Coldforge's own: what the public API and IAM have no words for.
    Coldforge,
}

impl JsonApi {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::CodeCommit, Self::Coldforge];

    /// What stands before the operation's name, and a dot, in the `X-Amz-Target` of a request.
    pub fn target_prefix(self) -> &'static str {
        match self {
            Self::CodeCommit => "CodeCommit_20150413",
            Self::Coldforge => "Coldforge_20261128",
        }
    }

    /// What signatures are for, and what the names of actions in policies begin with.
    pub fn signing_name(self) -> &'static str {
        match self {
            Self::CodeCommit => "codecommit",
            Self::Coldforge => "coldforge",
        }
    }
}
