//! Audit records: kept by day, found again from the newest to the oldest, removed when they are old.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use embedded::AuditFiles;
use ports::clock::ManualClock;
use ports::{AuditPage, AuditSink, AuditTrail, LookBack};
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tempfile::TempDir;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Noon of a day.
fn noon() -> SystemTime {
    UNIX_EPOCH + 20_000 * DAY + DAY / 2
}

fn fixture(retention_days: u32) -> (TempDir, Arc<ManualClock>, AuditFiles) {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::new(noon()));
    let files = AuditFiles::open(folder.path().join("audit"), clock.clone(), retention_days).unwrap();
    (folder, clock, files)
}

fn look(limit: usize, before: Option<String>) -> LookBack {
    LookBack { from: None, until: None, before, limit, wanted: Arc::new(|_| true) }
}

async fn records(files: &AuditFiles, look: LookBack) -> Vec<String> {
    files.look_back(look).await.unwrap().records
}

fn names(folder: &TempDir) -> Vec<String> {
    let entries = std::fs::read_dir(folder.path().join("audit")).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn records_are_found_page_by_page_from_the_newest_on() {
    let (_folder, clock, files) = fixture(90);
    for number in 0..10 {
        files.append(&format!("record {number}")).unwrap();
        clock.advance(DAY / 3);
    }
    let expected: Vec<String> = (0..10).rev().map(|number| format!("record {number}")).collect();
    assert_eq!(records(&files, look(100, None)).await, expected);
    let (mut all, mut before) = (Vec::new(), None);
    loop {
        let AuditPage { records, next } = files.look_back(look(3, before)).await.unwrap();
        all.extend(records);
        let Some(next) = next else { break };
        before = Some(next);
    }
    assert_eq!(all, expected);
    let wanted = LookBack { wanted: Arc::new(|record| record.ends_with(['2', '7'])), ..look(10, None) };
    assert_eq!(records(&files, wanted).await, ["record 7", "record 2"]);
    let one_day = LookBack { from: Some(noon() + DAY), until: Some(noon() + DAY), ..look(10, None) };
    assert_eq!(records(&files, one_day).await, ["record 4", "record 3", "record 2"]);
}

#[tokio::test]
async fn old_days_are_removed_and_files_are_private() {
    let (folder, clock, files) = fixture(2);
    for _ in 0..5 {
        files.append("record").unwrap();
        clock.advance(DAY);
    }
    files.append("record").unwrap();
    assert_eq!(names(&folder), ["2024-10-07.jsonl", "2024-10-08.jsonl", "2024-10-09.jsonl"]);
    let mode = std::fs::metadata(folder.path().join("audit/2024-10-09.jsonl")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    drop(files);
    clock.advance(10 * DAY);
    let _again = AuditFiles::open(folder.path().join("audit"), clock, 2).unwrap();
    assert!(names(&folder).is_empty());
}

#[tokio::test]
async fn a_line_that_was_cut_off_spoils_no_other() {
    let (folder, clock, files) = fixture(90);
    files.append("one").unwrap();
    drop(files);
    let file = folder.path().join("audit").join(&names(&folder)[0]);
    let whole = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{whole}cut o")).unwrap();
    let files = AuditFiles::open(folder.path().join("audit"), clock, 90).unwrap();
    files.append("two").unwrap();
    assert_eq!(records(&files, look(10, None)).await, ["two", "cut o", "one"]);
}

#[tokio::test]
async fn a_made_up_place_is_refused() {
    let (_folder, _clock, files) = fixture(90);
    assert!(files.look_back(look(1, Some("nowhere".to_owned()))).await.is_err());
}
