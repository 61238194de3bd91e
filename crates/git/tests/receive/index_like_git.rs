//! What git packs is taken, and its index is byte for byte the one git makes.

use crate::git_repository::GitRepository;
use crate::stored::Stored;
use git::{Kind, ObjectId, Odb};
use std::collections::HashMap;

/// Receives a self-contained pack, compares the index with git's, and every object with what git says of it.
fn assert_taken_like_git(repository: &GitRepository, pack: &[u8]) -> Option<Vec<ObjectId>> {
    let mut stored = Stored::empty();
    let staged = stored.receive(pack).unwrap();
    assert!(std::fs::read(&staged.pack).unwrap() == pack, "the pack is stored as it came");
    assert!(std::fs::read(&staged.index).unwrap() == repository.index(pack), "the index is git's");
    let roots = staged.roots.clone();
    let record = stored.store(staged);
    assert_objects_like_git(repository, &stored.odb(), record.objects);
    roots
}

fn assert_objects_like_git(repository: &GitRepository, odb: &Odb, objects: u32) {
    let entries: Vec<_> = (0..objects).map(|position| git::Entry { pack: 0, position }).collect();
    let ids: String = entries.iter().map(|entry| format!("{}\n", odb.id(*entry).unwrap())).collect();
    let listing = repository.git(&["cat-file", "--batch-check"], ids.as_bytes());
    for (entry, line) in entries.iter().zip(String::from_utf8(listing).unwrap().lines()) {
        let info = odb.info(*entry).unwrap();
        let id = odb.id(*entry).unwrap();
        assert_eq!(format!("{id} {} {}", info.kind, info.size), line);
        let object = odb.object(*entry).unwrap();
        assert_eq!(git::object::id_of(object.kind, &object.data), Some(id));
        if info.kind == Kind::Commit {
            let node = odb.commit(&id).unwrap().unwrap();
            let parents: String = node.parents.iter().map(|parent| format!(" {parent}")).collect();
            let told = repository.text(&["log", "-1", "--format=%T %ct %P", &id.to_string()]);
            assert_eq!(format!("{} {}{parents}", node.tree, node.time), told.trim_end());
        }
    }
}

#[test]
fn a_history_with_deltas_by_distance_and_by_id() {
    let repository = GitRepository::with_history();
    for options in [&["--delta-base-offset"][..], &[], &["--window=0"], &["--depth=4000", "--window=100"]] {
        assert_taken_like_git(&repository, &repository.pack(&["--all"], options));
    }
}

#[test]
fn the_roots_are_what_nothing_in_the_pack_refers_to() {
    let repository = GitRepository::with_history();
    let roots = assert_taken_like_git(&repository, &repository.pack(&["--all"], &[]));
    let mut expected =
        ["refs/tags/v1-again", "refs/tags/of-a-tree", "refs/tags/of-a-blob"].map(|name| repository.id(name));
    expected.sort();
    assert_eq!(roots.unwrap(), expected);
}

#[test]
fn generations_are_one_more_than_the_largest_of_the_parents() {
    let repository = GitRepository::with_history();
    let mut stored = Stored::empty();
    let staged = stored.receive(&repository.pack(&["main"], &[])).unwrap();
    stored.store(staged);
    let odb = stored.odb();
    let mut generations = HashMap::new();
    for line in repository.text(&["rev-list", "--topo-order", "--reverse", "--parents", "main"]).lines() {
        let ids: Vec<_> = line.split(' ').map(|id| ObjectId::from_hex(id.as_bytes()).unwrap()).collect();
        let generation = 1 + ids[1..].iter().map(|parent| generations[parent]).max().unwrap_or(0);
        assert_eq!(odb.commit(&ids[0]).unwrap().unwrap().generation, generation);
        generations.insert(ids[0], generation);
    }
    assert_eq!(generations.len(), 32);
}

#[test]
fn a_pack_without_objects() {
    let repository = GitRepository::new();
    let pack = repository.git(&["pack-objects", "-q", "--stdout"], b"");
    let staged = Stored::empty().receive(&pack).unwrap();
    assert_eq!(staged.record.objects, 0);
    assert_eq!(staged.roots, Some(Vec::new()));
}

#[test]
fn what_follows_the_pack_is_left_in_the_input() {
    let repository = GitRepository::new();
    repository.write("a", b"a");
    repository.commit("a");
    let mut bytes = repository.pack(&["main"], &[]);
    bytes.extend_from_slice(b"more");
    let stored = Stored::empty();
    let mut input = &bytes[..];
    git::receive::index_pack(&mut input, &stored.odb(), stored.scratch(), &stored.limits, &mut |_| Ok(())).unwrap();
    assert_eq!(input, b"more");
}

#[test]
fn a_pack_of_version_3_is_stored_as_version_2() {
    let repository = GitRepository::with_history();
    let pack = repository.pack(&["main"], &[]);
    let mut as_version_3 = pack[..pack.len() - 20].to_vec();
    as_version_3[7] = 3;
    let checksum = crate::raw_pack::sha1(&as_version_3);
    as_version_3.extend_from_slice(&checksum);
    let stored = Stored::empty();
    let staged = stored.receive(&as_version_3).unwrap();
    assert!(std::fs::read(&staged.pack).unwrap() == pack);
}

#[test]
fn progress_is_told_up_to_the_last_object_and_delta() {
    let repository = GitRepository::with_history();
    let pack = repository.pack(&["main"], &[]);
    let mut told = Vec::new();
    let stored = Stored::empty();
    stored
        .receive_telling(&pack, &mut |progress| {
            told.push(progress);
            Ok(())
        })
        .unwrap();
    let objects = u32::from_be_bytes(pack[8..12].try_into().unwrap());
    assert!(told.contains(&git::receive::Progress::Receiving(objects, objects)));
    assert!(
        matches!(told.last(), Some(git::receive::Progress::Resolving(done, total)) if done == total && *total > 20)
    );
}

#[test]
fn an_error_while_telling_ends_the_work() {
    let repository = GitRepository::with_history();
    let pack = repository.pack(&["main"], &[]);
    let stored = Stored::empty();
    let gone = || Err(std::io::ErrorKind::BrokenPipe.into());
    assert!(stored.receive_telling(&pack, &mut |_| gone()).is_err());
}
