//! Managed policies as IAM operations act on them: AWS's own, which nobody changes, and those of the account.

use super::{QueryError, QueryInput};
use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::resource::{Authorized, Resource};
use auth::policy::managed::{self, ManagedPolicy as AwsPolicy};
use domain::identity::policy_arn;
use domain::{IdentityPath, PolicyName};
use std::ops::Deref;
use store::{ManagedPolicy, ManagedPolicySummary, NewManagedPolicy};

/// The managed policy whose ARN is the `PolicyArn`.
#[derive(Debug)]
pub enum AnyPolicy {
    /// One that every account has.
    Aws(&'static AwsPolicy),
    /// One of the account.
    Own(Box<ManagedPolicy>),
}

/// The managed policy of the account whose ARN is the `PolicyArn`.
#[derive(Debug)]
pub struct OwnPolicy(Box<ManagedPolicy>);

impl Deref for OwnPolicy {
    type Target = ManagedPolicy;

    fn deref(&self) -> &ManagedPolicy {
        &self.0
    }
}

impl Context {
    /// The ARN of a managed policy of the account.
    pub fn policy_arn(&self, policy: &ManagedPolicySummary) -> String {
        policy_arn(&self.settings.region, &self.settings.account, &policy.path, &policy.name)
    }

    /// The managed policy of that ARN.
    pub async fn managed_policy(&self, arn: &str) -> Result<AnyPolicy> {
        if let Some(policy) = managed::find(arn) {
            return Ok(AnyPolicy::Aws(policy));
        }
        let found = match ManagedPolicy::name_in_arn(arn) {
            Some(name) => self.store.find_managed_policy(&name).await?,
            None => None,
        };
        let found = found.filter(|policy| self.policy_arn(&policy.summary) == arn);
        found.map(|policy| AnyPolicy::Own(Box::new(policy))).ok_or_else(|| {
            Failure::query(QueryError::NoSuchEntity, format!("there is no policy {}", arn.escape_debug()))
        })
    }
}

impl Resource<QueryInput> for AnyPolicy {
    async fn find(cx: &Context, action: &str, input: &QueryInput) -> Result<Authorized<Self>> {
        let arn = input.required("PolicyArn")?;
        cx.authorize_on(action, arn)?;
        cx.managed_policy(arn).await.map(Authorized::grant)
    }
}

impl Resource<QueryInput> for OwnPolicy {
    async fn find(cx: &Context, action: &str, input: &QueryInput) -> Result<Authorized<Self>> {
        let arn = input.required("PolicyArn")?;
        cx.authorize_on(action, arn)?;
        match cx.managed_policy(arn).await? {
            AnyPolicy::Own(policy) => Ok(Authorized::grant(Self(policy))),
            AnyPolicy::Aws(_) => Err(Failure::query(
                QueryError::InvalidInput,
                format!("{arn} is the same in every account and cannot be changed"),
            )),
        }
    }
}

impl Resource<QueryInput> for NewManagedPolicy {
    async fn find(cx: &Context, action: &str, input: &QueryInput) -> Result<Authorized<Self>> {
        let invalid = |error: String| Failure::query(QueryError::ValidationError, error);
        let name = PolicyName::parse(input.required("PolicyName")?).map_err(|error| invalid(error.to_string()))?;
        let path = input.text("Path").map_or_else(|| Ok(IdentityPath::default()), IdentityPath::parse);
        let path = path.map_err(|error| invalid(error.to_string()))?;
        cx.authorize_on(action, &policy_arn(&cx.settings.region, &cx.settings.account, &path, &name))?;
        let document = input.required("PolicyDocument")?.to_owned();
        let description = input.text("Description").map(str::to_owned);
        Ok(Authorized::grant(Self { name, path, description, document, tags: input.tags()? }))
    }
}
