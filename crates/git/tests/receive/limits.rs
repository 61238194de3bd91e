//! Every limit has its own words, which name it.

use crate::raw_pack::{RawPack, copy, literal_delta, sizes};
use crate::stored::Stored;
use git::{Kind, Limits};

fn limited(change: impl FnOnce(&mut Limits)) -> Stored {
    let mut stored = Stored::empty();
    change(&mut stored.limits);
    stored
}

fn one_blob(size: usize) -> Vec<u8> {
    let mut pack = RawPack::new();
    pack.object(Kind::Blob, &vec![b'x'; size]);
    pack.finish()
}

#[test]
fn an_object_at_the_limit_is_taken_and_a_larger_one_is_not() {
    let stored = limited(|limits| limits.max_object_bytes = 1000);
    assert!(stored.receive(&one_blob(1000)).is_ok());
    assert_eq!(
        stored.refusal(&one_blob(1001)),
        "the size of an object in bytes is 1001, and at most 1000 is allowed here (max_object_bytes): keep such files out \
         of the history, for example with Git LFS"
    );
}

#[test]
fn a_claimed_size_is_enough_to_be_refused() {
    let mut pack = RawPack::new();
    pack.entry(3, u64::MAX >> 4, &[], b"small");
    assert!(Stored::empty().refusal(&pack.finish()).contains("(max_object_bytes)"));
}

#[test]
fn the_result_of_a_delta_counts_before_it_is_made() {
    let stored = limited(|limits| limits.max_object_bytes = 1000);
    let mut pack = RawPack::new();
    let base = pack.object(Kind::Blob, &[7; 500]);
    pack.delta_on(&base, &[sizes(500, 1500), copy(0, 500), copy(0, 500), copy(0, 500)].concat());
    assert!(stored.refusal(&pack.finish()).contains("an object in bytes is 1500"));
}

#[test]
fn a_large_tree_is_refused_also_as_a_delta() {
    let stored = limited(|limits| limits.max_metadata_object_bytes = 100);
    let mut pack = RawPack::new();
    pack.object(Kind::Tree, &[0; 101]);
    assert!(stored.refusal(&pack.finish()).contains("the size of a tree in bytes is 101"));

    let mut pack = RawPack::new();
    let base = pack.object(Kind::Tree, b"");
    pack.delta_on(&base, &literal_delta(0, &[0; 101]));
    assert!(stored.refusal(&pack.finish()).contains("(max_metadata_object_bytes)"));
}

#[test]
fn a_bomb_of_deltas_is_refused_by_its_total() {
    let stored = limited(|limits| limits.max_inflated_bytes = 10 << 20);
    let mut pack = RawPack::new();
    let base = pack.object(Kind::Blob, &[7; 1 << 20]);
    for number in 0..20 {
        let mut delta = [sizes(1 << 20, (1 << 20) + 1), copy(0, 1 << 20)].concat();
        delta.extend_from_slice(&[1, number]);
        pack.delta_on(&base, &delta);
    }
    assert!(stored.refusal(&pack.finish()).contains("(max_inflated_bytes)"));
}

#[test]
fn a_bomb_of_zeroes_is_refused_by_its_total() {
    let stored = limited(|limits| limits.max_inflated_bytes = 10 << 20);
    let mut pack = RawPack::new();
    for number in 0..20 {
        let mut zeroes = vec![0; 1 << 20];
        zeroes[0] = number;
        pack.object(Kind::Blob, &zeroes);
    }
    assert!(stored.refusal(&pack.finish()).contains("(max_inflated_bytes)"));
}

#[test]
fn a_pack_that_is_too_long_is_refused() {
    let stored = limited(|limits| limits.max_pack_bytes = 100);
    let mut pack = RawPack::new();
    for number in 0..20 {
        pack.object(Kind::Blob, format!("blob {number}").as_bytes());
    }
    assert!(stored.refusal(&pack.finish()).contains("(max_pack_bytes)"));
}

#[test]
fn too_many_objects_are_refused_by_their_announcement() {
    let stored = limited(|limits| limits.max_objects = 3);
    assert!(
        stored
            .refusal(&RawPack::new().finish_claiming(4))
            .contains("is 4, and at most 3 is allowed here (max_objects)")
    );
}

/// A chain of this many deltas, each on the one before it.
fn chain(length: u32, by_id: bool) -> Vec<u8> {
    let mut pack = RawPack::new();
    let mut base = pack.object(Kind::Blob, &0u32.to_be_bytes());
    let mut begin = 12;
    for number in 1..=length {
        let delta = literal_delta(4, &number.to_be_bytes());
        let at = pack.len();
        if by_id {
            pack.delta_on(&base, &delta);
            base = git::object::id_of(Kind::Blob, &number.to_be_bytes()).unwrap();
        } else {
            pack.delta_at(at - begin, &delta);
        }
        begin = at;
    }
    pack.finish()
}

#[test]
fn the_deepest_chain_that_git_makes_is_taken_and_a_deeper_one_is_not() {
    for by_id in [false, true] {
        assert!(Stored::empty().receive(&chain(4095, by_id)).is_ok());
        for length in [4096, 10_000] {
            let refusal = Stored::empty().refusal(&chain(length, by_id));
            assert!(refusal.contains("a chain of deltas is 4096, and at most 4095"), "{refusal}");
            assert!(refusal.contains("git repack -adf --depth=50"), "{refusal}");
        }
    }
}
