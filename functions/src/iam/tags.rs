//! Tags of users and managed policies. Their keys are the same whatever the case of their letters.

use super::inputs::failure;
use super::page;
use service::{QueryError, QueryInput, Result, Xml};
use std::collections::BTreeMap;

/// The most tags of one user or policy (AWS IAM quotas).
const MOST: usize = 50;

/// The tags with these set besides; `what` they are of, for the refusal when there would be too many.
pub(crate) fn with(
    tags: &BTreeMap<String, String>,
    new: &BTreeMap<String, String>,
    what: &str,
) -> Result<BTreeMap<String, String>> {
    let mut changed = without(tags, new.keys());
    changed.extend(new.clone());
    if changed.len() > MOST {
        return Err(failure(QueryError::LimitExceeded, format!("a {what} has at most {MOST} tags")));
    }
    Ok(changed)
}

/// The tags but for those of these keys. A key that is not there is no error.
pub(crate) fn without(
    tags: &BTreeMap<String, String>,
    keys: impl Iterator<Item = impl AsRef<str>> + Clone,
) -> BTreeMap<String, String> {
    let mut changed = tags.clone();
    changed.retain(|known, _| !keys.clone().any(|key| key.as_ref().eq_ignore_ascii_case(known)));
    changed
}

/// The page of tags that the request asks for, by key.
pub(crate) fn listed(tags: &BTreeMap<String, String>, input: &QueryInput) -> Result<Xml> {
    let tags = tags.iter().map(|(key, value)| (key.clone(), Xml::new().text("Key", key).text("Value", value)));
    page::of("Tags", input, tags.collect())
}
