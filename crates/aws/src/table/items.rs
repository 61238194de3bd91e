//! Rows as DynamoDB items.

use super::seconds;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use bytes::Bytes;
use ports::{Key, Row, TableError, Version};
use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(crate) const PARTITION: &str = "pk";
pub(crate) const SORT: &str = "sk";
pub(crate) const BODY: &str = "body";
pub(crate) const VERSION: &str = "version";
pub(crate) const EXPIRES_AT: &str = "expires_at";

pub(super) type Item = HashMap<String, AttributeValue>;

/// The attributes that a key consists of.
pub(super) fn key(key: &Key) -> Item {
    key_of(&key.partition, &key.sort)
}

pub(super) fn key_of(partition: &str, sort: &str) -> Item {
    let text = |value: &str| AttributeValue::S(value.to_owned());
    HashMap::from([(PARTITION.to_owned(), text(partition)), (SORT.to_owned(), text(sort))])
}

pub(super) fn version(version: Version) -> AttributeValue {
    AttributeValue::N(version.0.to_string())
}

/// The item of a row.
pub(super) fn item(row_key: &Key, row_version: Version, body: &Bytes, expires_at: Option<SystemTime>) -> Item {
    let mut item = key(row_key);
    item.insert(VERSION.to_owned(), version(row_version));
    item.insert(BODY.to_owned(), AttributeValue::B(Blob::new(body.to_vec())));
    if let Some(end) = expires_at {
        item.insert(EXPIRES_AT.to_owned(), seconds(end));
    }
    item
}

/// The row of an item.
pub(super) fn row(mut item: Item) -> Result<Row, TableError> {
    let key = Key { partition: text(&mut item, PARTITION)?, sort: text(&mut item, SORT)? };
    let version = Version(number(&item, VERSION)?.ok_or_else(|| damaged(&key, VERSION))?);
    let expires_at = end(number(&item, EXPIRES_AT)?);
    match item.remove(BODY) {
        Some(AttributeValue::B(body)) => Ok(Row { key, version, body: body.into_inner().into(), expires_at }),
        _ => Err(damaged(&key, BODY)),
    }
}

/// The sort key of an item.
pub(super) fn sort(mut item: Item) -> Result<String, TableError> {
    text(&mut item, SORT)
}

/// The version of an item.
pub(super) fn version_of(item: &Item) -> Option<Version> {
    number(item, VERSION).ok().flatten().map(Version)
}

/// A row's end from the seconds since 1970.
pub(crate) fn end(seconds: Option<u64>) -> Option<SystemTime> {
    seconds.and_then(|seconds| UNIX_EPOCH.checked_add(Duration::from_secs(seconds)))
}

fn text(item: &mut Item, name: &str) -> Result<String, TableError> {
    match item.remove(name) {
        Some(AttributeValue::S(text)) => Ok(text),
        _ => Err(TableError::Damaged(format!("an item has no text '{name}'"))),
    }
}

fn number(item: &Item, name: &str) -> Result<Option<u64>, TableError> {
    match item.get(name) {
        None => Ok(None),
        Some(AttributeValue::N(number)) => number
            .parse()
            .map(Some)
            .map_err(|_| TableError::Damaged(format!("'{name}' of an item is {number}, which is no whole number"))),
        Some(_) => Err(TableError::Damaged(format!("'{name}' of an item is no number"))),
    }
}

fn damaged(key: &Key, name: &str) -> TableError {
    TableError::Damaged(format!("the item of row {key} lacks '{name}'"))
}
