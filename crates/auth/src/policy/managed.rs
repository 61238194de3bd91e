//! The managed policies that every account has, under AWS's names.

/// A managed policy that cannot be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ManagedPolicy {
    /// The last part of the ARN `arn:aws:iam::aws:policy/…`.
    pub name: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// The document.
    pub document: &'static str,
}

/// Allows everything.
pub const ADMINISTRATOR_ACCESS: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

/// What the ARNs of these policies begin with.
const PREFIX: &str = "arn:aws:iam::aws:policy/";

/// All of them, by name.
pub const ALL: &[ManagedPolicy] = &[
    ManagedPolicy {
        name: "AWSCodeCommitFullAccess",
        description: "Everything about repositories, and one's own Git passwords",
        document: include_str!("managed/full_access.json"),
    },
    ManagedPolicy {
        name: "AWSCodeCommitPowerUser",
        description: "Everything about repositories but deleting them, and one's own Git passwords",
        document: include_str!("managed/power_user.json"),
    },
    ManagedPolicy {
        name: "AWSCodeCommitReadOnly",
        description: "Looking at repositories and fetching from them, and one's own Git passwords",
        document: include_str!("managed/read_only.json"),
    },
    ManagedPolicy {
        name: "AdministratorAccess",
        description: "Everything",
        document: include_str!("managed/administrator_access.json"),
    },
];

impl ManagedPolicy {
    /// The ARN.
    pub fn arn(&self) -> String {
        format!("{PREFIX}{}", self.name)
    }
}

/// The managed policy of this ARN.
pub fn find(arn: &str) -> Option<&'static ManagedPolicy> {
    let name = arn.strip_prefix(PREFIX)?;
    ALL.iter().find(|policy| policy.name == name)
}
