//! Bytes that are no pack, or a broken one.

use crate::git_repository::GitRepository;
use crate::raw_pack::{RawPack, copy, literal_delta, sha1, sizes};
use crate::stored::Stored;
use git::receive::ReceiveError;
use git::{Kind, ObjectId};

fn refusal(pack: RawPack) -> String {
    Stored::empty().refusal(&pack.finish())
}

#[test]
fn what_is_no_pack_is_refused() {
    let stored = Stored::empty();
    for bytes in
        [&b"PACX\0\0\0\x02\0\0\0\0"[..], b"PACK\0\0\0\x01\0\0\0\0", b"PACK\0\0\0\x04\0\0\0\0", b"GET / HTTP/1.1"]
    {
        assert!(stored.refusal(bytes).contains("does not begin with the header"));
    }
}

#[test]
fn a_pack_that_ends_early_is_refused_wherever_it_does() {
    let repository = GitRepository::new();
    repository.write("a", b"content\n");
    repository.commit("a");
    let pack = repository.pack(&["main"], &[]);
    let stored = Stored::empty();
    for length in 0..pack.len() {
        let refused = stored.receive(&pack[..length]).unwrap_err();
        assert!(matches!(refused, ReceiveError::Truncated), "{length} bytes: {refused}");
    }
    assert!(stored.receive(&pack).is_ok());
}

#[test]
fn a_wrong_checksum_is_refused() {
    let repository = GitRepository::new();
    repository.write("a", b"content\n");
    repository.commit("a");
    let mut pack = repository.pack(&["main"], &[]);
    *pack.last_mut().unwrap() ^= 1;
    assert!(Stored::empty().refusal(&pack).contains("checksum does not match"));
}

#[test]
fn a_size_other_than_the_one_announced_is_refused() {
    for (claimed, words) in [(4, "more bytes than its header says"), (6, "fewer bytes than its header says")] {
        let mut pack = RawPack::new();
        pack.entry(3, claimed, &[], b"12345");
        assert!(refusal(pack).contains(words));
    }
}

#[test]
fn types_that_there_are_not_are_refused() {
    for number in [0, 5] {
        let mut pack = RawPack::new();
        pack.entry(number, 1, &[], b"x");
        assert!(refusal(pack).contains(&format!("unknown type {number}")));
    }
}

#[test]
fn what_does_not_inflate_is_refused() {
    let mut pack = RawPack::new();
    pack.compressed_entry(3, 5, &[], b"\xff\xff\xff\xff not zlib at all");
    assert!(refusal(pack).contains("does not inflate"));
}

#[test]
fn sizes_and_distances_beyond_64_bits_are_refused() {
    let mut bytes = b"PACK\0\0\0\x02\0\0\0\x01".to_vec();
    bytes.extend_from_slice(&[0xbf; 12]);
    bytes.extend_from_slice(&[0x01; 40]);
    assert!(Stored::empty().refusal(&bytes).contains("beyond 64 bits"));

    let mut pack = RawPack::new();
    pack.entry(6, 5, &[[0xff; 11].as_slice(), &[0x7f]].concat(), b"delta");
    assert!(refusal(pack).contains("beyond 64 bits"));
}

#[test]
fn a_delta_whose_base_is_no_entry_is_refused() {
    let outside = [(0, "outside the pack"), (13, "outside"), (5, "not at the offset"), (12 + 13, "outside")];
    for (distance, words) in outside {
        let mut pack = RawPack::new();
        if words.starts_with("not") {
            pack.object(Kind::Blob, b"base");
        }
        pack.delta_at(distance, &literal_delta(4, b"x"));
        let refused = refusal(pack);
        assert!(refused.contains(words), "{distance}: {refused}");
    }
}

#[test]
fn deltas_that_do_not_fit_their_base_are_refused() {
    let cases: [(Vec<u8>, &str); 7] = [
        (literal_delta(5, b"x"), "made for a base of 5 bytes, but its base has 4"),
        ([sizes(4, 8), copy(0, 8)].concat(), "behind the end of its base"),
        ([sizes(4, 4), copy(u32::MAX, 4)].concat(), "behind the end of its base"),
        ([sizes(4, 2), vec![1, b'x']].concat(), "another number of bytes"),
        ([sizes(4, 1), vec![2, b'x', b'y']].concat(), "another number of bytes"),
        ([sizes(4, 1), vec![0, b'x']].concat(), "reserved"),
        ([sizes(4, 5), vec![5, b'x']].concat(), "ends too early"),
    ];
    for (delta, words) in cases {
        let mut pack = RawPack::new();
        let base = pack.object(Kind::Blob, b"base");
        pack.delta_on(&base, &delta);
        let refused = refusal(pack);
        assert!(refused.contains(words), "{refused}");
    }
}

#[test]
fn a_delta_without_sizes_is_refused() {
    for delta in [&b""[..], b"\x80", &[0x80; 30]] {
        let mut pack = RawPack::new();
        let base = pack.object(Kind::Blob, b"base");
        pack.delta_on(&base, delta);
        assert!(refusal(pack).starts_with("the pack is malformed"));
    }
}

#[test]
fn deltas_in_a_circle_have_no_base() {
    let one = git::object::id_of(Kind::Blob, b"one").unwrap();
    let two = git::object::id_of(Kind::Blob, b"two").unwrap();
    let mut pack = RawPack::new();
    pack.delta_on(&two, &literal_delta(3, b"one"));
    pack.delta_on(&one, &literal_delta(3, b"two"));
    assert!(refusal(pack).contains(&format!("delta base {two} is missing")));
}

#[test]
fn an_object_that_is_there_twice_is_refused_as_git_does() {
    let mut pack = RawPack::new();
    let id = pack.object(Kind::Blob, b"twice");
    pack.object(Kind::Blob, b"twice");
    let pack = pack.finish();
    assert!(Stored::empty().refusal(&pack).contains(&format!("object {id} appears twice")));
    let judged = GitRepository::new().run(&["index-pack", "--strict", "--stdin"], &pack);
    assert!(judged.errors.contains("appears twice"), "{}", judged.errors);
}

#[test]
fn fewer_objects_than_announced_is_a_truncation_and_more_is_a_wrong_checksum() {
    let two = || {
        let mut pack = RawPack::new();
        pack.object(Kind::Blob, b"one");
        pack.object(Kind::Blob, b"two");
        pack
    };
    assert!(Stored::empty().receive(&two().finish_claiming(3)).is_err());
    assert!(Stored::empty().refusal(&two().finish_claiming(1)).contains("checksum"));
}

#[test]
fn the_checksum_covers_the_header() {
    let mut pack = RawPack::new();
    pack.object(Kind::Blob, b"one");
    let mut bytes = pack.finish();
    let end = bytes.len() - 20;
    let checksum = sha1(&bytes[12..end]);
    bytes[end..].copy_from_slice(&checksum);
    assert!(Stored::empty().refusal(&bytes).contains("checksum"));
}

#[test]
fn ids_of_the_same_first_bytes_do_not_slow_a_pack_down_to_a_halt() {
    // A map that takes the first bytes of an id for its hash would need some 10^10 steps for this.
    let mut tree = Vec::new();
    for number in 0u32..200_000 {
        let mut id = [0xab; 20];
        id[16..].copy_from_slice(&number.to_be_bytes());
        tree.extend_from_slice(format!("100644 f{number:06}\0").as_bytes());
        tree.extend_from_slice(&id);
    }
    let mut pack = RawPack::new();
    let tree = pack.object(Kind::Tree, &tree);
    let first = ObjectId::from([&[0xab; 16][..], &[0; 4]].concat().as_slice().first_chunk::<20>().copied().unwrap());
    assert_eq!(
        refusal(pack),
        format!("object {first} is missing: {tree} refers to it; fetch it, or push what contains it first")
    );
}
