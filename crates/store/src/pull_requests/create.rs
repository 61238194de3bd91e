//! Making a pull request.

use super::row::{CounterRow, ListedRow};
use super::rules::rules_of_templates;
use super::{MOST_FROM_ONE_BRANCH, OpenRow, PullRequest, PullRequestRow};
use crate::approval_rule_templates::ApprovalRuleTemplate;
use crate::error::Error;
use crate::events::EventsOfChange;
use crate::repository::Repository;
use crate::rows::{self, RefRow, put};
use crate::stores::random;
use crate::tokens::RequestToken;
use crate::{change, keys};
use domain::{Actor, EventKind, PullRequestId, PullRequestStatus, RefName, RevisionId};
use futures_util::future::{TryFutureExt, try_join4};
use ports::{CommitError, Expect, Row, Version, Write};

/// What a new pull request is to be.
#[derive(Debug, Clone)]
pub struct NewPullRequest {
    /// Its title.
    pub title: String,
    /// Its description.
    pub description: Option<String>,
    /// The branch whose changes are to be merged.
    pub source: RefName,
    /// The branch that they are to be merged into; another one.
    pub destination: RefName,
    /// The client request token, as it was sent and as it is remembered.
    pub token: Option<(String, RequestToken)>,
}

/// Why a pull request was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreatePullRequestError {
    /// There is no such branch.
    #[error("{0} does not exist")]
    Missing(RefName),
    /// As many open pull requests as there may be have this source branch.
    #[error("{MOST_FROM_ONE_BRANCH} open pull requests have {0} as their source, and no more are possible")]
    TooManyFromOneBranch(RefName),
    /// The token was used meanwhile: look it up again.
    #[error("the client request token has been used meanwhile")]
    TokenUsed,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

/// The rows that an attempt begins with.
struct Found {
    counter: Option<Row>,
    source: (RefRow, Version),
    destination: (RefRow, Version),
    templates: Vec<ApprovalRuleTemplate>,
}

impl Repository {
    /// Makes a pull request between two branches, which must exist.
    pub async fn create_pull_request(
        &self,
        actor: &Actor,
        new: &NewPullRequest,
    ) -> Result<PullRequest, CreatePullRequestError> {
        for attempt in 0..change::ATTEMPTS {
            let found = self.look_at(new).await?;
            let (id, row, writes) = self.plan_pull_request(actor, new, found)?;
            match self.store().parts.table.commit(writes).await {
                Ok(version) => return Ok(PullRequest::of(self.clone(), id, row, version)?),
                Err(CommitError::Conflict(keys)) => {
                    if new.token.as_ref().is_some_and(|(_, token)| keys.contains(token.key())) {
                        return Err(CreatePullRequestError::TokenUsed);
                    }
                    if keys.contains(&keys::meta(self.id())) {
                        return Err(Error::RepositoryGone.into());
                    }
                    change::pause(attempt).await?;
                }
                Err(error) => return Err(Error::of_commit(error).into()),
            }
        }
        Err(Error::Contended.into())
    }

    async fn look_at(&self, new: &NewPullRequest) -> Result<Found, CreatePullRequestError> {
        let table = &self.store().parts.table;
        let [source, destination] = [&new.source, &new.destination].map(|name| keys::reference(self.id(), name));
        let counter = keys::pull_request_counter();
        let row = |key| table.get(key).map_err(Error::from);
        let (counter, source, destination, templates) =
            try_join4(row(&counter), row(&source), row(&destination), self.approval_rule_templates()).await?;
        let branch = |name: &RefName, row: Option<Row>| {
            let row = row.ok_or_else(|| CreatePullRequestError::Missing(name.clone()))?;
            Ok::<_, CreatePullRequestError>((rows::decode::<RefRow>(&row)?, row.version))
        };
        let source = branch(&new.source, source)?;
        if source.0.source_of.len() >= MOST_FROM_ONE_BRANCH {
            return Err(CreatePullRequestError::TooManyFromOneBranch(new.source.clone()));
        }
        Ok(Found { counter, source, destination: branch(&new.destination, destination)?, templates })
    }

    fn plan_pull_request(
        &self,
        actor: &Actor,
        new: &NewPullRequest,
        found: Found,
    ) -> Result<(PullRequestId, PullRequestRow, Vec<Write>), Error> {
        let (id, counter) = match found.counter {
            Some(row) => (rows::decode::<CounterRow>(&row)?.newest.next(), Expect::Version(row.version)),
            None => (PullRequestId::FIRST, Expect::Absent),
        };
        let (mut source, source_version) = found.source;
        let (mut destination, destination_version) = found.destination;
        source.source_of.push(id);
        destination.is_destination = true;
        let events = EventsOfChange::new(self.store(), actor)?;
        let row = PullRequestRow {
            repository: self.id().clone(),
            title: new.title.clone(),
            description: new.description.clone(),
            author: actor.arn.clone(),
            status: PullRequestStatus::Open,
            revision: RevisionId::from_random(random()?),
            source: new.source.clone(),
            source_commit: source.target().to_owned(),
            destination: new.destination.clone(),
            closed_at: None,
            merge: None,
            request_token: new.token.as_ref().map(|(token, _)| token.clone()),
            created: events.time(),
            active: events.time(),
        };
        let repository = self.id();
        let listed = ListedRow { author: actor.arn.clone() };
        let mut writes = vec![
            Write::Check { key: keys::meta(repository), expect: Expect::Present },
            put(keys::pull_request_counter(), &CounterRow { newest: id }, counter)?,
            put(keys::pull_request(id), &row, Expect::Absent)?,
            put(keys::pull_request_of(repository, id), &listed, Expect::Absent)?,
            put(keys::open_pull_request_of(repository, id), &OpenRow::of(&row), Expect::Absent)?,
            put(keys::reference(repository, &new.source), &source, Expect::Version(source_version))?,
            // The row gets a new version even if it says so already: whoever deletes or moves the branch at the same time has
            // not seen this pull request, and must look again.
            put(keys::reference(repository, &new.destination), &destination, Expect::Version(destination_version))?,
        ];
        if let Some((_, token)) = &new.token {
            writes.push(token.remember(&id.to_string(), self.store().parts.clock.now())?);
        }
        let created =
            EventKind::PullRequestCreated { pull_request: row.state(id, Some(destination.target().to_owned())) };
        let (rules, created_rules) = rules_of_templates(actor, id, &row, &found.templates)?;
        writes.extend(rules);
        writes.extend(events.rows(Some(&self.about()), [vec![created], created_rules].concat())?);
        Ok((id, row, writes))
    }
}
