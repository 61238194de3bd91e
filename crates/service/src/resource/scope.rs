//! A repository if the input names one, or else the account.

use super::{Account, Authorized, Resource, repository, repository_name};
use crate::context::Context;
use crate::failure::Result;
use api::NamesRepository;
use store::Repository;

/// What operations act on that can be about one repository or about the account as a whole.
#[derive(Clone)]
pub enum Scope {
    /// The account.
    Account(Account),
    /// A repository.
    Repository(Box<Repository>),
}

impl Scope {
    /// The repository, if it is one.
    pub fn repository(&self) -> Option<&Repository> {
        match self {
            Self::Account(_) => None,
            Self::Repository(repository) => Some(repository),
        }
    }
}

impl<Input: NamesRepository + Sync> Resource<Input> for Scope {
    async fn find(cx: &Context, action: &str, input: &Input) -> Result<Authorized<Self>> {
        let Some(name) = input.repository_name() else {
            cx.authorize_on(action, "*")?;
            return Ok(Authorized(Self::Account(Account)));
        };
        let found = repository(cx, action, &repository_name(name)?).await?;
        Ok(Authorized(Self::Repository(Box::new(found.0))))
    }
}
