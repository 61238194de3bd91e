//! What happens is announced: triggers and the event bus, through the change feed of a real server.
#![allow(clippy::unwrap_used, reason = "functions beside the tests belong to them")]

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use tests::Journey;
use tests::random::Random;
use tests::receiver::{Received, Receiver};
use tests::server::Options;

const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:coldforge-trigger-topic";
const FUNCTION: &str = "arn:aws:lambda:eu-west-1:123456789012:function:coldforge-trigger-build";
const BUS: &str = "arn:aws:events:eu-west-1:123456789012:event-bus/all";
const TAKEN: &str = "HTTP/1.1 204 No Content\r\n\r\n";

fn begin(destinations: &[(&str, String)]) -> Journey {
    let arguments =
        destinations.iter().flat_map(|(arn, url)| ["--destination".to_owned(), format!("{arn}={url}")]).collect();
    Journey::begin_with(&Options { arguments, ..Options::default() })
}

fn put_triggers(journey: &Journey, repository: &str, triggers: &[Value]) {
    journey.server.api_ok("PutRepositoryTriggers", json!({"repositoryName": repository, "triggers": triggers}));
}

fn trigger(name: &str, destination: &str) -> Value {
    json!({"name": name, "destinationArn": destination, "branches": [], "events": ["all"]})
}

/// The record of a message to a topic or a function.
fn record(received: &Received) -> Value {
    let body: Value = serde_json::from_str(&received.body).unwrap();
    let message = match body["Message"].as_str() {
        Some(message) => serde_json::from_str(message).unwrap(),
        None => body,
    };
    message["Records"][0].clone()
}

fn references(received: &Received) -> Vec<Value> {
    record(received)["codecommit"]["references"].as_array().unwrap().clone()
}

#[test]
fn a_push_tells_its_triggers_what_happened_to_the_refs_they_are_about() {
    let receiver = Receiver::answering(TAKEN);
    let journey = begin(&[(TOPIC, receiver.url("/topic")), (FUNCTION, receiver.url("/function"))]);
    let repo = journey.repo_with_origin("demo");
    let mut main = trigger("main", FUNCTION);
    main["branches"] = json!(["main"]);
    main["events"] = json!(["updateReference", "deleteReference"]);
    main["customData"] = json!("channel");
    put_triggers(&journey, "demo", &[trigger("everything", TOPIC), main]);

    let first = repo.commit_file("a.txt", "a\n");
    repo.ok(&["push", "--quiet", "origin", "HEAD:refs/heads/main", "HEAD:refs/tags/v1"]);
    let told = receiver.wait_for(|arrived| !arrived.is_empty());
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].target, "POST /topic");
    let created = |name: &str| json!({"commit": first, "created": true, "ref": name});
    assert_eq!(references(&told[0]), [created("refs/heads/main"), created("refs/tags/v1")]);
    let subject: Value = serde_json::from_str(&told[0].body).unwrap();
    assert_eq!(subject["Subject"], "UPDATE: AWS CodeCommit eu-west-1 push: demo");
    let told = record(&told[0]);
    let account = &journey.server.credentials.account_id;
    assert_eq!(told["eventName"], "ReferenceChanges");
    assert_eq!(told["eventTriggerName"], "everything");
    assert_eq!(told["eventSourceARN"], format!("arn:aws:codecommit:eu-west-1:{account}:demo"));
    assert_eq!(told["userIdentityARN"], format!("arn:aws:iam::{account}:user/coldforge/admin"));
    assert_eq!(
        (&told["eventPartNumber"], &told["eventTotalParts"], &told["customData"]),
        (&json!(1), &json!(1), &json!(null))
    );

    let second = repo.commit_file("b.txt", "b\n");
    repo.ok(&["push", "--quiet", "origin", "HEAD:refs/heads/main", ":refs/tags/v1"]);
    let told = receiver.wait_for(|arrived| arrived.len() >= 2);
    let to = |target: &str| told.iter().filter(|told| told.target == target).collect::<Vec<_>>();
    let moved = json!({"commit": second, "ref": "refs/heads/main"});
    let [function] = to("POST /function")[..] else { panic!("{told:?}") };
    assert_eq!(references(function), std::slice::from_ref(&moved));
    assert_eq!(record(function)["customData"], "channel");
    // Deletions and the rest are two commits, and one push.
    let [topic] = to("POST /topic")[..] else { panic!("{told:?}") };
    let deleted = json!({"commit": first, "deleted": true, "ref": "refs/tags/v1"});
    assert_eq!(references(topic), [deleted, moved]);
}

#[test]
fn a_push_of_fifty_refs_is_one_event_with_fifty_references() {
    let receiver = Receiver::answering(TAKEN);
    let journey = begin(&[(FUNCTION, receiver.url("/"))]);
    let repo = journey.repo_with_origin("demo");
    put_triggers(&journey, "demo", &[trigger("t", FUNCTION)]);
    repo.commit_file("a.txt", "a\n");
    let names: Vec<String> = (0..50).map(|number| format!("HEAD:refs/heads/team-{number}/work")).collect();
    let push = ["push", "--quiet", "origin"].into_iter().chain(names.iter().map(String::as_str)).collect::<Vec<_>>();
    repo.ok(&push);
    repo.commit_file("b.txt", "b\n");
    repo.ok(&["push", "--quiet", "origin", "HEAD:refs/heads/last"]);
    let told = receiver.wait_for(|arrived| arrived.len() >= 2);
    let counts: Vec<usize> = told.iter().map(|told| references(told).len()).collect();
    assert_eq!(counts, [50, 1]);
}

#[test]
fn every_change_goes_to_the_bus_in_the_shape_of_codecommit() {
    tests::only_serve!("the template has an event bus only if a deployment names one");
    let receiver = Receiver::answering(TAKEN);
    let journey = begin(&[(BUS, receiver.url("/bus"))]);
    let repo = journey.repo_with_origin("demo");
    repo.commit_file("a.txt", "a\n");
    repo.ok(&["push", "--quiet", "origin", "HEAD:refs/heads/main"]);
    repo.commit_file("b.txt", "b\n");
    repo.ok(&["push", "--quiet", "origin", "HEAD:refs/heads/work"]);
    let targets = json!([{"repositoryName": "demo", "sourceReference": "work", "destinationReference": "main"}]);
    let api = |operation: &str, input: Value| journey.server.api_ok(operation, input);
    api("CreatePullRequest", json!({"title": "Work", "targets": targets}));
    api("MergePullRequestByFastForward", json!({"pullRequestId": "1", "repositoryName": "demo"}));
    api("DeleteBranch", json!({"repositoryName": "demo", "branchName": "work"}));
    let events = |arrived: &[Received]| -> Vec<Value> {
        arrived.iter().map(|received| serde_json::from_str(&received.body).unwrap()).collect()
    };
    let told = receiver.wait_for(|arrived| {
        events(arrived).iter().any(|event| event["detail"]["event"] == "referenceDeleted")
            && events(arrived).iter().any(|event| event["detail"]["event"] == "pullRequestStatusChanged")
    });
    let told = events(&told);
    let of = |name: &str| told.iter().filter(|event| event["detail"]["event"] == name).collect::<Vec<_>>();
    assert_eq!(of("repositoryCreated").len(), 1);
    assert_eq!(of("referenceCreated").len(), 2);
    let [updated] = of("referenceUpdated")[..] else { panic!("{told:#?}") };
    assert_eq!(updated["detail-type"], "CodeCommit Repository State Change");
    assert_eq!(updated["source"], "coldforge");
    let head = repo.id("HEAD");
    let account = &journey.server.credentials.account_id;
    assert_eq!(updated["resources"], json!([format!("arn:aws:codecommit:eu-west-1:{account}:demo")]));
    let detail = &updated["detail"];
    assert_eq!((&detail["commitId"], &detail["mergeOption"]), (&json!(head), &json!("FAST_FORWARD_MERGE")));
    let [merged] = of("pullRequestMergeStatusUpdated")[..] else { panic!("{told:#?}") };
    assert_eq!((&merged["detail"]["isMerged"], &merged["detail"]["title"]), (&json!("True"), &json!("Work")));
    let [closed] = of("pullRequestStatusChanged")[..] else { panic!("{told:#?}") };
    assert_eq!(closed["detail"]["pullRequestStatus"], "Closed");
    let mut ids: Vec<&str> = told.iter().map(|event| event["id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), told.len());
}

#[test]
fn nothing_is_lost_when_the_server_is_killed_and_the_receiver_fails() {
    tests::only_serve!("it kills the process, which a rehearsal does not outlive");
    let asked = AtomicU32::new(0);
    let receiver = Receiver::deciding(move |_| match asked.fetch_add(1, Ordering::Relaxed) % 3 {
        0 => "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n".to_owned(),
        1 => "HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\n\r\n".to_owned(),
        _ => TAKEN.to_owned(),
    });
    let mut journey = begin(&[(FUNCTION, receiver.url("/"))]);
    let repo = journey.repo_with_origin("demo");
    put_triggers(&journey, "demo", &[trigger("t", FUNCTION)]);
    let mut random = Random::of_this_run();
    let mut commits = Vec::new();
    for number in 0..12 {
        commits.push(repo.commit_file("a.txt", format!("{number}\n")));
        repo.ok(&["push", "--quiet", "origin", "HEAD:refs/heads/main"]);
        if random.below(3) == 0 {
            journey.server.kill();
            journey.server.start_again();
        }
    }
    // In the order in which they first arrived, whether that was answered well or not, and each at least once.
    let firsts = |arrived: &[Received]| -> Vec<String> {
        let mut known = BTreeMap::new();
        let mut order = Vec::new();
        for received in arrived {
            let commit = references(received)[0]["commit"].as_str().unwrap().to_owned();
            let id = record(received)["eventId"].as_str().unwrap().to_owned();
            match known.get(&id) {
                Some(before) => assert_eq!(before, &commit, "an id was used twice"),
                None => order.push(commit.clone()),
            }
            known.insert(id, commit);
        }
        order
    };
    let told = receiver.wait_for(|arrived| firsts(arrived).len() >= commits.len());
    assert_eq!(firsts(&told), commits);
}
