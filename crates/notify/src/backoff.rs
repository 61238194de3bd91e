//! When what failed is tried again.

use std::time::Duration;

/// For how long a delivery is tried at least, from the time at which it was first to be made.
pub(crate) const WINDOW: Duration = Duration::from_secs(24 * 60 * 60);

/// For how long a delivery is tried that the destination refuses for good: what is missing may be put right in this time.
pub(crate) const REFUSED_WINDOW: Duration = Duration::from_secs(15 * 60);

/// The longest pause between two tries.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// The pause after so many tries in vain: twice as long each time, up to an hour, and shortened at random by up to a half, so that
/// what failed together does not come back together. `random` is any number.
pub(crate) fn pause(attempts: u32, random: u64) -> Duration {
    let longest = LONGEST.min(Duration::from_secs(1 << attempts.min(12)));
    let half = longest / 2;
    half + half.mul_f64(random as f64 / u64::MAX as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_an_hour() {
        assert_eq!(pause(0, u64::MAX), Duration::from_secs(1));
        assert_eq!(pause(0, 0), Duration::from_millis(500));
        assert_eq!(pause(5, u64::MAX), Duration::from_secs(32));
        for attempts in [12, 13, 1000, u32::MAX] {
            assert_eq!(pause(attempts, u64::MAX), LONGEST);
        }
    }

    #[test]
    fn a_day_takes_some_thirty_tries() {
        let mut tried = Duration::ZERO;
        let tries = (0..).take_while(|attempts| {
            tried += pause(*attempts, u64::MAX / 2);
            tried < WINDOW
        });
        assert!((30..50).contains(&tries.count()));
    }
}
