//! How the version and the time of an event are written.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The version of the format; reads as nothing but the number 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Version1;

impl Serialize for Version1 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(1)
    }
}

impl<'de> Deserialize<'de> for Version1 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            1 => Ok(Self),
            other => Err(D::Error::custom(format_args!("event version {other} is unknown"))),
        }
    }
}

/// The time without what is below a millisecond; times before 1970 count as 1970.
pub(super) fn whole_millis(time: SystemTime) -> SystemTime {
    let millis = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
    UNIX_EPOCH + Duration::from_millis(millis)
}

/// Times as RFC 3339 text in UTC, with exactly three digits of fraction.
pub(crate) mod rfc3339 {
    use super::{Deserialize, Deserializer, Duration, Serializer, SystemTime, UNIX_EPOCH};
    use jiff::Timestamp;
    use serde::de::Error as _;
    use serde::ser::Error as _;

    pub(crate) fn serialize<S: Serializer>(time: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
        let time = Timestamp::try_from(*time).map_err(S::Error::custom)?;
        serializer.collect_str(&format_args!("{time:.3}"))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SystemTime, D::Error> {
        let text = String::deserialize(deserializer)?;
        let time: Timestamp = text.parse().map_err(D::Error::custom)?;
        let millis = u64::try_from(time.as_millisecond()).map_err(D::Error::custom)?;
        Ok(UNIX_EPOCH + Duration::from_millis(millis))
    }
}
