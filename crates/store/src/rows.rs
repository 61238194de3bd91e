//! The bodies of rows: JSON with a version, short names that never change, and optional fields for what comes later.

use crate::Error;
use crate::packs::PackOrigin;
use crate::ref_protections::KeptProtections;
use bytes::Bytes;
use domain::{BranchName, PullRequestId, RepositoryId, RepositoryName, Trigger};
use git::{ObjectId, PackId, PackRecord, Ref};
use ports::{Expect, Key, Row, Write};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What every body is wrapped in: `{"v":1, ...}`, the version first.
#[derive(Serialize)]
struct Versioned<T> {
    v: u32,
    #[serde(flatten)]
    body: T,
}

const VERSION: u32 = 1;

/// Writes a body.
fn encode<T: Serialize>(key: &Key, body: &T) -> Result<Bytes, Error> {
    match serde_json::to_vec(&Versioned { v: VERSION, body }) {
        Ok(json) => Ok(json.into()),
        Err(error) => Err(damaged(key, error)),
    }
}

/// Reads what [`encode`] wrote. The version is checked apart from the rest, so that a body of a later version, which may
/// look alike and mean something else, is never taken for one of this version.
pub(crate) fn decode<T: DeserializeOwned>(row: &Row) -> Result<T, Error> {
    match row.body.strip_prefix(b"{\"v\":1") {
        Some([b',' | b'}', ..]) => serde_json::from_slice(&row.body).map_err(|error| damaged(&row.key, error)),
        _ => Err(damaged(&row.key, "it is not of version 1")),
    }
}

/// A write that puts a row which does not expire.
pub(crate) fn put<T: Serialize>(key: Key, body: &T, expect: Expect) -> Result<Write, Error> {
    let body = encode(&key, body)?;
    Ok(Write::Put { key, body, expires_at: None, expect })
}

/// A write that puts a row which expires at `end`, or at the next full second before it: the table keeps whole seconds.
pub(crate) fn put_until<T: Serialize>(key: Key, body: &T, end: SystemTime, expect: Expect) -> Result<Write, Error> {
    let body = encode(&key, body)?;
    let seconds = end.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Ok(Write::Put { key, body, expires_at: Some(UNIX_EPOCH + Duration::from_secs(seconds)), expect })
}

/// The error that says what is wrong with a row.
pub(crate) fn damaged(key: &Key, reason: impl ToString) -> Error {
    Error::Damaged { key: key.clone(), reason: reason.to_string() }
}

/// The text behind `prefix` in a sort key.
pub(crate) fn behind<'a>(prefix: &str, key: &'a Key) -> Result<&'a str, Error> {
    key.sort.strip_prefix(prefix).ok_or_else(|| damaged(key, format_args!("its sort key does not begin with {prefix}")))
}

/// Times are kept in whole milliseconds since 1970, as the API shows them.
pub(crate) type Millis = u64;

/// The milliseconds of a time; what is before 1970 counts as 1970.
pub(crate) fn millis(time: SystemTime) -> Millis {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

/// The time of milliseconds.
pub(crate) fn time(millis: Millis) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(millis)
}

/// `ACCOUNT` / `REPO#<name>`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct NameRow {
    #[serde(rename = "i")]
    pub(crate) id: RepositoryId,
}

/// `ACCOUNT` / `DELETED#<id>`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct DeletedRow {
    #[serde(rename = "d")]
    pub(crate) deleted: Millis,
}

/// `REPO#<id>` / `META`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MetaRow {
    #[serde(rename = "n")]
    pub(crate) name: RepositoryName,
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub(crate) default_branch: Option<BranchName>,
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    pub(crate) kms_key_id: Option<String>,
    #[serde(rename = "c")]
    pub(crate) created: Millis,
    #[serde(rename = "m")]
    pub(crate) modified: Millis,
    /// Whether objects may be stored that no ref reaches.
    #[serde(rename = "u", default)]
    pub(crate) unreachable: bool,
    #[serde(rename = "p", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) protections: KeptProtections,
}

/// `REPO#<id>` / `CHANGED`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ChangedRow {
    #[serde(rename = "t")]
    pub(crate) time: Millis,
}

/// `REPO#<id>` / `DIR#<ref directory>`: that it is there says it all.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct GuardRow {}

/// `REPO#<id>` / `TAGS`
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct TagsRow {
    #[serde(rename = "t")]
    pub(crate) tags: BTreeMap<String, String>,
}

/// `REPO#<id>` / `UNREFERENCED#<commit id>`: that it is there says it all.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct UnreferencedRow {}

/// `REPO#<id>` / `TRIGGERS`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct TriggersRow {
    #[serde(rename = "i")]
    pub(crate) configuration_id: String,
    #[serde(rename = "t")]
    pub(crate) triggers: Vec<Trigger>,
}

/// `REPO#<id>` / `PACK#<pack id>`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PackRow {
    #[serde(rename = "o")]
    pub(crate) origin: PackOrigin,
    #[serde(rename = "n")]
    pub(crate) objects: u32,
    #[serde(rename = "pb")]
    pub(crate) pack_bytes: u64,
    #[serde(rename = "ib")]
    pub(crate) index_bytes: u64,
    #[serde(rename = "gb")]
    pub(crate) graph_bytes: u64,
    #[serde(rename = "cl")]
    pub(crate) closed: bool,
    #[serde(rename = "c")]
    pub(crate) created: Millis,
}

impl PackRow {
    /// The row of a pack.
    pub(crate) fn of(record: &PackRecord, origin: PackOrigin, created: Millis) -> Self {
        Self {
            origin,
            objects: record.objects,
            pack_bytes: record.pack_bytes,
            index_bytes: record.index_bytes,
            graph_bytes: record.graph_bytes,
            closed: record.closed,
            created,
        }
    }
}

/// The pack that a `PACK#` row tells of.
pub(crate) fn pack_record(row: &Row) -> Result<PackRecord, Error> {
    let id = PackId::parse(behind(crate::keys::PACK, &row.key)?)
        .ok_or_else(|| damaged(&row.key, "its pack id is malformed"))?;
    let PackRow { objects, pack_bytes, index_bytes, graph_bytes, closed, .. } = decode(row)?;
    Ok(PackRecord { id, objects, pack_bytes, index_bytes, graph_bytes, closed })
}

/// `REPO#<id>` / `REF#<full name>`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RefRow {
    #[serde(rename = "t")]
    target: String,
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    peeled: Option<String>,
    /// The open pull requests whose source the ref is.
    #[serde(rename = "s", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) source_of: Vec<PullRequestId>,
    /// Whether open pull requests may have the ref as their destination: the row says so from the first one on.
    #[serde(rename = "d", default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_destination: bool,
}

impl RefRow {
    /// The row of a ref without pull requests.
    pub(crate) fn of(target: ObjectId, peeled: Option<ObjectId>) -> Self {
        let (target, peeled) = (target.to_string(), peeled.map(|id| id.to_string()));
        Self { target, peeled, source_of: Vec::new(), is_destination: false }
    }

    /// The object id that the ref points to, in hex.
    pub(crate) fn target(&self) -> &str {
        &self.target
    }

    /// The row after the ref was moved.
    pub(crate) fn moved(self, target: ObjectId, peeled: Option<ObjectId>) -> Self {
        Self { target: target.to_string(), peeled: peeled.map(|id| id.to_string()), ..self }
    }
}

/// The ref that a `REF#` row tells of.
pub(crate) fn git_ref(row: &Row) -> Result<Ref, Error> {
    let object_id = |hex: &str| ObjectId::from_hex(hex.as_bytes()).map_err(|error| damaged(&row.key, error));
    let RefRow { target, peeled, .. } = decode(row)?;
    Ok(Ref {
        name: behind(crate::keys::REF, &row.key)?.to_owned(),
        target: object_id(&target)?,
        peeled: peeled.as_deref().map(object_id).transpose()?,
    })
}
