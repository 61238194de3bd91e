//! What was acknowledged survives `kill -9`, and what was not is whole or not there at all.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use embedded::DataDirectory;
use ports::{BlobName, Blobs, Expect, Feed, Key, Table, Write};
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

const DIRECTORY: &str = "DATA_DIRECTORY_TO_WRITE_TO";
const WRITERS: usize = 4;
const KILLS: usize = 12;

/// Bytes that only a blob of this name has.
fn content(name: &str) -> Vec<u8> {
    let length = 1000 + name.bytes().map(usize::from).sum::<usize>() * 37 % 60_000;
    name.bytes().cycle().take(length).collect()
}

/// The child: commits, puts blobs, and says what was acknowledged, until it is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "runs as the child process of the tests that kill it"]
async fn writes_until_it_is_killed() {
    let path = std::env::var(DIRECTORY).expect("this test is run by the others");
    let directory = Arc::new(DataDirectory::open(path).unwrap());
    say("open");
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        writers.spawn(write_for_ever(Arc::clone(&directory), writer));
    }
    writers.join_next().await.unwrap().unwrap();
}

/// Each round is one commit of two rows, a blob from memory and a blob from a file.
async fn write_for_ever(directory: Arc<DataDirectory>, writer: usize) {
    let (table, blobs) = (directory.table(), directory.blobs());
    let run = std::process::id();
    for round in 0.. {
        let name = format!("{run}-{writer}-{round}");
        let from_memory = format!("memory/{writer}/{name}");
        blobs.put(&BlobName::parse(&*from_memory).unwrap(), content(&from_memory).into()).await.unwrap();
        say(&format!("blob {from_memory}"));

        let from_file = format!("file/{name}/x");
        let source = directory.scratch().join(&name);
        fs::write(&source, content(&from_file)).unwrap();
        blobs.put_file(&BlobName::parse(&*from_file).unwrap(), &source).await.unwrap();
        say(&format!("blob {from_file}"));

        let row = |partition: &str| Write::Put {
            key: Key::new(partition, &*name),
            body: content(&name).into(),
            expires_at: None,
            expect: Expect::Absent,
        };
        let version = table.commit(vec![row("left"), row("right")]).await.unwrap();
        say(&format!("commit {name} {}", version.0));
    }
}

/// One whole line with one call, so that a line that arrives is a line that was meant.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("> {line}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

fn child(path: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "writes_until_it_is_killed", "--ignored", "--nocapture"])
        .env(DIRECTORY, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Lets a child work on `path` and kills it after it has said `lines` lines; returns all it said.
fn killed_after(path: &Path, lines: usize) -> Vec<String> {
    let mut child = child(path);
    let said = BufReader::new(child.stdout.take().unwrap()).lines();
    // The test harness prints as well.
    let mut said = said.map(Result::unwrap).filter_map(|line| line.split_once("> ").map(|(_, said)| said.to_owned()));
    let mut told: Vec<_> = said.by_ref().take(lines).collect();
    assert_eq!(told.len(), lines, "the child ended by itself");
    child.kill().unwrap();
    told.extend(said);
    child.wait().unwrap();
    told
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    for kill in 0..KILLS {
        // Early, in the middle of things, and late.
        acknowledged.extend(killed_after(folder.path(), [1, 2, 3, 10, 25, 60][kill % 6]));
        check_all(folder.path(), &acknowledged).await;
    }
    assert!(acknowledged.len() > KILLS * 10);
}

#[test]
fn a_first_start_that_was_killed_can_be_repeated() {
    for milliseconds in (0..48).step_by(2) {
        let folder = tempfile::tempdir().unwrap();
        let mut child = child(folder.path());
        std::thread::sleep(Duration::from_millis(milliseconds));
        child.kill().unwrap();
        child.wait().unwrap();
        DataDirectory::open(folder.path()).unwrap();
    }
}

async fn check_all(path: &Path, acknowledged: &[String]) {
    let directory = DataDirectory::open(path).unwrap();
    let (table, blobs) = (directory.table(), directory.blobs());
    let changes = all_changes(table.as_ref()).await;
    let mut versions = Vec::new();
    for line in acknowledged {
        let words: Vec<_> = line.split(' ').collect();
        match words[..] {
            ["open"] => {}
            ["blob", name] => {
                let length = blobs.head(&BlobName::parse(name).unwrap()).await.unwrap();
                assert_eq!(length, Some(content(name).len() as u64), "{name}");
            }
            ["commit", name, version] => {
                let row = table.get(&Key::new("left", name)).await.unwrap().expect(name);
                assert_eq!(row.version.0.to_string(), version);
                assert!(changes.contains_key(&row.key), "{name} is in the feed");
                versions.push(row.version.0);
            }
            _ => unreachable!("{line}"),
        }
    }
    let count = versions.len();
    versions.sort_unstable();
    versions.dedup();
    assert_eq!(versions.len(), count, "no version is used twice, before or after a crash");

    // Also what was not acknowledged is all or nothing.
    for key in changes.keys() {
        let row = table.get(key).await.unwrap().expect("each change's row is there");
        assert_eq!(row.body, content(&key.sort));
        let twin = Key::new(if key.partition == "left" { "right" } else { "left" }, &*key.sort);
        assert_eq!(table.get(&twin).await.unwrap().map(|twin| twin.version), Some(row.version));
    }
    let mut after = None;
    loop {
        let names = blobs.list("", after.as_ref(), 100).await.unwrap();
        for name in &names {
            let wanted = content(name.as_str());
            let stored = blobs.get_range(name, 0..wanted.len() as u64).await.unwrap();
            assert!(stored == wanted, "{name}");
            assert_eq!(blobs.head(name).await.unwrap(), Some(wanted.len() as u64));
        }
        if names.len() < 100 {
            break;
        }
        after = names.last().cloned();
    }
}

async fn all_changes(feed: &dyn Feed) -> BTreeMap<Key, u64> {
    let mut found = BTreeMap::new();
    let mut after = None;
    loop {
        let changes = feed.changes(after, 500).await.unwrap();
        let Some(last) = changes.last() else { return found };
        after = Some(last.sequence);
        found.extend(changes.into_iter().map(|change| (change.key, change.sequence.0)));
    }
}
