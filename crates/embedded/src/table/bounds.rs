//! Where in the database's key order a scan begins and ends.

use super::database::RowKey;
use ports::{Scan, SortRange};
use std::ops::Bound;

/// A partition and a sort key as the database orders them: by bytes, first the one, then the other.
type Place = (Vec<u8>, Vec<u8>);

/// A range of places.
pub(super) struct Bounds {
    lower: Bound<Place>,
    upper: Bound<Place>,
}

/// The rows that `scan` covers, in whatever direction it goes through them.
pub(super) fn of_scan(scan: &Scan) -> Bounds {
    let place = |sort: &[u8]| (scan.partition.as_bytes().to_vec(), sort.to_vec());
    // No name lies between a partition's and the same with a zero byte added.
    let behind_partition = || Bound::Excluded(([scan.partition.as_bytes(), b"\0"].concat(), Vec::new()));
    let (mut lower, mut upper) = match &scan.range {
        SortRange::All => (Bound::Included(place(b"")), behind_partition()),
        SortRange::Prefix(prefix) => {
            let upper = match successor_of_prefix(prefix.as_bytes()) {
                Some(successor) => Bound::Excluded(place(&successor)),
                None => behind_partition(),
            };
            (Bound::Included(place(prefix.as_bytes())), upper)
        }
        SortRange::Between { first, last } => {
            (Bound::Included(place(first.as_bytes())), Bound::Included(place(last.as_bytes())))
        }
    };
    if let Some(after) = scan.after.as_ref().map(|after| place(after.as_bytes())) {
        let end = if scan.reverse { &mut upper } else { &mut lower };
        let is_inside = match &*end {
            Bound::Included(place) | Bound::Excluded(place) if scan.reverse => after <= *place,
            Bound::Included(place) | Bound::Excluded(place) => after >= *place,
            Bound::Unbounded => true,
        };
        if is_inside {
            *end = Bound::Excluded(after);
        }
    }
    Bounds { lower, upper }
}

/// The first sequence of bytes behind all that begin with `prefix`. It need not be UTF-8, so the database's keys are bytes.
fn successor_of_prefix(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut successor = prefix[..=last].to_vec();
    successor[last] += 1;
    Some(successor)
}

impl Bounds {
    /// Whether no place is inside, also because the bounds are the wrong way round.
    pub(super) fn are_empty(&self) -> bool {
        match (&self.lower, &self.upper) {
            (Bound::Included(lower), Bound::Included(upper)) => lower > upper,
            (Bound::Included(lower) | Bound::Excluded(lower), Bound::Included(upper) | Bound::Excluded(upper)) => {
                lower >= upper
            }
            _ => false,
        }
    }

    /// The range in the form of the database's keys.
    pub(super) fn borrowed(&self) -> (Bound<RowKey<'_>>, Bound<RowKey<'_>>) {
        (borrow(&self.lower), borrow(&self.upper))
    }
}

fn borrow(bound: &Bound<Place>) -> Bound<RowKey<'_>> {
    bound.as_ref().map(|(partition, sort)| (partition.as_slice(), sort.as_slice()))
}
