//! Pull requests: their ids, revisions and states, and how events tell of them.

use crate::event::EventKind;
use crate::merge::MergeOption;
use crate::names::RefName;
use serde::{Deserialize, Serialize};
use std::time::SystemTime;

/// Names a pull request within the account: a number from 1 on, written in decimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PullRequestId(u64);

/// A text that is no id of a pull request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{}' is no pull request id: it must be a number from 1 on", .0.escape_debug())]
pub struct PullRequestIdError(String);

impl PullRequestId {
    /// The id of the pull request that is made after `self`.
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The id of the first pull request.
    pub const FIRST: Self = Self(1);

    /// Reads an id as it is written: decimal digits without leading zeros.
    pub fn parse(id: impl Into<String>) -> Result<Self, PullRequestIdError> {
        let id = id.into();
        let digits = id.bytes().all(|byte| byte.is_ascii_digit()) && !id.starts_with('0');
        match id.parse() {
            Ok(number) if digits => Ok(Self(number)),
            _ => Err(PullRequestIdError(id)),
        }
    }

    /// The id in 20 digits, so that ids sort as texts in the order in which they were given.
    pub fn sortable(self) -> String {
        format!("{:020}", self.0)
    }

    /// Reads what [`PullRequestId::sortable`] wrote.
    pub fn from_sortable(digits: &str) -> Result<Self, PullRequestIdError> {
        Self::parse(digits.trim_start_matches('0'))
    }
}

impl std::fmt::Display for PullRequestId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<String> for PullRequestId {
    type Error = PullRequestIdError;

    fn try_from(id: String) -> Result<Self, PullRequestIdError> {
        Self::parse(id)
    }
}

impl From<PullRequestId> for String {
    fn from(id: PullRequestId) -> Self {
        id.to_string()
    }
}

/// Names one state of a pull request's source: it changes whenever the source branch moves. Approvals belong to it. Opaque:
/// 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RevisionId(String);

impl RevisionId {
    /// An id of 32 random bytes.
    pub fn from_random(random: [u8; 32]) -> Self {
        Self(random.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Reads an id as it is written; `None` for a text of another form.
    pub fn parse(id: impl Into<String>) -> Option<Self> {
        let id = id.into();
        Self::is_well_formed(&id).then_some(Self(id))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a text has the form of a revision id.
    pub fn is_well_formed(id: &str) -> bool {
        id.len() == 64 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    }
}

impl std::fmt::Display for RevisionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a pull request is still to be decided on. A closed one is never opened again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PullRequestStatus {
    /// It can be merged.
    Open,
    /// It was merged, or given up.
    Closed,
}

impl PullRequestStatus {
    /// The status as the API writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Closed => "CLOSED",
        }
    }
}

/// That, and how, a pull request was merged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PullRequestMerge {
    /// The ARN of the principal that merged it.
    pub merged_by: String,
    /// The commit that the destination was moved to, in hex.
    pub commit: String,
    /// How it was merged.
    pub option: MergeOption,
}

/// A pull request as a change left it, as far as every event about it tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PullRequestState {
    /// Its id.
    pub id: PullRequestId,
    /// Its title.
    pub title: String,
    /// The ARN of the principal that made it.
    pub author: String,
    /// When it was made, to the millisecond.
    #[serde(with = "crate::event::rfc3339")]
    pub created: SystemTime,
    /// Whether it is open.
    pub status: PullRequestStatus,
    /// Which state of its source this is.
    pub revision: RevisionId,
    /// The branch whose changes are to be merged.
    pub source: RefName,
    /// The commit that the source branch points to, in hex.
    pub source_commit: String,
    /// The branch that they are to be merged into.
    pub destination: RefName,
    /// The commit that the destination branch pointed to before the change, in hex; `None` where the change did not look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination_commit: Option<String>,
    /// That it was merged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merge: Option<PullRequestMerge>,
}

/// What a pull request's history tells of (the API's `PullRequestEventType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PullRequestEventType {
    /// It was made.
    Created,
    /// It was closed.
    StatusChanged,
    /// Its source branch moved.
    SourceReferenceUpdated,
    /// It was merged.
    MergeStateChanged,
    /// It got an approval rule.
    ApprovalRuleCreated,
    /// One of its approval rules was changed.
    ApprovalRuleUpdated,
    /// One of its approval rules was deleted.
    ApprovalRuleDeleted,
    /// Its approval rules were set aside, or came back into force.
    ApprovalRuleOverridden,
    /// Somebody approved it, or took an approval back.
    ApprovalStateChanged,
}

impl PullRequestEventType {
    /// The type as the API writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "PULL_REQUEST_CREATED",
            Self::StatusChanged => "PULL_REQUEST_STATUS_CHANGED",
            Self::SourceReferenceUpdated => "PULL_REQUEST_SOURCE_REFERENCE_UPDATED",
            Self::MergeStateChanged => "PULL_REQUEST_MERGE_STATE_CHANGED",
            Self::ApprovalRuleCreated => "PULL_REQUEST_APPROVAL_RULE_CREATED",
            Self::ApprovalRuleUpdated => "PULL_REQUEST_APPROVAL_RULE_UPDATED",
            Self::ApprovalRuleDeleted => "PULL_REQUEST_APPROVAL_RULE_DELETED",
            Self::ApprovalRuleOverridden => "PULL_REQUEST_APPROVAL_RULE_OVERRIDDEN",
            Self::ApprovalStateChanged => "PULL_REQUEST_APPROVAL_STATE_CHANGED",
        }
    }
}

impl EventKind {
    /// The pull request whose history the event belongs to, and as what. Events about a pull request that its history does not
    /// tell of, such as a change of its title, are none.
    pub fn in_history_of(&self) -> Option<(PullRequestId, PullRequestEventType)> {
        use PullRequestEventType as Type;
        let (pull_request, event_type) = match self {
            Self::PullRequestCreated { pull_request } => (pull_request, Type::Created),
            Self::PullRequestSourceUpdated { pull_request, .. } => (pull_request, Type::SourceReferenceUpdated),
            Self::PullRequestStatusChanged { pull_request } => (pull_request, Type::StatusChanged),
            Self::PullRequestMerged { pull_request } => (pull_request, Type::MergeStateChanged),
            Self::PullRequestApprovalRuleCreated { pull_request, .. } => (pull_request, Type::ApprovalRuleCreated),
            Self::PullRequestApprovalRuleChanged { pull_request, .. } => (pull_request, Type::ApprovalRuleUpdated),
            Self::PullRequestApprovalRuleDeleted { pull_request, .. } => (pull_request, Type::ApprovalRuleDeleted),
            Self::PullRequestApprovalRulesOverridden { pull_request, .. } => {
                (pull_request, Type::ApprovalRuleOverridden)
            }
            Self::PullRequestApprovalChanged { pull_request, .. } => (pull_request, Type::ApprovalStateChanged),
            Self::PullRequestTitleChanged { .. }
            | Self::PullRequestDescriptionChanged { .. }
            | Self::RepositoryCreated {}
            | Self::RepositoryDeleted {}
            | Self::RepositoryRenamed { .. }
            | Self::RepositoryDescriptionChanged { .. }
            | Self::DefaultBranchChanged { .. }
            | Self::ReferencesChanged { .. }
            | Self::UnreferencedMergeCommitCreated { .. }
            | Self::ApprovalRuleTemplateCreated { .. }
            | Self::ApprovalRuleTemplateRenamed { .. }
            | Self::ApprovalRuleTemplateDescriptionChanged { .. }
            | Self::ApprovalRuleTemplateContentChanged { .. }
            | Self::ApprovalRuleTemplateDeleted { .. }
            | Self::ApprovalRuleTemplateAssociated { .. }
            | Self::ApprovalRuleTemplateDisassociated { .. }
            | Self::RepositoryTagsChanged { .. }
            | Self::RepositoryEncryptionKeyChanged { .. }
            | Self::RepositoryTriggersChanged { .. }
            | Self::CommentCreated(_)
            | Self::CommentUpdated(_)
            | Self::CommentContentDeleted(_)
            | Self::CommentReactionChanged { .. }
            | Self::CommitStatusChanged { .. }
            | Self::RefProtectionChanged { .. }
            | Self::IdentityChanged { .. }
            | Self::SealingKeyRotated { .. } => return None,
        };
        Some((pull_request.id, event_type))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_id_is_a_number_from_one_on() {
        for good in ["1", "42", "18446744073709551615"] {
            assert_eq!(PullRequestId::parse(good).unwrap().to_string(), good);
        }
        for wrong in ["", "0", "01", "-1", "+1", "1 ", "x", "1.0", "18446744073709551616", "\u{661}"] {
            assert!(PullRequestId::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(PullRequestId::FIRST.next().to_string(), "2");
    }

    #[test]
    fn a_revision_id_is_64_hexadecimal_digits() {
        let id = RevisionId::from_random([0xa7; 32]);
        assert_eq!(id.as_str(), "a7".repeat(32));
        assert_eq!(RevisionId::parse(id.as_str()), Some(id));
        for wrong in ["", "a7", &"A7".repeat(32), &"g7".repeat(32)] {
            assert_eq!(RevisionId::parse(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn ids_sort_as_texts_as_they_do_as_numbers(a in 1u64.., b in 1u64..) {
            let id = |number: u64| PullRequestId::parse(number.to_string()).unwrap();
            prop_assert_eq!(id(a).cmp(&id(b)), id(a).sortable().cmp(&id(b).sortable()));
            prop_assert_eq!(PullRequestId::from_sortable(&id(a).sortable()), Ok(id(a)));
        }
    }
}
