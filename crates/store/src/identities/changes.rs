//! Changes to identities: what can be changed, and the one way in which it happens.

use super::policy_attachments;
use super::rows::{
    AccessKeyRow, AttachedRow, GitCredentialRow, IamPrincipalRow, IamPrincipalUserRow, InlinePolicyRow, TokenRow,
};
use super::users::{AccessKeyRecord, GitCredentialRecord, IamPrincipalRecord, TokenRecord, User, put_user};
use crate::error::Error;
use crate::events::EventsOfChange;
use crate::rows::{millis, put};
use crate::stores::Store;
use crate::{change, keys};
use bytes::Bytes;
use domain::{Actor, EventKind, IamPrincipal, IdentityChange, PolicyName, UserName};
use ports::{CommitError, Expect, Key, Version, Write};
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::SystemTime;

/// Why an identity was not made, changed or deleted.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// There is none of this name.
    #[error("there is no such identity")]
    Missing,
    /// There is one of this name.
    #[error("the name is taken")]
    AlreadyExists,
    /// It still has something: credentials, policies, groups or members.
    #[error("it still has credentials, policies, groups or members")]
    InUse,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

/// One thing to change about the policies of a user or group.
#[derive(Debug, Clone)]
pub enum PolicyEdit {
    /// Sets an inline policy.
    Put {
        /// Its name.
        name: PolicyName,
        /// The document, as the caller wrote it.
        document: String,
    },
    /// Removes an inline policy.
    Delete(PolicyName),
    /// Attaches the managed policy of this ARN.
    Attach(String),
    /// Detaches the managed policy of this ARN.
    Detach(String),
}

impl PolicyEdit {
    /// What the event says of it: what happened, and which policy it is about.
    pub(super) fn told(&self) -> (IdentityChange, String) {
        match self {
            Self::Put { name, .. } => (IdentityChange::InlinePolicyPut, name.to_string()),
            Self::Delete(name) => (IdentityChange::InlinePolicyDeleted, name.to_string()),
            Self::Attach(arn) => (IdentityChange::PolicyAttached, arn.clone()),
            Self::Detach(arn) => (IdentityChange::PolicyDetached, arn.clone()),
        }
    }

    /// The row that it changes in the partition of a user or group, whose `META` row guards it.
    pub(super) fn write(self, partition: &str) -> Result<Write, Error> {
        let delete = |key: Key| Write::Delete { key, expect: Expect::Anything };
        Ok(match self {
            Self::Put { name, document } => {
                let key = keys::inline_policy(partition, &name);
                put(key, &InlinePolicyRow { name, document }, Expect::Anything)?
            }
            Self::Delete(name) => delete(keys::inline_policy(partition, &name)),
            Self::Attach(arn) => put(keys::attached_policy(partition, &arn), &AttachedRow {}, Expect::Anything)?,
            Self::Detach(arn) => delete(keys::attached_policy(partition, &arn)),
        })
    }
}

/// One thing to change about a user.
#[derive(Debug, Clone)]
pub enum UserEdit {
    /// These are the tags from now on.
    SetTags(BTreeMap<String, String>),
    /// Ends the sessions that were issued up to this time.
    EndSessions(SystemTime),
    /// Changes the policies.
    Policy(PolicyEdit),
    /// Adds an access key, or changes one.
    PutAccessKey {
        /// What is told of it.
        key: AccessKeyRecord,
        /// The sealed secret.
        sealed: Bytes,
    },
    /// Removes an access key.
    DeleteAccessKey(String),
    /// Adds a Git user name and password, or changes one; a password that it replaces is removed.
    PutGitCredential {
        /// What is told of it.
        credential: GitCredentialRecord,
        /// The sealed password.
        sealed: Bytes,
    },
    /// Removes a Git user name and password, by its id.
    DeleteGitCredential(String),
    /// Adds a token, or changes one.
    PutToken {
        /// What is told of it.
        token: TokenRecord,
        /// The HMAC and the scope.
        sealed: Bytes,
    },
    /// Removes a token, by its id.
    DeleteToken(String),
    /// Lets an IAM principal sign in as the user, or changes what is known of it. One that signs in as somebody else is a conflict.
    PutIamPrincipal(IamPrincipalRecord),
    /// Lets an IAM principal sign in as the user no longer.
    DeleteIamPrincipal(IamPrincipal),
}

impl UserEdit {
    /// The changes of policies among these.
    fn policies(edits: &[Self]) -> impl Iterator<Item = &PolicyEdit> {
        edits.iter().filter_map(|edit| match edit {
            Self::Policy(edit) => Some(edit),
            _ => None,
        })
    }
}

impl Store {
    /// Changes a user. `decide` sees the user as it is and says what to change, or why not; it may be asked again when
    /// another change came between. Nothing to change is no error.
    pub async fn change_user<E: From<IdentityError>>(
        &self,
        actor: &Actor,
        name: &UserName,
        decide: impl Fn(&User) -> Result<Vec<UserEdit>, E>,
    ) -> Result<(), E> {
        let store_error = |error: Error| E::from(IdentityError::Store(error));
        let events = EventsOfChange::new(self, actor).map_err(store_error)?;
        for attempt in 0..change::ATTEMPTS {
            let user = self.find_user(name).await.map_err(store_error)?;
            let user = user.ok_or_else(|| E::from(IdentityError::Missing))?;
            let edits = decide(&user)?;
            if edits.is_empty() {
                return Ok(());
            }
            let attached = policy_attachments::Holder::User(&user.summary.name);
            let attachments = self.attachments(attached, UserEdit::policies(&edits)).await.map_err(E::from)?;
            let mut writes = plan(&user, edits, &events).map_err(store_error)?;
            writes.extend(attachments);
            match self.parts.table.commit(writes).await {
                Ok(_) => return Ok(()),
                Err(CommitError::Conflict(_)) => change::pause(attempt).await.map_err(store_error)?,
                Err(error) => return Err(store_error(Error::of_commit(error))),
            }
        }
        Err(store_error(Error::Contended))
    }
}

/// The write that puts an identity's `META` row anew, unless the identity has changed meanwhile.
pub(super) fn put_meta<T: Serialize>(key: Key, row: &T, version: Version) -> Result<Write, Error> {
    put(key, row, Expect::Version(version))
}

fn plan(user: &User, edits: Vec<UserEdit>, events: &EventsOfChange) -> Result<Vec<Write>, Error> {
    let mut changed = user.clone();
    let (mut writes, mut kinds) = (Vec::new(), Vec::new());
    for edit in edits {
        let (change, subject) = told(user, &edit);
        match edit {
            UserEdit::SetTags(tags) => changed.tags = tags,
            UserEdit::EndSessions(time) => {
                changed.sessions_valid_after = changed.sessions_valid_after.max(Some(time));
            }
            edit => write(user, edit, &mut writes)?,
        }
        kinds.push(EventKind::IdentityChanged { identity: user.event_identity(), change, subject });
    }
    writes.push(put_user(&changed)?);
    writes.extend(events.rows(None, kinds)?);
    Ok(writes)
}

/// What the event says of an edit: what happened, and to what of the user.
fn told(user: &User, edit: &UserEdit) -> (IdentityChange, Option<String>) {
    let credential =
        |known: bool| if known { IdentityChange::CredentialChanged } else { IdentityChange::CredentialCreated };
    let (change, subject) = match edit {
        UserEdit::SetTags(_) => return (IdentityChange::TagsChanged, None),
        UserEdit::EndSessions(_) => return (IdentityChange::SessionsEnded, None),
        UserEdit::Policy(edit) => edit.told(),
        UserEdit::PutAccessKey { key, .. } => {
            (credential(user.access_keys.iter().any(|known| known.id == key.id)), key.id.clone())
        }
        UserEdit::PutGitCredential { credential: git, .. } => {
            (credential(user.git_credentials.iter().any(|known| known.id == git.id)), git.id.clone())
        }
        UserEdit::PutToken { token, .. } => {
            (credential(user.tokens.iter().any(|known| known.id == token.id)), token.id.clone())
        }
        UserEdit::PutIamPrincipal(record) => {
            let is_known = user.iam_principals.iter().any(|known| known.principal == record.principal);
            (credential(is_known), record.principal.to_string())
        }
        UserEdit::DeleteIamPrincipal(principal) => (IdentityChange::CredentialDeleted, principal.to_string()),
        UserEdit::DeleteAccessKey(id) | UserEdit::DeleteGitCredential(id) | UserEdit::DeleteToken(id) => {
            (IdentityChange::CredentialDeleted, id.clone())
        }
    };
    (change, Some(subject))
}

/// Which rows an edit changes. The user's `META` row guards them all.
fn write(user: &User, edit: UserEdit, writes: &mut Vec<Write>) -> Result<(), Error> {
    let name = &user.summary.name;
    let delete = |key: Key| Write::Delete { key, expect: Expect::Anything };
    match edit {
        // In the META row, which every change puts anew.
        UserEdit::SetTags(_) | UserEdit::EndSessions(_) => {}
        UserEdit::Policy(edit) => writes.push(edit.write(&keys::user_partition(name))?),
        UserEdit::PutAccessKey { key, sealed } => {
            let known = user.access_keys.iter().any(|known| known.id == key.id);
            let row = AccessKeyRow {
                active: key.active,
                created: millis(key.created),
                sessions_valid_after: key.sessions_valid_after.map(millis),
            };
            writes.push(put(keys::user_access_key(name, &key.id), &row, Expect::Anything)?);
            writes.push(put_credential(&key.id, sealed, known));
        }
        UserEdit::DeleteAccessKey(id) => {
            writes.push(delete(keys::user_access_key(name, &id)));
            writes.push(delete(keys::credential(&id)));
        }
        UserEdit::PutGitCredential { credential, sealed } => {
            let before = user.git_credentials.iter().find(|known| known.id == credential.id);
            let same = before.is_some_and(|before| before.credential == credential.credential);
            if let Some(before) = before.filter(|_| !same) {
                writes.push(delete(keys::credential(&before.credential)));
            }
            let GitCredentialRecord { id, user_name, credential, active, created } = credential;
            writes.push(put_credential(&credential, sealed, same));
            let row = GitCredentialRow { user_name, credential, active, created: millis(created) };
            writes.push(put(keys::user_git_credential(name, &id), &row, Expect::Anything)?);
        }
        UserEdit::DeleteGitCredential(id) => {
            if let Some(known) = user.git_credentials.iter().find(|known| known.id == id) {
                writes.push(delete(keys::credential(&known.credential)));
            }
            writes.push(delete(keys::user_git_credential(name, &id)));
        }
        UserEdit::PutToken { token, sealed } => {
            let known = user.tokens.iter().any(|known| known.id == token.id);
            let TokenRecord { id, name: called, kind, active, created } = token;
            writes.push(put_credential(&id, sealed, known));
            let row = TokenRow { name: called, kind, active, created: millis(created) };
            writes.push(put(keys::user_token(name, &id), &row, Expect::Anything)?);
        }
        UserEdit::DeleteToken(id) => {
            writes.push(delete(keys::credential(&id)));
            writes.push(delete(keys::user_token(name, &id)));
        }
        UserEdit::PutIamPrincipal(IamPrincipalRecord { principal, unique_id, created }) => {
            if !user.iam_principals.iter().any(|known| known.principal == principal) {
                let row = IamPrincipalUserRow { user: name.clone() };
                writes.push(put(keys::iam_principal(&principal), &row, Expect::Absent)?);
            }
            let row = IamPrincipalRow { unique_id, created: millis(created) };
            writes.push(put(keys::user_iam_principal(name, &principal), &row, Expect::Anything)?);
        }
        UserEdit::DeleteIamPrincipal(principal) => {
            writes.push(delete(keys::iam_principal(&principal)));
            writes.push(delete(keys::user_iam_principal(name, &principal)));
        }
    }
    Ok(())
}

/// The write of a sealed credential: a new one must not meet another of the same id.
fn put_credential(id: &str, sealed: Bytes, known: bool) -> Write {
    let expect = if known { Expect::Present } else { Expect::Absent };
    Write::Put { key: keys::credential(id), body: sealed, expires_at: None, expect }
}
