//! What a push may do to refs, and what the person reads when it may not.

use serde_json::json;
use tests::compare::{advertised, refs};
use tests::pack::{EntryType, PackBytes, object_hex};
use tests::push::{NULL, packet, post, push, push_by_hand, report};
use tests::{Journey, PROTOCOLS, Repo};

/// A repository whose default branch is `main`, with one commit.
fn begun(journey: &Journey, name: &str) -> Repo {
    let local = journey.repo_with_origin(name);
    local.commit_file("a", "a\n");
    local.ok(&["push", "--quiet", "origin", "main"]);
    local
}

fn listed(journey: &Journey, name: &str) -> Vec<String> {
    advertised(&journey.git, &journey.server.url(name))
}

#[test]
fn the_first_branch_pushed_is_the_default_branch_and_stays() {
    let journey = Journey::begin();
    for protocol in PROTOCOLS {
        let name = format!("default-{protocol}");
        let local = journey.repo_with_origin(&name).with(&journey.git.speaking(protocol));
        local.ok(&["checkout", "--quiet", "-b", "trunk"]);
        local.commit_file("a", "a\n");
        local.ok(&["push", "--quiet", "origin", "trunk"]);
        local.ok(&["push", "--quiet", "origin", "trunk:main"]);
        let told = local.ok(&["ls-remote", "--symref", "origin", "HEAD"]);
        assert!(told.starts_with("ref: refs/heads/trunk\tHEAD"), "{told}");
        let metadata = journey.server.api_ok("GetRepository", json!({ "repositoryName": name }));
        assert_eq!(metadata["repositoryMetadata"]["defaultBranch"], "trunk");

        let said = local.refused(&["push", "origin", "--delete", "trunk"]);
        assert!(said.contains("[remote rejected]") && said.contains("default branch"), "{said}");
        assert_eq!(listed(&journey, &name).len(), 2);

        // Once another branch is the default one, it can go.
        journey.server.api_ok("UpdateDefaultBranch", json!({ "repositoryName": name, "defaultBranchName": "main" }));
        local.ok(&["push", "--quiet", "origin", "--delete", "trunk"]);
        assert_eq!(listed(&journey, &name).len(), 1);
    }
}

#[test]
fn a_branch_cannot_be_a_file_and_a_directory() {
    let journey = Journey::begin();
    let local = begun(&journey, "conflict");
    local.ok(&["push", "--quiet", "origin", "main:refs/heads/feature/one"]);
    let said = local.refused(&["push", "origin", "main:refs/heads/feature"]);
    assert!(said.contains("[remote rejected]") && said.contains("refs/heads/feature/one"), "{said}");
    let said = local.refused(&["push", "origin", "main:refs/heads/main/below"]);
    assert!(said.contains("[remote rejected]") && said.contains("refs/heads/main:"), "{said}");
    assert_eq!(listed(&journey, "conflict").len(), 2);

    // Within one push too.
    let both = ["push", "origin", "main:refs/heads/x", "main:refs/heads/x/y"];
    let said = local.refused(&both);
    assert!(said.contains("[remote rejected]"), "{said}");
    let names: Vec<String> = listed(&journey, "conflict");
    assert!(names.iter().filter(|line| line.contains("refs/heads/x")).count() <= 1, "{names:?}");

    // A directory that has emptied is no obstacle, not even within one push.
    local.ok(&["push", "--quiet", "origin", ":refs/heads/feature/one", "main:refs/heads/feature"]);
    local.ok(&["push", "--quiet", "origin", ":refs/heads/feature", "main:refs/heads/feature/two"]);
    assert!(listed(&journey, "conflict").iter().any(|line| line.ends_with(" refs/heads/feature/two")));
}

#[test]
fn a_name_that_git_would_not_take_is_refused() {
    let journey = Journey::begin();
    begun(&journey, "names");
    let before = listed(&journey, "names");
    let id = before[0].split(' ').next().unwrap().to_owned();
    let bad = [
        "refs/heads/a..b",
        "refs/heads/.hidden",
        "refs/heads/a.lock",
        "refs/heads/a.lock/b",
        "refs/heads/a b",
        "refs/heads/a~1",
        "refs/heads/a^",
        "refs/heads/a:b",
        "refs/heads/a?",
        "refs/heads/a*",
        "refs/heads/a[b",
        "refs/heads/a\\b",
        "refs/heads/a@{b",
        "refs/heads//a",
        "refs/heads/a/",
        "refs/heads/a.",
        "refs/heads/\x7f",
        "refs/heads/",
        "refs/../config",
        "main",
        "HEAD",
        "/etc/passwd",
    ];
    for name in bad {
        let report = push(&journey.server, "names", &[(NULL, &id, name)], &[]);
        assert!(report.is_refusal(), "{name:?} was taken: {}", report.words());
        assert!(report.status < 500, "{name:?}: {}", report.words());
        assert!(report.words().len() > 30, "{name:?} needs an explanation: {}", report.words());
    }
    assert_eq!(listed(&journey, "names"), before);
}

#[test]
fn an_update_that_presumes_the_wrong_value_is_refused() {
    let journey = Journey::begin();
    let local = begun(&journey, "stale");
    let first = local.id("main");
    let second = local.commit_file("b", "b\n");
    local.ok(&["push", "--quiet", "origin", "main"]);
    let server = &journey.server;
    let empty = PackBytes::default().finish();

    let report = push(server, "stale", &[(&first, &first, "refs/heads/main")], &empty);
    assert!(report.is_refusal(), "{}", report.words());
    let report = push(server, "stale", &[(NULL, &first, "refs/heads/main")], &empty);
    assert!(report.is_refusal(), "creating what exists: {}", report.words());
    let report = push(server, "stale", &[(&first, NULL, "refs/heads/main")], &[]);
    assert!(report.is_refusal(), "deleting another value: {}", report.words());
    let report = push(server, "stale", &[(&first, &second, "refs/heads/absent")], &empty);
    assert!(report.is_refusal(), "updating what does not exist: {}", report.words());
    assert_eq!(listed(&journey, "stale"), [format!("{second} refs/heads/main")]);
}

#[test]
fn a_missing_ref_may_be_deleted_as_git_allows() {
    let journey = Journey::begin();
    let local = begun(&journey, "missing");
    // git itself does not even ask the service when the ref is not listed.
    let said = local.refused(&["push", "origin", "--delete", "absent"]);
    assert!(said.contains("remote ref does not exist"), "{said}");
    // A client that asks anyway is told, and nothing breaks.
    let report = push(&journey.server, "missing", &[(NULL, NULL, "refs/heads/absent")], &[]);
    assert!(report.status < 500, "{}", report.words());
    let report = push(&journey.server, "missing", &[(&local.id("main"), NULL, "refs/heads/absent")], &[]);
    assert!(report.status < 500, "{}", report.words());
    assert_eq!(listed(&journey, "missing"), refs(&local));
}

#[test]
fn one_bad_ref_spoils_an_atomic_push_and_only_itself_otherwise() {
    let journey = Journey::begin();
    for protocol in PROTOCOLS {
        let name = format!("atomic-{protocol}");
        let local = begun(&journey, &name).with(&journey.git.speaking(protocol));
        local.ok(&["push", "--quiet", "origin", "main:refs/heads/dir/one"]);
        let before = listed(&journey, &name);
        local.commit_file("b", "b\n");
        let both = ["main", "main:refs/heads/good", "main:refs/heads/dir"];

        let said = local.refused(&[&["push", "--atomic", "origin"][..], &both].concat());
        assert!(said.contains("[remote rejected]") && said.contains("dir"), "{said}");
        assert_eq!(listed(&journey, &name), before);

        let said = local.refused(&[&["push", "origin"][..], &both].concat());
        assert!(said.contains("[remote rejected] main -> dir"), "{said}");
        let after = listed(&journey, &name);
        assert!(after.contains(&format!("{} refs/heads/main", local.id("main"))), "{after:?}");
        assert!(after.contains(&format!("{} refs/heads/good", local.id("main"))), "{after:?}");
        assert!(!after.iter().any(|line| line.ends_with(" refs/heads/dir")), "{after:?}");
    }
}

#[test]
fn a_branch_holds_commits_only() {
    let journey = Journey::begin();
    let local = begun(&journey, "kinds");
    let before = listed(&journey, "kinds");
    local.ok(&["tag", "-a", "-m", "t", "annotated"]);
    for id in [local.id("main^{tree}"), local.id("main:a"), local.id("refs/tags/annotated")] {
        let mut pack = PackBytes::default();
        let kind = local.ok(&["cat-file", "-t", &id]);
        let content = local.feed(&["cat-file", &kind, &id], b"");
        let entry = match kind.as_str() {
            "tree" => EntryType::Tree,
            "tag" => EntryType::Tag,
            _ => EntryType::Blob,
        };
        pack.object(entry, &content);
        let report = push(&journey.server, "kinds", &[(NULL, &id, "refs/heads/odd")], &pack.finish());
        assert!(report.is_refusal(), "a {kind} was taken: {}", report.words());
        assert!(report.words().contains("commit"), "a {kind}: {}", report.words());
    }
    assert_eq!(listed(&journey, "kinds"), before);
    // A tag may name anything.
    local.ok(&["push", "--quiet", "origin", &format!("{}:refs/tags/tree", local.id("main^{tree}"))]);
}

#[test]
fn more_refs_than_one_push_may_change_are_refused_in_words() {
    tests::only_serve!("such a push takes longer than the gateway waits");
    let journey = Journey::begin();
    let local = begun(&journey, "quota");
    let id = local.id("main");
    // By hand, because git's own send-pack takes time that grows with the square of the number of refs.
    let names: Vec<String> = (0..4001).map(|number| format!("refs/heads/q/{number}")).collect();
    let commands: Vec<_> = names.iter().map(|name| (NULL, id.as_str(), name.as_str())).collect();
    let empty = PackBytes::default().finish();
    let report = push(&journey.server, "quota", &commands, &empty);
    // Status 200 and a report: with any other status git shows the person nothing but the number.
    assert_eq!(report.status, 200, "{}", report.words());
    assert!(report.is_refusal(), "{}", report.words());
    assert!(report.words().contains("4000") || report.words().contains("4,000"), "{}", report.words());
    assert_eq!(listed(&journey, "quota").len(), 1);
    let report = push(&journey.server, "quota", &commands[..4000], &empty);
    assert!(report.refs.iter().all(|(_, reason)| reason.is_none()), "{}", report.words());
    assert_eq!(listed(&journey, "quota").len(), 4001);
}

#[test]
fn the_same_ref_twice_in_one_push_is_refused() {
    let journey = Journey::begin();
    let first = {
        journey.server.create_repository("twice");
        push_by_hand(&journey.server, "twice", "main", b"one\n")
    };
    let commands = [(NULL, first.as_str(), "refs/heads/b"), (NULL, first.as_str(), "refs/heads/b")];
    let report = push(&journey.server, "twice", &commands, &PackBytes::default().finish());
    let accepted = report.refs.iter().filter(|(_, reason)| reason.is_none()).count();
    assert!(accepted <= 1 && report.status < 500, "{}", report.words());
}

#[test]
fn a_ref_to_an_object_that_is_not_there_is_refused() {
    let journey = Journey::begin();
    begun(&journey, "absent");
    let before = listed(&journey, "absent");
    let id = object_hex("commit", b"never made");
    for pack in [Vec::new(), PackBytes::default().finish()] {
        let report = push(&journey.server, "absent", &[(NULL, &id, "refs/heads/absent")], &pack);
        assert!(report.is_refusal(), "{}", report.words());
    }
    assert_eq!(listed(&journey, "absent"), before);
}

#[test]
fn a_push_without_a_word_of_report_still_works() {
    let journey = Journey::begin();
    let local = begun(&journey, "silent");
    let id = local.id("main");
    // A client that announces no capability at all gets no report.
    let line = format!("{NULL} {id} refs/heads/plain");
    let mut bytes = packet(line.as_bytes());
    bytes.extend_from_slice(b"0000");
    bytes.extend(PackBytes::default().finish());
    let answer = post(&journey.server, "silent", "git-receive-pack", &bytes, &[]);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(listed(&journey, "silent").contains(&format!("{id} refs/heads/plain")));
    // With report-status alone the report comes without side band.
    let line = format!("{NULL} {id} refs/heads/other\0report-status");
    let mut plain = packet(line.as_bytes());
    plain.extend_from_slice(b"0000");
    plain.extend(PackBytes::default().finish());
    let report = report(&post(&journey.server, "silent", "git-receive-pack", &plain, &[]));
    assert_eq!((report.unpack.as_str(), report.refs.len()), ("ok", 1), "{}", report.words());
}
