//! Names and limits of the ports.

use ports::table::whole_seconds;
use ports::{BlobName, Key, SortRange};
use proptest::prelude::{any, proptest};
use std::time::{Duration, UNIX_EPOCH};

#[test]
fn a_blob_name_is_made_of_plain_segments() {
    for good in [
        "a",
        "packs/r-1/0a.pack",
        ".hidden",
        "...",
        &"n".repeat(255),
        &format!("{}/{}", "a".repeat(255), "b".repeat(255)),
    ] {
        assert!(BlobName::parse(good).is_ok(), "{good}");
    }
    let long = ["abcdefg"; 65].join("/");
    for bad in [
        "",
        "/",
        "/a",
        "a/",
        "a//b",
        ".",
        "..",
        "a/..",
        "../a",
        "a/./b",
        "a b",
        "ä",
        "a\0",
        "a\\b",
        "a:b",
        &"n".repeat(256),
        &long,
    ] {
        assert!(BlobName::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn an_end_is_cut_to_whole_seconds() {
    let end = UNIX_EPOCH + Duration::from_secs(7);
    assert_eq!(whole_seconds(end + Duration::from_nanos(999_999_999)).unwrap(), end);
    assert!(whole_seconds(UNIX_EPOCH - Duration::from_nanos(1)).is_err());
}

#[test]
fn a_range_contains_its_ends() {
    let range = SortRange::Between { first: "b".into(), last: "d".into() };
    let inside: Vec<_> = ["a", "b", "c", "d", "d0"].into_iter().filter(|sort| range.contains(sort)).collect();
    assert_eq!(inside, ["b", "c", "d"]);
    assert!(SortRange::Prefix("b".into()).contains("b"));
    assert!(!SortRange::Prefix("bc".into()).contains("b"));
}

proptest! {
    #[test]
    fn keys_are_ordered_by_the_bytes_of_their_parts(a in any::<[String; 2]>(), b in any::<[String; 2]>()) {
        let order = (a[0].as_bytes(), a[1].as_bytes()).cmp(&(b[0].as_bytes(), b[1].as_bytes()));
        assert_eq!(Key::new(&a[0], &a[1]).cmp(&Key::new(&b[0], &b[1])), order);
    }
}
