//! Whether the repository's protections allow what a change does to refs.
//!
//! The protections are part of the settings, which every change is committed on condition of; a merged pull request's row changes
//! with its approvals, and the statuses that were read are conditions of the commit too. So nothing that was decided here can have
//! changed when the refs do.

use super::plan::Planner;
use super::refusal::RefusalReason;
use super::{Closing, Edit};
use crate::commit_statuses::StatusRow;
use crate::error::Error;
use crate::keys;
use crate::rows::{self, MetaRow};
use domain::{BrokenRule, Protection, RefAction, RefName, StatusState};
use git::ObjectId;
use ports::{Expect, Write};

impl Planner<'_, '_> {
    /// Refuses the refs that a protection binds and that the change breaks a rule for.
    pub(super) async fn plan_protections(&mut self, settings: &MetaRow) -> Result<(), Error> {
        if settings.protections.is_empty() {
            return Ok(());
        }
        let (change, protections) = (self.change, settings.rules());
        for (name, edit) in change.edits.iter().filter(|(name, _)| !self.is_refused(name)).collect::<Vec<_>>() {
            for (protection, rules) in protections.binding(name, &change.actor.arn) {
                if let Some(rule) = self.broken_rule(name, edit, rules).await? {
                    self.refuse(name, RefusalReason::Protected { protection: protection.clone(), rule });
                    break;
                }
            }
        }
        Ok(())
    }

    async fn broken_rule(
        &mut self,
        name: &RefName,
        edit: &Edit,
        rules: &Protection,
    ) -> Result<Option<BrokenRule>, Error> {
        let merged = self.merged_into(name);
        let (action, content) = match *edit {
            Edit::Create { target, peeled } => (RefAction::Create, peeled.or(Some(target))),
            Edit::Update { new, peeled, forced, .. } => {
                (RefAction::Move { forced, by_pull_request: merged.is_some() }, peeled.or(Some(new)))
            }
            Edit::Delete { .. } => (RefAction::Delete, None),
        };
        if let Some(rule) = rules.broken_rule(action) {
            return Ok(Some(rule));
        }
        let Some(content) = content else { return Ok(None) };
        if let Some(rule) = self.missing_approvals(edit, merged, rules).await? {
            return Ok(Some(rule));
        }
        self.missing_statuses(content, rules).await
    }

    /// The pull request that the change merges into the ref.
    fn merged_into(&self, name: &RefName) -> Option<&'_ Closing> {
        self.change.closings.iter().find(|it| it.merge.is_some() && it.pull_request.destination() == name)
    }

    async fn missing_approvals(
        &self,
        edit: &Edit,
        merged: Option<&Closing>,
        rules: &Protection,
    ) -> Result<Option<BrokenRule>, Error> {
        let (Edit::Update { .. }, Some(Closing { pull_request, .. })) = (edit, merged) else { return Ok(None) };
        let required = rules.required_approvals;
        if required == 0 {
            return Ok(None);
        }
        let given = pull_request.approvers(pull_request.revision()).await?.len();
        Ok((given < required as usize).then_some(BrokenRule::Approvals { required, given }))
    }

    /// The statuses are those of the commit that was merged, if the change is a merge: what came of it is new, and nobody can have
    /// said anything of it.
    async fn missing_statuses(&mut self, content: ObjectId, rules: &Protection) -> Result<Option<BrokenRule>, Error> {
        if rules.required_statuses.is_empty() {
            return Ok(None);
        }
        let commit =
            self.change.merge.as_ref().map_or_else(|| content.to_string(), |merge| merge.source_commit.clone());
        let wanted = rules.required_statuses.iter();
        let keys: Vec<_> = wanted.map(|context| (context, keys::commit_status(self.id, &commit, context))).collect();
        self.view.load(keys.iter().map(|(_, key)| key.clone()).collect()).await?;
        let mut states = Vec::new();
        for (context, key) in keys {
            let row = self.view.get(key.clone()).await?;
            let state = row.as_ref().map(rows::decode::<StatusRow>).transpose()?.map(|row| row.facts.state);
            match (row, state) {
                (Some(row), Some(StatusState::Success)) => {
                    self.write(Write::Check { key, expect: Expect::Version(row.version) });
                }
                (_, state) => states.push((context.clone(), state)),
            }
        }
        Ok((!states.is_empty()).then_some(BrokenRule::Statuses { commit, states }))
    }
}
