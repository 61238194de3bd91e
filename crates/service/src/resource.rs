//! What an operation acts on: found from its input, and handed over only when the caller may.

mod comment;
mod scope;
mod tagged;
mod user;

pub use scope::Scope;
pub use tagged::Tagged;

use crate::context::Context;
use crate::failure::{Failure, Result};
use api::{ErrorCode, NamesPullRequest, NamesRepository};
use domain::{PullRequestId, RepositoryName};
use std::future::Future;
use std::ops::Deref;
use store::{PullRequest, Repository};

/// A resource that the caller may perform the operation on. Only the pipeline makes one.
#[derive(Debug, Clone)]
pub struct Authorized<T>(T);

impl<T> Authorized<T> {
    /// Hands a resource over, after it was authorised.
    pub(crate) fn grant(resource: T) -> Self {
        Self(resource)
    }
}

impl<T> Deref for Authorized<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// The whole account, for operations that are not about one existing repository.
#[derive(Debug, Clone, Copy)]
pub struct Account;

/// The name of a repository that may be there or not, for operations that make, rename or remove one.
#[derive(Debug, Clone)]
pub struct NamedRepository(RepositoryName);

impl Deref for NamedRepository {
    type Target = RepositoryName;

    fn deref(&self) -> &RepositoryName {
        &self.0
    }
}

/// Nothing yet: the operation asks for each thing it acts on, with [`Context::authorize`].
#[derive(Debug, Clone, Copy)]
pub struct Several;

/// Something that operations act on, named by their input.
pub trait Resource<Input>: Sized + Send {
    /// Authorises `action`, then finds the resource. In this order, so that nobody learns what exists without being allowed to.
    fn find(cx: &Context, action: &str, input: &Input) -> impl Future<Output = Result<Authorized<Self>>> + Send;
}

impl<Input: Sync> Resource<Input> for Account {
    async fn find(cx: &Context, action: &str, _input: &Input) -> Result<Authorized<Self>> {
        cx.authorize_on(action, "*")?;
        Ok(Authorized(Self))
    }
}

impl<Input: Sync> Resource<Input> for Several {
    async fn find(_cx: &Context, _action: &str, _input: &Input) -> Result<Authorized<Self>> {
        Ok(Authorized(Self))
    }
}

impl<Input: NamesRepository + Sync> Resource<Input> for NamedRepository {
    async fn find(cx: &Context, action: &str, input: &Input) -> Result<Authorized<Self>> {
        let name = named_repository(input)?;
        cx.authorize(action, &name).await?;
        Ok(Authorized(Self(name)))
    }
}

impl<Input: NamesRepository + Sync> Resource<Input> for Repository {
    async fn find(cx: &Context, action: &str, input: &Input) -> Result<Authorized<Self>> {
        repository(cx, action, &named_repository(input)?).await
    }
}

/// A pull request is authorised as its repository is. One that does not exist is authorised on all repositories of the account, so
/// that it looks like a forbidden one to those who may not see everything.
impl<Input: NamesPullRequest + Sync> Resource<Input> for PullRequest {
    async fn find(cx: &Context, action: &str, input: &Input) -> Result<Authorized<Self>> {
        let id = input
            .pull_request_id()
            .ok_or_else(|| Failure::new(ErrorCode::PullRequestIdRequiredException, "a pull request id is required"))?;
        let id = PullRequestId::parse(id)
            .map_err(|error| Failure::new(ErrorCode::InvalidPullRequestIdException, error.to_string()))?;
        let claimed = input.repository_name().map(repository_name).transpose()?;
        let found = cx.store.find_pull_request(id).await?;
        let stranger =
            claimed.as_ref().filter(|name| found.as_ref().is_none_or(|found| found.repository().name() != *name));
        if let Some(name) = stranger {
            cx.authorize(action, name).await?;
        }
        let Some(found) = found else {
            cx.authorize_on_all_repositories(action)?;
            return Err(missing_pull_request(id));
        };
        cx.authorize_pull_request(action, &found).await?;
        if let Some(name) = claimed.filter(|name| name != found.repository().name()) {
            if cx.store.find_repository(&name).await?.is_none() {
                return Err(missing_repository(&name));
            }
            return Err(Failure::new(
                ErrorCode::RepositoryNotAssociatedWithPullRequestException,
                format!("pull request {id} is not in repository '{name}'"),
            ));
        }
        Ok(Authorized(found))
    }
}

impl Authorized<PullRequest> {
    /// The pull request as it is now.
    pub async fn reload(&self) -> Result<Self> {
        self.0.reload().await?.map(Self).ok_or_else(|| missing_pull_request(self.0.id()))
    }
}

/// The failure for a pull request that is not there, or whose repository was deleted.
fn missing_pull_request(id: PullRequestId) -> Failure {
    Failure::new(ErrorCode::PullRequestDoesNotExistException, format!("there is no pull request {id}"))
}

fn missing_repository(name: &RepositoryName) -> Failure {
    Failure::new(ErrorCode::RepositoryDoesNotExistException, format!("there is no repository '{name}'"))
}

/// The name of the repository that an input is about.
fn named_repository(input: &impl NamesRepository) -> Result<RepositoryName> {
    let name = input
        .repository_name()
        .ok_or_else(|| Failure::new(ErrorCode::RepositoryNameRequiredException, "a repository name is required"))?;
    repository_name(name)
}

fn repository_name(name: &str) -> Result<RepositoryName> {
    RepositoryName::parse(name)
        .map_err(|error| Failure::new(ErrorCode::InvalidRepositoryNameException, error.to_string()))
}

/// The repository of that name, if the caller may perform `action` on it.
pub(crate) async fn repository(cx: &Context, action: &str, name: &RepositoryName) -> Result<Authorized<Repository>> {
    cx.authorize(action, name).await?;
    let found = cx.store.find_repository(name).await?;
    found.map(Authorized).ok_or_else(|| missing_repository(name))
}

/// The repository of that name, which was looked for already, if the caller may perform `action` on it. What came of looking is told
/// to nobody else.
pub(crate) async fn sought_repository(
    cx: &Context,
    action: &str,
    name: &RepositoryName,
    sought: std::result::Result<Option<Repository>, store::Error>,
) -> Result<Authorized<Repository>> {
    cx.authorize(action, name).await?;
    sought?.map(Authorized).ok_or_else(|| missing_repository(name))
}
