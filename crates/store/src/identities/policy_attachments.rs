//! The policy's side of attaching a managed policy of the account to a user or group.

use super::changes::{IdentityError, PolicyEdit, put_meta};
use super::managed_policies::ManagedPolicy;
use super::rows::{AttachedGroupRow, AttachedUserRow, PolicyRow};
use crate::error::Error;
use crate::keys;
use crate::rows::{self, put};
use crate::stores::Store;
use domain::{GroupName, PolicyName, UserName};
use ports::{Expect, Key, Write};

/// Who has a policy attached.
#[derive(Debug, Clone, Copy)]
pub(super) enum Holder<'a> {
    User(&'a UserName),
    Group(&'a GroupName),
}

impl Holder<'_> {
    fn key(self, policy: &PolicyName) -> Key {
        match self {
            Self::User(user) => keys::policy_user(policy, user),
            Self::Group(group) => keys::policy_group(policy, group),
        }
    }

    fn put(self, policy: &PolicyName) -> Result<Write, Error> {
        let key = self.key(policy);
        match self {
            Self::User(user) => put(key, &AttachedUserRow { user: user.clone() }, Expect::Absent),
            Self::Group(group) => put(key, &AttachedGroupRow { group: group.clone() }, Expect::Absent),
        }
    }
}

impl Store {
    /// What attaching and detaching writes to the policies concerned (1 read for each). AWS's own policies have no rows.
    pub(super) async fn attachments<'e>(
        &self,
        holder: Holder<'_>,
        edits: impl Iterator<Item = &'e PolicyEdit>,
    ) -> Result<Vec<Write>, IdentityError> {
        let mut writes = Vec::new();
        for edit in edits {
            let (arn, attach) = match edit {
                PolicyEdit::Attach(arn) => (arn, true),
                PolicyEdit::Detach(arn) => (arn, false),
                PolicyEdit::Put { .. } | PolicyEdit::Delete(_) => continue,
            };
            let Some(name) = ManagedPolicy::name_in_arn(arn) else { continue };
            let key = keys::policy(&name);
            let row = self.parts.table.get(&key).await.map_err(Error::from)?.ok_or(IdentityError::Missing)?;
            let mut policy: PolicyRow = rows::decode(&row)?;
            let attachments = &mut policy.summary.attachments;
            *attachments = if attach { attachments.saturating_add(1) } else { attachments.saturating_sub(1) };
            writes.push(put_meta(key, &policy, row.version)?);
            writes.push(put(keys::policy_name(&name), &policy.summary, Expect::Present)?);
            writes.push(if attach {
                holder.put(&name)?
            } else {
                Write::Delete { key: holder.key(&name), expect: Expect::Present }
            });
        }
        Ok(writes)
    }
}
