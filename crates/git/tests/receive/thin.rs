//! Thin packs are completed.

use crate::git_repository::GitRepository;
use crate::raw_pack::{RawPack, literal_delta};
use crate::stored::Stored;
use git::{Kind, Part};

/// Bytes that do not compress away.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 88_172_645_463_325_252_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn a_thin_pack_of_git_is_completed_from_the_repository() {
    let repository = GitRepository::new();
    let mut content = noise(20_000);
    repository.write("big", &content);
    repository.commit("first");
    let mut stored = Stored::empty();
    let staged = stored.receive(&repository.pack(&["main"], &[])).unwrap();
    stored.store(staged);

    let first_blob = repository.id("main:big");
    content[10_000..10_010].fill(0);
    repository.write("big", &content);
    let second = repository.commit("second");
    for options in [&["--thin"][..], &["--thin", "--delta-base-offset"]] {
        let pack = repository.pack(&["main", "^main~1"], options);
        assert!(pack.len() < 10_000, "git made a delta on what is stored");
        assert!(Stored::empty().refusal(&pack).contains(&format!("delta base {first_blob} is missing")));

        let staged = stored.receive(&pack).unwrap();
        let completed = std::fs::read(&staged.pack).unwrap();
        assert_eq!(staged.record.objects, 4, "commit, tree, blob and its base");
        assert_eq!(completed[8..12], 4u32.to_be_bytes());
        assert!(std::fs::read(&staged.index).unwrap() == repository.index(&completed), "the index is git's");
        let mut roots = staged.roots.clone().unwrap();
        roots.retain(|root| *root != first_blob);
        assert_eq!(roots, [second]);
    }
}

#[test]
fn a_commit_appended_as_a_base_is_a_commit_of_the_pack() {
    let repository = GitRepository::new();
    repository.write("a", b"a");
    let first = repository.commit(&"a long message\n".repeat(50));
    let mut stored = Stored::empty();
    let staged = stored.receive(&repository.pack(&["main"], &[])).unwrap();
    stored.store(staged);

    let base = repository.git(&["cat-file", "commit", "main"], b"");
    let mut second = base.clone();
    second.truncate(base.len() - 5);
    second.push(b'\n');
    let mut pack = RawPack::new();
    pack.delta_on(&first, &literal_delta(base.len() as u64, &second));
    // Larger than the stored one, so that it is searched first.
    for number in 0..5 {
        pack.object(Kind::Blob, format!("blob {number}").as_bytes());
    }
    let staged = stored.receive(&pack.finish()).unwrap();
    stored.store(staged);
    let odb = stored.odb();
    let second = git::object::id_of(Kind::Commit, &second).unwrap();
    for id in [first, second] {
        let node = odb.commit(&id).unwrap().unwrap();
        assert_eq!((node.tree, node.generation), (repository.id("main^{tree}"), 1));
    }
}

#[test]
fn deltas_on_deltas_on_stored_objects_are_resolved_in_any_order() {
    let repository = GitRepository::new();
    repository.write("a", b"the base\n");
    repository.commit("first");
    let base = repository.id("main:a");
    let mut stored = Stored::empty();
    let staged = stored.receive(&repository.pack(&["main"], &[])).unwrap();
    stored.store(staged);

    let one = git::object::id_of(Kind::Blob, b"one").unwrap();
    let two = git::object::id_of(Kind::Blob, b"two!").unwrap();
    let mut pack = RawPack::new();
    pack.delta_on(&two, &literal_delta(4, b"three"));
    pack.delta_on(&one, &literal_delta(3, b"two!"));
    pack.delta_on(&base, &literal_delta(9, b"one"));
    let staged = stored.receive(&pack.finish()).unwrap();
    assert_eq!(staged.record.objects, 4);
    assert_eq!(staged.record.part_bytes(Part::Pack), std::fs::metadata(&staged.pack).unwrap().len());
    let bytes = std::fs::read(&staged.pack).unwrap();
    assert!(std::fs::read(&staged.index).unwrap() == repository.index(&bytes));
}
