//! Bytes of any kind: they are answered or refused, without panic.

use crate::source::Source;
use git::upload::ProtocolVersion::{V0, V2};
use git::upload::{Failure, v0, v2};
use proptest::prelude::*;
use std::sync::LazyLock;

static SOURCE: LazyLock<Source> = LazyLock::new(Source::new);

/// Requests that are nearly right: known lines with parts of them replaced, in any order.
fn requests() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        "command=fetch",
        "command=ls-refs",
        "command=object-info",
        "object-format=sha1",
        "size",
        "peel",
        "symrefs",
        "unborn",
        "ref-prefix refs/",
        "done",
        "wait-for-done",
        "thin-pack",
        "ofs-delta",
        "include-tag",
        "no-progress",
        "deepen-relative",
        "deepen 2",
        "deepen 4294967295",
        "deepen-since -9223372036854775808",
        "deepen-since 1000000100",
        "deepen-not c1",
        "deepen-not HEAD",
        "want-ref refs/heads/c3",
        "filter blob:none",
        "filter tree:1",
        "filter combine:blob:none+tree:0",
        "0000",
        "0001",
        "0002",
    ]);
    let id = (prop::sample::select(vec!["want", "have", "shallow", "oid"]), 0usize..10).prop_map(|(word, number)| {
        let id = SOURCE.refs.get(number).map_or_else(|| "0".repeat(40), |each| each.target.to_string());
        format!("{word} {id}")
    });
    let odd = proptest::collection::vec(any::<u8>(), 0..12);
    let line = prop_oneof![
        4 => known.prop_map(|line| line.as_bytes().to_vec()),
        4 => id.prop_map(String::into_bytes),
        1 => odd,
    ];
    let packet = line.prop_map(|line| match &line[..] {
        b"0000" | b"0001" | b"0002" => line,
        _ => [format!("{:04x}", line.len() + 4).as_bytes(), &line].concat(),
    });
    let first = prop::sample::select(vec![
        &b""[..],
        b"0011command=fetch0001",
        b"0013command=ls-refs0001",
        b"0017command=object-info0001",
    ]);
    (first, proptest::collection::vec(packet, 0..12), any::<bool>())
        .prop_map(|(first, packets, ended)| [first, &packets.concat(), if ended { &b"0000"[..] } else { b"" }].concat())
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_a_request_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for failure in [v0::read_request(&bytes[..]).err(), v2::read_request(&bytes[..]).err()].into_iter().flatten() {
            prop_assert!(matches!(failure, Failure::Refused(_)));
        }
    }

    #[test]
    fn odd_requests_are_answered_or_refused(request in requests()) {
        for version in [V0, V2] {
            let mut out = Vec::new();
            match SOURCE.try_answer(version, &request, &mut out) {
                Ok(()) => {}
                Err(Failure::Refused(text)) => {
                    let told = format!("ERR {text}");
                    prop_assert!(String::from_utf8_lossy(&out).ends_with(&told));
                }
                Err(other) => prop_assert!(false, "{other}"),
            }
        }
    }
}
