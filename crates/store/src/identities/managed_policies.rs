//! The managed policies of the account: documents with versions that are attached to users and groups.
//!
//! AWS's own ones, which nobody can change, are part of the program (`auth::policy::managed`) and have no rows.

use super::changes::{IdentityError, put_meta};
use super::rows::{AttachedGroupRow, AttachedUserRow, PolicyRow, PolicySummaryRow, PolicyVersionRow};
use crate::error::Error;
use crate::events::EventsOfChange;
use crate::rows::{self, millis, put, time};
use crate::stores::{Store, unique_id};
use crate::{change, keys};
use domain::identity::AWS_OWNED;
use domain::{
    Actor, EventIdentity, EventKind, GroupName, IdentityChange, IdentityKind, IdentityPath, PolicyName, UniqueId,
    UniqueIdKind, UserName,
};
use ports::{CommitError, Expect, Row, SortRange, Version, Write};
use std::collections::BTreeMap;
use std::time::SystemTime;

/// What a new managed policy is to be.
#[derive(Debug, Clone)]
pub struct NewManagedPolicy {
    /// The name.
    pub name: PolicyName,
    /// The path.
    pub path: IdentityPath,
    /// What it is for.
    pub description: Option<String>,
    /// The document of its first version.
    pub document: String,
    /// The tags.
    pub tags: BTreeMap<String, String>,
}

/// What listings show of a managed policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagedPolicySummary {
    /// The name, with the letters as they were given.
    pub name: PolicyName,
    /// The path.
    pub path: IdentityPath,
    /// The unique id.
    pub id: UniqueId,
    /// When it was made.
    pub created: SystemTime,
    /// When another version came to hold, or it was made.
    pub updated: SystemTime,
    /// The number of the version that holds.
    pub default: u32,
    /// To how many users and groups it is attached.
    pub attachments: u32,
}

/// A version of a managed policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyVersion {
    /// Its number; the first one is 1.
    pub number: u32,
    /// The document, as the caller wrote it.
    pub document: String,
    /// When it was made.
    pub created: SystemTime,
}

/// A managed policy with all there is of it.
#[derive(Debug, Clone)]
pub struct ManagedPolicy {
    /// Name, path, id, times.
    pub summary: ManagedPolicySummary,
    /// What it is for.
    pub description: Option<String>,
    /// The tags.
    pub tags: BTreeMap<String, String>,
    /// Its versions, the oldest first.
    pub versions: Vec<PolicyVersion>,
    /// The users it is attached to.
    pub users: Vec<UserName>,
    /// The groups it is attached to.
    pub groups: Vec<GroupName>,
    newest: u32,
    version: Version,
}

/// One thing to change about a managed policy.
#[derive(Debug, Clone)]
pub enum ManagedPolicyEdit {
    /// Adds a version.
    AddVersion {
        /// The document.
        document: String,
        /// Whether it is the one that holds from now on.
        default: bool,
    },
    /// Removes the version of this number, which must not be the one that holds.
    DeleteVersion(u32),
    /// The version of this number holds from now on.
    SetDefault(u32),
    /// These are the tags from now on.
    SetTags(BTreeMap<String, String>),
}

impl ManagedPolicy {
    /// The name in the ARN of a policy of an account; `None` for one of AWS's own, and for what is no such ARN.
    pub fn name_in_arn(arn: &str) -> Option<PolicyName> {
        let mut parts = arn.splitn(6, ':').skip(4);
        let (account, resource) = (parts.next()?, parts.next()?);
        let name = resource.strip_prefix("policy/")?.rsplit('/').next()?;
        if account == AWS_OWNED { None } else { PolicyName::parse(name).ok() }
    }

    /// The version of this number.
    pub fn version(&self, number: u32) -> Option<&PolicyVersion> {
        self.versions.iter().find(|version| version.number == number)
    }

    fn changed(&self, change: IdentityChange, subject: Option<String>) -> EventKind {
        let ManagedPolicySummary { name, path, id, .. } = &self.summary;
        let (id, path, name) = (id.clone(), path.clone(), name.to_string());
        let identity = EventIdentity { kind: IdentityKind::Policy, id, path, name };
        EventKind::IdentityChanged { identity, change, subject }
    }

    /// Its `META` row.
    fn row(&self) -> PolicyRow {
        let document = self.version(self.summary.default).map(|version| version.document.clone()).unwrap_or_default();
        PolicyRow {
            summary: summary_row(&self.summary),
            description: self.description.clone(),
            tags: self.tags.clone(),
            newest: self.newest,
            document,
        }
    }
}

impl Store {
    /// Makes a managed policy, which is attached to nobody.
    pub async fn create_managed_policy(
        &self,
        actor: &Actor,
        new: NewManagedPolicy,
    ) -> Result<ManagedPolicy, IdentityError> {
        let now = time(self.now());
        let NewManagedPolicy { name, path, description, document, tags } = new;
        let id = unique_id(UniqueIdKind::Policy)?;
        let summary = ManagedPolicySummary { name, path, id, created: now, updated: now, default: 1, attachments: 0 };
        let mut policy = ManagedPolicy {
            summary,
            description,
            tags,
            versions: vec![PolicyVersion { number: 1, document, created: now }],
            users: Vec::new(),
            groups: Vec::new(),
            newest: 1,
            version: Version(0),
        };
        let (name, row) = (&policy.summary.name, policy.row());
        let mut writes = vec![
            put(keys::policy_name(name), &row.summary, Expect::Absent)?,
            put(keys::policy(name), &row, Expect::Absent)?,
            put_version(name, &policy.versions[0])?,
        ];
        let created = vec![policy.changed(IdentityChange::Created, None)];
        writes.extend(EventsOfChange::new(self, actor)?.rows(None, created)?);
        match self.parts.table.commit(writes).await {
            Ok(version) => {
                policy.version = version;
                Ok(policy)
            }
            Err(CommitError::Conflict(_)) => Err(IdentityError::AlreadyExists),
            Err(error) => Err(Error::of_commit(error).into()),
        }
    }

    /// The managed policy of this name, if the account has one (1 scan).
    pub async fn find_managed_policy(&self, name: &PolicyName) -> Result<Option<ManagedPolicy>, Error> {
        read_policy(&self.scan_all(keys::policy_partition(name), SortRange::All, false).await?)
    }

    /// The document of the version that holds (1 get).
    pub async fn managed_policy_document(&self, name: &PolicyName) -> Result<Option<String>, Error> {
        let row = self.parts.table.get(&keys::policy(name)).await?;
        row.map(|row| Ok(rows::decode::<PolicyRow>(&row)?.document)).transpose()
    }

    /// All managed policies of the account, by name in lower case (1 scan).
    pub async fn list_managed_policies(&self) -> Result<Vec<ManagedPolicySummary>, Error> {
        let range = SortRange::Prefix(keys::POLICY.to_owned());
        let rows = self.scan_all(keys::ACCOUNT.to_owned(), range, false).await?;
        rows.iter().map(|row| Ok(summary(rows::decode(row)?))).collect()
    }

    /// Deletes a managed policy, which must be attached to nobody and have no version but the one that holds.
    pub async fn delete_managed_policy(&self, actor: &Actor, name: &PolicyName) -> Result<(), IdentityError> {
        let events = EventsOfChange::new(self, actor)?;
        for attempt in 0..change::ATTEMPTS {
            let policy = self.find_managed_policy(name).await?.ok_or(IdentityError::Missing)?;
            if policy.versions.len() > 1 || policy.summary.attachments > 0 {
                return Err(IdentityError::InUse);
            }
            let mut writes = vec![
                Write::Delete { key: keys::policy(name), expect: Expect::Version(policy.version) },
                Write::Delete { key: keys::policy_name(name), expect: Expect::Present },
                Write::Delete { key: keys::policy_version(name, policy.summary.default), expect: Expect::Present },
            ];
            writes.extend(events.rows(None, vec![policy.changed(IdentityChange::Deleted, None)])?);
            match self.parts.table.commit(writes).await {
                Ok(_) => return Ok(()),
                Err(CommitError::Conflict(_)) => change::pause(attempt).await?,
                Err(error) => return Err(Error::of_commit(error).into()),
            }
        }
        Err(Error::Contended.into())
    }

    /// Changes a managed policy, and gives it as it is then. `decide` sees it as it was and says what to change, or why not.
    pub async fn change_managed_policy<E: From<IdentityError>>(
        &self,
        actor: &Actor,
        name: &PolicyName,
        decide: impl Fn(&ManagedPolicy) -> Result<Option<ManagedPolicyEdit>, E>,
    ) -> Result<ManagedPolicy, E> {
        let store_error = |error: Error| E::from(IdentityError::Store(error));
        let events = EventsOfChange::new(self, actor).map_err(store_error)?;
        for attempt in 0..change::ATTEMPTS {
            let policy = self.find_managed_policy(name).await.map_err(store_error)?;
            let mut policy = policy.ok_or_else(|| E::from(IdentityError::Missing))?;
            let Some(edit) = decide(&policy)? else { return Ok(policy) };
            let writes = self.plan(&mut policy, edit, &events).map_err(store_error)?;
            match self.parts.table.commit(writes).await {
                Ok(version) => {
                    policy.version = version;
                    return Ok(policy);
                }
                Err(CommitError::Conflict(_)) => change::pause(attempt).await.map_err(store_error)?,
                Err(error) => return Err(store_error(Error::of_commit(error))),
            }
        }
        Err(store_error(Error::Contended))
    }

    /// Applies an edit to `policy`, and says what it writes.
    fn plan(
        &self,
        policy: &mut ManagedPolicy,
        edit: ManagedPolicyEdit,
        events: &EventsOfChange,
    ) -> Result<Vec<Write>, Error> {
        let (name, now) = (policy.summary.name.clone(), time(self.now()));
        let mut writes = Vec::new();
        let (change, subject) = match edit {
            ManagedPolicyEdit::AddVersion { document, default } => {
                policy.newest = policy.newest.saturating_add(1);
                let version = PolicyVersion { number: policy.newest, document, created: now };
                writes.push(put_version(&name, &version)?);
                if default {
                    (policy.summary.default, policy.summary.updated) = (version.number, now);
                }
                let told = format!("v{}", version.number);
                policy.versions.push(version);
                (IdentityChange::VersionCreated, Some(told))
            }
            ManagedPolicyEdit::DeleteVersion(number) => {
                writes.push(Write::Delete { key: keys::policy_version(&name, number), expect: Expect::Present });
                policy.versions.retain(|version| version.number != number);
                (IdentityChange::VersionDeleted, Some(format!("v{number}")))
            }
            ManagedPolicyEdit::SetDefault(number) => {
                (policy.summary.default, policy.summary.updated) = (number, now);
                (IdentityChange::DefaultVersionChanged, Some(format!("v{number}")))
            }
            ManagedPolicyEdit::SetTags(tags) => {
                policy.tags = tags;
                (IdentityChange::TagsChanged, None)
            }
        };
        let row = policy.row();
        writes.push(put_meta(keys::policy(&name), &row, policy.version)?);
        writes.push(put(keys::policy_name(&name), &row.summary, Expect::Present)?);
        writes.extend(events.rows(None, vec![policy.changed(change, subject)])?);
        Ok(writes)
    }
}

fn put_version(name: &PolicyName, version: &PolicyVersion) -> Result<Write, Error> {
    let row = PolicyVersionRow { document: version.document.clone(), created: millis(version.created) };
    put(keys::policy_version(name, version.number), &row, Expect::Absent)
}

fn summary(row: PolicySummaryRow) -> ManagedPolicySummary {
    let PolicySummaryRow { name, path, id, created, updated, default, attachments } = row;
    ManagedPolicySummary { name, path, id, created: time(created), updated: time(updated), default, attachments }
}

fn summary_row(summary: &ManagedPolicySummary) -> PolicySummaryRow {
    let ManagedPolicySummary { name, path, id, created, updated, default, attachments } = summary.clone();
    PolicySummaryRow { name, path, id, created: millis(created), updated: millis(updated), default, attachments }
}

/// The policy that the rows of a partition tell of.
fn read_policy(rows: &[Row]) -> Result<Option<ManagedPolicy>, Error> {
    let Some(meta) = rows.iter().find(|row| row.key.sort == keys::META) else {
        return Ok(None);
    };
    let row: PolicyRow = rows::decode(meta)?;
    let mut policy = ManagedPolicy {
        summary: summary(row.summary),
        description: row.description,
        tags: row.tags,
        versions: Vec::new(),
        users: Vec::new(),
        groups: Vec::new(),
        newest: row.newest,
        version: meta.version,
    };
    for row in rows {
        let (kind, rest) = row.key.sort.split_once('#').unwrap_or((&row.key.sort, ""));
        match kind {
            keys::META => {}
            "VERSION" => {
                let number = rest.parse().map_err(|_| rows::damaged(&row.key, "the version has no number"))?;
                let PolicyVersionRow { document, created } = rows::decode(row)?;
                policy.versions.push(PolicyVersion { number, document, created: time(created) });
            }
            "USER" => policy.users.push(rows::decode::<AttachedUserRow>(row)?.user),
            "GROUP" => policy.groups.push(rows::decode::<AttachedGroupRow>(row)?.group),
            _ => return Err(rows::damaged(&row.key, "a managed policy has no rows of this kind")),
        }
    }
    Ok(Some(policy))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_read_from_the_arns_of_policies_of_an_account_only() {
        let name = |arn: &str| ManagedPolicy::name_in_arn(arn).map(|name| name.to_string());
        assert_eq!(name("arn:aws:iam::123456789012:policy/Deploy").as_deref(), Some("Deploy"));
        assert_eq!(name("arn:aws:iam::123456789012:policy/team/a/Deploy").as_deref(), Some("Deploy"));
        for other in [
            "",
            "Deploy",
            "arn:aws:iam::aws:policy/AdministratorAccess",
            "arn:aws:iam::123456789012:policy/",
            "arn:aws:iam::123456789012:policy",
            "arn:aws:iam::123456789012:user/Deploy",
            "arn:aws:iam::123456789012:policy/a b",
        ] {
            assert_eq!(name(other), None, "{other}");
        }
    }
}
