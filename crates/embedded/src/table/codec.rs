//! How rows and changes are written down. All numbers are big-endian.
//!
//! ```text
//! row     version u64, expires u64, body
//! change  committed u64, partition length u16, partition, sort key length u16, sort key, 0 | 1 then row
//! ```
//!
//! Times are in seconds since 1970; a row that never expires says 2^64 - 1.

use super::database::Failure;
use bytes::Bytes;
use ports::{Change, Key, Row, Sequence, Version};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const NEVER: u64 = u64::MAX;

/// What is known of a stored row without its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RowHeader {
    pub(super) version: Version,
    pub(super) expires_at: Option<SystemTime>,
}

pub(super) fn encode_row(header: RowHeader, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(16 + body.len());
    out.extend(header.version.0.to_be_bytes());
    out.extend(header.expires_at.map_or(NEVER, seconds).to_be_bytes());
    out.extend(body);
    out
}

pub(super) fn decode_header(value: &[u8]) -> Result<RowHeader, Failure> {
    split_row(value).map(|(header, _)| header)
}

pub(super) fn decode_row(key: Key, value: &[u8]) -> Result<Row, Failure> {
    let (RowHeader { version, expires_at }, body) = split_row(value)?;
    Ok(Row { key, version, body: Bytes::copy_from_slice(body), expires_at })
}

pub(super) fn decode_key(partition: &[u8], sort: &[u8]) -> Result<Key, Failure> {
    match (str::from_utf8(partition), str::from_utf8(sort)) {
        (Ok(partition), Ok(sort)) => Ok(Key::new(partition, sort)),
        _ => Err(damaged("a key is not text")),
    }
}

/// `row` is a row as [`encode_row`] wrote it, or `None` when it was deleted.
pub(super) fn encode_change(committed: SystemTime, key: &Key, row: Option<&[u8]>) -> Vec<u8> {
    let row_length = row.map_or(0, <[u8]>::len);
    let mut out = Vec::with_capacity(13 + key.partition.len() + key.sort.len() + row_length);
    out.extend(seconds(committed).to_be_bytes());
    for part in [&key.partition, &key.sort] {
        // The port limits both parts to far less than 64 KiB.
        out.extend(u16::try_from(part.len()).unwrap_or(u16::MAX).to_be_bytes());
        out.extend(part.as_bytes());
    }
    out.push(u8::from(row.is_some()));
    out.extend(row.unwrap_or_default());
    out
}

pub(super) fn decode_change(sequence: Sequence, value: &[u8]) -> Result<Change, Failure> {
    let (_, rest) = split_u64(value)?;
    let (partition, rest) = split_text(rest)?;
    let (sort, rest) = split_text(rest)?;
    let key = decode_key(partition, sort)?;
    let row = match rest.split_first() {
        Some((0, [])) => None,
        Some((1, row)) => Some(decode_row(key.clone(), row)?),
        _ => return Err(damaged("a change is neither a row nor a deletion")),
    };
    Ok(Change { sequence, key, row })
}

/// When the change was committed.
pub(super) fn decode_committed(value: &[u8]) -> Result<SystemTime, Failure> {
    let (committed, _) = split_u64(value)?;
    time(committed)
}

/// Whole seconds since 1970; a time before that counts as 1970.
pub(super) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn time(seconds: u64) -> Result<SystemTime, Failure> {
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).ok_or_else(|| damaged("a time is out of range"))
}

fn split_row(value: &[u8]) -> Result<(RowHeader, &[u8]), Failure> {
    let (version, rest) = split_u64(value)?;
    let (expires, body) = split_u64(rest)?;
    let expires_at = if expires == NEVER { None } else { Some(time(expires)?) };
    Ok((RowHeader { version: Version(version), expires_at }, body))
}

fn split_u64(value: &[u8]) -> Result<(u64, &[u8]), Failure> {
    let (number, rest) = value.split_first_chunk().ok_or_else(|| damaged("a value is too short"))?;
    Ok((u64::from_be_bytes(*number), rest))
}

fn split_text(value: &[u8]) -> Result<(&[u8], &[u8]), Failure> {
    let (length, rest) = value.split_first_chunk().ok_or_else(|| damaged("a value is too short"))?;
    let length = usize::from(u16::from_be_bytes(*length));
    rest.split_at_checked(length).ok_or_else(|| damaged("a value is too short"))
}

fn damaged(what: &str) -> Failure {
    Failure::Damaged(what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, proptest};

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded(version: u64, expires: Option<u32>, body: Vec<u8>, partition: String, sort: String, sequence: u64) {
            let expires_at = expires.map(|seconds| UNIX_EPOCH + Duration::from_secs(seconds.into()));
            let header = RowHeader { version: Version(version), expires_at };
            let key = Key::new(partition, sort);
            let encoded = encode_row(header, &body);
            let row = Row { key: key.clone(), version: header.version, body: body.into(), expires_at };
            assert_eq!(decode_header(&encoded).unwrap(), header);
            assert_eq!(decode_row(key.clone(), &encoded).unwrap(), row);

            let committed = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
            for (encoded_row, row) in [(Some(encoded.as_slice()), Some(row)), (None, None)] {
                let encoded = encode_change(committed, &key, encoded_row);
                assert_eq!(decode_committed(&encoded).unwrap(), committed);
                let change = decode_change(Sequence(sequence), &encoded).unwrap();
                assert_eq!(change, Change { sequence: Sequence(sequence), key: key.clone(), row });
            }
        }

        #[test]
        fn damaged_values_are_errors(value in any::<Vec<u8>>()) {
            // Any answer is fine, a panic is not.
            let _ = (decode_row(Key::new("p", "s"), &value), decode_change(Sequence(1), &value), decode_committed(&value));
        }
    }

    #[test]
    fn short_values_are_errors() {
        assert!(decode_header(&[0; 15]).is_err());
        assert!(decode_committed(&[0; 7]).is_err());
        let change = encode_change(UNIX_EPOCH, &Key::new("partition", "sort"), None);
        for length in 0..change.len() {
            assert!(decode_change(Sequence(1), &change[..length]).is_err(), "{length}");
        }
    }
}
