//! Objects that are too large, or too many at once, to be held in memory.

use crate::git_repository::GitRepository;
use crate::raw_pack::{RawPack, copy, sizes};
use crate::stored::Stored;
use git::{Entry, Kind};

/// Content that compresses well, so that the test is quick, and has no two equal parts of 8 bytes.
fn counted(length: usize) -> Vec<u8> {
    (0u64..).flat_map(u64::to_be_bytes).take(length).collect()
}

fn assert_indexed_like_git(pack: &[u8]) {
    let mut stored = Stored::empty();
    let staged = stored.receive(pack).unwrap();
    assert!(std::fs::read(&staged.index).unwrap() == GitRepository::new().index(pack));
    let record = stored.store(staged);
    let odb = stored.odb();
    for position in 0..record.objects {
        let entry = Entry { pack: 0, position };
        let mut content = Vec::new();
        odb.copy_content(entry, stored.scratch(), &mut content).unwrap();
        assert_eq!(git::object::id_of(Kind::Blob, &content).unwrap(), odb.id(entry).unwrap());
    }
}

#[test]
fn deltas_on_and_to_objects_that_do_not_fit_memory() {
    let large = 17u32 << 20;
    let content = counted(large as usize);
    let mut pack = RawPack::new();
    let base = pack.object(Kind::Blob, &content);
    let whole = |from: u32, to: u32| -> Vec<u8> {
        (from..to).step_by(1 << 23).flat_map(|at| copy(at, (to - at).min(1 << 23))).collect()
    };
    // Large to large, to something small, and from that to large again.
    let mut delta = [sizes(large.into(), u64::from(large) + 3), whole(0, large)].concat();
    delta.extend_from_slice(b"\x03end");
    pack.delta_on(&base, &delta);
    let next = [&content[..], b"end"].concat();
    let next = git::object::id_of(Kind::Blob, &next).unwrap();
    pack.delta_on(&next, &[sizes(u64::from(large) + 3, 1 << 20), copy(9 << 20, 1 << 20)].concat());
    let small = &content[9 << 20..10 << 20];
    let small_id = git::object::id_of(Kind::Blob, small).unwrap();
    let many: Vec<u8> = (0..18).flat_map(|_| copy(0, 1 << 20)).collect();
    pack.delta_on(&small_id, &[sizes(1 << 20, 18 << 20), many].concat());
    pack.delta_on(&base, &[sizes(large.into(), 4), copy(large - 4, 4)].concat());
    assert_indexed_like_git(&pack.finish());
}

#[test]
fn more_bases_at_once_than_memory_may_hold() {
    // Each base of the chain has a second delta, which is visited last, so that all of them are needed up to the end.
    let size = 12u32 << 20;
    let mut content = counted(size as usize);
    let mut pack = RawPack::new();
    let mut base = pack.object(Kind::Blob, &content);
    for step in 1..=8u8 {
        content[0] = step;
        let delta = |last: u8| {
            let mut delta = sizes(size.into(), size.into());
            delta.extend_from_slice(&[1, step]);
            delta.extend(copy(1, (8 << 20) - 1));
            delta.extend(copy(8 << 20, (4 << 20) - 1));
            delta.extend_from_slice(&[1, last]);
            delta
        };
        let last = content[content.len() - 1];
        pack.delta_on(&base, &delta(last));
        pack.delta_on(&base, &delta(last ^ 1));
        base = git::object::id_of(Kind::Blob, &content).unwrap();
    }
    assert_indexed_like_git(&pack.finish());
}

#[test]
fn a_large_object_made_byte_by_byte_is_refused_for_the_work_it_makes() {
    let large = 17u32 << 20;
    let mut pack = RawPack::new();
    let base = pack.object(Kind::Blob, &counted(large as usize));
    let steps: Vec<u8> = (0..100_000).flat_map(|at| copy(at * 64, 1)).collect();
    pack.delta_on(&base, &[sizes(large.into(), 100_000), steps].concat());
    let pack = pack.finish();
    let mut stored = Stored::empty();
    assert!(stored.receive(&pack).is_ok());
    stored.limits.max_inflated_bytes = 64 << 20;
    let refused = stored.refusal(&pack);
    assert!(refused.contains("the work of applying deltas") && refused.contains("(max_inflated_bytes)"), "{refused}");
}
