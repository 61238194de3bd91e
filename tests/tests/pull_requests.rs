//! Pull requests from creation to merge, with real pushes and unchanged clients.
#![allow(clippy::unwrap_used, clippy::panic, reason = "functions beside the tests belong to them")]

mod sdk;

use serde_json::{Value, json};
use std::sync::Barrier;
use tests::aws::Aws;
use tests::{Journey, Repo};

/// The repository `demo` with `main`, and `topic` one commit ahead of it; `topic` is checked out.
fn demo(journey: &Journey) -> Repo {
    let repo = journey.repo_with_origin("demo");
    repo.commit_file("a.txt", "a\n");
    repo.ok(&["push", "--quiet", "origin", "HEAD:refs/heads/main"]);
    repo.ok(&["switch", "--quiet", "--create", "topic"]);
    repo.commit_file("b.txt", "b\n");
    repo.ok(&["push", "--quiet", "origin", "topic"]);
    repo
}

fn create(journey: &Journey, source: &str, destination: &str) -> Value {
    let target = json!({"repositoryName": "demo", "sourceReference": source, "destinationReference": destination});
    journey.server.api_ok("CreatePullRequest", json!({"title": "Title", "targets": [target]}))["pullRequest"].take()
}

fn get(journey: &Journey, id: &Value) -> Value {
    journey.server.api_ok("GetPullRequest", json!({"pullRequestId": id}))["pullRequest"].take()
}

fn events(journey: &Journey, id: &Value) -> Vec<Value> {
    let answer = journey.server.api_ok("DescribePullRequestEvents", json!({"pullRequestId": id}));
    answer["pullRequestEvents"].as_array().unwrap().clone()
}

fn event_types(journey: &Journey, id: &Value) -> Vec<String> {
    let types = events(journey, id).into_iter().map(|event| event["pullRequestEventType"].as_str().unwrap().to_owned());
    types.map(|name| name.replace("PULL_REQUEST_", "")).collect()
}

#[test]
fn a_pull_request_follows_its_source_whatever_moves_it() {
    let journey = Journey::begin();
    let (server, repo) = (&journey.server, demo(&journey));
    let (main, first) = (repo.id("main"), repo.id("topic"));
    let made = create(&journey, "topic", "refs/heads/main");
    let id = &made["pullRequestId"];
    let target = &made["pullRequestTargets"][0];
    assert_eq!(
        *target,
        json!({
            "repositoryName": "demo",
            "sourceReference": "refs/heads/topic",
            "destinationReference": "refs/heads/main",
            "sourceCommit": first,
            "destinationCommit": main,
            "mergeBase": main,
            "mergeMetadata": {"isMerged": false},
        })
    );
    assert_eq!(made["authorArn"], "arn:aws:iam::123456789012:user/coldforge/admin");
    assert_eq!((&made["pullRequestStatus"], &made["approvalRules"]), (&json!("OPEN"), &json!([])));
    assert_eq!(made["creationDate"], made["lastActivityDate"]);

    let mut revisions = vec![made["revisionId"].clone()];
    let mut moved = |commit: &str| {
        let now = get(&journey, id);
        assert_eq!(now["pullRequestTargets"][0]["sourceCommit"], commit);
        assert!(!revisions.contains(&now["revisionId"]), "the revision is the same");
        revisions.push(now["revisionId"].clone());
    };
    let second = repo.commit_file("c.txt", "c\n");
    repo.ok(&["push", "--quiet", "origin", "topic"]);
    moved(&second);
    let put = json!({
        "repositoryName": "demo", "branchName": "topic", "filePath": "d.txt", "fileContent": "ZAo=",
        "parentCommitId": second,
    });
    let third = server.api_ok("PutFile", put)["commitId"].as_str().unwrap().to_owned();
    moved(&third);
    repo.ok(&["reset", "--quiet", "--hard", "main"]);
    let forced = repo.commit_file("e.txt", "e\n");
    repo.ok(&["push", "--quiet", "--force", "origin", "topic"]);
    moved(&forced);
    // Other branches, and the destination, do not count.
    repo.ok(&["switch", "--quiet", "main"]);
    let ahead = repo.commit_file("f.txt", "f\n");
    repo.ok(&["push", "--quiet", "origin", "main", "main:refs/heads/other"]);
    let now = get(&journey, id);
    assert_eq!(now["revisionId"], *revisions.last().unwrap());
    assert_eq!(now["pullRequestTargets"][0]["destinationCommit"], ahead);
    assert_eq!(now["pullRequestTargets"][0]["mergeBase"], main);

    let told = events(&journey, id);
    let created = &told[0]["pullRequestCreatedEventMetadata"];
    assert_eq!(
        *created,
        json!({
            "repositoryName": "demo", "sourceCommitId": first, "destinationCommitId": main, "mergeBase": main,
        })
    );
    for (event, commit) in told[1..].iter().zip([&second, &third, &forced]) {
        assert_eq!(event["pullRequestEventType"], "PULL_REQUEST_SOURCE_REFERENCE_UPDATED");
        let metadata = &event["pullRequestSourceReferenceUpdatedEventMetadata"];
        assert_eq!((&metadata["afterCommitId"], &metadata["beforeCommitId"]), (&json!(commit), &json!(main)));
        assert_eq!(metadata["mergeBase"], main);
    }
    assert_eq!(told.len(), 4);

    repo.ok(&["push", "--quiet", "origin", ":topic"]);
    let closed = get(&journey, id);
    assert_eq!((&closed["pullRequestStatus"], &closed["revisionId"]), (&json!("CLOSED"), revisions.last().unwrap()));
    repo.ok(&["push", "--quiet", "origin", "main:refs/heads/topic"]);
    assert_eq!(get(&journey, id), closed);
    assert_eq!(event_types(&journey, id).last().unwrap(), "STATUS_CHANGED");
}

#[test]
fn a_deleted_destination_closes_its_pull_requests() {
    let journey = Journey::begin();
    let repo = demo(&journey);
    repo.ok(&["push", "--quiet", "origin", "main:refs/heads/release"]);
    let made = create(&journey, "topic", "release");
    journey.server.api_ok("DeleteBranch", json!({"repositoryName": "demo", "branchName": "release"}));
    let closed = get(&journey, &made["pullRequestId"]);
    assert_eq!(closed["pullRequestStatus"], "CLOSED");
    assert_eq!(closed["pullRequestTargets"][0]["destinationCommit"], repo.id("main"));
    assert_eq!(event_types(&journey, &made["pullRequestId"]), ["CREATED", "STATUS_CHANGED"]);
}

#[test]
fn a_push_that_merges_by_fast_forward_closes_the_pull_request() {
    let journey = Journey::begin();
    let repo = demo(&journey);
    let made = create(&journey, "topic", "main");
    repo.ok(&["push", "--quiet", "origin", "topic:main"]);
    let merged = get(&journey, &made["pullRequestId"]);
    let metadata = &merged["pullRequestTargets"][0]["mergeMetadata"];
    assert_eq!(
        *metadata,
        json!({
            "isMerged": true, "mergeOption": "FAST_FORWARD_MERGE", "mergeCommitId": repo.id("topic"),
            "mergedBy": "arn:aws:iam::123456789012:user/coldforge/admin",
        })
    );
    let told = event_types(&journey, &made["pullRequestId"]);
    assert_eq!(told, ["CREATED", "MERGE_STATE_CHANGED", "STATUS_CHANGED"]);
}

#[test]
fn every_way_to_merge_leaves_what_git_would() {
    let journey = Journey::begin();
    let (server, repo) = (&journey.server, demo(&journey));
    let topic = repo.id("topic");
    for (operation, option, parents) in [
        ("MergePullRequestByFastForward", "FAST_FORWARD_MERGE", vec!["main"]),
        ("MergePullRequestBySquash", "SQUASH_MERGE", vec!["main"]),
        ("MergePullRequestByThreeWay", "THREE_WAY_MERGE", vec!["main", "topic"]),
    ] {
        let branch = option.to_lowercase();
        repo.ok(&["push", "--quiet", "origin", &format!("main:refs/heads/{branch}")]);
        let made = create(&journey, "topic", &branch);
        let id = &made["pullRequestId"];
        let input = |source: &str| json!({"pullRequestId": id, "repositoryName": "demo", "sourceCommitId": source});
        assert_eq!(server.api_error(operation, input(&"1".repeat(40))), "TipOfSourceReferenceIsDifferentException");
        let merged = server.api_ok(operation, input(&topic))["pullRequest"].take();
        assert_eq!(server.api_error(operation, input(&topic)), "PullRequestAlreadyClosedException");
        let target = &merged["pullRequestTargets"][0];
        assert_eq!((&merged["pullRequestStatus"], &target["sourceCommit"]), (&json!("CLOSED"), &json!(topic)));
        assert_eq!(target["destinationCommit"], repo.id("main"));
        assert_eq!(target["mergeBase"], repo.id("main"));
        assert_eq!(target["mergeMetadata"]["mergeOption"], option);
        assert_eq!(get(&journey, id), merged);

        let clone = journey.git.clone_to(&server.url("demo"), &journey.path("clone"), &["--branch", &branch]);
        clone.ok(&["fsck", "--full", "--strict"]);
        assert_eq!(target["mergeMetadata"]["mergeCommitId"], clone.id("HEAD"));
        assert_eq!(clone.id("HEAD^{tree}"), repo.id("topic^{tree}"));
        let expected: Vec<String> = parents.iter().map(|parent| repo.id(parent)).collect();
        assert_eq!(clone.ok(&["log", "-1", "--format=%P"]).trim(), expected.join(" "));
        assert_eq!(event_types(&journey, id), ["CREATED", "MERGE_STATE_CHANGED", "STATUS_CHANGED"]);
        let metadata = events(&journey, id)[1]["pullRequestMergedStateChangedEventMetadata"].clone();
        assert_eq!(metadata["destinationReference"], format!("refs/heads/{branch}"));
        assert_eq!(metadata["mergeMetadata"], target["mergeMetadata"]);
    }
}

#[test]
fn a_push_of_many_branches_takes_all_their_pull_requests_along() {
    let journey = Journey::begin();
    let repo = demo(&journey);
    let mut made = Vec::new();
    let names: Vec<String> = (0..8).map(|number| format!("refs/heads/many/{number}")).collect();
    let refspecs: Vec<String> = names.iter().map(|name| format!("topic:{name}")).collect();
    let push = [&["push", "--quiet", "origin"][..], &refspecs.iter().map(String::as_str).collect::<Vec<_>>()].concat();
    repo.ok(&push);
    for name in &names {
        made.extend((0..12).map(|_| create(&journey, name, "main")["pullRequestId"].take()));
    }
    let tip = repo.commit_file("more.txt", "more\n");
    let told = repo.run(&[&push[..1], &["--atomic"], &push[1..]].concat());
    assert!(String::from_utf8_lossy(&told.stderr).contains("without --atomic"));
    repo.ok(&push);
    for id in &made {
        assert_eq!(get(&journey, id)["pullRequestTargets"][0]["sourceCommit"], tip);
    }
}

#[test]
fn a_request_that_is_sent_again_makes_nothing_twice() {
    let journey = Journey::begin();
    demo(&journey);
    let target = json!({"repositoryName": "demo", "sourceReference": "topic"});
    let input = |title: &str| json!({"title": title, "targets": [target], "clientRequestToken": "once"});
    let answers: Vec<Value> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..6).map(|_| scope.spawn(|| journey.server.api_ok("CreatePullRequest", input("Title")))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(answers[0]["pullRequest"]["clientRequestToken"], "once");
    assert_eq!(
        journey.server.api_error("CreatePullRequest", input("Another")),
        "IdempotencyParameterMismatchException"
    );
    let listed = journey.server.api_ok("ListPullRequests", json!({"repositoryName": "demo"}));
    assert_eq!(listed["pullRequestIds"], json!(["1"]));
}

#[test]
fn merges_and_pushes_at_once_never_merge_twice() {
    let journey = Journey::begin();
    let (server, repo) = (&journey.server, demo(&journey));
    for round in 0..12 {
        let (source, destination) = (format!("source{round}"), format!("destination{round}"));
        let refspecs = [format!("topic:refs/heads/{source}"), format!("main:refs/heads/{destination}")];
        repo.ok(&["push", "--quiet", "origin", &refspecs[0], &refspecs[1]]);
        let made = create(&journey, &source, &destination);
        let id = &made["pullRequestId"];
        let put = |branch: &str, parent: String| {
            json!({
                "repositoryName": "demo", "branchName": branch, "filePath": format!("{branch}.txt"),
                "fileContent": "eA==", "parentCommitId": parent,
            })
        };
        let merge = json!({"pullRequestId": id, "repositoryName": "demo"});
        let close = json!({"pullRequestId": id, "pullRequestStatus": "CLOSED"});
        let mut calls = vec![
            ("MergePullRequestByFastForward", merge.clone()),
            ("MergePullRequestBySquash", merge.clone()),
            ("MergePullRequestByThreeWay", merge.clone()),
            ("PutFile", put(&source, repo.id("topic"))),
            ("PutFile", put(&destination, repo.id("main"))),
            ("UpdatePullRequestTitle", json!({"pullRequestId": id, "title": "Another"})),
        ];
        if round % 3 == 0 {
            calls.push(("UpdatePullRequestStatus", close));
        }
        let start = Barrier::new(calls.len());
        let answers: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = calls
                .into_iter()
                .map(|(operation, input)| {
                    let start = &start;
                    scope.spawn(move || {
                        start.wait();
                        (operation, server.api(operation, input))
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let mut merged = Vec::new();
        for (operation, answer) in &answers {
            match answer {
                Ok(answer) if operation.starts_with("Merge") => merged.push(answer["pullRequest"].clone()),
                Ok(_) => {}
                Err(error) => {
                    let fair = [
                        "PullRequestAlreadyClosedException",
                        "ConcurrentReferenceUpdateException",
                        "ManualMergeRequiredException",
                        "ParentCommitIdOutdatedException",
                    ];
                    assert!(fair.contains(&error.name.as_str()), "{operation}: {error:?}");
                }
            }
        }
        assert!(merged.len() <= 1, "{merged:?}");
        let now = get(&journey, id);
        let told = event_types(&journey, id);
        assert_eq!(told.iter().filter(|it| *it == "MERGE_STATE_CHANGED").count(), merged.len(), "{told:?}");
        assert_eq!(told.iter().filter(|it| *it == "STATUS_CHANGED").count(), 1, "{told:?}");
        let metadata = &now["pullRequestTargets"][0]["mergeMetadata"];
        assert_eq!(metadata["isMerged"], json!(!merged.is_empty()));
        if let Some(merged) = merged.first() {
            assert_eq!(merged["pullRequestTargets"], now["pullRequestTargets"]);
            let clone = journey.git.clone_to(&server.url("demo"), &journey.path("clone"), &["-b", &destination]);
            let history = clone.ok(&["rev-list", "HEAD"]);
            assert!(history.contains(metadata["mergeCommitId"].as_str().unwrap()));
        }
    }
    let clone = journey.git.clone_to(&server.url("demo"), &journey.path("clone"), &["--mirror"]);
    clone.ok(&["fsck", "--full", "--strict"]);
}

#[test]
fn boto3_drives_pull_requests() {
    let journey = Journey::begin();
    let repo = demo(&journey);
    let aws = Aws::new(journey.git.home(), &journey.server);
    let facts = json!({"main": repo.id("main"), "topic": repo.id("topic")});
    aws.python("pull_requests.py", &[&facts.to_string()]);
}

#[tokio::test]
async fn the_rust_sdk_drives_pull_requests() {
    use aws_sdk_codecommit::types::{PullRequestStatusEnum, Target};
    let journey = tokio::task::spawn_blocking(Journey::begin).await.unwrap();
    let repo = demo(&journey);
    let client = sdk::client(&journey.server);
    let target = |destination: &str| {
        let target = Target::builder().repository_name("demo").source_reference("topic");
        target.destination_reference(destination).build().unwrap()
    };
    for branch in ["squash", "three"] {
        let made = client.create_branch().repository_name("demo").branch_name(branch).commit_id(repo.id("main"));
        made.send().await.unwrap();
    }
    let made = client.create_pull_request().title("First").description("text").targets(target("main"));
    let made = made.send().await.unwrap();
    let id = made.pull_request().unwrap().pull_request_id().unwrap().to_owned();
    assert!(made.pull_request().unwrap().client_request_token().is_some());
    client.update_pull_request_title().pull_request_id(&id).title("Second").send().await.unwrap();
    client.update_pull_request_description().pull_request_id(&id).description("").send().await.unwrap();
    let found = client.get_pull_request().pull_request_id(&id).send().await.unwrap();
    let found = found.pull_request().unwrap();
    assert_eq!((found.title(), found.description()), (Some("Second"), None));
    let merged = client.merge_pull_request_by_fast_forward().pull_request_id(&id).repository_name("demo");
    let merged = merged.send().await.unwrap();
    let merged = merged.pull_request().unwrap();
    assert_eq!(merged.pull_request_status(), Some(&PullRequestStatusEnum::Closed));
    assert!(merged.pull_request_targets()[0].merge_metadata().unwrap().is_merged());
    for branch in ["squash", "three"] {
        let made = client.create_pull_request().title(branch).targets(target(branch)).send().await.unwrap();
        let id = made.pull_request().unwrap().pull_request_id().unwrap().to_owned();
        let merged = match branch {
            "squash" => {
                let merge = client.merge_pull_request_by_squash().pull_request_id(&id).repository_name("demo");
                merge
                    .author_name("Ana")
                    .email("ana@example.com")
                    .commit_message("Squash")
                    .send()
                    .await
                    .unwrap()
                    .pull_request
            }
            _ => {
                let merge = client.merge_pull_request_by_three_way().pull_request_id(&id).repository_name("demo");
                merge.send().await.unwrap().pull_request
            }
        };
        assert!(merged.unwrap().pull_request_targets()[0].merge_metadata().unwrap().is_merged());
    }
    let closed = client
        .create_pull_request()
        .title("Given up")
        .targets(Target::builder().repository_name("demo").source_reference("squash").build().unwrap());
    let closed = closed.send().await.unwrap().pull_request.unwrap();
    let close = client.update_pull_request_status().pull_request_id(closed.pull_request_id().unwrap());
    close.pull_request_status(PullRequestStatusEnum::Closed).send().await.unwrap();
    let listed = client.list_pull_requests().repository_name("demo").max_results(1);
    let pages: Vec<_> = listed.into_paginator().send().try_collect().await.unwrap();
    let ids: Vec<&String> = pages.iter().flat_map(|page| page.pull_request_ids()).collect();
    assert_eq!(ids, ["1", "2", "3", "4"]);
    let events = client.describe_pull_request_events().pull_request_id(&id).max_results(2);
    let pages: Vec<_> = events.into_paginator().send().try_collect().await.unwrap();
    assert_eq!(pages.iter().map(|page| page.pull_request_events().len()).sum::<usize>(), 3);
    let missing = client.get_pull_request().pull_request_id("77").send().await.unwrap_err().into_service_error();
    assert!(missing.is_pull_request_does_not_exist_exception());
}
