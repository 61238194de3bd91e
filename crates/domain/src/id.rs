//! Ids that the service makes: random ones of what exists, and of events and comments ones that are ordered by time.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A text that is no id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{}' is no id: it must be a UUID of version {version} in lower case", .text.escape_debug())]
pub struct IdError {
    text: String,
    version: char,
}

macro_rules! random_id {
    ($(#[$attribute:meta])* $id:ident) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $id(String);

        impl $id {
            /// An id of 16 random bytes, 6 bits of which say that it is a random UUID (RFC 9562, version 4).
            pub fn from_random(random: [u8; 16]) -> Self {
                Self(random_uuid(random))
            }

            /// Reads an id as `as_str` writes it.
            pub fn parse(id: impl Into<String>) -> Result<Self, IdError> {
                parse_uuid(id.into(), '4').map(Self)
            }

            /// The UUID in lower case.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

random_id! {
    /// Names a repository for as long as it exists, also when it is renamed: a UUID, as AWS's `repositoryId`.
    RepositoryId
}

random_id! {
    /// Names an approval rule template for as long as it exists, also when it is renamed.
    ApprovalRuleTemplateId
}

random_id! {
    /// Names an approval rule of a pull request.
    ApprovalRuleId
}

random_id! {
    /// Names a push that is committed in several parts.
    PushId
}

random_id! {
    /// Names a webhook for as long as it exists.
    WebhookId
}

random_id! {
    /// Names a notification rule for as long as it exists.
    NotificationRuleId
}

/// Names an event: a UUID whose text sorts by the time of the event, to the millisecond.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EventId(String);

impl EventId {
    /// An id of the time and 10 random bytes, 6 bits of which are overwritten (RFC 9562, version 7). Ids of one
    /// millisecond are ordered by their random bytes. A time before 1970 counts as 1970.
    pub fn new(time: SystemTime, random: [u8; 10]) -> Self {
        let millis = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
        let mut bytes = [0; 16];
        bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
        bytes[6..].copy_from_slice(&random);
        bytes[6] = bytes[6] & 0x0f | 0x70;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        Self(uuid_text(bytes))
    }

    /// The id of what follows from the event for `purpose`: it begins with the same time, and is the same each time.
    pub fn derived(&self, purpose: &str) -> Self {
        let digest = Sha256::new().chain_update(&self.0).chain_update([0]).chain_update(purpose).finalize();
        let mut random = [0; 10];
        random.copy_from_slice(&digest[..10]);
        let time = self.0.split('-').take(2).fold(0, |time, part| time << (4 * part.len()) | hex(part));
        Self::new(UNIX_EPOCH + Duration::from_millis(time), random)
    }

    /// Reads an id as `as_str` writes it.
    pub fn parse(id: impl Into<String>) -> Result<Self, IdError> {
        parse_uuid(id.into(), '7').map(Self)
    }

    /// The UUID in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn hex(digits: &str) -> u64 {
    u64::from_str_radix(digits, 16).unwrap_or_default()
}

/// Names a comment: a UUID whose text sorts by the time at which it was posted, to the millisecond.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CommentId(String);

impl CommentId {
    /// An id of the time and 10 random bytes, made as [`EventId::new`] does.
    pub fn new(time: SystemTime, random: [u8; 10]) -> Self {
        Self(EventId::new(time, random).0)
    }

    /// Reads an id as `as_str` writes it.
    pub fn parse(id: impl Into<String>) -> Result<Self, IdError> {
        parse_uuid(id.into(), '7').map(Self)
    }

    /// The UUID in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! as_text {
    ($($id:ident),*) => {$(
        impl std::fmt::Display for $id {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $id {
            type Error = IdError;

            fn try_from(id: String) -> Result<Self, IdError> {
                Self::parse(id)
            }
        }

        impl From<$id> for String {
            fn from(id: $id) -> Self {
                id.0
            }
        }
    )*};
}

as_text!(
    RepositoryId,
    ApprovalRuleTemplateId,
    ApprovalRuleId,
    PushId,
    WebhookId,
    NotificationRuleId,
    EventId,
    CommentId
);

/// The text of a UUID of 16 random bytes, 6 bits of which say that it is one (RFC 9562, version 4).
pub fn random_uuid(mut random: [u8; 16]) -> String {
    random[6] = random[6] & 0x0f | 0x40;
    random[8] = random[8] & 0x3f | 0x80;
    uuid_text(random)
}

fn uuid_text(bytes: [u8; 16]) -> String {
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

fn parse_uuid(text: String, version: char) -> Result<String, IdError> {
    let good = text.len() == 36
        && text.char_indices().all(|(at, c)| match at {
            8 | 13 | 18 | 23 => c == '-',
            14 => c == version,
            _ => matches!(c, '0'..='9' | 'a'..='f'),
        });
    if good { Ok(text) } else { Err(IdError { text, version }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_repository_id_is_a_random_uuid() {
        let id = RepositoryId::from_random([0xff; 16]);
        assert_eq!(id.as_str(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(RepositoryId::parse(id.as_str()), Ok(id));
    }

    #[test]
    fn an_event_id_begins_with_the_time() {
        let time = UNIX_EPOCH + Duration::from_millis(0x0123_4567_89ab);
        assert_eq!(EventId::new(time, [0; 10]).as_str(), "01234567-89ab-7000-8000-000000000000");
    }

    #[test]
    fn a_derived_id_keeps_the_time_and_tells_purposes_apart() {
        let id = EventId::new(UNIX_EPOCH + Duration::from_millis(0x0123_4567_89ab), [7; 10]);
        let (one, other) = (id.derived("one"), id.derived("other"));
        assert_eq!(one, id.derived("one"));
        assert!(one != other && one != id);
        assert!([&one, &other].iter().all(|derived| derived.as_str().starts_with("01234567-89ab-7")));
        assert_eq!(EventId::parse(one.as_str()), Ok(one));
    }

    #[test]
    fn other_texts_are_no_ids() {
        for wrong in [
            "",
            "ffffffff-ffff-7fff-bfff-ffffffffffff",
            "FFFFFFFF-ffff-4fff-bfff-ffffffffffff",
            "ffffffffffff4fffbfffffffffffffff",
            "ffffffff-ffff-4fff-bfff-fffffffffff\u{e9}",
        ] {
            assert!(RepositoryId::parse(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn later_events_have_larger_ids(a in 0u64..1 << 47, b in 0u64..1 << 47, x: [u8; 10], y: [u8; 10]) {
            prop_assume!(a < b);
            let id = |millis, random| EventId::new(UNIX_EPOCH + Duration::from_millis(millis), random);
            prop_assert!(id(a, x) < id(b, y));
        }

        #[test]
        fn every_made_id_can_be_read_back(millis in 0u64..1 << 48, random: [u8; 10]) {
            let id = EventId::new(UNIX_EPOCH + Duration::from_millis(millis), random);
            prop_assert_eq!(EventId::parse(id.to_string()), Ok(id));
        }
    }
}
