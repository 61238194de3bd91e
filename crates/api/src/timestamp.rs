//! Moments, which awsJson1.1 carries as seconds since the epoch with a fraction.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A moment, to the millisecond; never before 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(SystemTime);

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        Self(time)
    }
}

impl From<Timestamp> for SystemTime {
    fn from(timestamp: Timestamp) -> Self {
        timestamp.0
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let millis = self.0.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        serializer.serialize_f64(millis as f64 / 1000.0)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        let since = Duration::try_from_secs_f64(seconds).map_err(serde::de::Error::custom)?;
        UNIX_EPOCH.checked_add(since).map(Self).ok_or_else(|| serde::de::Error::custom("too far in the future"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_seconds_with_a_fraction() {
        let moment = Timestamp::from(UNIX_EPOCH + Duration::from_millis(1_446_071_622_494));
        assert_eq!(serde_json::to_string(&moment).unwrap(), "1446071622.494");
        assert_eq!(
            serde_json::from_str::<Timestamp>("1446071622.5").unwrap(),
            Timestamp::from(UNIX_EPOCH + Duration::from_millis(1_446_071_622_500))
        );
    }

    #[test]
    fn a_negative_moment_is_refused() {
        assert!(serde_json::from_str::<Timestamp>("-1").is_err());
    }
}
