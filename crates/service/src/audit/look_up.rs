//! Records looked at again.

use crate::context::Context;
use crate::failure::{Failure, Result};
use ports::LookBack;
use serde::Deserialize;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// How much later than its time a record may have been kept: it is written when the request has been answered.
const LATER: Duration = Duration::from_secs(24 * 60 * 60);

/// Which records are looked for: those that everything said here is true of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditLookUp {
    /// The ARN or the name of the user who did it.
    pub principal: Option<String>,
    /// The name of the repository that it was about.
    pub repository: Option<String>,
    /// The operation, or `GitPull` and `GitPush`.
    pub event_name: Option<String>,
    /// Not before this time.
    pub start: Option<SystemTime>,
    /// Not after this time.
    pub end: Option<SystemTime>,
    /// Whether it is about failures alone.
    pub errors_only: bool,
}

/// A record that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// The id of the event.
    pub event_id: String,
    /// When.
    pub time: Option<SystemTime>,
    /// What was done.
    pub event_name: String,
    /// By whom: an ARN, if it is known.
    pub principal: Option<String>,
    /// The repository it was about.
    pub repository: Option<String>,
    /// Why it failed, if it did.
    pub error_code: Option<String>,
    /// The whole record.
    pub json: String,
}

/// Some records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecords {
    /// From the newest to the oldest.
    pub records: Vec<AuditRecord>,
    /// Go on before this.
    pub next: Option<String>,
}

/// What of a record decides whether it is looked for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Looked {
    #[serde(rename = "eventID")]
    event_id: String,
    event_time: String,
    event_name: String,
    error_code: Option<String>,
    user_identity: LookedIdentity,
    #[serde(default)]
    resources: Vec<LookedResource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LookedIdentity {
    arn: Option<String>,
    user_name: Option<String>,
}

#[derive(Deserialize)]
struct LookedResource {
    #[serde(rename = "ARN")]
    arn: String,
}

impl AuditLookUp {
    fn matches(&self, json: &str) -> bool {
        let Ok(looked) = serde_json::from_str::<Looked>(json) else { return false };
        let time = looked.time();
        let who = [&looked.user_identity.arn, &looked.user_identity.user_name];
        self.principal.as_ref().is_none_or(|principal| who.into_iter().flatten().any(|known| known == principal))
            && self.repository.as_deref().is_none_or(|name| looked.repository() == Some(name))
            && self.event_name.as_ref().is_none_or(|name| *name == looked.event_name)
            && self.start.is_none_or(|start| time.is_some_and(|time| time >= whole_seconds(start)))
            && self.end.is_none_or(|end| time.is_some_and(|time| time <= end))
            && (!self.errors_only || looked.error_code.is_some())
    }
}

impl Looked {
    fn time(&self) -> Option<SystemTime> {
        SystemTime::try_from(self.event_time.parse::<jiff::Timestamp>().ok()?).ok()
    }

    fn repository(&self) -> Option<&str> {
        self.resources.first()?.arn.rsplit(':').next()
    }
}

/// Records have whole seconds, so that what began within one is not before it.
fn whole_seconds(time: SystemTime) -> SystemTime {
    let parts = time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.subsec_nanos());
    time - Duration::from_nanos(parts.into())
}

impl Context {
    /// The newest records that are looked for, before `before` (as [`AuditRecords::next`] gives it). `None`: the service keeps its
    /// records where only others can look.
    pub async fn look_up_audit(
        &self,
        look_up: AuditLookUp,
        before: Option<String>,
        limit: usize,
    ) -> Result<Option<AuditRecords>> {
        let Some(trail) = &self.trail else { return Ok(None) };
        let look = LookBack {
            from: look_up.start,
            until: look_up.end.and_then(|end| end.checked_add(LATER)),
            before,
            limit,
            wanted: Arc::new(move |json| look_up.matches(json)),
        };
        let page = trail.look_back(look).await.map_err(Failure::internal)?;
        let records = page.records.into_iter().filter_map(found).collect();
        Ok(Some(AuditRecords { records, next: page.next }))
    }
}

fn found(json: String) -> Option<AuditRecord> {
    let looked: Looked = serde_json::from_str(&json).ok()?;
    Some(AuditRecord {
        time: looked.time(),
        repository: looked.repository().map(str::to_owned),
        event_id: looked.event_id,
        event_name: looked.event_name,
        principal: looked.user_identity.arn,
        error_code: looked.error_code,
        json,
    })
}
