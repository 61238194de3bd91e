//! Who approved a revision of a pull request, who set its rules aside, and whether its rules are satisfied.

use super::planned::Planned;
use super::{PullRequest, PullRequestError};
use crate::error::Error;
use crate::keys;
use crate::rows::{self, behind, put};
use domain::approval::{self, MOST_APPROVALS};
use domain::{Actor, Evaluation, EventKind, RevisionId};
use futures_util::future::try_join3;
use ports::{Expect, SortRange, Write};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// `PR#<id>` / `APPROVAL#<revision>#<ARN>`: that it is there says it all.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct ApprovalRow {}

/// `PR#<id>` / `OVERRIDE#<revision>`
#[derive(Debug, Clone, Serialize, Deserialize)]
struct OverrideRow {
    #[serde(rename = "a")]
    overrider: String,
}

/// Why an approval or an override was not given or taken back.
#[derive(Debug, thiserror::Error)]
pub enum ApprovalError {
    /// It was meant for another revision than the current one.
    #[error("the current revision of the pull request is {0}")]
    OtherRevision(RevisionId),
    /// It is the author's own approval.
    #[error("the author of a pull request cannot approve it")]
    ByAuthor,
    /// There are as many approvals as there may be.
    #[error("the revision has {MOST_APPROVALS} approvals, and no more are possible")]
    TooMany,
    /// The rules are set aside already.
    #[error("the approval rules are set aside already")]
    AlreadyOverridden,
    /// The pull request cannot be changed.
    #[error(transparent)]
    PullRequest(#[from] PullRequestError),
}

impl From<Error> for ApprovalError {
    fn from(error: Error) -> Self {
        Self::PullRequest(error.into())
    }
}

impl PullRequest {
    /// The ARNs of those who approve a revision, current or not (1 scan).
    pub async fn approvers(&self, revision: &RevisionId) -> Result<BTreeSet<String>, Error> {
        let prefix = keys::approvals_of(revision);
        let range = SortRange::Prefix(prefix.clone());
        let partition = keys::pull_request_partition(self.id);
        let rows = self.repository.store().scan_all(partition, range, false).await?;
        rows.iter().map(|row| behind(&prefix, &row.key).map(str::to_owned)).collect()
    }

    /// The ARN of the principal that set the rules aside for a revision, current or not (1 get).
    pub async fn overrider(&self, revision: &RevisionId) -> Result<Option<String>, Error> {
        let row = self.repository.store().parts.table.get(&keys::approval_override(self.id, revision)).await?;
        Ok(row.map(|row| rows::decode::<OverrideRow>(&row)).transpose()?.map(|row| row.overrider))
    }

    /// Holds the rules against the approvals of the current revision (2 scans and 1 get, at the same time).
    ///
    /// The answer is at least as new as `self`. Whoever acts on it must do so on condition that the pull request has not changed
    /// since ([`PullRequest::version`]): every change of a rule, an approval or an override changes that.
    pub async fn evaluate_approval_rules(&self) -> Result<Evaluation, Error> {
        let revision = self.revision();
        let (rules, approvers, overrider) =
            try_join3(self.approval_rules(), self.approvers(revision), self.overrider(revision)).await?;
        let rules = rules.iter().map(|rule| (rule.name(), rule.content()));
        Ok(approval::evaluate(rules, &approvers, self.author(), overrider.is_some()))
    }

    /// Gives or takes back the actor's approval of the current revision. Doing so once more changes nothing.
    pub async fn set_approval(
        &self,
        actor: &Actor,
        revision: &RevisionId,
        approved: bool,
    ) -> Result<(), ApprovalError> {
        self.edit_while_open(actor, |found| async move {
            found.require_current(revision)?;
            if approved && found.author() == actor.arn {
                return Err(ApprovalError::ByAuthor);
            }
            let approvers = found.approvers(revision).await?;
            if approvers.contains(&actor.arn) == approved {
                return Ok(Planned::nothing(()));
            }
            if approved && approvers.len() >= MOST_APPROVALS {
                return Err(ApprovalError::TooMany);
            }
            let key = keys::approval(self.id, revision, &actor.arn);
            let write = match approved {
                true => put(key, &ApprovalRow {}, Expect::Absent)?,
                false => Write::Delete { key, expect: Expect::Present },
            };
            let pull_request = found.row().state(self.id, None);
            Ok(found.planned(vec![write], EventKind::PullRequestApprovalChanged { pull_request, approved }, ()))
        })
        .await
    }

    /// Sets the approval rules aside for the current revision, or puts them into force again. The latter changes nothing when they
    /// are in force.
    pub async fn override_approval_rules(
        &self,
        actor: &Actor,
        revision: &RevisionId,
        overridden: bool,
    ) -> Result<(), ApprovalError> {
        self.edit_while_open(actor, |found| async move {
            found.require_current(revision)?;
            match (found.overrider(revision).await?, overridden) {
                (Some(_), true) => return Err(ApprovalError::AlreadyOverridden),
                (None, false) => return Ok(Planned::nothing(())),
                _ => {}
            }
            let key = keys::approval_override(self.id, revision);
            let write = match overridden {
                true => put(key, &OverrideRow { overrider: actor.arn.clone() }, Expect::Absent)?,
                false => Write::Delete { key, expect: Expect::Present },
            };
            let pull_request = found.row().state(self.id, None);
            let event = EventKind::PullRequestApprovalRulesOverridden { pull_request, overridden };
            Ok(found.planned(vec![write], event, ()))
        })
        .await
    }

    fn require_current(&self, revision: &RevisionId) -> Result<(), ApprovalError> {
        if self.revision() == revision { Ok(()) } else { Err(ApprovalError::OtherRevision(self.revision().clone())) }
    }
}
