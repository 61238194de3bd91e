//! What is known of callers besides their credentials, kept for a moment.

use crate::access::asks_for_tags;
use crate::failure::{Failure, Result};
use crate::query::QueryError;
use auth::policy::{Policy, PolicyError, managed};
use auth::{SessionClaims, SessionParent, UserFacts};
use domain::{PolicyName, UserName};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use store::{AccessKeyRecord, IamPrincipalRecord, ManagedPolicy, Store, User, UserSummary};

/// How long what was read of an identity may be used: so long may a change of permissions take to have an effect.
const KEPT: Duration = Duration::from_secs(30);

/// How many identities are kept at most.
const MOST: usize = 10_000;

/// A user, and the policies that decide over what they may do.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) user: UserFacts,
    pub(crate) policies: Vec<Policy>,
    /// Whether a policy asks for the tags of repositories, which have to be read for it.
    pub(crate) asks_for_tags: bool,
    keys: Vec<AccessKeyRecord>,
    iam_principals: Vec<IamPrincipalRecord>,
    sessions_valid_after: Option<SystemTime>,
}

impl Identity {
    /// Whether a session of the user goes on: neither the user's sessions nor those of its access key were ended since it was
    /// issued, and what it was asked for with may still be used.
    pub(crate) fn holds_session(&self, session: &SessionClaims) -> bool {
        let later_than = |end: Option<SystemTime>| end.is_none_or(|end| session.issued() > end);
        let parent_holds = match &session.parent {
            SessionParent::AccessKey(id) => {
                let key = self.keys.iter().find(|key| key.id == *id && key.active);
                key.is_some_and(|key| later_than(key.sessions_valid_after))
            }
            SessionParent::IamPrincipal { principal, unique_id } => self
                .iam_principals
                .iter()
                .any(|known| known.principal == *principal && known.unique_id.as_ref() == Some(unique_id)),
        };
        parent_holds && later_than(self.sessions_valid_after)
    }
}

/// Refuses what is no policy document.
pub fn check_policy(document: &str) -> Result<()> {
    Policy::parse(document).map(|_| ()).map_err(malformed)
}

/// A document that is no policy, in IAM's words.
pub(crate) fn malformed(error: PolicyError) -> Failure {
    Failure::query(QueryError::MalformedPolicyDocument, error.to_string())
}

/// The identities that were read lately.
#[derive(Default)]
pub(crate) struct Identities {
    known: Mutex<HashMap<String, (SystemTime, Arc<Identity>)>>,
}

impl Identities {
    /// The user of this name; `None` when there is none. What was read before `since` is not used, if there is such a time.
    pub(crate) async fn find(
        &self,
        store: &Store,
        name: &UserName,
        since: Option<SystemTime>,
        now: SystemTime,
    ) -> Result<Option<Arc<Identity>>> {
        let key = name.key();
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some((read, identity)) = known
            && now.duration_since(read).is_ok_and(|age| age < KEPT)
            && since.is_none_or(|since| read > since)
        {
            return Ok(Some(identity));
        }
        let Some(user) = store.find_user(name).await? else { return Ok(None) };
        let identity = Arc::new(identity(store, user).await?);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(key, (now, identity.clone()));
        Ok(Some(identity))
    }

    /// Forgets everything, as identities have changed.
    pub(crate) fn forget(&self) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// Puts an identity together. A policy that cannot be read any more is a fault: left out, it would not deny what it denies.
async fn identity(store: &Store, user: User) -> Result<Identity> {
    let documents = documents(store, &user).await?;
    let parsed = documents.iter().map(|(_, document)| Policy::parse(document));
    let policies: Vec<Policy> = parsed.collect::<std::result::Result<_, _>>().map_err(Failure::internal)?;
    let asks_for_tags = policies.iter().any(asks_for_tags);
    let sessions_valid_after = user.sessions_valid_after;
    let UserSummary { name, path, id, .. } = user.summary;
    let facts = UserFacts { name, path, id, tags: user.tags };
    Ok(Identity {
        user: facts,
        policies,
        asks_for_tags,
        keys: user.access_keys,
        iam_principals: user.iam_principals,
        sessions_valid_after,
    })
}

/// The policies that decide over what a user may do, their groups' among them: their names (or ARNs) and documents. Costs one
/// scan for each group, and one get for each managed policy of the account.
pub(crate) async fn documents(store: &Store, user: &User) -> Result<Vec<(String, String)>> {
    let mut all = Vec::new();
    collect(store, &user.policies, &user.attached, &mut all).await?;
    for name in &user.groups {
        // One that is gone since the user was read allows and denies nothing any more.
        if let Some(group) = store.find_group(name).await? {
            collect(store, &group.policies, &group.attached, &mut all).await?;
        }
    }
    Ok(all)
}

async fn collect(
    store: &Store,
    inline: &[(PolicyName, String)],
    attached: &BTreeSet<String>,
    all: &mut Vec<(String, String)>,
) -> Result<()> {
    all.extend(inline.iter().map(|(name, document)| (name.to_string(), document.clone())));
    for arn in attached {
        if let Some(found) = managed::find(arn) {
            all.push((arn.clone(), found.document.to_owned()));
            continue;
        }
        let name = ManagedPolicy::name_in_arn(arn);
        let name = name.ok_or_else(|| Failure::internal(format!("the policy {arn} is not known")))?;
        // Only a policy that is attached to nobody is ever deleted: one that is gone was detached since the user was read.
        if let Some(document) = store.managed_policy_document(&name).await? {
            all.push((arn.clone(), document));
        }
    }
    Ok(())
}
