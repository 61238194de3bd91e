//! Names of repositories, branches, refs, ref protections, approval rules and their templates, and of users, groups and policies.

mod approval;
mod branch;
mod identity;
mod protection;
mod reference;
mod repository;

pub use approval::{ApprovalRuleName, ApprovalRuleTemplateName};
pub use branch::BranchName;
pub use identity::{GroupName, PolicyName, UserName};
pub use protection::ProtectionName;
pub use reference::RefName;
pub use repository::RepositoryName;

/// What a name is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameKind {
    /// A repository.
    Repository,
    /// A branch, without `refs/heads/`.
    Branch,
    /// A ref, in full.
    Ref,
    /// An approval rule of a pull request.
    ApprovalRule,
    /// An approval rule template.
    ApprovalRuleTemplate,
    /// A user.
    User,
    /// A group of users.
    Group,
    /// A policy.
    Policy,
    /// A ref protection.
    Protection,
}

/// Why a name was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{}' is not a valid {} name: {rule}", .name.escape_debug(), .kind.word())]
pub struct NameError {
    /// What it was to be the name of.
    pub kind: NameKind,
    /// The name as given.
    pub name: String,
    /// The rule it breaks, such as "it must not contain '..'".
    pub rule: &'static str,
}

impl NameKind {
    fn word(self) -> &'static str {
        match self {
            Self::Repository => "repository",
            Self::Branch => "branch",
            Self::Ref => "ref",
            Self::ApprovalRule => "approval rule",
            Self::ApprovalRuleTemplate => "approval rule template",
            Self::User => "user",
            Self::Group => "group",
            Self::Policy => "policy",
            Self::Protection => "protection",
        }
    }
}

/// What every kind of name is besides its rules: a text, shown and stored as that text.
macro_rules! name_as_text {
    ($name:ident) => {
        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = crate::names::NameError;

            fn try_from(name: String) -> Result<Self, Self::Error> {
                Self::parse(name)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
    };
}
use name_as_text;
