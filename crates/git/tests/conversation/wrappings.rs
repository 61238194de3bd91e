//! The pack as it is wrapped for clients of different age, and what happens when it cannot be read to its end.

use crate::lines::request;
use crate::repository::Repository;
use crate::source::Source;
use git::pkt_line::{Packet, PacketReader};
use git::upload::Failure;
use git::upload::ProtocolVersion::{V0, V2};

/// The three bands of an answer, and whether a flush packet ended it.
fn bands(answer: &[u8]) -> ([Vec<u8>; 3], bool) {
    let mut reader = PacketReader::new(answer);
    let mut bands = [const { Vec::new() }; 3];
    while let Some(packet) = reader.read().unwrap() {
        let Packet::Data(data) = packet else {
            return (bands, packet == Packet::Flush && reader.at_end().unwrap());
        };
        bands[usize::from(data[0]) - 1].extend_from_slice(&data[1..]);
    }
    (bands, false)
}

/// What is left of an answer behind its first packet.
fn behind<'a>(answer: &'a [u8], first: &[u8]) -> &'a [u8] {
    let mut reader = PacketReader::new(answer);
    assert_eq!(reader.read_line().unwrap(), Some(Packet::Data(first)));
    reader.into_inner()
}

#[test]
fn the_pack_is_the_same_in_every_wrapping() {
    let source = Source::new();
    let want = format!("want {}", source.commits[6]);
    let older = |capability: &str| {
        let answer = source.answer(V0, &request(&[&format!("{want} ofs-delta{capability}"), "0000", "done"]));
        behind(&answer, b"NAK").to_vec()
    };
    let bare = older("");
    assert_eq!(Repository::objects_of_pack(&bare), source.repository.objects(&[source.commits[6]], &[]));
    for capability in [" side-band", " side-band-64k"] {
        let (bands, ended) = bands(&older(capability));
        assert!(bands[0] == bare && ended, "{capability}");
    }
    let newer = |argument: &str| {
        let lines = ["command=fetch", "0001", &want, "ofs-delta", argument, "done", "0000"];
        bands(behind(&source.answer(V2, &request(&lines)), b"packfile"))
    };
    let ([pack, words, errors], ended) = newer("include-tag");
    assert!(ended && errors.is_empty() && pack != bare, "tags are missing");
    let words = String::from_utf8(words).unwrap();
    assert!(words.starts_with("Counting objects: 28, done.\n") && words.contains("\nTotal 28, reused "), "{words}");
    let ([pack, words, _], _) = newer("no-progress");
    assert!(pack == bare && words.is_empty());
}

#[test]
fn a_pack_that_cannot_be_read_is_broken_off_with_a_word() {
    let source = Source::new();
    for file in std::fs::read_dir(source.packs.dir.path()).unwrap().map(Result::unwrap) {
        if file.path().extension().is_some_and(|extension| extension == "pack") {
            std::fs::write(file.path(), b"").unwrap();
        }
    }
    let want = format!("want {}", source.commits[6]);
    let lines = ["command=fetch", "0001", &want, "filter blob:none", "done", "0000"];
    let mut answer = Vec::new();
    let failure = source.try_answer(V2, &request(&lines), &mut answer).unwrap_err();
    assert!(matches!(failure, Failure::Repository(_)), "{failure}");
    let ([.., errors], ended) = bands(behind(&answer, b"packfile"));
    assert_eq!(
        String::from_utf8(errors).unwrap(),
        "upload-pack: the server cannot read the repository; its log tells why"
    );
    assert!(!ended);
}
