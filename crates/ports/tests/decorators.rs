//! The decorators count, fail and delay as they say.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use ports::conformance::model::{MemoryBlobs, MemoryTable};
use ports::decorators::{CallKind, Delay, Failing, Failure, Failures, Latency, Outcome, Recorder, Recording};
use ports::{BlobError, BlobName, Blobs, CommitError, Expect, Key, Scan, SortRange, Table, TableError, Write};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

fn put(sort: &str, body: &'static str) -> Write {
    Write::Put { key: key(sort), body: body.into(), expires_at: None, expect: Expect::Anything }
}

fn key(sort: &str) -> Key {
    Key::new("p", sort)
}

fn name(text: &str) -> BlobName {
    BlobName::parse(text).unwrap()
}

fn memory_table() -> Arc<dyn Table> {
    Arc::new(MemoryTable::new())
}

fn is_unavailable<T>(answer: Result<T, CommitError>) -> bool {
    matches!(answer, Err(CommitError::Table(TableError::Unavailable(_))))
}

#[tokio::test]
async fn calls_of_table_and_blobs_are_recorded_together() {
    let recorder = Recorder::new();
    let table = Recording::new(memory_table(), recorder.clone());
    let blobs: Recording<dyn Blobs> = Recording::new(Arc::new(MemoryBlobs::new()), recorder.clone());

    table.commit(vec![put("a", "four"), put("b", "five!")]).await.unwrap();
    let all =
        Scan { partition: "p".into(), range: SortRange::Prefix("a".into()), after: None, limit: 10, reverse: true };
    table.scan(&all).await.unwrap();
    blobs.put(&name("x/y"), "0123456789".into()).await.unwrap();
    blobs.get_range(&name("x/y"), 2..5).await.unwrap();
    blobs.get_range(&name("x/y"), 2..50).await.unwrap_err();

    let recorded = recorder.snapshot();
    let calls: Vec<_> =
        recorded.calls.iter().map(|c| (c.kind, c.name.as_str(), c.rows, c.bytes, c.depth, c.outcome)).collect();
    assert_eq!(
        calls,
        [
            (CallKind::Commit, "put p / a, put p / b", 2, 9, 1, Outcome::Answered),
            (CallKind::Scan, "p / a* reverse", 1, 4, 2, Outcome::Answered),
            (CallKind::Put, "x/y", 0, 10, 3, Outcome::Answered),
            (CallKind::GetRange, "x/y 2..5", 0, 3, 4, Outcome::Answered),
            (CallKind::GetRange, "x/y 2..50", 0, 0, 5, Outcome::Failed),
        ]
    );
    assert_eq!(recorded.count(CallKind::GetRange), 2);
    assert_eq!(recorded.count(CallKind::Get), 0);
    assert_eq!((recorded.total(), recorded.rows, recorded.bytes), (5, 3, 26));
    assert_eq!(
        recorded.to_string(),
        "1 table.scan, 1 table.commit, 1 blobs.put, 2 blobs.get_range, sequential depth 5, 3 rows, 26 bytes"
    );
}

#[tokio::test(start_paused = true)]
async fn calls_that_overlap_count_once_in_the_sequential_depth() {
    let recorder = Recorder::new();
    let slow = Arc::new(Latency::new(memory_table(), Delay::fixed(Duration::from_millis(10))));
    let table = Recording::new(slow, recorder.clone());
    let (a, b, c) = (key("a"), key("b"), key("c"));

    let began = Instant::now();
    let (first, second, third) = tokio::join!(table.get(&a), table.get(&b), table.get(&c));
    assert!(first.is_ok() && second.is_ok() && third.is_ok());
    assert_eq!(recorder.snapshot().sequential_depth, 1);

    // One that overlaps two others in a row is in no longer chain than they are.
    let two_in_a_row = async {
        table.get(&a).await.unwrap();
        table.get(&b).await.unwrap();
    };
    let (_, third) = tokio::join!(two_in_a_row, table.get(&c));
    third.unwrap();
    let recorded = recorder.snapshot();
    assert_eq!(recorded.sequential_depth, 3);
    assert_eq!(recorded.calls.iter().map(|call| call.depth).collect::<Vec<_>>(), [1, 1, 1, 2, 2, 3]);
    assert_eq!(began.elapsed(), Duration::from_millis(30), "the paused clock agrees with the depth");
}

#[tokio::test(start_paused = true)]
async fn an_abandoned_call_ends_and_a_reset_leaves_running_calls_behind() {
    let recorder = Recorder::new();
    let slow = Arc::new(Latency::new(memory_table(), Delay::fixed(Duration::from_secs(1))));
    let table = Arc::new(Recording::new(slow, recorder.clone()));
    let given_up = tokio::time::timeout(Duration::from_millis(1), table.get(&key("a"))).await;
    assert!(given_up.is_err());
    assert_eq!(recorder.snapshot().calls[0].outcome, Outcome::Abandoned);
    table.get(&key("b")).await.unwrap();
    assert_eq!(recorder.snapshot().sequential_depth, 2);

    let running = tokio::spawn({
        let table = Arc::clone(&table);
        async move { table.get(&key("c")).await }
    });
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert_eq!(recorder.snapshot().calls[2].outcome, Outcome::Running);
    assert_eq!(recorder.reset().total(), 3);
    running.await.unwrap().unwrap();
    assert_eq!(recorder.snapshot(), ports::decorators::Recorded::default());
    table.get(&key("d")).await.unwrap();
    assert_eq!(recorder.snapshot().sequential_depth, 1);
}

#[tokio::test]
async fn a_full_log_still_counts() {
    let recorder = Recorder::with_log_length(2);
    let table = Recording::new(memory_table(), recorder.clone());
    for _ in 0..5 {
        table.get(&key("a")).await.unwrap();
    }
    let recorded = recorder.snapshot();
    assert_eq!(recorded.calls.len(), 2);
    assert_eq!((recorded.total(), recorded.sequential_depth), (5, 5));
}

#[tokio::test]
async fn a_failure_before_the_call_leaves_nothing_behind() {
    let failures = Failures::new();
    let table = Failing::new(memory_table(), failures.clone());
    failures.add(Failure::before().of(CallKind::Commit).nth(2));
    assert!(table.commit(vec![put("a", "")]).await.is_ok());
    assert!(is_unavailable(table.commit(vec![put("b", "")]).await));
    assert!(table.commit(vec![put("c", "")]).await.is_ok());
    assert_eq!(table.get(&key("b")).await.unwrap(), None);
    assert_eq!(failures.injected(), 1);
}

#[tokio::test]
async fn a_failure_after_the_call_hides_what_happened() {
    let failures = Failures::new();
    let table = Failing::new(memory_table(), failures.clone());
    failures.add(Failure::after().matching(|call| call.name.contains("p / b")));
    assert!(is_unavailable(table.commit(vec![put("b", "")]).await));
    assert!(table.get(&key("b")).await.is_err(), "reads of it fail too");
    failures.clear();
    assert!(table.get(&key("b")).await.unwrap().is_some());
}

#[tokio::test]
async fn every_nth_call_fails() {
    let failures = Failures::new();
    let blobs: Failing<dyn Blobs> = Failing::new(Arc::new(MemoryBlobs::new()), failures.clone());
    failures.add(Failure::before().of(CallKind::Head).every(3));
    let mut answers = Vec::new();
    for _ in 0..7 {
        let answer = blobs.head(&name("x")).await;
        assert!(matches!(answer, Ok(None) | Err(BlobError::Unavailable(_))));
        answers.push(answer.is_ok());
        blobs.list("", None, 1).await.unwrap();
    }
    assert_eq!(answers, [true, true, false, true, true, false, true]);
    assert_eq!(failures.injected(), 2);
}

#[tokio::test(start_paused = true)]
async fn latency_depends_on_the_kind_of_call() {
    let delay = Delay::by_kind(|kind| Duration::from_millis(if kind == CallKind::Commit { 20 } else { 5 }));
    let table = Latency::new(memory_table(), delay);
    let began = Instant::now();
    table.commit(vec![put("a", "")]).await.unwrap();
    assert_eq!(began.elapsed(), Duration::from_millis(20));
    table.get(&key("a")).await.unwrap();
    assert_eq!(began.elapsed(), Duration::from_millis(25));
}
