//! What the objects of a pack refer to must be there, and be what they say it is.

use crate::git_repository::GitRepository;
use crate::raw_pack::{RawPack, commit_of, tree_of};
use crate::stored::Stored;
use git::{Kind, ObjectId};

fn absent() -> ObjectId {
    ObjectId::from([0x5a; 20])
}

fn refusal(pack: RawPack) -> String {
    Stored::empty().refusal(&pack.finish())
}

fn missing(referrer: &ObjectId) -> String {
    let missing = absent();
    format!("object {missing} is missing: {referrer} refers to it; fetch it, or push what contains it first")
}

#[test]
fn a_missing_target_is_named_with_what_refers_to_it() {
    let mut pack = RawPack::new();
    let referrer = pack.object(Kind::Commit, &commit_of(&absent(), &[]));
    assert_eq!(refusal(pack), missing(&referrer));

    let mut pack = RawPack::new();
    let tree = pack.object(Kind::Tree, b"");
    let referrer = pack.object(Kind::Commit, &commit_of(&tree, &[absent()]));
    assert_eq!(refusal(pack), missing(&referrer));

    for mode in ["100644", "100755", "120000", "40000"] {
        let mut pack = RawPack::new();
        let referrer = pack.object(Kind::Tree, &tree_of(&[(mode, b"name", &absent())]));
        assert_eq!(refusal(pack), missing(&referrer));
    }

    let mut pack = RawPack::new();
    let tag = format!("object {}\ntype blob\ntag v1\ntagger A <a@b> 1 +0000\n\nmessage\n", absent());
    let referrer = pack.object(Kind::Tag, tag.as_bytes());
    assert_eq!(refusal(pack), missing(&referrer));
}

#[test]
fn a_submodule_refers_to_nothing_here() {
    let mut pack = RawPack::new();
    pack.object(Kind::Tree, &tree_of(&[("160000", b"lib", &absent())]));
    assert!(Stored::empty().receive(&pack.finish()).is_ok());
}

#[test]
fn what_git_packs_without_its_history_is_refused_until_that_is_stored() {
    let repository = GitRepository::with_history();
    let mut stored = Stored::empty();
    let later = repository.pack(&["main", "^main~3"], &[]);
    assert!(stored.refusal(&later).contains(" is missing: "));
    let staged = stored.receive(&repository.pack(&["main~3"], &[])).unwrap();
    stored.store(staged);
    let staged = stored.receive(&later).unwrap();
    assert_eq!(staged.roots, Some(vec![repository.id("main")]));
}

#[test]
fn a_target_of_another_kind_is_refused_in_the_pack_and_in_the_repository() {
    let (kind, words) = (Kind::Blob, "as a tree, but that is a blob");
    let mut pack = RawPack::new();
    let blob = pack.object(kind, b"no tree");
    let commit = pack.object(Kind::Commit, &commit_of(&blob, &[]));
    let refused = refusal(pack);
    assert!(refused.contains(words) && refused.contains(&commit.to_string()), "{refused}");

    let mut stored = Stored::empty();
    let mut pack = RawPack::new();
    pack.object(kind, b"no tree");
    let staged = stored.receive(&pack.finish()).unwrap();
    stored.store(staged);
    let mut pack = RawPack::new();
    pack.object(Kind::Commit, &commit_of(&blob, &[]));
    assert!(stored.refusal(&pack.finish()).contains(words));
}

#[test]
fn a_target_of_two_kinds_is_refused() {
    let mut pack = RawPack::new();
    let blob = pack.object(Kind::Blob, b"no tree");
    pack.object(Kind::Tree, &tree_of(&[("100644", b"a", &blob), ("40000", b"b", &blob)]));
    let refused = refusal(pack);
    assert!(refused.contains("badType"), "{refused}");
}

#[test]
fn loose_ends_are_roots_up_to_their_limit() {
    let mut pack = RawPack::new();
    let blob = pack.object(Kind::Blob, b"a");
    let tree = pack.object(Kind::Tree, &tree_of(&[("100644", b"a", &blob)]));
    let loose = pack.object(Kind::Blob, b"loose");
    let mut expected = [tree, loose];
    expected.sort();
    assert_eq!(Stored::empty().receive(&pack.finish()).unwrap().roots.as_deref(), Some(&expected[..]));

    let mut pack = RawPack::new();
    for number in 0..=git::StagedPack::MAX_ROOTS {
        pack.object(Kind::Blob, format!("{number}").as_bytes());
    }
    assert_eq!(Stored::empty().receive(&pack.finish()).unwrap().roots, None);
}
