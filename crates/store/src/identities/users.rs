//! Users: making, finding, listing, deleting.

use super::changes::{IdentityError, put_meta};
use super::rows::{
    AccessKeyRow, AttachedRow, FirstUserRow, GitCredentialRow, IamPrincipalRow, IamPrincipalUserRow, InlinePolicyRow,
    MembershipRow, TokenRow, UserRow, UserSummaryRow,
};
use crate::error::Error;
use crate::events::EventsOfChange;
use crate::rows::{self, put, time};
use crate::stores::{Store, unique_id};
use crate::{change, keys};
use domain::{
    Actor, EventIdentity, EventKind, GroupName, IamPrincipal, IdentityChange, IdentityKind, IdentityPath, PolicyName,
    TokenKind, UniqueId, UniqueIdKind, UserName,
};
use ports::{CommitError, Expect, Row, SortRange, Version, Write};
use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

/// What a new user is to be.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The name.
    pub name: UserName,
    /// The path.
    pub path: IdentityPath,
    /// The tags.
    pub tags: BTreeMap<String, String>,
}

/// What listings show of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserSummary {
    /// The name, with the letters as they were given.
    pub name: UserName,
    /// The path.
    pub path: IdentityPath,
    /// The unique id.
    pub id: UniqueId,
    /// When it was made.
    pub created: SystemTime,
}

/// A user with everything that is theirs.
#[derive(Debug, Clone)]
pub struct User {
    /// Name, path, id, time.
    pub summary: UserSummary,
    /// The tags.
    pub tags: BTreeMap<String, String>,
    /// Inline policies: name and document.
    pub policies: Vec<(PolicyName, String)>,
    /// The ARNs of the managed policies that are attached.
    pub attached: BTreeSet<String>,
    /// The groups the user is in.
    pub groups: Vec<GroupName>,
    /// The access keys.
    pub access_keys: Vec<AccessKeyRecord>,
    /// The Git user names and passwords.
    pub git_credentials: Vec<GitCredentialRecord>,
    /// The tokens.
    pub tokens: Vec<TokenRecord>,
    /// The IAM principals that sign in as the user.
    pub iam_principals: Vec<IamPrincipalRecord>,
    /// Sessions of the user are good only if they were issued later.
    pub sessions_valid_after: Option<SystemTime>,
    pub(super) version: Version,
}

/// What is told of an access key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessKeyRecord {
    /// The key id, under which the sealed secret is stored.
    pub id: String,
    /// Whether it may be used.
    pub active: bool,
    /// When it was made.
    pub created: SystemTime,
    /// Sessions that were asked for with it are good only if they were issued later.
    pub sessions_valid_after: Option<SystemTime>,
}

/// What is told of a Git user name and password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitCredentialRecord {
    /// Its id, which stays when the password is replaced.
    pub id: String,
    /// The user name that git shows.
    pub user_name: String,
    /// The id under which the sealed password is stored.
    pub credential: String,
    /// Whether it may be used.
    pub active: bool,
    /// When it was made, or its password replaced.
    pub created: SystemTime,
}

/// What is told of a token, besides what it may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRecord {
    /// Its id, under which its HMAC and its scope are stored.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// Whom it is for.
    pub kind: TokenKind,
    /// Whether it may be used.
    pub active: bool,
    /// When it was made.
    pub created: SystemTime,
}

/// What is told of an IAM principal that signs in as a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IamPrincipalRecord {
    /// The principal.
    pub principal: IamPrincipal,
    /// The unique id that it had when it signed in first, such as `AROA…`; one that is made again under the name has another.
    pub unique_id: Option<String>,
    /// When it was mapped to the user.
    pub created: SystemTime,
}

/// Some of the account's users, by name.
#[derive(Debug)]
pub struct UserPage {
    /// The users.
    pub users: Vec<UserSummary>,
    /// Go on behind this; `None` when there are no more.
    pub next: Option<String>,
}

impl User {
    /// The user as events name it.
    pub(super) fn event_identity(&self) -> EventIdentity {
        event_identity(&self.summary)
    }

    /// Whether anything would be left behind if the user were deleted.
    fn is_bare(&self) -> bool {
        self.policies.is_empty()
            && self.attached.is_empty()
            && self.groups.is_empty()
            && self.access_keys.is_empty()
            && self.git_credentials.is_empty()
            && self.tokens.is_empty()
            && self.iam_principals.is_empty()
    }
}

impl Store {
    /// Makes a user without permissions and credentials.
    pub async fn create_user(&self, actor: &Actor, new: NewUser) -> Result<User, IdentityError> {
        let writes = Vec::new();
        self.commit_new_user(actor, new, BTreeSet::new(), writes).await
    }

    /// Makes the first user of all, with managed policies attached. `None` when that was done before, even if the user was
    /// deleted since.
    pub async fn create_first_user(
        &self,
        actor: &Actor,
        new: NewUser,
        attached: BTreeSet<String>,
    ) -> Result<Option<User>, IdentityError> {
        let mark = keys::first_user();
        if self.parts.table.get(&mark).await.map_err(Error::from)?.is_some() {
            return Ok(None);
        }
        let writes = vec![put(mark, &FirstUserRow {}, Expect::Absent)?];
        self.commit_new_user(actor, new, attached, writes).await.map(Some)
    }

    async fn commit_new_user(
        &self,
        actor: &Actor,
        new: NewUser,
        attached: BTreeSet<String>,
        mut writes: Vec<Write>,
    ) -> Result<User, IdentityError> {
        let NewUser { name, path, tags } = new;
        let id = unique_id(UniqueIdKind::User)?;
        let told = UserSummaryRow { name, path, id, created: self.now() };
        let row = UserRow { summary: told, tags, sessions_valid_after: None };
        writes.push(put(keys::user_name(&row.summary.name), &row.summary, Expect::Absent)?);
        writes.push(put(keys::user(&row.summary.name), &row, Expect::Absent)?);
        let partition = keys::user_partition(&row.summary.name);
        for arn in &attached {
            writes.push(put(keys::attached_policy(&partition, arn), &AttachedRow {}, Expect::Absent)?);
        }
        let summary = summary(row.summary);
        let created = EventKind::IdentityChanged {
            identity: event_identity(&summary),
            change: IdentityChange::Created,
            subject: None,
        };
        writes.extend(EventsOfChange::new(self, actor)?.rows(None, vec![created])?);
        match self.parts.table.commit(writes).await {
            Ok(version) => Ok(User {
                summary,
                tags: row.tags,
                attached,
                policies: Vec::new(),
                groups: Vec::new(),
                access_keys: Vec::new(),
                git_credentials: Vec::new(),
                tokens: Vec::new(),
                iam_principals: Vec::new(),
                sessions_valid_after: None,
                version,
            }),
            Err(CommitError::Conflict(_)) => Err(IdentityError::AlreadyExists),
            Err(error) => Err(Error::of_commit(error).into()),
        }
    }

    /// The user of this name, if there is one (1 scan).
    pub async fn find_user(&self, name: &UserName) -> Result<Option<User>, Error> {
        let rows = self.scan_all(keys::user_partition(name), SortRange::All, false).await?;
        read_user(&rows)
    }

    /// The name of the user as whom an IAM principal signs in, if there is one (1 get).
    pub async fn find_iam_principal(&self, principal: &IamPrincipal) -> Result<Option<UserName>, Error> {
        let row = self.parts.table.get(&keys::iam_principal(principal)).await?;
        row.map(|row| Ok(rows::decode::<IamPrincipalUserRow>(&row)?.user)).transpose()
    }

    /// At most `limit` users behind `after` (as [`UserPage::next`] gives it), by name in lower case (1 scan).
    pub async fn list_users(&self, after: Option<&str>, limit: usize) -> Result<UserPage, Error> {
        let (rows, next) = self.identities_by_name(keys::USER, after, limit).await?;
        Ok(UserPage { users: rows.into_iter().map(summary).collect(), next })
    }

    /// Deletes a user, who must have nothing any more.
    pub async fn delete_user(&self, actor: &Actor, name: &UserName) -> Result<(), IdentityError> {
        let events = EventsOfChange::new(self, actor)?;
        for attempt in 0..change::ATTEMPTS {
            let user = self.find_user(name).await?.ok_or(IdentityError::Missing)?;
            if !user.is_bare() {
                return Err(IdentityError::InUse);
            }
            let deleted = EventKind::IdentityChanged {
                identity: user.event_identity(),
                change: IdentityChange::Deleted,
                subject: None,
            };
            let mut writes = vec![
                Write::Delete { key: keys::user(name), expect: Expect::Version(user.version) },
                Write::Delete { key: keys::user_name(name), expect: Expect::Present },
            ];
            writes.extend(events.rows(None, vec![deleted])?);
            match self.parts.table.commit(writes).await {
                Ok(_) => return Ok(()),
                Err(CommitError::Conflict(_)) => change::pause(attempt).await?,
                Err(error) => return Err(Error::of_commit(error).into()),
            }
        }
        Err(Error::Contended.into())
    }
}

/// The write that puts a user's `META` row anew, unless the user has changed meanwhile.
pub(super) fn put_user(user: &User) -> Result<Write, Error> {
    let UserSummary { name, path, id, created } = user.summary.clone();
    let summary = UserSummaryRow { name, path, id, created: rows::millis(created) };
    let sessions_valid_after = user.sessions_valid_after.map(rows::millis);
    let row = UserRow { summary, tags: user.tags.clone(), sessions_valid_after };
    put_meta(keys::user(&user.summary.name), &row, user.version)
}

fn event_identity(summary: &UserSummary) -> EventIdentity {
    EventIdentity {
        kind: IdentityKind::User,
        id: summary.id.clone(),
        path: summary.path.clone(),
        name: summary.name.to_string(),
    }
}

fn summary(row: UserSummaryRow) -> UserSummary {
    let UserSummaryRow { name, path, id, created } = row;
    UserSummary { name, path, id, created: time(created) }
}

/// The user that the rows of a partition tell of. A user who is being deleted has no `META` row any more.
fn read_user(rows: &[Row]) -> Result<Option<User>, Error> {
    let Some(meta) = rows.iter().find(|row| row.key.sort == keys::META) else {
        return Ok(None);
    };
    let UserRow { summary: found, tags, sessions_valid_after } = rows::decode(meta)?;
    let mut user = User {
        summary: summary(found),
        tags,
        policies: Vec::new(),
        attached: BTreeSet::new(),
        groups: Vec::new(),
        access_keys: Vec::new(),
        git_credentials: Vec::new(),
        tokens: Vec::new(),
        iam_principals: Vec::new(),
        sessions_valid_after: sessions_valid_after.map(time),
        version: meta.version,
    };
    for row in rows {
        let (kind, rest) = row.key.sort.split_once('#').unwrap_or((&row.key.sort, ""));
        match kind {
            keys::META => {}
            "POLICY" => {
                let InlinePolicyRow { name, document } = rows::decode(row)?;
                user.policies.push((name, document));
            }
            "ATTACHED" => {
                let AttachedRow {} = rows::decode(row)?;
                user.attached.insert(rest.to_owned());
            }
            "GROUP" => user.groups.push(rows::decode::<MembershipRow>(row)?.group),
            "KEY" => {
                let AccessKeyRow { active, created, sessions_valid_after } = rows::decode(row)?;
                user.access_keys.push(AccessKeyRecord {
                    id: rest.to_owned(),
                    active,
                    created: time(created),
                    sessions_valid_after: sessions_valid_after.map(time),
                });
            }
            "GIT" => {
                let GitCredentialRow { user_name, credential, active, created } = rows::decode(row)?;
                let id = rest.to_owned();
                let record = GitCredentialRecord { id, user_name, credential, active, created: time(created) };
                user.git_credentials.push(record);
            }
            "TOKEN" => {
                let TokenRow { name, kind, active, created } = rows::decode(row)?;
                user.tokens.push(TokenRecord { id: rest.to_owned(), name, kind, active, created: time(created) });
            }
            "IAM" => {
                let IamPrincipalRow { unique_id, created } = rows::decode(row)?;
                let principal = IamPrincipal::try_from(rest.to_owned());
                let principal = principal.map_err(|_| rows::damaged(&row.key, "it names no IAM principal"))?;
                user.iam_principals.push(IamPrincipalRecord { principal, unique_id, created: time(created) });
            }
            _ => return Err(rows::damaged(&row.key, "a user has no rows of this kind")),
        }
    }
    Ok(Some(user))
}
