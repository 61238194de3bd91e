//! What a call to a table must keep to, checked the same way by every adapter before it does anything.

use super::{Key, Scan, TableError, Write};
use std::collections::HashSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How many writes one commit may carry (`DynamoDB` `TransactWriteItems`: 100 actions).
pub const MAX_WRITES_PER_COMMIT: usize = 100;

/// How many bytes a row may have, key and body together. `DynamoDB` takes 400 KB an item; 1 KiB of that is left to what
/// adapters store beside the body.
pub const MAX_ROW_BYTES: usize = 399 * 1024;

/// How many bytes the rows put by one commit may have together. `DynamoDB` takes 4 MB a transaction; some of that is left
/// to what adapters store beside the bodies.
pub const MAX_COMMIT_BYTES: usize = 3_900_000;

/// How many bytes a partition may have (`DynamoDB`: a partition key of 2,048 bytes).
pub const MAX_PARTITION_BYTES: usize = 2048;

/// How many bytes a sort key may have (`DynamoDB`: 1,024 bytes).
pub const MAX_SORT_BYTES: usize = 1024;

/// Checks the length of both parts of a key; the error is [`TableError::Invalid`].
pub fn check_key(key: &Key) -> Result<(), TableError> {
    check_partition(&key.partition)?;
    match key.sort.len() {
        0 => Err(TableError::Invalid(format!("a row of '{}' has an empty sort key", key.partition))),
        length if length > MAX_SORT_BYTES => Err(TableError::Invalid(format!(
            "a sort key of '{}' has {length} bytes; at most {MAX_SORT_BYTES} are possible",
            key.partition
        ))),
        _ => Ok(()),
    }
}

/// Checks a scan; the error is [`TableError::Invalid`].
pub fn check_scan(scan: &Scan) -> Result<(), TableError> {
    check_partition(&scan.partition)?;
    if scan.limit == 0 {
        return Err(TableError::Invalid("a scan needs a limit of at least 1".to_owned()));
    }
    if let Some(after) = &scan.after
        && after.len() > MAX_SORT_BYTES
    {
        return Err(TableError::Invalid(format!("a scan behind {} bytes, which no sort key has", after.len())));
    }
    Ok(())
}

/// Checks everything about a commit that does not depend on the rows as they stand; the error is [`TableError::Invalid`].
pub fn check_writes(writes: &[Write]) -> Result<(), TableError> {
    if writes.is_empty() || writes.len() > MAX_WRITES_PER_COMMIT {
        return Err(TableError::Invalid(format!(
            "a commit of {} writes; 1 to {MAX_WRITES_PER_COMMIT} are possible",
            writes.len()
        )));
    }
    let mut keys = HashSet::with_capacity(writes.len());
    let mut commit_bytes = 0;
    for write in writes {
        let key = write.key();
        check_key(key)?;
        if !keys.insert(key) {
            return Err(TableError::Invalid(format!("row {key} occurs twice in a commit")));
        }
        let Write::Put { body, expires_at, .. } = write else { continue };
        let row_bytes = key.partition.len() + key.sort.len() + body.len();
        if row_bytes > MAX_ROW_BYTES {
            return Err(TableError::Invalid(format!(
                "row {key} has {row_bytes} bytes; at most {MAX_ROW_BYTES} are possible"
            )));
        }
        commit_bytes += row_bytes;
        if let Some(end) = expires_at {
            whole_seconds(*end)?;
        }
    }
    if commit_bytes > MAX_COMMIT_BYTES {
        return Err(TableError::Invalid(format!(
            "a commit of {commit_bytes} bytes; at most {MAX_COMMIT_BYTES} are possible"
        )));
    }
    Ok(())
}

/// A row's end as the table keeps it: in whole seconds, a fraction cut off. A time before 1970 is [`TableError::Invalid`].
pub fn whole_seconds(time: SystemTime) -> Result<SystemTime, TableError> {
    let since_epoch = time
        .duration_since(UNIX_EPOCH)
        .map_err(|_| TableError::Invalid("a row cannot expire before the year 1970".to_owned()))?;
    Ok(UNIX_EPOCH + Duration::from_secs(since_epoch.as_secs()))
}

fn check_partition(partition: &str) -> Result<(), TableError> {
    match partition.len() {
        0 => Err(TableError::Invalid("a partition cannot be empty".to_owned())),
        length if length > MAX_PARTITION_BYTES => Err(TableError::Invalid(format!(
            "a partition of {length} bytes; at most {MAX_PARTITION_BYTES} are possible"
        ))),
        _ => Ok(()),
    }
}
