//! Requests to which our answer and that of git's own server are the same, up to the pack.

use crate::lines::{lines, request};
use crate::source::Source;
use git::ObjectId;
use git::upload::ProtocolVersion::{self, V0, V2};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::LazyLock;

const UNKNOWN: &str = "0123456789012345678901234567890123456789";

static SOURCE: LazyLock<Source> = LazyLock::new(Source::new);

/// Checks that both answer the same, and returns it.
#[track_caller]
fn same(version: ProtocolVersion, parts: &[impl AsRef<str>]) -> Vec<String> {
    let request = request(parts);
    let ours = lines(&SOURCE.answer(version, &request));
    assert_eq!(ours, lines(&SOURCE.answer_of_git(version, &request)));
    ours
}

fn c(number: usize) -> ObjectId {
    SOURCE.commits[number]
}

fn want(number: usize) -> String {
    format!("want {}", c(number))
}

fn have(number: usize) -> String {
    format!("have {}", c(number))
}

/// A fetch in protocol v2.
#[track_caller]
fn v2(arguments: &[&str]) -> Vec<String> {
    same(
        V2,
        &[&["command=fetch", "agent=test", "object-format=sha1", "server-option=x", "0001"], arguments, &["0000"]]
            .concat(),
    )
}

#[test]
fn refs_are_listed_as_asked() {
    let list = |arguments: &[&str]| same(V2, &[&["command=ls-refs", "0001"], arguments, &["0000"]].concat());
    assert_eq!(list(&[]).len(), 12);
    let answer = list(&["peel", "symrefs", "unborn", "ref-prefix HEAD", "ref-prefix refs/tags/"]);
    let (v1, v2) = (SOURCE.repository.id("v1"), SOURCE.repository.id("v2"));
    assert_eq!(
        answer,
        [
            format!("{} HEAD symref-target:refs/heads/c6", c(6)),
            format!("{v1} refs/tags/v1 peeled:{}", c(4)),
            format!("{v2} refs/tags/v2 peeled:{}", c(4)),
            "0000".into()
        ]
    );
    assert_eq!(list(&["ref-prefix HE"]), [format!("{} HEAD", c(6)), "0000".into()]);
    assert_eq!(
        list(&["ref-prefix c1", "ref-prefix refs/c1", "ref-prefix refs/heads/c1"]),
        [format!("{} refs/heads/c1", c(1)), "0000".into()]
    );
    assert_eq!(list(&["ref-prefix nothing"]), ["0000"]);
    assert_eq!(same(V2, &["command=ls-refs", "0000"]).len(), 12);
}

#[test]
fn a_branch_to_be_born_is_told_to_those_who_ask() {
    let source = Source::empty();
    for arguments in [&["symrefs", "unborn"][..], &["symrefs"], &["unborn"], &[]] {
        let request = request(&[&["command=ls-refs", "0001"], arguments, &["0000"]].concat());
        let ours = lines(&source.answer(V2, &request));
        assert_eq!(ours, lines(&source.answer_of_git(V2, &request)));
        assert_eq!(ours.len(), arguments.len().max(1), "{ours:?}");
    }
}

#[test]
fn sizes_of_objects_are_told() {
    let blob = SOURCE.repository.id("c3:a");
    let asked = format!("oid {blob}");
    let unknown = format!("oid {UNKNOWN}");
    let answer = same(V2, &["command=object-info", "0001", "size", &asked, &unknown, "0000"]);
    let size = SOURCE.repository.text(&["cat-file", "-s", "c3:a"], "");
    assert_eq!(answer, ["size".to_owned(), format!("{blob} {size}"), format!("{UNKNOWN} "), "0000".into()]);
}

#[test]
fn without_anything_asked_the_answer_is_empty() {
    assert_eq!(same(V2, &["0000"]), [""; 0]);
    assert_eq!(v2(&[]), [""; 0]);
    assert_eq!(v2(&[&have(1)]), [""; 0]);
    assert_eq!(same(V0, &["0000"]), [""; 0]);
}

#[test]
fn a_clone_gets_the_pack_at_once() {
    assert_eq!(v2(&[&want(6), "done"]), ["PACK"]);
    assert_eq!(v2(&[&want(6)]), ["PACK"]);
    assert_eq!(same(V0, &[&want(6), "0000", "done"]), ["NAK", "PACK"]);
}

#[test]
fn what_is_common_is_acknowledged_until_it_is_enough() {
    let unknown = format!("have {UNKNOWN}");
    assert_eq!(v2(&[&want(6), &unknown]), ["acknowledgments", "NAK", "0000"]);
    assert_eq!(v2(&[&want(6), &unknown, &have(7)]), ["acknowledgments".into(), format!("ACK {}", c(7)), "0000".into()]);
    let ack = format!("ACK {}", c(3));
    assert_eq!(v2(&[&want(6), &have(3)]), ["acknowledgments", &ack, "ready", "0001", "PACK"]);
    assert_eq!(v2(&[&want(6), &want(7), &have(3)]), ["acknowledgments", &ack, "0000"]);
    assert_eq!(v2(&[&want(6), &have(3), "done"]), ["PACK"]);
    assert_eq!(v2(&[&want(6), &have(3), "wait-for-done"]), ["acknowledgments", &ack, "0000"]);
    assert_eq!(v2(&[&have(3), "wait-for-done"]), ["acknowledgments", &ack, "0000"]);
    assert_eq!(v2(&[&format!("want {}", SOURCE.repository.id("v2")), &have(3)]).len(), 5);
}

#[test]
fn the_older_protocols_acknowledge_as_the_client_can_understand() {
    let unknown = format!("have {UNKNOWN}");
    for mode in
        ["", " multi_ack", " multi_ack_detailed", " multi_ack_detailed no-done", " multi_ack multi_ack_detailed"]
    {
        let want = format!("{}{mode}", want(6));
        let wants = [&want, "0000"];
        for haves in [
            &[&unknown[..]][..],
            &[&have(3)],
            &[&have(3), &have(0)],
            &[&have(3), &unknown],
            &[&unknown, &have(3)],
            &[&have(7), &unknown],
            &[&unknown, &have(7), &unknown, &have(2), &unknown],
        ] {
            for end in ["0000", "done"] {
                same(V0, &[&wants, haves, &[end]].concat());
            }
        }
    }
    let want = format!("{} multi_ack_detailed no-done", want(6));
    let three = c(3);
    assert_eq!(
        same(V0, &[&want, "0000", &have(3), "0000"]),
        [
            format!("ACK {three} common"),
            format!("ACK {three} ready"),
            "NAK".into(),
            format!("ACK {three}"),
            "PACK".into()
        ]
    );
}

#[test]
fn shallow_clones_are_told_where_history_ends() {
    for arguments in [
        &["deepen 1"][..],
        &["deepen 3"],
        &["deepen 2147483647"],
        &["deepen-since 1000000150"],
        &["deepen-not c2"],
        &["deepen-not refs/heads/c1", "deepen-since 1000000030"],
        &["deepen-not v1"],
    ] {
        same_shallow(6, arguments);
    }
    let (two, four) = (format!("shallow {}", c(2)), format!("shallow {}", c(4)));
    let five = format!("shallow {}", c(5));
    assert_eq!(
        v2(&[&want(6), "deepen 2", "done"]).iter().collect::<BTreeSet<_>>(),
        ["shallow-info", &four, &five, "0001", "PACK"].map(str::to_owned).iter().collect()
    );
    let unshallow = format!("un{four}");
    same_shallow(6, &[&four, &five, "deepen 1", "deepen-relative"]);
    same_shallow(6, &[&four, "deepen 2147483647"]);
    assert_eq!(v2(&[&want(4), &four, "deepen 3", "done"]), ["shallow-info", &two, &unshallow, "0001", "PACK"]);
    assert_eq!(v2(&[&want(6), &four, &have(4), "done"]), ["shallow-info", "0001", "PACK"]);
}

#[test]
fn the_older_protocols_may_ask_for_the_end_of_history_alone() {
    let four = format!("shallow {}", c(4));
    assert_eq!(same(V0, &[&want(6), "deepen 1", "0000"]), [format!("shallow {}", c(6)), "0000".into()]);
    same(V0, &[&want(6), "deepen-not c4", "0000", "done"]);
    same(
        V0,
        &[&format!("{} multi_ack_detailed deepen-relative", want(6)), &four, "deepen 1", "0000", &have(6), "done"],
    );
    same(V0, &[&format!("{} multi_ack_detailed filter", want(6)), "filter blob:none", &four, "0000", &have(6), "done"]);
}

/// Compares answers in which the order of lines about shallow commits, which means nothing, may differ; and git tells of
/// root commits at the very depth asked for although they have no parents to miss.
#[track_caller]
fn same_shallow(tip: usize, arguments: &[&str]) {
    let want = want(tip);
    let request = request(&[&["command=fetch", "0001", &want, "done"], arguments, &["0000"]].concat());
    let roots = [format!("shallow {}", c(0)), format!("shallow {}", c(7))];
    let ours = lines(&SOURCE.answer(V2, &request));
    let gits: Vec<String> =
        lines(&SOURCE.answer_of_git(V2, &request)).into_iter().filter(|line| !roots.contains(line)).collect();
    assert_eq!(ours.len(), gits.len(), "{ours:#?} {gits:#?}");
    assert_eq!(ours.iter().collect::<BTreeSet<_>>(), gits.iter().collect::<BTreeSet<_>>(), "{arguments:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn histories_end_where_git_ends_them(
        tip in 1usize..8,
        shallow in proptest::sample::subsequence(vec![1usize, 2, 3, 4, 5, 6], 0..4),
        depth in 1u32..6,
        relative in any::<bool>(),
        since in proptest::option::of(999_999_990u32..1_000_000_400),
        not in proptest::sample::subsequence(vec![0usize, 1, 2, 3, 5], 0..2),
    ) {
        let mut arguments: Vec<String> = shallow.iter().map(|number| format!("shallow {}", c(*number))).collect();
        if since.is_some() || !not.is_empty() {
            arguments.extend(since.map(|since| format!("deepen-since {since}")));
            arguments.extend(not.iter().map(|number| format!("deepen-not c{number}")));
        } else {
            arguments.push(format!("deepen {depth}"));
            arguments.extend(relative.then(|| "deepen-relative".to_owned()));
        }
        let request = request(&[
            &["command=fetch".to_owned(), "0001".into(), want(tip)][..],
            &arguments,
            &["done".into(), "0000".into()],
        ].concat());
        let gits = SOURCE.answer_of_git(V2, &request);
        // Where git finds nothing to send it breaks off without a word.
        if gits.is_empty() || lines(&gits) == ["shallow-info"] {
            let ours = lines(&SOURCE.answer(V2, &request));
            prop_assert_eq!(ours, ["ERR upload-pack: no commits selected for shallow requests"]);
        } else {
            same_shallow(tip, &arguments.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }

    #[test]
    fn acknowledgments_are_those_of_git(
        haves in proptest::sample::subsequence(vec![8, 6, 5, 4, 7, 3, 2, 1, 0], 1..=7),
        both in any::<bool>(),
        mode in prop::sample::select(vec![" multi_ack", " multi_ack_detailed", " multi_ack_detailed no-done"]),
        done in any::<bool>(),
    ) {
        let haves: Vec<String> = haves.iter().map(|number| if *number == 8 { format!("have {UNKNOWN}") } else { have(*number) }).collect();
        let mut wants = vec![format!("{}{mode}", want(6))];
        wants.extend(both.then(|| want(7)));
        let end = if done { "done" } else { "0000" };
        same(V0, &[&wants[..], &["0000".to_owned()], &haves, &[end.to_owned()]].concat());
        let wants = wants.iter().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "));
        let arguments: Vec<String> = wants.chain(haves).chain(done.then(|| "done".to_owned())).collect();
        v2(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    }
}
