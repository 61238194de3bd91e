//! What an operation acts on: found from its input, and handed over only when the caller may.

mod comment;
mod tagged;

pub use tagged::Tagged;

use crate::context::Context;
use crate::failure::{Failure, Result};
use api::{ErrorCode, NamesRepository};
use domain::RepositoryName;
use std::future::Future;
use std::ops::Deref;
use store::Repository;

/// A resource that the caller may perform the operation on. Only the pipeline makes one.
#[derive(Debug, Clone)]
pub struct Authorized<T>(T);

impl<T> Deref for Authorized<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// The whole account, for operations that are not about one existing repository.
#[derive(Debug, Clone, Copy)]
pub struct Account;

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

impl<Input: NamesRepository + Sync> Resource<Input> for Repository {
    async fn find(cx: &Context, action: &str, input: &Input) -> Result<Authorized<Self>> {
        let name = input
            .repository_name()
            .ok_or_else(|| Failure::new(ErrorCode::RepositoryNameRequiredException, "a repository name is required"))?;
        let name = RepositoryName::parse(name)
            .map_err(|error| Failure::new(ErrorCode::InvalidRepositoryNameException, error.to_string()))?;
        repository(cx, action, &name).await
    }
}

/// The repository of that name, if the caller may perform `action` on it.
pub(crate) async fn repository(cx: &Context, action: &str, name: &RepositoryName) -> Result<Authorized<Repository>> {
    cx.authorize(action, name)?;
    let found = cx.store.find_repository(name).await?;
    found.map(Authorized).ok_or_else(|| {
        Failure::new(ErrorCode::RepositoryDoesNotExistException, format!("there is no repository '{name}'"))
    })
}
