//! What a push is told, as git reads it.

use git::ObjectId;
use git::Ref;
use git::receive::{Capabilities, Outcome, Report, advertise};
use git::upload::ProtocolVersion;

fn told(capabilities: Capabilities, tell: impl FnOnce(Report<'_>)) -> String {
    let mut out = Vec::new();
    tell(Report::new(&mut out, capabilities));
    String::from_utf8(out).unwrap()
}

fn outcomes() -> Vec<(String, Outcome)> {
    vec![("refs/heads/a".to_owned(), Ok(())), ("refs/heads/b".to_owned(), Err("no\nway".to_owned()))]
}

#[test]
fn without_a_side_band_the_report_stands_alone() {
    let capabilities = Capabilities { report_status: true, ..Capabilities::default() };
    let text = told(capabilities, |mut report| {
        report.tell("not for you").unwrap();
        report.finish(&Ok(()), &outcomes()).unwrap();
    });
    assert_eq!(text, "000eunpack ok\n0014ok refs/heads/a\n001bng refs/heads/b no way\n0000");
}

#[test]
fn in_a_side_band_the_report_is_packets_within_packets() {
    let capabilities = Capabilities { report_status_v2: true, side_band_64k: true, ..Capabilities::default() };
    let text = told(capabilities, |mut report| {
        report.tell("hello\n").unwrap();
        report.finish(&Err("it is\nbroken".to_owned()), &[]).unwrap();
    });
    assert_eq!(text, "000b\u{2}hello\n0021\u{1}0018unpack it is broken\n00000000");
}

#[test]
fn who_wants_no_report_gets_none() {
    assert_eq!(told(Capabilities::default(), |report| report.finish(&Ok(()), &outcomes()).unwrap()), "");
}

#[test]
fn refs_are_advertised_with_the_capabilities_behind_the_first() {
    let id = ObjectId::from([0x11; 20]);
    let refs = [
        Ref { name: "refs/heads/main".into(), target: id, peeled: None },
        Ref { name: "refs/tags/v1".into(), target: id, peeled: Some(id) },
    ];
    let mut out = Vec::new();
    advertise(ProtocolVersion::V1, &refs, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let (head, tail) = text.split_once('\0').unwrap();
    assert!(head.starts_with("001f# service=git-receive-pack\n0000000eversion 1\n"), "{head}");
    assert!(head.ends_with(&format!("{id} refs/heads/main")), "{head}");
    let (capabilities, rest) = tail.split_once('\n').unwrap();
    for capability in ["report-status-v2", "atomic", "delete-refs", "ofs-delta", "push-options", "object-format=sha1"] {
        assert!(capabilities.split(' ').any(|other| other == capability), "{capability}");
    }
    assert_eq!(rest, format!("003a{id} refs/tags/v1\n0000"));
}
