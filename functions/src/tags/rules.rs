//! What tags must keep to, with the errors that answer what breaks it.

use api::ErrorCode;
use domain::tags::{MOST_TAGS, TagError, check_key, check_value};
use service::{Failure, Result};
use std::collections::BTreeMap;

/// Checks tags that are to be set.
pub(crate) fn check_tags(tags: &BTreeMap<String, String>) -> Result<()> {
    if tags.len() > MOST_TAGS {
        return Err(too_many(format!("at most {MOST_TAGS} tags are possible")));
    }
    let invalid = |error| failure(error, ErrorCode::InvalidTagsMapException);
    for (key, value) in tags {
        check_key(key).map_err(invalid)?;
        check_value(value).map_err(invalid)?;
    }
    Ok(())
}

/// Checks the keys of tags that are to be removed.
pub(crate) fn check_keys(keys: &[String]) -> Result<()> {
    if keys.len() > MOST_TAGS {
        return Err(too_many(format!("at most {MOST_TAGS} keys can be given at once")));
    }
    keys.iter()
        .try_for_each(|key| check_key(key))
        .map_err(|error| failure(error, ErrorCode::InvalidTagKeysListException))
}

/// More tags than a resource may have.
pub(crate) fn too_many(message: impl Into<String>) -> Failure {
    Failure::new(ErrorCode::TooManyTagsException, message)
}

fn failure(error: TagError, invalid: ErrorCode) -> Failure {
    let code = if matches!(error, TagError::System(_)) { ErrorCode::InvalidSystemTagUsageException } else { invalid };
    Failure::new(code, error.to_string())
}
