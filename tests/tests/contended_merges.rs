//! Merges of a pull request that others never leave alone: they give up with the error that says to try again.

use serde_json::{Value, json};
use std::iter::empty;
use std::sync::atomic::{AtomicBool, Ordering};
use tests::Journey;
use tests::fast_import::{commit, versions};

/// How many merges may get through between two changes before one does not.
const TRIES: usize = 60;
/// How many people rename the pull request at the same time.
const EDITORS: usize = 4;
/// How many files both branches changed, so that a merge takes longer than a change of a title.
const FILES: usize = 400;
/// How many commits a fast-forward is about, for the same reason.
const COMMITS: usize = 8_000;

/// `main`, `left` and `right`, which both changed every file of it, and `ahead`, which only adds commits.
fn branches() -> String {
    let mut stream = String::new();
    versions(&mut stream);
    let files = |mark: u32| (0..FILES).map(move |file| (mark, format!("files/{}/{file}", file / 20)));
    commit(&mut stream, "main", None, files(1));
    commit(&mut stream, "left", Some("main"), files(2));
    commit(&mut stream, "right", Some("main"), files(3));
    commit(&mut stream, "ahead", Some("main"), empty());
    for _ in 1..COMMITS {
        commit(&mut stream, "ahead", None, empty());
    }
    stream
}

/// A pull request from `source` to a new branch that begins at `start`.
fn pull_request(journey: &Journey, source: &str, destination: &str, start: &str) -> Value {
    let branch = json!({"repositoryName": "demo", "branchName": destination, "commitId": start});
    journey.server.api_ok("CreateBranch", branch);
    let target = json!({"repositoryName": "demo", "sourceReference": source, "destinationReference": destination});
    journey.server.api_ok("CreatePullRequest", json!({"title": "Title", "targets": [target]}))["pullRequest"]
        ["pullRequestId"]
        .take()
}

/// What a merge is asked with: the sides differ in other lines of the same files.
fn input(operation: &str, id: &Value) -> Value {
    let mut input = json!({"repositoryName": "demo", "pullRequestId": id});
    if operation != "MergePullRequestByFastForward" {
        input["conflictDetailLevel"] = json!("LINE_LEVEL");
    }
    input
}

/// Calls `operation` on a pull request that is renamed all the while. Whether it had to give up.
fn gives_up(journey: &Journey, operation: &str, id: &Value) -> bool {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for editor in 0..EDITORS {
            let over = &over;
            scope.spawn(move || {
                let mut count = 0;
                while !over.load(Ordering::Relaxed) {
                    count += 1;
                    let input = json!({"pullRequestId": id, "title": format!("{editor}: {count}")});
                    // Whoever comes after the merge is told that the pull request is closed.
                    let _ = journey.server.api("UpdatePullRequestTitle", input);
                }
            });
        }
        let answer = journey.server.api(operation, input(operation, id));
        over.store(true, Ordering::Relaxed);
        match answer {
            Ok(_) => false,
            Err(error) => {
                assert_eq!(error.name, "ConcurrentReferenceUpdateException", "{error:?}");
                true
            }
        }
    })
}

#[test]
fn a_merge_gives_up_when_the_pull_request_never_rests() {
    tests::only_serve!("the gateway waits for 29 seconds, and the emulator is slow");
    let journey = Journey::begin();
    let repo = journey.repo_with_origin("demo");
    repo.feed(&["fast-import", "--quiet"], branches().as_bytes());
    repo.ok(&["push", "--quiet", "origin", "--all"]);
    let (main, left) = (repo.id("main"), repo.id("left"));
    for (operation, source, start) in [
        ("MergePullRequestByFastForward", "ahead", &main),
        ("MergePullRequestBySquash", "right", &left),
        ("MergePullRequestByThreeWay", "right", &left),
    ] {
        let mut tries = 0..TRIES;
        let refused = tries.find_map(|number| {
            let destination = format!("{operation}{number}");
            let id = pull_request(&journey, source, &destination, start);
            gives_up(&journey, operation, &id).then_some((id, destination))
        });
        let (id, destination) = refused.unwrap_or_else(|| panic!("{operation} always found a moment of rest"));
        // Nothing of it happened, and when nobody changes the pull request any more, it can be merged.
        let branch = json!({"repositoryName": "demo", "branchName": destination});
        assert_eq!(journey.server.api_ok("GetBranch", branch)["branch"]["commitId"], json!(start));
        let merged = journey.server.api_ok(operation, input(operation, &id));
        assert_eq!(merged["pullRequest"]["pullRequestStatus"], "CLOSED");
    }
}
