//! Repositories that are named by their ARN, as the operations on tags do.

use super::{Authorized, Resource, repository};
use crate::context::Context;
use crate::failure::{Failure, Result};
use api::{ErrorCode, NamesResource};
use domain::RepositoryArn;
use domain::arn::ArnError;
use std::ops::Deref;
use store::Repository;

/// A repository as something that has tags.
pub struct Tagged(Repository);

impl Deref for Tagged {
    type Target = Repository;

    fn deref(&self) -> &Repository {
        &self.0
    }
}

impl<Input: NamesResource + Sync> Resource<Input> for Tagged {
    async fn find(cx: &Context, action: &str, input: &Input) -> Result<Authorized<Self>> {
        let arn = input.resource_arn().ok_or_else(|| {
            Failure::new(ErrorCode::ResourceArnRequiredException, "the ARN of a resource is required")
        })?;
        let arn = RepositoryArn::parse(arn).map_err(|error| {
            let named = matches!(error, ArnError::Name(_));
            let code =
                if named { ErrorCode::InvalidRepositoryNameException } else { ErrorCode::InvalidResourceArnException };
            Failure::new(code, error.to_string())
        })?;
        if arn.region != cx.settings.region || arn.account != cx.settings.account {
            return Err(Failure::new(
                ErrorCode::InvalidResourceArnException,
                format!("{arn} is not of region {} and account {}", cx.settings.region, cx.settings.account),
            ));
        }
        let Authorized(found) = repository(cx, action, &arn.name).await?;
        Ok(Authorized(Self(found)))
    }
}
