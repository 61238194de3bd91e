//! Failed sign-ins, counted: who fails often is told to slow down.
//!
//! *Whoever signs rightly always passes.* A failure is counted after the credentials were looked at, and the counts decide only how
//! failures are answered. So nobody locks anybody out by failing in their name, or from the address they share. The secrets
//! are random (178 bits and more), so that they need no protection from guessing; what the limits are for is clients with wrong keys
//! that try for ever, and those who watch the log.
//!
//! *The counts are kept in memory*, for each process by itself and for one minute at a time. In AWS every running function counts
//! for itself: counts in the table would cost a write for each failure, which is what somebody who means harm would make one pay
//! for. What limits requests of all kinds there is the gateway.

use crate::failure::{Code, Failure};
use crate::quotas::Quotas;
use auth::Reason;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long failures are counted before counting begins again, in seconds.
const WINDOW: u64 = 60;

/// How many addresses and credentials are counted at most, so that memory is bounded. Those beyond are counted together.
const MOST: usize = 20_000;

/// The longest id of a credential that is counted by itself.
const MOST_ID_BYTES: usize = 64;

/// The failures of the minute.
#[derive(Default)]
pub(crate) struct FailedSignIns {
    minute: Mutex<Minute>,
}

#[derive(Default)]
struct Minute {
    number: u64,
    counts: HashMap<Source, u32>,
}

/// What failures are counted by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Source {
    /// An address of version 4.
    V4([u8; 4]),
    /// A network of version 6 as one customer has it: the first 64 bits.
    V6([u8; 8]),
    /// The id of a credential.
    Credential(String),
    /// Everything that there was no room for.
    Others,
}

impl FailedSignIns {
    /// What to answer to a request from `address` that failed; `credential` is the id that it claimed to be made with. What is no
    /// failed sign-in comes back as it is, and so does one that is not one too many.
    pub(crate) fn judge(
        &self,
        failure: Failure,
        address: IpAddr,
        credential: Option<&str>,
        quotas: &Quotas,
        now: SystemTime,
    ) -> Failure {
        // Git's first request has no credentials, which is no failure of anybody.
        if !matches!(failure.code, Code::Authentication(reason) if reason != Reason::Missing) {
            return failure;
        }
        let seconds = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let mut minute = self.minute.lock().unwrap_or_else(PoisonError::into_inner);
        if minute.number != seconds / WINDOW {
            *minute = Minute { number: seconds / WINDOW, counts: HashMap::new() };
        }
        let by_address = minute.count(Source::of(address)) > quotas.failed_sign_ins_of_address;
        let by_credential = credential
            .filter(|id| id.len() <= MOST_ID_BYTES)
            .is_some_and(|id| minute.count(Source::Credential(id.to_owned())) > quotas.failed_sign_ins_of_credential);
        if !by_address && !by_credential {
            return failure;
        }
        let what = if by_credential { "with this credential" } else { "from this address" };
        Failure {
            retry_after: Some(Duration::from_secs(WINDOW - seconds % WINDOW)),
            ..Failure::with_code(
                Code::Throttled,
                format!("too many sign-ins {what} failed within a minute; the last: {}", failure.message),
            )
        }
    }
}

impl Minute {
    /// Counts one more, and tells how many there are.
    fn count(&mut self, source: Source) -> u32 {
        let full = self.counts.len() >= MOST && !self.counts.contains_key(&source);
        let count = self.counts.entry(if full { Source::Others } else { source }).or_default();
        *count = count.saturating_add(1);
        *count
    }
}

impl Source {
    fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.octets()),
            IpAddr::V6(address) => Self::V6(address.octets()[..8].try_into().unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use auth::AuthenticationFailure;

    fn fails(counted: &FailedSignIns, address: &str, credential: Option<&str>, second: u64) -> Failure {
        let quotas = Quotas { failed_sign_ins_of_address: 5, failed_sign_ins_of_credential: 3, ..Quotas::default() };
        let now = UNIX_EPOCH + Duration::from_secs(6_000_000 + second);
        counted.judge(AuthenticationFailure::unknown_key().into(), address.parse().unwrap(), credential, &quotas, now)
    }

    fn throttled(failure: &Failure) -> bool {
        failure.code == Code::Throttled
    }

    #[test]
    fn an_address_and_a_credential_have_limits_of_their_own() {
        let counted = FailedSignIns::default();
        for _ in 0..3 {
            assert!(!throttled(&fails(&counted, "192.0.2.1", Some("a"), 10)));
        }
        let failure = fails(&counted, "192.0.2.2", Some("a"), 10);
        assert!(throttled(&failure) && failure.message.contains("with this credential"), "{failure:?}");
        assert_eq!(failure.retry_after, Some(Duration::from_secs(50)));
        for _ in 0..2 {
            assert!(!throttled(&fails(&counted, "192.0.2.1", None, 10)));
        }
        let failure = fails(&counted, "192.0.2.1", Some("b"), 10);
        assert!(throttled(&failure) && failure.message.contains("from this address"), "{failure:?}");
        assert!(!throttled(&fails(&counted, "192.0.2.1", Some("a"), 60)), "the next minute has begun");
    }

    #[test]
    fn a_network_of_version_six_is_one_address() {
        let counted = FailedSignIns::default();
        for host in 1..=5 {
            assert!(!throttled(&fails(&counted, &format!("2001:db8::{host}"), None, 0)));
        }
        assert!(throttled(&fails(&counted, "2001:db8::ffff", None, 0)));
        assert!(!throttled(&fails(&counted, "2001:db8:0:1::1", None, 0)));
        for _ in 0..5 {
            assert!(!throttled(&fails(&counted, "::ffff:192.0.2.7", None, 0)));
        }
        assert!(throttled(&fails(&counted, "192.0.2.7", None, 0)));
    }

    #[test]
    fn memory_is_bounded() {
        let counted = FailedSignIns::default();
        for number in 0..MOST + 1000 {
            fails(&counted, "192.0.2.1", Some(&format!("id-{number}")), 0);
        }
        assert!(counted.minute.lock().unwrap().counts.len() <= MOST + 1);
    }

    #[test]
    fn a_request_without_credentials_is_no_failure() {
        let counted = FailedSignIns::default();
        for _ in 0..100 {
            let missing = AuthenticationFailure::new(Reason::Missing, "sign in").into();
            let address = "192.0.2.1".parse().unwrap();
            let judged = counted.judge(missing, address, None, &Quotas::default(), UNIX_EPOCH);
            assert_eq!(judged.code, Code::Authentication(Reason::Missing));
        }
    }
}
