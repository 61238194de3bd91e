//! Groups: users who have permissions in common.

use super::changes::{IdentityError, PolicyEdit, put_meta};
use super::rows::{AttachedRow, GroupRow, InlinePolicyRow, MemberRow, MembershipRow};
use super::users::put_user;
use crate::error::Error;
use crate::events::EventsOfChange;
use crate::rows::{self, millis, put, time};
use crate::stores::{Store, unique_id};
use crate::{change, keys};
use domain::{
    Actor, EventIdentity, EventKind, GroupName, IdentityChange, IdentityKind, IdentityPath, PolicyName, UniqueId,
    UniqueIdKind, UserName,
};
use ports::{CommitError, Expect, Row, SortRange, Version, Write};
use std::collections::BTreeSet;
use std::time::SystemTime;

/// What a new group is to be.
#[derive(Debug, Clone)]
pub struct NewGroup {
    /// The name.
    pub name: GroupName,
    /// The path.
    pub path: IdentityPath,
}

/// What listings show of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupSummary {
    /// The name, with the letters as they were given.
    pub name: GroupName,
    /// The path.
    pub path: IdentityPath,
    /// The unique id.
    pub id: UniqueId,
    /// When it was made.
    pub created: SystemTime,
}

/// A group with its policies and members.
#[derive(Debug, Clone)]
pub struct Group {
    /// Name, path, id, time.
    pub summary: GroupSummary,
    /// Inline policies: name and document.
    pub policies: Vec<(PolicyName, String)>,
    /// The ARNs of the managed policies that are attached.
    pub attached: BTreeSet<String>,
    /// The users in it.
    pub members: Vec<UserName>,
    version: Version,
}

/// Some of the account's groups, by name.
#[derive(Debug)]
pub struct GroupPage {
    /// The groups.
    pub groups: Vec<GroupSummary>,
    /// Go on behind this; `None` when there are no more.
    pub next: Option<String>,
}

impl Group {
    fn changed(&self, change: IdentityChange, subject: Option<String>) -> EventKind {
        let GroupSummary { name, path, id, .. } = &self.summary;
        let (id, path, name) = (id.clone(), path.clone(), name.to_string());
        let identity = EventIdentity { kind: IdentityKind::Group, id, path, name };
        EventKind::IdentityChanged { identity, change, subject }
    }

    /// The write that puts the group's `META` row anew, unless it has changed meanwhile.
    fn put_again(&self) -> Result<Write, Error> {
        let GroupSummary { name, path, id, created } = self.summary.clone();
        let row = GroupRow { name, path, id, created: millis(created) };
        put_meta(keys::group(&self.summary.name), &row, self.version)
    }
}

impl Store {
    /// Makes a group without members and policies.
    pub async fn create_group(&self, actor: &Actor, new: NewGroup) -> Result<Group, IdentityError> {
        let NewGroup { name, path } = new;
        let row = GroupRow { name, path, id: unique_id(UniqueIdKind::Group)?, created: self.now() };
        let mut writes = vec![
            put(keys::group_name(&row.name), &row, Expect::Absent)?,
            put(keys::group(&row.name), &row, Expect::Absent)?,
        ];
        let (policies, attached, members) = (Vec::new(), BTreeSet::new(), Vec::new());
        let mut group = Group { summary: summary(row), policies, attached, members, version: Version(0) };
        let created = vec![group.changed(IdentityChange::Created, None)];
        writes.extend(EventsOfChange::new(self, actor)?.rows(None, created)?);
        match self.parts.table.commit(writes).await {
            Ok(version) => {
                group.version = version;
                Ok(group)
            }
            Err(CommitError::Conflict(_)) => Err(IdentityError::AlreadyExists),
            Err(error) => Err(Error::of_commit(error).into()),
        }
    }

    /// The group of this name, if there is one (1 scan).
    pub async fn find_group(&self, name: &GroupName) -> Result<Option<Group>, Error> {
        read_group(&self.scan_all(keys::group_partition(name), SortRange::All, false).await?)
    }

    /// At most `limit` groups behind `after` (as [`GroupPage::next`] gives it), by name in lower case (1 scan).
    pub async fn list_groups(&self, after: Option<&str>, limit: usize) -> Result<GroupPage, Error> {
        let (rows, next) = self.identities_by_name(keys::GROUP, after, limit).await?;
        Ok(GroupPage { groups: rows.into_iter().map(summary).collect(), next })
    }

    /// Deletes a group, which must have no members and policies any more.
    pub async fn delete_group(&self, actor: &Actor, name: &GroupName) -> Result<(), IdentityError> {
        let events = EventsOfChange::new(self, actor)?;
        for attempt in 0..change::ATTEMPTS {
            let group = self.find_group(name).await?.ok_or(IdentityError::Missing)?;
            if !(group.policies.is_empty() && group.attached.is_empty() && group.members.is_empty()) {
                return Err(IdentityError::InUse);
            }
            let mut writes = vec![
                Write::Delete { key: keys::group(name), expect: Expect::Version(group.version) },
                Write::Delete { key: keys::group_name(name), expect: Expect::Present },
            ];
            writes.extend(events.rows(None, vec![group.changed(IdentityChange::Deleted, None)])?);
            match self.parts.table.commit(writes).await {
                Ok(_) => return Ok(()),
                Err(CommitError::Conflict(_)) => change::pause(attempt).await?,
                Err(error) => return Err(Error::of_commit(error).into()),
            }
        }
        Err(Error::Contended.into())
    }

    /// Changes a group's policies. `decide` sees the group as it is and says what to change, or why not.
    pub async fn change_group<E: From<IdentityError>>(
        &self,
        actor: &Actor,
        name: &GroupName,
        decide: impl Fn(&Group) -> Result<Vec<PolicyEdit>, E>,
    ) -> Result<(), E> {
        let store_error = |error: Error| E::from(IdentityError::Store(error));
        let events = EventsOfChange::new(self, actor).map_err(store_error)?;
        for attempt in 0..change::ATTEMPTS {
            let group = self.find_group(name).await.map_err(store_error)?;
            let group = group.ok_or_else(|| E::from(IdentityError::Missing))?;
            let edits = decide(&group)?;
            if edits.is_empty() {
                return Ok(());
            }
            let writes = plan(&group, edits, &events).map_err(store_error)?;
            match self.parts.table.commit(writes).await {
                Ok(_) => return Ok(()),
                Err(CommitError::Conflict(_)) => change::pause(attempt).await.map_err(store_error)?,
                Err(error) => return Err(store_error(Error::of_commit(error))),
            }
        }
        Err(store_error(Error::Contended))
    }

    /// Puts a user into a group, or takes one out. Nothing to change is no error.
    pub async fn set_membership(
        &self,
        actor: &Actor,
        name: &UserName,
        group: &GroupName,
        member: bool,
    ) -> Result<(), IdentityError> {
        let events = EventsOfChange::new(self, actor)?;
        for attempt in 0..change::ATTEMPTS {
            let user = self.find_user(name).await?.ok_or(IdentityError::Missing)?;
            let found = self.find_group(group).await?.ok_or(IdentityError::Missing)?;
            if user.groups.iter().any(|known| known.key() == group.key()) == member {
                return Ok(());
            }
            let (of_user, of_group) = (keys::user_group(name, group), keys::group_member(group, name));
            let (user_name, group_name) = (&user.summary.name, &found.summary.name);
            let mut writes = if member {
                vec![
                    put(of_user, &MembershipRow { group: group_name.clone() }, Expect::Absent)?,
                    put(of_group, &MemberRow { user: user_name.clone() }, Expect::Absent)?,
                ]
            } else {
                let delete = |key| Write::Delete { key, expect: Expect::Present };
                vec![delete(of_user), delete(of_group)]
            };
            writes.push(put_user(&user)?);
            writes.push(found.put_again()?);
            let change = if member { IdentityChange::MemberAdded } else { IdentityChange::MemberRemoved };
            writes.extend(events.rows(None, vec![found.changed(change, Some(user_name.to_string()))])?);
            match self.parts.table.commit(writes).await {
                Ok(_) => return Ok(()),
                Err(CommitError::Conflict(_)) => change::pause(attempt).await?,
                Err(error) => return Err(Error::of_commit(error).into()),
            }
        }
        Err(Error::Contended.into())
    }
}

fn plan(group: &Group, edits: Vec<PolicyEdit>, events: &EventsOfChange) -> Result<Vec<Write>, Error> {
    let partition = keys::group_partition(&group.summary.name);
    let mut writes = vec![group.put_again()?];
    let mut kinds = Vec::new();
    for edit in edits {
        let (change, subject) = edit.told();
        kinds.push(group.changed(change, Some(subject)));
        writes.push(edit.write(&partition)?);
    }
    writes.extend(events.rows(None, kinds)?);
    Ok(writes)
}

fn summary(row: GroupRow) -> GroupSummary {
    let GroupRow { name, path, id, created } = row;
    GroupSummary { name, path, id, created: time(created) }
}

/// The group that the rows of a partition tell of.
fn read_group(rows: &[Row]) -> Result<Option<Group>, Error> {
    let Some(meta) = rows.iter().find(|row| row.key.sort == keys::META) else {
        return Ok(None);
    };
    let (policies, attached, members) = (Vec::new(), BTreeSet::new(), Vec::new());
    let mut group = Group { summary: summary(rows::decode(meta)?), policies, attached, members, version: meta.version };
    for row in rows {
        let (kind, rest) = row.key.sort.split_once('#').unwrap_or((&row.key.sort, ""));
        match kind {
            keys::META => {}
            "POLICY" => {
                let InlinePolicyRow { name, document } = rows::decode(row)?;
                group.policies.push((name, document));
            }
            "ATTACHED" => {
                let AttachedRow {} = rows::decode(row)?;
                group.attached.insert(rest.to_owned());
            }
            "MEMBER" => group.members.push(rows::decode::<MemberRow>(row)?.user),
            _ => return Err(rows::damaged(&row.key, "a group has no rows of this kind")),
        }
    }
    Ok(Some(group))
}
