//! Scans as DynamoDB queries.

use super::items::Item;
use aws_sdk_dynamodb::types::AttributeValue;
use ports::table::MAX_SORT_BYTES;
use ports::{Scan, SortRange};
use std::cmp::Ordering;
use std::collections::HashMap;

/// What a scan reaches, in a query's words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reach<'a> {
    /// The condition on the key.
    pub(super) condition: &'static str,
    sorts: Vec<(&'static str, &'a str)>,
    /// Where the query goes on.
    pub(super) after: Option<&'a str>,
}

impl Reach<'_> {
    /// The values that the condition names.
    pub(super) fn values(&self, partition: &str) -> Item {
        let value = |(name, text): (&str, &str)| (name.to_owned(), AttributeValue::S(text.to_owned()));
        let partition = (":partition", partition);
        self.sorts.iter().copied().chain([partition]).map(value).collect::<HashMap<_, _>>()
    }
}

/// The query for a scan; `None` when no row can be in it.
///
/// DynamoDB refuses what leads nowhere: empty keys, prefixes longer than a key, ranges that are the wrong way round, and to go on
/// from outside of the range. So these cases are decided here.
pub(super) fn reach(scan: &Scan) -> Option<Reach<'_>> {
    let (condition, sorts) = match &scan.range {
        SortRange::All => ("pk = :partition", vec![]),
        SortRange::Prefix(prefix) if prefix.is_empty() => ("pk = :partition", vec![]),
        SortRange::Prefix(prefix) if prefix.len() > MAX_SORT_BYTES => return None,
        SortRange::Prefix(prefix) => {
            ("pk = :partition AND begins_with(sk, :prefix)", vec![(":prefix", prefix.as_str())])
        }
        SortRange::Between { first, last } if first > last || last.is_empty() => return None,
        SortRange::Between { first, last } => between(first, last),
    };
    let after = match scan.after.as_deref() {
        None => None,
        Some(after) => match (place(after, &scan.range), scan.reverse) {
            (Ordering::Equal, _) => Some(after),
            (Ordering::Less, false) | (Ordering::Greater, true) => None,
            (Ordering::Greater, false) | (Ordering::Less, true) => return None,
        },
    };
    Some(Reach { condition, sorts, after })
}

fn between<'a>(first: &'a str, last: &'a str) -> (&'static str, Vec<(&'static str, &'a str)>) {
    if first.is_empty() {
        ("pk = :partition AND sk <= :last", vec![(":last", last)])
    } else {
        ("pk = :partition AND sk BETWEEN :first AND :last", vec![(":first", first), (":last", last)])
    }
}

/// Whether a sort key stands before, in or behind a range.
fn place(sort: &str, range: &SortRange) -> Ordering {
    let begin = match range {
        _ if sort.is_empty() => return Ordering::Less,
        _ if range.contains(sort) => return Ordering::Equal,
        SortRange::All => "",
        SortRange::Prefix(prefix) => prefix,
        SortRange::Between { first, .. } => first,
    };
    sort.cmp(begin)
}
