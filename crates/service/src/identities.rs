//! What is known of callers besides their credentials, kept for a moment.

use crate::access::asks_for_tags;
use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::query::QueryError;
use auth::policy::{Policy, PolicyError, managed};
use auth::{SessionClaims, UserFacts};
use domain::{PolicyName, UserName};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use store::{AccessKeyRecord, Store, User, UserSummary};

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
    sessions_valid_after: Option<SystemTime>,
}

impl Identity {
    /// Whether a session of the user goes on: neither the user's sessions nor those of its access key were ended since it was
    /// issued, and that key may still be used.
    pub(crate) fn holds_session(&self, session: &SessionClaims) -> bool {
        let later_than = |end: Option<SystemTime>| end.is_none_or(|end| session.issued() > end);
        let parent = self.keys.iter().find(|key| key.id == session.parent_key && key.active);
        parent.is_some_and(|key| later_than(key.sessions_valid_after)) && later_than(self.sessions_valid_after)
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

impl Context {
    /// Refuses unless there is a managed policy of that ARN.
    pub fn require_managed_policy(&self, arn: &str) -> Result<()> {
        match managed::find(arn) {
            Some(_) => Ok(()),
            None => Err(Failure::query(QueryError::NoSuchEntity, format!("there is no policy {}", arn.escape_debug()))),
        }
    }
}

/// The identities that were read lately.
#[derive(Default)]
pub(crate) struct Identities {
    known: Mutex<HashMap<String, (SystemTime, Arc<Identity>)>>,
}

impl Identities {
    /// The user of this name; `None` when there is none.
    pub(crate) async fn find(&self, store: &Store, name: &UserName, now: SystemTime) -> Result<Option<Arc<Identity>>> {
        let key = name.key();
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some((read, identity)) = known
            && now.duration_since(read).is_ok_and(|age| age < KEPT)
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
    Ok(Identity { user: facts, policies, asks_for_tags, keys: user.access_keys, sessions_valid_after })
}

/// The policies that decide over what a user may do, their groups' among them: their names (or ARNs) and documents. Costs one
/// scan for each group.
pub(crate) async fn documents(store: &Store, user: &User) -> Result<Vec<(String, String)>> {
    let mut all = Vec::new();
    collect(&user.policies, &user.attached, &mut all)?;
    for name in &user.groups {
        // One that is gone since the user was read allows and denies nothing any more.
        if let Some(group) = store.find_group(name).await? {
            collect(&group.policies, &group.attached, &mut all)?;
        }
    }
    Ok(all)
}

fn collect(
    inline: &[(PolicyName, String)],
    attached: &BTreeSet<String>,
    all: &mut Vec<(String, String)>,
) -> Result<()> {
    all.extend(inline.iter().map(|(name, document)| (name.to_string(), document.clone())));
    for arn in attached {
        let found = managed::find(arn).ok_or_else(|| Failure::internal(format!("the policy {arn} is not known")))?;
        all.push((arn.clone(), found.document.to_owned()));
    }
    Ok(())
}
