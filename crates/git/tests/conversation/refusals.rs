//! What is refused, and the words it is refused with.

use crate::lines::{lines, request};
use crate::source::Source;
use git::upload::ProtocolVersion::{V0, V2};

const UNKNOWN: &str = "0123456789012345678901234567890123456789";

#[track_caller]
fn refused(source: &Source, fetch: &[&str], text: &str) {
    let request = request(&[&["command=fetch", "0001"], fetch, &["0000"]].concat());
    assert_eq!(lines(&source.answer(V2, &request)), [format!("ERR {text}")]);
    assert_eq!(source.try_answer(V2, &request, &mut Vec::new()).unwrap_err().to_string(), text);
}

#[test]
fn a_wrong_line_is_quoted() {
    let source = Source::new();
    let want = format!("want {}", source.commits[6]);
    refused(&source, &["wnat x"], "upload-pack: unknown argument of fetch: 'wnat x'");
    refused(&source, &["want 12"], "upload-pack: expected an object id in 'want 12'");
    refused(&source, &["have zz"], "upload-pack: expected an object id in 'have zz'");
    refused(&source, &[&want, "deepen 0"], "upload-pack: invalid depth in 'deepen 0'");
    refused(&source, &[&want, "deepen-since now"], "upload-pack: invalid time in 'deepen-since now'");
    refused(&source, &[&want, "deepen-not nothing"], "upload-pack: ambiguous deepen-not: 'nothing'");
    refused(&source, &[&want, "want-ref refs/heads/no"], "upload-pack: unknown ref 'refs/heads/no'");
    refused(
        &source,
        &[&want, "filter sparse:oid=x"],
        "upload-pack: this server does not support sparse filters such as 'sparse:oid=x'",
    );
    let both = "upload-pack: deepen and deepen-since (or deepen-not) cannot be used together";
    refused(&source, &[&want, "deepen 1", "deepen-since 1"], both);
    refused(&source, &[&want, "deepen-since 2000000000"], "upload-pack: no commits selected for shallow requests");
    refused(&source, &[&want, &format!("want {UNKNOWN}")], &format!("upload-pack: not our ref {UNKNOWN}"));
}

#[test]
fn a_request_out_of_order_is_refused() {
    let source = Source::empty();
    let answer = |parts: &[&str]| lines(&source.answer(V2, &request(parts))).concat();
    assert_eq!(answer(&["command=push", "0000"]), "ERR upload-pack: unknown command 'push'");
    assert_eq!(answer(&["0001", "0000"]), "ERR upload-pack: protocol error, did not expect a delimiter packet here");
    assert_eq!(
        answer(&["command=fetch", "object-format=sha256", "0000"]),
        "ERR upload-pack: this repository's objects are named by sha1, not by 'sha256'"
    );
    assert_eq!(answer(&["command=ls-refs", "command=fetch", "0000"]), "ERR upload-pack: a second command, 'fetch'");
    assert_eq!(
        answer(&["command=ls-refs", "0001", "peel"]),
        "ERR upload-pack: protocol error, did not expect the end of the request here"
    );
    assert_eq!(
        answer(&["command=ls-refs", "0001", "x\u{7}", "0000"]),
        "ERR upload-pack: unknown argument of ls-refs: 'x\\x07'"
    );
}

#[test]
fn the_older_protocols_refuse_alike() {
    let source = Source::new();
    let answer = |parts: &[&str]| lines(&source.answer(V0, &request(parts))).concat();
    let want = format!("want {}", source.commits[6]);
    assert_eq!(answer(&["have x", "0000"]), "ERR upload-pack: expected 'want', got 'have x'");
    assert_eq!(answer(&[&want, "0000", "want x"]), "ERR upload-pack: expected 'have', got 'want x'");
    assert_eq!(
        answer(&[&format!("want {UNKNOWN} multi_ack"), "0000", "done"]),
        format!("ERR upload-pack: not our ref {UNKNOWN}")
    );
    assert_eq!(lines(&source.answer(V0, b"zzzz")), ["ERR upload-pack: protocol error: bad line length 'zzzz'"]);
}

#[test]
fn what_only_a_deleted_branch_reached_does_not_leak() {
    let mut source = Source::new();
    source.delete(&["c7"]);
    let lost = source.commits[7];
    let kept = format!("want {}", source.commits[6]);
    refused(&source, &[&format!("want {lost}")], &format!("upload-pack: not our ref {lost}"));
    let info = request(&["command=object-info", "0001", "size", &format!("oid {lost}"), "0000"]);
    assert_eq!(lines(&source.answer(V2, &info)), [format!("ERR object-info: no ref reaches object {lost}")]);

    source.delete(&["c4", "c5", "c6"]);
    let fetch = [
        &format!("want {}", source.commits[3])[..],
        &format!("shallow {}", source.commits[6]),
        "deepen 2147483647",
        "done",
    ];
    let request = request(&[&["command=fetch", "0001"], &fetch[..], &["0000"]].concat());
    assert_eq!(lines(&source.answer(V2, &request)), ["shallow-info", "0001", "PACK"]);
    refused(&source, &[&kept], &format!("upload-pack: not our ref {}", source.commits[6]));
}

#[test]
fn a_client_that_is_gone_ends_the_work() {
    struct Gone;
    impl std::io::Write for Gone {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let source = Source::new();
    let want = format!("want {}", source.commits[6]);
    for parts in [&["command=fetch", "0001", &want, "done", "0000"][..], &["command=ls-refs", "0000"]] {
        assert!(source.try_answer(V2, &request(parts), &mut Gone).is_err());
    }
}
