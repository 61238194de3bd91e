//! Thousands of refs: pushed at once, listed, and one of them fetched.

use tests::compare::{advertised, assert_sound, refs};
use tests::{Journey, PROTOCOLS, Repo};

/// Makes `count` branches, each with a commit of its own.
fn branches(repo: &Repo, count: usize) {
    let root = repo.commit_file("a", "a\n");
    let mut stream = Vec::new();
    for number in 0..count {
        let commit = format!(
            "commit refs/heads/team{}/b{number:05}\ncommitter A <a@example.com> {} +0000\ndata 2\nb\nfrom {root}\n\
             M 100644 inline number\ndata {}\n{number}\n\n",
            number % 17,
            1_700_000_000 + number,
            number.to_string().len()
        );
        stream.extend_from_slice(commit.as_bytes());
    }
    stream.extend_from_slice(b"done\n");
    repo.feed(&["fast-import", "--quiet", "--done"], &stream);
}

#[test]
fn thousands_of_refs_go_up_in_one_push_and_come_down_again() {
    tests::only_serve!("such a push takes longer than the gateway waits");
    let journey = Journey::begin();
    let local = journey.repo_with_origin("many");
    branches(&local, 2000);
    local.ok(&["push", "--quiet", "--all", "origin"]);
    let url = journey.server.url("many");
    journey.assert_same(&local, "many");
    for protocol in PROTOCOLS {
        let git = journey.git.speaking(protocol);
        assert_eq!(advertised(&git, &url), refs(&local));
        let listed = git.ok(journey.directory(), &["ls-remote", "--heads", &url, "refs/heads/team3/*"]);
        assert_eq!(listed.lines().count(), 118);

        let one = git.init(&journey.path("one"));
        one.ok(&["fetch", "--quiet", &url, "refs/heads/team5/b00005:refs/heads/five"]);
        assert_eq!(one.id("five"), local.id("team5/b00005"));
        assert_sound(&one);
    }

    // A second push that changes nothing, one that changes a few, and one that deletes a thousand.
    local.ok(&["push", "--quiet", "--all", "origin"]);
    for number in 0..5 {
        let name = format!("refs/heads/team{number}/b{number:05}");
        let next = local.empty_commit(&[&name], "next");
        local.ok(&["update-ref", &name, &next]);
    }
    local.ok(&["push", "--quiet", "--all", "origin"]);
    assert_eq!(advertised(&journey.git, &url), refs(&local));
    let doomed: Vec<String> =
        (1000..2000).map(|number| format!("refs/heads/team{}/b{number:05}", number % 17)).collect();
    let script: String = doomed.iter().map(|name| format!("delete {name}\n")).collect();
    local.feed(&["update-ref", "--stdin"], script.as_bytes());
    local.ok(&["push", "--quiet", "--prune", "origin", "refs/heads/*:refs/heads/*"]);
    assert_eq!(advertised(&journey.git, &url), refs(&local));
    assert_sound(&journey.git.clone_to(&url, &journey.path("after"), &["--mirror"]));
}
