//! The suite for the port [`Blobs`].

#![expect(clippy::expect_used, clippy::panic, reason = "a suite reports a broken promise as every test does")]

use super::fresh_name;
use crate::{BlobError, BlobName, Blobs};
use async_trait::async_trait;
use bytes::Bytes;
use std::io::Write as _;
use std::sync::Arc;
use tempfile::NamedTempFile;
use tokio::task::JoinSet;

/// A blob store under test.
#[async_trait]
pub trait BlobsFixture: Send + Sync + 'static {
    /// The store.
    fn blobs(&self) -> Arc<dyn Blobs>;

    /// Closes the store as a process that ends does, and opens it again; `false` when that is not possible.
    async fn reopen(&mut self) -> bool {
        false
    }
}

impl<B: Blobs + 'static> BlobsFixture for Arc<B> {
    fn blobs(&self) -> Arc<dyn Blobs> {
        Self::clone(self)
    }
}

fn name(text: impl Into<String>) -> BlobName {
    BlobName::parse(text).expect("the suite's names are good")
}

fn fresh_blob(case: &str) -> BlobName {
    name(format!("{}/blob.pack", fresh_name(case)))
}

/// Bytes that do not repeat at any power of two, so that a read at a wrong place shows.
fn pattern(length: usize) -> Bytes {
    (0..length).map(|n| (n % 251) as u8 ^ (n / 65_521) as u8).collect()
}

async fn put(blobs: &dyn Blobs, name: &BlobName, bytes: impl Into<Bytes>) {
    blobs.put(name, bytes.into()).await.expect("the put succeeds");
}

async fn content(blobs: &dyn Blobs, name: &BlobName) -> Bytes {
    let length = blobs.head(name).await.expect("head answers").expect("the blob is there");
    blobs.get_range(name, 0..length).await.expect("the read succeeds")
}

/// Also an empty blob, one deep in folders, and the longest names.
pub async fn what_was_put_is_read_back(fixture: impl BlobsFixture) {
    let blobs = fixture.blobs();
    let folder = fresh_name("put");
    let longest_segment = "n".repeat(255);
    let rest = "m".repeat(512 - folder.len() - longest_segment.len() - "/0//".len());
    let longest = format!("{longest_segment}/{rest}");
    for path in ["a", "deep/er/and/deep.er", "with-all_kinds.OF-123", ".hidden", "...", &longest] {
        for (n, length) in [0, 1, 70_000].into_iter().enumerate() {
            let blob = name(format!("{folder}/{n}/{path}"));
            assert_eq!(blobs.head(&blob).await.expect("head answers"), None);
            put(blobs.as_ref(), &blob, pattern(length)).await;
            assert_eq!(blobs.head(&blob).await.expect("head answers"), Some(length as u64));
            assert_eq!(content(blobs.as_ref(), &blob).await, pattern(length));
        }
    }
}

/// By `put` and by `put_file`, with the same and with other bytes.
pub async fn a_second_put_is_refused_and_changes_nothing(fixture: impl BlobsFixture) {
    let blobs = fixture.blobs();
    let blob = fresh_blob("second");
    put(blobs.as_ref(), &blob, "first").await;
    for bytes in ["first", "second"] {
        let again = blobs.put(&blob, bytes.into()).await;
        assert!(matches!(&again, Err(BlobError::Exists(name)) if *name == blob), "{again:?}");
        let mut file = NamedTempFile::new().expect("makes a file");
        file.write_all(bytes.as_bytes()).expect("writes the file");
        let again = blobs.put_file(&blob, &file.into_temp_path()).await;
        assert!(matches!(&again, Err(BlobError::Exists(name)) if *name == blob), "{again:?}");
        assert_eq!(content(blobs.as_ref(), &blob).await, "first");
    }
}

/// One put succeeds, the others are told that the blob exists, and its bytes are the winner's.
pub async fn one_of_many_racing_puts_wins(fixture: impl BlobsFixture) {
    let blobs = fixture.blobs();
    let blob = fresh_blob("race");
    let mut writers = JoinSet::new();
    for writer in 0..16u8 {
        let (blobs, blob) = (Arc::clone(&blobs), blob.clone());
        writers.spawn(async move {
            let bytes = vec![writer; 10_000];
            let answer = if writer % 2 == 0 {
                blobs.put(&blob, bytes.into()).await
            } else {
                let mut file = NamedTempFile::new().expect("makes a file");
                file.write_all(&bytes).expect("writes the file");
                blobs.put_file(&blob, &file.into_temp_path()).await
            };
            match answer {
                Ok(()) => Some(writer),
                Err(BlobError::Exists(_)) => None,
                Err(error) => panic!("{error}"),
            }
        });
    }
    let mut winners = Vec::new();
    while let Some(done) = writers.join_next().await {
        winners.extend(done.expect("a writer ends"));
    }
    assert_eq!(winners.len(), 1, "{winners:?}");
    assert_eq!(content(blobs.as_ref(), &blob).await, vec![winners[0]; 10_000]);
}

/// `put_file` needs no memory for it; here it is the bytes that count.
pub async fn a_file_of_several_megabytes_is_stored_whole(fixture: impl BlobsFixture) {
    const LENGTH: usize = 9_000_001;
    let blobs = fixture.blobs();
    let blob = fresh_blob("file");
    let bytes = pattern(LENGTH);
    let mut file = NamedTempFile::new().expect("makes a file");
    file.write_all(&bytes).expect("writes the file");
    blobs.put_file(&blob, &file.into_temp_path()).await.expect("stores the file");
    assert_eq!(blobs.head(&blob).await.expect("head answers"), Some(LENGTH as u64));
    let mut at = 0;
    while at < LENGTH {
        let end = (at + 1_000_000).min(LENGTH);
        let part = blobs.get_range(&blob, at as u64..end as u64).await.expect("the read succeeds");
        assert!(part == bytes.slice(at..end), "bytes {at}..{end}");
        at = end;
    }
}

/// A source that is not there is an error, and no blob comes of it.
pub async fn a_file_that_does_not_exist_stores_nothing(fixture: impl BlobsFixture) {
    let blobs = fixture.blobs();
    let blob = fresh_blob("no-file");
    let folder = tempfile::tempdir().expect("makes a folder");
    assert!(blobs.put_file(&blob, &folder.path().join("none")).await.is_err());
    assert_eq!(blobs.head(&blob).await.expect("head answers"), None);
}

/// Start, end, both, neither, one byte, no byte.
pub async fn ranges_are_exact_at_every_edge(fixture: impl BlobsFixture) {
    const LENGTH: usize = 10_000;
    let blobs = fixture.blobs();
    let blob = fresh_blob("ranges");
    let bytes = pattern(LENGTH);
    put(blobs.as_ref(), &blob, bytes.clone()).await;
    let places = [0, 1, 2, 4095, 4096, 4097, 9998, 9999, LENGTH];
    for start in places {
        for end in places.into_iter().filter(|end| start <= *end) {
            let read = blobs.get_range(&blob, start as u64..end as u64).await.expect("the read succeeds");
            assert!(read == bytes.slice(start..end), "{start}..{end}");
        }
    }
    let empty = fresh_blob("empty");
    put(blobs.as_ref(), &empty, "").await;
    assert_eq!(blobs.get_range(&empty, 0..0).await.expect("the read succeeds"), "");
}

/// By one byte or by all there are; and a range that ends before it starts is a mistake.
pub async fn a_read_past_the_end_is_an_error(fixture: impl BlobsFixture) {
    let blobs = fixture.blobs();
    let blob = fresh_blob("past");
    put(blobs.as_ref(), &blob, pattern(100)).await;
    for range in
        [0..101, 99..101, 100..101, 101..101, 101..102, 0..u64::MAX, u64::MAX - 1..u64::MAX, u64::MAX..u64::MAX]
    {
        let answer = blobs.get_range(&blob, range.clone()).await;
        let is_right =
            matches!(&answer, Err(BlobError::OutOfRange { name, range: told }) if *name == blob && *told == range);
        assert!(is_right, "{range:?}: {answer:?}");
    }
    #[expect(clippy::reversed_empty_ranges, reason = "that is what the case is about")]
    let reversed = blobs.get_range(&blob, 50..40).await;
    assert!(matches!(reversed, Err(BlobError::Invalid(_))), "{reversed:?}");
}

/// To a read of any range; `head` says `None`, `delete` does not mind.
pub async fn a_missing_blob_is_not_found(fixture: impl BlobsFixture) {
    let blobs = fixture.blobs();
    let blob = fresh_blob("missing");
    for range in [0..0, 0..1, 5..9] {
        let answer = blobs.get_range(&blob, range).await;
        assert!(matches!(&answer, Err(BlobError::NotFound(name)) if *name == blob), "{answer:?}");
    }
    assert_eq!(blobs.head(&blob).await.expect("head answers"), None);
    blobs.delete(&blob).await.expect("deleting what is not there is no error");
}

/// Also when it was read just before; a new blob under the old name has the new bytes.
pub async fn a_deleted_blob_is_gone_and_its_name_free(fixture: impl BlobsFixture) {
    let blobs = fixture.blobs();
    let blob = fresh_blob("deleted");
    for round in 0..3u8 {
        let bytes = vec![round; 100 + usize::from(round)];
        put(blobs.as_ref(), &blob, bytes.clone()).await;
        assert_eq!(content(blobs.as_ref(), &blob).await, bytes);
        blobs.delete(&blob).await.expect("the delete succeeds");
        assert_eq!(blobs.head(&blob).await.expect("head answers"), None);
        assert!(matches!(blobs.get_range(&blob, 0..1).await, Err(BlobError::NotFound(_))));
        let listed = blobs.list(blob.as_str(), None, 10).await.expect("lists");
        assert_eq!(listed, []);
        blobs.delete(&blob).await.expect("deleting twice is no error");
    }
}

async fn all_names(blobs: &dyn Blobs, prefix: &str, limit: usize) -> Vec<BlobName> {
    let mut names: Vec<BlobName> = Vec::new();
    loop {
        let page = blobs.list(prefix, names.last(), limit).await.expect("lists");
        let is_last = page.len() < limit;
        assert!(page.len() <= limit, "{} names at a limit of {limit}", page.len());
        names.extend(page);
        if is_last {
            return names;
        }
    }
}

/// The order is that of the whole names' bytes, where `-` and `.` come before `/` and digits after it.
pub async fn lists_page_in_byte_order_at_any_limit(fixture: impl BlobsFixture) {
    let blobs = fixture.blobs();
    let folder = fresh_name("list");
    let paths = [
        "a-/x", "a-b", "a.b", "a/1", "a/b/c", "a/b-", "a/b.c", "a/b0", "a0", "a_", "aa", "b/x", "B", "Z/z", "0",
        "z/y/x/w", ".a", "..a/b",
    ];
    for path in paths {
        put(blobs.as_ref(), &name(format!("{folder}/{path}")), "").await;
    }
    // A neighbour that begins alike but is outside.
    put(blobs.as_ref(), &name(format!("{folder}0/a")), "").await;
    for prefix in ["", "a", "a/", "a/b", "a/b/", "a-", "b/x", "b/x/", "nothing", "Z", "z/y/x/w", "é", "/"] {
        let prefix = format!("{folder}/{prefix}");
        let mut wanted: Vec<String> =
            paths.iter().map(|path| format!("{folder}/{path}")).filter(|path| path.starts_with(&prefix)).collect();
        wanted.sort_unstable();
        for limit in [1, 2, 3, 5, paths.len(), 1000] {
            let names = all_names(blobs.as_ref(), &prefix, limit).await;
            let names: Vec<_> = names.iter().map(BlobName::as_str).collect();
            assert_eq!(names, wanted, "prefix {prefix}, limit {limit}");
        }
    }
}

/// `after` is a place in the order, not a blob, and may lie outside the prefix.
pub async fn a_list_goes_on_behind_a_blob_that_is_gone(fixture: impl BlobsFixture) {
    let blobs = fixture.blobs();
    let folder = fresh_name("behind");
    for path in ["m/a", "m/c", "m/d/e"] {
        put(blobs.as_ref(), &name(format!("{folder}/{path}")), "").await;
    }
    for (after, wanted) in [
        ("m/b", vec!["m/c", "m/d/e"]),
        ("m/a", vec!["m/c", "m/d/e"]),
        ("m/d", vec!["m/d/e"]),
        ("m/d/e", vec![]),
        ("m/d.x", vec!["m/d/e"]),
        ("a", vec!["m/a", "m/c", "m/d/e"]),
        ("z", vec![]),
    ] {
        let after_name = name(format!("{folder}/{after}"));
        let names = blobs.list(&format!("{folder}/m/"), Some(&after_name), 10).await.expect("lists");
        let wanted: Vec<_> = wanted.into_iter().map(|path| name(format!("{folder}/{path}"))).collect();
        assert_eq!(names, wanted, "after {after}");
    }
}

/// Asking for no names is a mistake.
pub async fn a_list_limit_of_zero_is_refused(fixture: impl BlobsFixture) {
    let answer = fixture.blobs().list("", None, 0).await;
    assert!(matches!(answer, Err(BlobError::Invalid(_))), "{answer:?}");
}

/// Readers of many blobs at once, more than an adapter keeps open, do not get in each other's way.
pub async fn many_readers_read_the_same_bytes(fixture: impl BlobsFixture) {
    const BLOBS: usize = 80;
    let blobs = fixture.blobs();
    let folder = fresh_name("readers");
    for n in 0..BLOBS {
        put(blobs.as_ref(), &name(format!("{folder}/{n}")), pattern(5_000 + n)).await;
    }
    let mut readers = JoinSet::new();
    for reader in 0..16 {
        let (blobs, folder) = (Arc::clone(&blobs), folder.clone());
        readers.spawn(async move {
            for step in 0..BLOBS {
                let n = (step * 7 + reader * 11) % BLOBS;
                let (start, end) = (step * 13, 5_000 + n - reader);
                let blob = name(format!("{folder}/{n}"));
                let read = blobs.get_range(&blob, start as u64..end as u64).await.expect("the read succeeds");
                assert!(read == pattern(5_000 + n).slice(start..end), "blob {n}, {start}..{end}");
            }
        });
    }
    while let Some(done) = readers.join_next().await {
        done.expect("a reader ends");
    }
}

/// A put that returned is there after the process ended.
pub async fn blobs_survive_a_restart(mut fixture: impl BlobsFixture) {
    let blob = fresh_blob("restart");
    put(fixture.blobs().as_ref(), &blob, pattern(5000)).await;
    if !fixture.reopen().await {
        return;
    }
    let blobs = fixture.blobs();
    assert_eq!(content(blobs.as_ref(), &blob).await, pattern(5000));
    assert!(matches!(blobs.put(&blob, "other".into()).await, Err(BlobError::Exists(_))));
}
