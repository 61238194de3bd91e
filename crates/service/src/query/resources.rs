//! What IAM operations act on: found from their parameters, and handed over only when the caller may.

use super::{QueryError, QueryInput};
use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::resource::{Authorized, Resource};
use auth::policy::managed::{self, ManagedPolicy};
use domain::identity::{group_arn, user_arn};
use domain::{GroupName, IdentityPath, UserName};
use std::ops::Deref;
use store::{Group, NewGroup, NewUser, User};

/// The user that `UserName` names, or the caller when it is not given.
#[derive(Debug)]
pub struct UserOrCaller(User);

impl Deref for UserOrCaller {
    type Target = User;

    fn deref(&self) -> &User {
        &self.0
    }
}

impl UserOrCaller {
    pub(crate) fn of(user: User) -> Self {
        Self(user)
    }
}

/// The user whose ARN is the `PolicySourceArn`.
#[derive(Debug)]
pub struct PolicySource(User);

impl Deref for PolicySource {
    type Target = User;

    fn deref(&self) -> &User {
        &self.0
    }
}

impl Resource<QueryInput> for PolicySource {
    async fn find(cx: &Context, action: &str, input: &QueryInput) -> Result<Authorized<Self>> {
        let arn = input.required("PolicySourceArn")?;
        let name = arn.rsplit_once('/').filter(|_| arn.contains(":user/")).map(|(_, name)| UserName::parse(name));
        let Some(Ok(name)) = name else {
            return Err(invalid("PolicySourceArn is not the ARN of a user"));
        };
        let user = user(cx, action, &name).await?;
        if cx.user_arn(&user.summary) != arn {
            let told = arn.escape_debug();
            return Err(Failure::query(QueryError::NoSuchEntity, format!("there is no user with the ARN {told}")));
        }
        Ok(Authorized::grant(Self(user)))
    }
}

/// The managed policy whose ARN is the `PolicyArn`.
#[derive(Debug)]
pub struct NamedPolicy(&'static ManagedPolicy);

impl Deref for NamedPolicy {
    type Target = ManagedPolicy;

    fn deref(&self) -> &ManagedPolicy {
        self.0
    }
}

impl Resource<QueryInput> for NamedPolicy {
    async fn find(cx: &Context, action: &str, input: &QueryInput) -> Result<Authorized<Self>> {
        let arn = input.required("PolicyArn")?;
        cx.authorize_on(action, arn)?;
        let missing = || Failure::query(QueryError::NoSuchEntity, format!("there is no policy {}", arn.escape_debug()));
        managed::find(arn).map(|policy| Authorized::grant(Self(policy))).ok_or_else(missing)
    }
}

impl Resource<QueryInput> for NewUser {
    async fn find(cx: &Context, action: &str, input: &QueryInput) -> Result<Authorized<Self>> {
        let name = UserName::parse(input.required("UserName")?).map_err(invalid)?;
        let path = path(input)?;
        cx.authorize_on(action, &user_arn(&cx.settings.region, &cx.settings.account, &path, &name))?;
        Ok(Authorized::grant(Self { name, path, tags: input.tags()? }))
    }
}

impl Resource<QueryInput> for User {
    async fn find(cx: &Context, action: &str, input: &QueryInput) -> Result<Authorized<Self>> {
        let name = UserName::parse(input.required("UserName")?).map_err(invalid)?;
        user(cx, action, &name).await.map(Authorized::grant)
    }
}

impl Resource<QueryInput> for UserOrCaller {
    async fn find(cx: &Context, action: &str, input: &QueryInput) -> Result<Authorized<Self>> {
        let name = match input.text("UserName") {
            Some(name) => UserName::parse(name).map_err(invalid)?,
            None => cx.principal.user_name().clone(),
        };
        user(cx, action, &name).await.map(|user| Authorized::grant(Self(user)))
    }
}

impl Resource<QueryInput> for NewGroup {
    async fn find(cx: &Context, action: &str, input: &QueryInput) -> Result<Authorized<Self>> {
        let name = GroupName::parse(input.required("GroupName")?).map_err(invalid)?;
        let path = path(input)?;
        cx.authorize_on(action, &group_arn(&cx.settings.region, &cx.settings.account, &path, &name))?;
        Ok(Authorized::grant(Self { name, path }))
    }
}

impl Resource<QueryInput> for Group {
    async fn find(cx: &Context, action: &str, input: &QueryInput) -> Result<Authorized<Self>> {
        let name = GroupName::parse(input.required("GroupName")?).map_err(invalid)?;
        let found = cx.store.find_group(&name).await?;
        let (region, account) = (&cx.settings.region, &cx.settings.account);
        let arn = match &found {
            Some(group) => group_arn(region, account, &group.summary.path, &group.summary.name),
            None => group_arn(region, account, &IdentityPath::default(), &name),
        };
        cx.authorize_on(action, &arn)?;
        let missing = || Failure::query(QueryError::NoSuchEntity, format!("there is no group '{name}'"));
        found.map(Authorized::grant).ok_or_else(missing)
    }
}

impl Context {
    /// The user of that name, if there is one and the caller may perform `action` on it. One who may not learns nothing of whether
    /// there is one.
    pub(crate) async fn find_user(&self, action: &str, name: &UserName) -> Result<Option<User>> {
        let found = self.store.find_user(name).await?;
        let (region, account) = (&self.settings.region, &self.settings.account);
        let arn = match &found {
            Some(user) => user_arn(region, account, &user.summary.path, &user.summary.name),
            None => user_arn(region, account, &IdentityPath::default(), name),
        };
        self.authorize_on(action, &arn)?;
        Ok(found)
    }
}

/// The user of that name, if the caller may perform `action` on it.
async fn user(cx: &Context, action: &str, name: &UserName) -> Result<User> {
    let found = cx.find_user(action, name).await?;
    found.ok_or_else(|| Failure::query(QueryError::NoSuchEntity, format!("there is no user '{name}'")))
}

fn path(input: &QueryInput) -> Result<IdentityPath> {
    input.text("Path").map_or_else(|| Ok(IdentityPath::default()), |path| IdentityPath::parse(path).map_err(invalid))
}

fn invalid(error: impl ToString) -> Failure {
    Failure::query(QueryError::ValidationError, error.to_string())
}
