//! Cases about scans: order, ranges, pages.

use super::{TableFixture, all_pages, commit, delete, far_future, long_past, put, scan, sorts};
use crate::conformance::fresh_name;
use crate::{Expect, Key, Scan, SortRange, Table, Write};
use bytes::Bytes;

/// Sort keys that order differently by bytes than by characters, by UTF-16 units, by letters or by folders.
const SORTS: [&str; 24] = [
    "!",
    "REF#",
    "REF#a",
    "REF#a#",
    "REF#a-b",
    "REF#a.b",
    "REF#a/b",
    "REF#ab",
    "REF#b",
    "REG",
    "a",
    "A",
    "aa",
    "z",
    "ä",
    "a\u{308}",
    "\0",
    "\u{7f}",
    "\u{80}",
    "é",
    "\u{ffff}",
    "\u{10000}",
    "🦀",
    "\u{10ffff}",
];

fn between(first: &str, last: &str) -> SortRange {
    SortRange::Between { first: first.to_owned(), last: last.to_owned() }
}

fn prefix(prefix: &str) -> SortRange {
    SortRange::Prefix(prefix.to_owned())
}

async fn fill(table: &dyn Table, partition: &str, sorts: &[&str]) {
    for chunk in sorts.chunks(100) {
        let row = |sort: &&str| put(&Key::new(partition, *sort), sort.to_string(), Expect::Absent);
        commit(table, chunk.iter().map(row).collect()).await;
    }
}

/// The sort keys of `range` in byte order, as the suite itself works them out.
fn expected<'a>(all: &[&'a str], range: &SortRange, reverse: bool) -> Vec<&'a str> {
    let mut sorts: Vec<_> = all
        .iter()
        .copied()
        .filter(|sort| match range {
            SortRange::All => true,
            SortRange::Prefix(prefix) => sort.as_bytes().starts_with(prefix.as_bytes()),
            SortRange::Between { first, last } => {
                first.as_bytes() <= sort.as_bytes() && sort.as_bytes() <= last.as_bytes()
            }
        })
        .collect();
    sorts.sort_by_key(|sort| sort.as_bytes());
    if reverse {
        sorts.reverse();
    }
    sorts
}

/// All three kinds of range, forwards and in reverse, at limits below, at and above the number of rows.
pub async fn scans_page_through_every_range_at_any_limit(fixture: impl TableFixture) {
    let table = fixture.table();
    let table = table.as_ref();
    let partition = fresh_name("pages");
    fill(table, &partition, &SORTS).await;
    let ranges = [
        SortRange::All,
        prefix(""),
        prefix("REF#"),
        prefix("REF#a"),
        prefix("REF#a/"),
        prefix("nothing"),
        prefix("\u{10ffff}"),
        prefix("a"),
        between("REF#a", "REF#b"),
        between("REF#a", "REF#a"),
        between("REF#aa", "REF#zz"),
        between("a", "\u{ffff}"),
        between("\0", "\u{10ffff}\u{10ffff}"),
        between("z", "a"),
        between("nothing", "nothing more"),
    ];
    for range in ranges {
        for reverse in [false, true] {
            let wanted = expected(&SORTS, &range, reverse);
            for limit in [1, 2, 3, 5, wanted.len().max(1), wanted.len() + 1, 10_000] {
                let scan = Scan { limit, reverse, ..scan(&partition, range.clone()) };
                let rows = all_pages(table, scan).await;
                assert_eq!(sorts(&rows), wanted, "{range:?}, reverse {reverse}, limit {limit}");
                for row in rows {
                    assert_eq!(row.body, row.key.sort.as_bytes(), "each row comes with its own body");
                    assert_eq!(row.key.partition, partition);
                }
            }
        }
    }
}

/// `after` is a place, not a row.
pub async fn a_scan_goes_on_behind_a_row_that_is_gone(fixture: impl TableFixture) {
    let table = fixture.table();
    let table = table.as_ref();
    let partition = fresh_name("gone");
    fill(table, &partition, &["a", "b", "c", "d", "e"]).await;
    commit(table, vec![delete(&Key::new(&partition, "c"), Expect::Present)]).await;
    for (after, reverse, wanted) in [
        ("c", false, vec!["d", "e"]),
        ("c", true, vec!["b", "a"]),
        ("bb", false, vec!["d", "e"]),
        ("bb", true, vec!["b", "a"]),
        ("d", false, vec!["e"]),
        ("a", true, vec![]),
        ("e", false, vec![]),
    ] {
        let scan = Scan { after: Some(after.to_owned()), reverse, ..scan(&partition, SortRange::All) };
        assert_eq!(sorts(&all_pages(table, scan).await), wanted, "after {after}, reverse {reverse}");
    }
}

/// `after` before the range leaves all of it, behind the range nothing.
pub async fn a_scan_goes_on_from_outside_its_range(fixture: impl TableFixture) {
    let table = fixture.table();
    let table = table.as_ref();
    let partition = fresh_name("outside");
    fill(table, &partition, &["a", "m1", "m2", "m3", "z"]).await;
    for range in [prefix("m"), between("m1", "m3")] {
        for (after, reverse, wanted) in [
            ("a", false, vec!["m1", "m2", "m3"]),
            ("z", true, vec!["m3", "m2", "m1"]),
            ("z", false, vec![]),
            ("a", true, vec![]),
            ("m2", false, vec!["m3"]),
            ("m2", true, vec!["m1"]),
        ] {
            let scan = Scan { after: Some(after.to_owned()), reverse, ..scan(&partition, range.clone()) };
            assert_eq!(sorts(&all_pages(table, scan).await), wanted, "{range:?}, after {after}, reverse {reverse}");
        }
    }
}

/// Rows come in the order of the UTF-8 bytes of their sort keys, which is not that of UTF-16 or of any language.
pub async fn sort_keys_are_ordered_by_their_bytes(fixture: impl TableFixture) {
    let table = fixture.table();
    let table = table.as_ref();
    let partition = fresh_name("bytes");
    fill(table, &partition, &["\u{10000}", "\u{ffff}", "é", "z", "Z", "e\u{301}", "a/b", "a.b", "a-b", "ab"]).await;
    let rows = all_pages(table, scan(&partition, SortRange::All)).await;
    assert_eq!(sorts(&rows), ["Z", "a-b", "a.b", "a/b", "ab", "e\u{301}", "z", "é", "\u{ffff}", "\u{10000}"]);
}

/// Partitions whose names begin alike do not mix.
pub async fn a_scan_stays_in_its_partition(fixture: impl TableFixture) {
    let table = fixture.table();
    let table = table.as_ref();
    let name = fresh_name("partition");
    let partitions =
        [name.clone(), format!("{name}\0"), format!("{name}0"), format!("{name}a"), format!("{name}\u{10ffff}")];
    for partition in &partitions {
        fill(table, partition, &["\0", "row", "\u{10ffff}"]).await;
    }
    for partition in &partitions {
        for reverse in [false, true] {
            let rows = all_pages(table, Scan { reverse, ..scan(partition, SortRange::All) }).await;
            assert_eq!(rows.len(), 3, "{partition:?}");
            assert!(rows.iter().all(|row| &row.key.partition == partition));
        }
    }
    assert!(all_pages(table, scan(&format!("{name}-none"), SortRange::All)).await.is_empty());
}

/// Expired rows are not in a page, however many there are, and do not end the scan.
pub async fn a_scan_passes_over_expired_rows(fixture: impl TableFixture) {
    let table = fixture.table();
    let table = table.as_ref();
    let partition = fresh_name("expired");
    let row = |n: usize| Write::Put {
        key: Key::new(&partition, format!("{n:03}")),
        body: Bytes::new(),
        expires_at: Some(if n % 40 == 7 { far_future() } else { long_past() }),
        expect: Expect::Absent,
    };
    commit(table, (0..100).map(row).collect()).await;
    for limit in [1, 2, 3, 1000] {
        for (reverse, wanted) in [(false, ["007", "047", "087"]), (true, ["087", "047", "007"])] {
            let scan = Scan { limit, reverse, ..scan(&partition, SortRange::All) };
            assert_eq!(sorts(&all_pages(table, scan).await), wanted);
        }
    }
}

/// More bytes than fit on one page of any adapter.
pub async fn a_scan_of_large_rows_reaches_all_of_them(fixture: impl TableFixture) {
    let table = fixture.table();
    let table = table.as_ref();
    let partition = fresh_name("large");
    let names: Vec<_> = (0..10).map(|n| format!("{n}")).collect();
    for sort in &names {
        commit(table, vec![put(&Key::new(&partition, sort), vec![b'x'; 350_000], Expect::Absent)]).await;
    }
    for reverse in [false, true] {
        let rows = all_pages(table, Scan { reverse, ..scan(&partition, SortRange::All) }).await;
        let mut found = sorts(&rows);
        if reverse {
            found.reverse();
        }
        assert_eq!(found, names);
        assert!(rows.iter().all(|row| row.body.len() == 350_000));
    }
}
