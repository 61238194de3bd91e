//! Merges of pull requests that are larger than is worked out here: each is refused with the error that says why.
#![allow(clippy::unwrap_used, reason = "functions beside the tests belong to them")]

use serde_json::json;
use std::iter::empty;
use tests::Journey;
use tests::fast_import::{commit, versions};

/// Branches that are too far apart, differ in too many paths, or changed too many files both.
fn branches() -> String {
    let mut stream = String::new();
    versions(&mut stream);
    let files = |mark: u32, count: usize| (0..count).map(move |n| (mark, format!("files{count}/{}/{n}", n / 100)));
    commit(&mut stream, "main", None, files(1, 5_001));
    commit(&mut stream, "left", Some("main"), files(2, 5_001));
    commit(&mut stream, "right", Some("main"), files(3, 5_001));
    commit(&mut stream, "wide", Some("main"), files(1, 50_001));
    commit(&mut stream, "side", Some("main"), files(1, 1));
    commit(&mut stream, "long", Some("main"), files(1, 2));
    for _ in 0..10_001 {
        commit(&mut stream, "long", None, empty());
    }
    stream
}

#[test]
fn a_pull_request_that_is_too_large_to_be_merged_here_is_refused() {
    let journey = Journey::begin();
    let (server, repo) = (&journey.server, journey.repo_with_origin("demo"));
    repo.feed(&["fast-import", "--quiet"], branches().as_bytes());
    repo.ok(&["push", "--quiet", "origin", "--all"]);
    for (source, destination, level, error) in [
        ("long", "side", "FILE_LEVEL", "TipsDivergenceExceededException"),
        ("wide", "side", "FILE_LEVEL", "MaximumItemsToCompareExceededException"),
        ("left", "right", "LINE_LEVEL", "MaximumFileContentToLoadExceededException"),
    ] {
        let target = json!({"repositoryName": "demo", "sourceReference": source, "destinationReference": destination});
        let made = server.api_ok("CreatePullRequest", json!({"title": source, "targets": [target]}));
        let id = &made["pullRequest"]["pullRequestId"];
        let input = json!({"repositoryName": "demo", "pullRequestId": id, "conflictDetailLevel": level});
        for operation in ["MergePullRequestBySquash", "MergePullRequestByThreeWay"] {
            assert_eq!(server.api_error(operation, input.clone()), error);
        }
        let found = server.api_ok("GetPullRequest", json!({"pullRequestId": id}));
        assert_eq!(found["pullRequest"]["pullRequestStatus"], "OPEN");
    }
}
