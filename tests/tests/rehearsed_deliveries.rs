//! What happens is told in an AWS account: the stream, the workers and the clock of the synthesized template, on this machine.
#![allow(clippy::unwrap_used, reason = "functions beside the tests belong to them")]

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use tests::Journey;
use tests::aws::Aws;
use tests::receiver::{Received, Receiver};
use tests::rehearsal::template::Template;
use tests::server::{Options, rehearsal};

const TAKEN: &str = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
const DOWN: &str = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";

/// By their names, those that the template lets be told.
const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:coldforge-trigger-news";
const PEOPLE: &str = "arn:aws:sns:eu-west-1:123456789012:coldforge-trigger-people";
const BUS: &str = "arn:aws:events:eu-west-1:123456789012:event-bus/all";
const FUNCTION: &str = "arn:aws:lambda:eu-west-1:123456789012:function:coldforge-trigger-build";

fn begin(destinations: &[(&str, String)], environment: &[(&str, &str)]) -> Journey {
    let mut arguments = vec!["--webhook-allow".to_owned(), "127.0.0.1/32".to_owned()];
    arguments.extend(destinations.iter().flat_map(|(arn, url)| ["--destination".to_owned(), format!("{arn}={url}")]));
    let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Journey::begin_with(&Options { program: Some(rehearsal()), arguments, environment })
}

fn told(journey: &Journey, what: &str) -> Vec<Value> {
    let log = journey.server.log();
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["rehearsal"] == what).collect()
}

fn assert_nothing_went_wrong(journey: &Journey) {
    for wrong in ["forbidden", "failed", "gave up"] {
        assert_eq!(told(journey, wrong), Vec::<Value>::new());
    }
}

/// Who ran which functions that no request asks for.
fn run(journey: &Journey) -> BTreeSet<(String, String)> {
    let invoked = told(journey, "invoked").into_iter().filter(|line| line["by"] != "gateway");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    invoked.map(|line| (text(&line["by"]), text(&line["function"]))).collect()
}

fn create_webhook(journey: &Journey, url: &str) {
    let webhook = json!({"repositoryName": "demo", "url": url, "events": ["push"], "format": "github"});
    journey.server.api_ok("CreateWebhook", webhook);
}

fn body(received: &Received) -> Value {
    serde_json::from_str(&received.body).unwrap()
}

#[test]
fn a_push_reaches_triggers_webhooks_and_people_through_the_functions_of_the_template() {
    let receiver = Receiver::answering(TAKEN);
    let destinations =
        [(TOPIC, receiver.url("/topic")), (PEOPLE, receiver.url("/people")), (FUNCTION, receiver.url("/function"))];
    let journey = begin(&destinations, &[]);
    let repo = journey.repo_with_origin("demo");
    let trigger =
        |name: &str, arn: &str| json!({"name": name, "destinationArn": arn, "branches": [], "events": ["all"]});
    let triggers = [trigger("news", TOPIC), trigger("build", FUNCTION)];
    journey.server.api_ok("PutRepositoryTriggers", json!({"repositoryName": "demo", "triggers": triggers}));
    let rule = json!({"repositoryName": "demo", "name": "All", "events": ["branch.*"], "targetArn": PEOPLE});
    journey.server.api_ok("CreateNotificationRule", rule);
    create_webhook(&journey, &receiver.url("/webhook"));
    repo.commit_file("a.txt", "a\n");
    repo.ok(&["push", "--quiet", "origin", "HEAD:refs/heads/main"]);

    let all = ["POST /topic", "POST /people", "POST /function", "POST /webhook"];
    let arrived = receiver.wait_for(|arrived| all.iter().all(|target| arrived.iter().any(|one| one.target == *target)));
    assert_eq!(arrived.len(), all.len(), "each is told once: {arrived:#?}");
    let of = |target: &str| body(arrived.iter().find(|one| one.target == target).unwrap());
    let head = repo.id("HEAD");
    let function = of("POST /function");
    let topic: Value = serde_json::from_str(of("POST /topic")["Message"].as_str().unwrap()).unwrap();
    for (message, name) in [(&function, "build"), (&topic, "news")] {
        let record = &message["Records"][0];
        let references = &record["codecommit"]["references"];
        assert_eq!(references[0]["commit"], json!(head));
        assert_eq!((&record["eventTriggerName"], &references[0]["ref"]), (&json!(name), &json!("refs/heads/main")));
    }
    assert_eq!(of("POST /webhook")["after"], json!(head));
    let sentence = of("POST /people")["Subject"].as_str().unwrap().to_owned();
    assert!(sentence.contains("admin") && sentence.contains("main in demo"), "{sentence}");
    let expected = [("stream", "ConsumeChanges"), ("function", "DeliverLane")];
    let expected = expected.map(|(by, function)| (by.to_owned(), function.to_owned()));
    assert!(run(&journey).is_superset(&expected.into()), "{:?}", run(&journey));
    assert_nothing_went_wrong(&journey);
}

#[test]
fn what_a_destination_did_not_take_is_found_by_the_clock_and_told_again_under_the_same_id() {
    let asked = AtomicU32::new(0);
    let receiver = Receiver::deciding(move |_| {
        let is_first = asked.fetch_add(1, Ordering::Relaxed) == 0;
        if is_first { DOWN } else { TAKEN }.to_owned()
    });
    let journey = begin(&[], &[("COLDFORGE_MINUTE", "1000")]);
    let repo = journey.repo_with_origin("demo");
    create_webhook(&journey, &receiver.url("/"));
    repo.commit_file("a.txt", "a\n");
    repo.ok(&["push", "--quiet", "origin", "HEAD:refs/heads/main"]);
    let arrived = receiver.wait_for(|arrived| arrived.len() == 2);
    let ids: Vec<_> = arrived.iter().map(|one| one.header("x-github-delivery").unwrap()).collect();
    assert_eq!(ids[0], ids[1]);
    assert_eq!(body(&arrived[0]), body(&arrived[1]));
    assert!(run(&journey).contains(&("clock".to_owned(), "DeliverDueLanes".to_owned())), "{:?}", run(&journey));
    assert_nothing_went_wrong(&journey);
}

#[test]
fn a_deployment_with_a_bus_puts_every_event_on_it() {
    let receiver = Receiver::answering(TAKEN);
    let template = Template::file_with_event_bus().display().to_string();
    let journey = begin(&[(BUS, receiver.url("/"))], &[("COLDFORGE_TEMPLATE", &template)]);
    let repo = journey.repo_with_origin("demo");
    repo.commit_file("a.txt", "a\n");
    repo.ok(&["push", "--quiet", "origin", "HEAD:refs/heads/main", "HEAD:refs/tags/v1"]);
    let happened = |one: &Received| body(one)["detail"]["event"].as_str().unwrap().to_owned();
    let arrived = receiver.wait_for(|arrived| {
        let happened: Vec<String> = arrived.iter().map(happened).collect();
        happened.contains(&"defaultBranchChanged".to_owned())
    });
    let happened: Vec<String> = arrived.iter().map(happened).filter(|event| event != "identityChanged").collect();
    assert_eq!(happened, ["repositoryCreated", "referenceCreated", "referenceCreated", "defaultBranchChanged"]);
    assert_nothing_went_wrong(&journey);
}

#[test]
fn an_operator_tells_again_what_the_consumer_of_the_stream_gave_up_on() {
    let journey = Journey::begin();
    Aws::new(journey.git.home(), &journey.server).python("replay.py", &[]);
}
