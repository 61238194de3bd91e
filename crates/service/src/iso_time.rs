//! Times as AWS writes them in policies, records and XML.

use std::time::SystemTime;

/// A time in whole seconds (ISO 8601): `2025-11-24T08:30:04Z`.
pub fn iso_time(time: SystemTime) -> String {
    jiff::Timestamp::try_from(time).unwrap_or_default().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
