//! Packs are stored as three blobs and read in pieces of many blocks, each once.

use crate::support::{Slow, fixture, fixture_around};
use git::{PackRecord, Part};
use ports::decorators::{CallKind, Recorder};
use std::io::ErrorKind;
use store::{PackOrigin, Repository};

/// The packs of a repository with one registered pack.
async fn registered(fixture: &crate::support::Fixture) -> (Repository, PackRecord) {
    let repository = fixture.repository("demo").await;
    let stored = repository.store_pack(fixture.staged(true), PackOrigin::Push).await.unwrap();
    let record = stored.record().clone();
    let mut push = crate::support::change(&repository);
    push.register(stored);
    push.commit().await.unwrap();
    (repository, record)
}

#[tokio::test]
async fn a_pack_is_three_blobs_and_unseen_until_it_is_registered() {
    let fixture = fixture();
    let repository = fixture.repository("demo").await;
    let staged = fixture.staged(true);
    let id = staged.record.id;
    repository.store_pack(staged, PackOrigin::Api).await.unwrap();
    let name = |extension| format!("packs/{}/{id}.{extension}", repository.id());
    assert_eq!(fixture.blob_names().await, [name("graph"), name("idx"), name("pack")]);
    assert!(repository.open().await.unwrap().odb.packs().is_empty());
}

#[tokio::test]
async fn blocks_hold_the_bytes_of_the_file() {
    let fixture = fixture();
    let (repository, record) = registered(&fixture).await;
    let files = repository.odb().await.unwrap().files().clone();
    tokio::task::spawn_blocking(move || {
        assert_eq!(files.block_size(), 1024);
        for (part, length) in [(Part::Pack, 5000u64), (Part::Index, 3000), (Part::Graph, 1024)] {
            let expected: Vec<u8> = (0..length).map(|number| (number % 251) as u8).collect();
            let blocks = length.div_ceil(1024);
            for number in 0..blocks {
                let at = number as usize * 1024;
                let block = files.block(&record, part, number).unwrap();
                assert_eq!(block, expected[at..expected.len().min(at + 1024)]);
            }
            for number in [blocks, u64::MAX] {
                assert_eq!(files.block(&record, part, number).unwrap_err().kind(), ErrorKind::InvalidInput);
            }
            assert_eq!(files.range(&record, part, 500..1010).unwrap(), expected[500..1010]);
            assert_eq!(files.range(&record, part, 500..length + 1).unwrap_err().kind(), ErrorKind::UnexpectedEof);
        }
        let unknown = PackRecord { id: git::PackId([0; 16]), ..record };
        assert_eq!(files.block(&unknown, Part::Pack, 0).unwrap_err().kind(), ErrorKind::NotFound);
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn what_many_want_at_once_is_read_once() {
    let recorder = Recorder::new();
    let fixture = fixture_around(Slow(recorder.clone()));
    let (repository, record) = registered(&fixture).await;
    recorder.reset();
    let mut readers = Vec::new();
    for _ in 0..16 {
        // Each clone opens the repository for itself; the cache is one.
        let files = repository.odb().await.unwrap().files().clone();
        let record = record.clone();
        readers.push(tokio::task::spawn_blocking(move || {
            for number in 0..4 {
                assert_eq!(files.block(&record, Part::Pack, number).unwrap().len(), 1024);
            }
        }));
    }
    for reader in readers {
        reader.await.unwrap();
    }
    assert_eq!(recorder.snapshot().count(CallKind::GetRange), 1);
}

#[tokio::test]
async fn an_index_and_a_graph_part_are_read_whole_and_a_pack_in_pieces() {
    let recorder = Recorder::new();
    let fixture = fixture_around(recorder.clone());
    let repository = fixture.repository("demo").await;
    let staged = fixture.staged_with_bytes(true, 40 * 1024, 100 * 1024, 50 * 1024);
    let record = staged.record.clone();
    repository.store_pack(staged, PackOrigin::Push).await.unwrap();
    let files = repository.odb().await.unwrap().files().clone();
    recorder.reset();
    tokio::task::spawn_blocking(move || {
        for part in [Part::Index, Part::Graph, Part::Pack] {
            let blocks = record.part_bytes(part).div_ceil(1024);
            for number in (0..blocks).rev().chain(0..blocks) {
                files.block(&record, part, number).unwrap();
            }
        }
    })
    .await
    .unwrap();
    // Of the pack, 40 blocks in pieces of 16.
    assert_eq!(recorder.snapshot().count(CallKind::GetRange), 1 + 1 + 3);
}

#[tokio::test]
async fn ranges_are_read_around_the_cache() {
    let recorder = Recorder::new();
    let fixture = fixture_around(recorder.clone());
    let (repository, record) = registered(&fixture).await;
    let files = repository.odb().await.unwrap().files().clone();
    recorder.reset();
    tokio::task::spawn_blocking(move || {
        for _ in 0..2 {
            files.range(&record, Part::Pack, 0..1024).unwrap();
        }
        for _ in 0..2 {
            files.block(&record, Part::Pack, 0).unwrap();
        }
    })
    .await
    .unwrap();
    assert_eq!(recorder.snapshot().count(CallKind::GetRange), 3);
}
