//! The identity behind a request.

use domain::identity::user_arn;
use domain::{AccountId, IdentityPath, Region, UniqueId, UserName};
use std::collections::BTreeMap;
use std::time::SystemTime;

/// The session whose keys were shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionFacts {
    /// When it was issued.
    pub issued: SystemTime,
    /// Whether an IAM principal signed in for it, and nothing narrows it.
    pub is_whole_iam: bool,
}

/// What a principal is. Roles will be a further kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrincipalKind {
    /// A user that this service made, the first administrator among them.
    User,
}

impl PrincipalKind {
    /// The value of the condition key `aws:PrincipalType`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "User",
        }
    }
}

/// A user, as far as it matters who is calling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserFacts {
    /// The name.
    pub name: UserName,
    /// The path, which is part of the ARN.
    pub path: IdentityPath,
    /// The unique id.
    pub id: UniqueId,
    /// The tags, for the condition keys `aws:PrincipalTag/…`.
    pub tags: BTreeMap<String, String>,
}

/// Who is calling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    kind: PrincipalKind,
    account: AccountId,
    arn: String,
    user: UserFacts,
    key_id: String,
    session: Option<SessionFacts>,
}

impl Principal {
    /// A user of the account, who showed the credential `key_id`.
    pub fn user(region: &Region, account: &AccountId, user: UserFacts, key_id: impl Into<String>) -> Self {
        let arn = user_arn(region, account, &user.path, &user.name);
        Self { kind: PrincipalKind::User, account: account.clone(), arn, user, key_id: key_id.into(), session: None }
    }

    /// The same principal, who showed keys of a session.
    #[must_use]
    pub fn in_session(self, session: SessionFacts) -> Self {
        Self { session: Some(session), ..self }
    }

    /// When the session was issued whose keys were shown; `None` for credentials that stay.
    pub fn session_issued(&self) -> Option<SystemTime> {
        self.session.map(|session| session.issued)
    }

    /// Whether what they do may outlast the session. Keys that were made from other keys must not become lasting ones; for an IAM
    /// principal, a session is the only way in, as for a role in AWS.
    pub fn may_outlast_session(&self) -> bool {
        self.session.is_none_or(|session| session.is_whole_iam)
    }

    /// What it is.
    pub fn kind(&self) -> PrincipalKind {
        self.kind
    }

    /// The account it belongs to.
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// The user's name.
    pub fn name(&self) -> &str {
        self.user.name.as_str()
    }

    /// The user's name, checked.
    pub fn user_name(&self) -> &UserName {
        &self.user.name
    }

    /// The unique id, which no other principal ever has.
    pub fn id(&self) -> &UniqueId {
        &self.user.id
    }

    /// The tags.
    pub fn tags(&self) -> &BTreeMap<String, String> {
        &self.user.tags
    }

    /// The credential that was used; not a secret.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The ARN.
    pub fn arn(&self) -> String {
        self.arn.clone()
    }
}
