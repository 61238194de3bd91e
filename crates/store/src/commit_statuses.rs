//! Commit statuses: of each commit and context the newest.

use crate::amendment::Amendment;
use crate::error::Error;
use crate::keys;
use crate::repository::Repository;
use crate::rows::{self, Millis, damaged, put};
use domain::{Actor, EventKind, StatusContext, StatusFacts};
use git::ObjectId;
use ports::{Expect, Row, Scan, SortRange};
use serde::{Deserialize, Serialize};
use std::time::SystemTime;

/// `REPO#<id>` / `STATUS#<commit id>#<context>`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StatusRow {
    #[serde(rename = "f")]
    pub(crate) facts: StatusFacts,
    #[serde(rename = "a")]
    author: String,
    #[serde(rename = "c")]
    created: Millis,
}

/// What somebody said of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitStatus {
    /// The commit.
    pub commit: ObjectId,
    /// Which check it is.
    pub context: StatusContext,
    /// How it went.
    pub facts: StatusFacts,
    /// The ARN of who said so.
    pub author: String,
    /// When it was said, to the millisecond.
    pub created: SystemTime,
}

/// Some of the statuses of a commit, by context.
#[derive(Debug)]
pub struct CommitStatusPage {
    /// The statuses.
    pub statuses: Vec<CommitStatus>,
    /// Where the next page begins; `None` when there are no more.
    pub next: Option<String>,
}

impl StatusRow {
    fn status(self, commit: ObjectId, context: StatusContext) -> CommitStatus {
        let created = rows::time(self.created);
        CommitStatus { commit, context, facts: self.facts, author: self.author, created }
    }
}

impl Repository {
    /// Says how a check of a commit went, in place of what was said of it before (1 get, 1 commit). The commit is taken to be
    /// there.
    pub async fn put_commit_status(
        &self,
        actor: &Actor,
        commit: ObjectId,
        context: &StatusContext,
        facts: &StatusFacts,
    ) -> Result<CommitStatus, Error> {
        self.amend(actor, |repository| async move {
            let store = repository.store();
            let key = keys::commit_status(repository.id(), &commit.to_string(), context);
            let before = store.parts.table.get(&key).await?;
            let expect = before.as_ref().map_or(Expect::Absent, |row| Expect::Version(row.version));
            let before = before.as_ref().map(rows::decode::<StatusRow>).transpose()?;
            let row = StatusRow { facts: facts.clone(), author: actor.arn.clone(), created: store.now() };
            Ok(Amendment {
                writes: vec![put(key, &row, expect)?],
                settings: None,
                events: vec![EventKind::CommitStatusChanged {
                    commit: commit.to_string(),
                    context: context.clone(),
                    before: before.map(|row| row.facts),
                    after: facts.clone(),
                }],
                outcome: row.status(commit, context.clone()),
            })
        })
        .await
    }

    /// At most `limit` statuses of a commit behind the context `after`, by context (1 scan).
    pub async fn list_commit_statuses(
        &self,
        commit: ObjectId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<CommitStatusPage, Error> {
        let prefix = keys::statuses_of(&commit.to_string());
        let scan = Scan {
            partition: keys::repository(self.id()),
            after: after.map(|context| format!("{prefix}{context}")),
            range: SortRange::Prefix(prefix.clone()),
            limit,
            reverse: false,
        };
        let page = self.store().parts.table.scan(&scan).await?;
        let status = |row: &Row| {
            let context = rows::behind(&prefix, &row.key)?;
            let context = StatusContext::parse(context).map_err(|error| damaged(&row.key, error))?;
            Ok(rows::decode::<StatusRow>(row)?.status(commit, context))
        };
        let statuses = page.rows.iter().map(status).collect::<Result<_, Error>>()?;
        let next = page.next.map(|sort| sort.strip_prefix(&prefix).unwrap_or_default().to_owned());
        Ok(CommitStatusPage { statuses, next })
    }
}
