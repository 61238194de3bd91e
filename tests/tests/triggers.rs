//! Triggers: what is put is kept, and a test of one really delivers.
#![allow(clippy::unwrap_used, reason = "functions beside the tests belong to them")]

use serde_json::{Value, json};
use tests::Journey;
use tests::receiver::Receiver;
use tests::server::{Options, Server};

const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:coldforge-trigger-topic";
const FUNCTION: &str = "arn:aws:lambda:eu-west-1:123456789012:function:coldforge-trigger-build";

fn begin(destinations: &[(&str, String)]) -> Journey {
    let arguments =
        destinations.iter().flat_map(|(arn, url)| ["--destination".to_owned(), format!("{arn}={url}")]).collect();
    Journey::begin_with(&Options { arguments, ..Options::default() })
}

fn trigger(name: &str, destination: &str) -> Value {
    json!({"name": name, "destinationArn": destination, "branches": [], "events": ["all"]})
}

fn test(server: &Server, triggers: &[Value]) -> Value {
    server.api_ok("TestRepositoryTriggers", json!({"repositoryName": "demo", "triggers": triggers}))
}

#[test]
fn what_was_put_is_told_until_it_is_replaced() {
    let journey = Journey::begin();
    let server = &journey.server;
    server.create_repository("demo");
    let get = || server.api_ok("GetRepositoryTriggers", json!({"repositoryName": "demo"}));
    assert_eq!(get(), json!({"triggers": []}));
    let put = |triggers: &[Value]| {
        let put = server.api_ok("PutRepositoryTriggers", json!({"repositoryName": "demo", "triggers": triggers}));
        put["configurationId"].as_str().unwrap().to_owned()
    };
    let mut first = trigger("first", TOPIC);
    first["customData"] = json!("");
    first["branches"] = json!(["main", "preprod"]);
    let second = json!({
        "name": "second",
        "destinationArn": FUNCTION,
        "customData": "EXAMPLE",
        "branches": [],
        "events": ["deleteReference", "createReference"],
    });
    let id = put(&[first.clone(), second.clone()]);
    assert_eq!(get(), json!({"configurationId": id, "triggers": [first, second]}));
    let other = put(&[]);
    assert_ne!(id, other);
    assert_eq!(get(), json!({"configurationId": other, "triggers": []}));
}

#[test]
fn a_test_delivers_what_a_topic_and_a_function_get() {
    tests::only_serve!("it looks at headers that only the stand-ins of one machine send");
    let receiver = Receiver::answering("HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n");
    let journey = begin(&[(TOPIC, receiver.url("/topic")), (FUNCTION, receiver.url("/functions/build?x=y"))]);
    let repo = journey.repo_with_origin("demo");
    repo.commit_file("a.txt", "a\n");
    repo.ok(&["push", "--quiet", "origin", "HEAD:refs/heads/main", "HEAD:refs/heads/work"]);
    let mut function = trigger("build", FUNCTION);
    function["customData"] = json!("channel");
    function["branches"] = json!(["gone", "work"]);
    let answer = test(&journey.server, &[trigger("news", TOPIC), function]);
    assert_eq!(answer, json!({"successfulExecutions": ["news", "build"], "failedExecutions": []}));
    assert_eq!(
        journey.server.api_ok("GetRepositoryTriggers", json!({"repositoryName": "demo"})),
        json!({"triggers": []})
    );

    let mut arrived = receiver.take();
    arrived.sort_by(|a, b| a.target.cmp(&b.target));
    let [payload, notification] = &arrived[..] else { panic!("{arrived:?}") };
    assert_eq!(payload.target, "POST /functions/build?x=y");
    assert_eq!(payload.header("content-type"), Some("application/json"));
    let told = |message: &str, name: &str, branch: &str, custom: Value| {
        let mut message: Value = serde_json::from_str(message).unwrap();
        let record = &mut message["Records"][0];
        let id = |member: &mut Value| member.take().as_str().unwrap().len();
        assert_eq!((id(&mut record["eventId"]), id(&mut record["eventTriggerConfigId"])), (36, 36));
        let time = record["eventTime"].take();
        assert_eq!(time.as_str().unwrap().len(), "2021-03-23T20:42:23.131+0000".len(), "{time}");
        let account = &journey.server.credentials.account_id;
        let expected = json!({"Records": [{
            "awsRegion": "eu-west-1",
            "codecommit": {"references": [{"commit": repo.id("HEAD"), "ref": format!("refs/heads/{branch}")}]},
            "customData": custom,
            "eventId": null,
            "eventName": "TriggerEventTest",
            "eventPartNumber": 1,
            "eventSource": "aws:codecommit",
            "eventSourceARN": format!("arn:aws:codecommit:eu-west-1:{account}:demo"),
            "eventTime": null,
            "eventTotalParts": 1,
            "eventTriggerConfigId": null,
            "eventTriggerName": name,
            "eventVersion": "1.0",
            "userIdentityARN": format!("arn:aws:iam::{account}:user/coldforge/admin"),
        }]});
        assert_eq!(message, expected);
    };
    told(&payload.body, "build", "work", json!("channel"));

    assert_eq!(notification.target, "POST /topic");
    assert_eq!(notification.header("x-amz-sns-topic-arn"), Some(TOPIC));
    assert_eq!(notification.header("x-amz-sns-message-type"), Some("Notification"));
    let body: Value = serde_json::from_str(&notification.body).unwrap();
    assert_eq!((&body["Type"], &body["TopicArn"]), (&json!("Notification"), &json!(TOPIC)));
    assert_eq!(body["Subject"], "UPDATE: AWS CodeCommit eu-west-1 push: demo");
    assert_eq!(body["MessageId"].as_str(), notification.header("x-amz-sns-message-id"));
    told(body["Message"].as_str().unwrap(), "news", "main", Value::Null);
}

#[test]
fn a_repository_without_commits_tells_zeros() {
    let receiver = Receiver::answering("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    let journey = begin(&[(FUNCTION, receiver.url("/"))]);
    journey.server.create_repository("demo");
    assert_eq!(test(&journey.server, &[trigger("build", FUNCTION)])["successfulExecutions"], json!(["build"]));
    let message: Value = serde_json::from_str(&receiver.take()[0].body).unwrap();
    let references = json!([{"commit": "0".repeat(40), "ref": "refs/heads/main"}]);
    assert_eq!(message["Records"][0]["codecommit"]["references"], references);
}

#[test]
fn each_trigger_that_fails_says_why_and_the_others_are_delivered() {
    tests::only_serve!("its topics are endpoints that fail; SNS takes every message");
    let good = Receiver::answering("HTTP/1.1 204 No Content\r\n\r\n");
    let refusing = Receiver::answering("HTTP/1.1 403 Forbidden\r\ncontent-length: 7\r\n\r\nno\nway!");
    let moved = format!("HTTP/1.1 302 Found\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n", good.url("/elsewhere"));
    let moved = Receiver::answering(&moved);
    let mute = Receiver::answering("");
    let arn = |name: &str| format!("arn:aws:sns:eu-west-1:123456789012:coldforge-trigger-{name}");
    let unused = format!("http://127.0.0.1:{}/", tests::server::free_port());
    let destinations = [
        ("good", good.url("/")),
        ("refusing", refusing.url("/")),
        ("moved", moved.url("/")),
        ("mute", mute.url("/")),
        ("absent", unused),
    ];
    let arns: Vec<String> = destinations.iter().map(|(name, _)| arn(name)).collect();
    let pairs: Vec<(&str, String)> = arns.iter().map(String::as_str).zip(destinations.map(|(_, url)| url)).collect();
    let journey = begin(&pairs);
    journey.server.create_repository("demo");
    let names = ["good", "refusing", "moved", "mute", "absent", "unknown"];
    let answer = test(&journey.server, &names.map(|name| trigger(name, &arn(name))));
    assert_eq!(answer["successfulExecutions"], json!(["good"]));
    assert_eq!(good.take().len(), 1, "a redirect was followed");
    let failed = answer["failedExecutions"].as_array().unwrap();
    let expected = [
        ("refusing", "answered 403 Forbidden no\\nway!"),
        ("moved", "answered 302 Found"),
        ("mute", "unavailable"),
        ("absent", "refused"),
        ("unknown", "--destination"),
    ];
    assert_eq!(failed.len(), expected.len(), "{failed:?}");
    for (failure, (name, part)) in failed.iter().zip(expected) {
        assert_eq!(failure["trigger"], name);
        let message = failure["failureMessage"].as_str().unwrap();
        assert!(message.contains(part), "{name}: {message}");
    }
}

#[test]
fn a_destination_that_cannot_be_is_refused_at_the_start() {
    for (destination, reason) in [
        ("topic=http://localhost/", "no ARN"),
        (TOPIC, "ARN=URL"),
        ("arn:aws:sns:eu-west-1:123456789012:t=http://example.com/", "https"),
        ("arn:aws:sns:eu-west-1:123456789012:t=http://169.254.169.254/", "https"),
    ] {
        let output = std::process::Command::new(tests::server::program())
            .args(["serve", "--data-dir", "/nonexistent", "--destination", destination])
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && told.contains(reason), "{destination}: {told}");
    }
}

#[test]
fn an_endpoint_far_away_must_show_a_certificate_that_is_trusted() {
    tests::only_serve!("SNS and Lambda are called there, not what stands in for them");
    // Another server is what speaks TLS here; that it knows no such path is an answer.
    let directory = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (certificate, key) = (directory.path().join("certificate.pem"), directory.path().join("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let other = directory.path().join("other.pem");
    let unrelated = rcgen::generate_simple_self_signed(["elsewhere".to_owned()]).unwrap();
    std::fs::write(&other, unrelated.cert.pem()).unwrap();
    let text = |file: &std::path::Path| file.to_str().unwrap().to_owned();
    let arguments = ["--tls-certificate".to_owned(), text(&certificate), "--tls-key".to_owned(), text(&key)].to_vec();
    let secure = Journey::begin_with(&Options { arguments, ..Options::default() });
    let port = secure.server.address().rsplit(':').next().unwrap();
    let url = format!("https://localhost:{port}/hook");
    for (trusted, told) in [(true, "answered 404"), (false, "certificate")] {
        let arguments = ["--destination".to_owned(), format!("{FUNCTION}={url}")].to_vec();
        let roots = if trusted { &certificate } else { &other };
        let environment = vec![("SSL_CERT_FILE".to_owned(), text(roots))];
        let journey = Journey::begin_with(&Options { arguments, environment, ..Options::default() });
        journey.server.create_repository("demo");
        let answer = test(&journey.server, &[trigger("hook", FUNCTION)]);
        let message = answer["failedExecutions"][0]["failureMessage"].as_str().unwrap();
        assert!(message.contains(told), "{message}");
    }
}
