//! Webhooks: operations of our own make them, pushes arrive at them signed, and no private place is reached through them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "functions beside the tests belong to them")]

use serde_json::{Map, Value, json};
use std::sync::atomic::{AtomicU32, Ordering};
use tests::Journey;
use tests::aws::Aws;
use tests::receiver::{Received, Receiver};
use tests::server::{Options, Server};

const TAKEN: &str = "HTTP/1.1 204 No Content\r\n\r\n";

/// A server whose webhooks may be on this machine.
fn begin() -> Journey {
    let arguments = vec!["--webhook-allow".to_owned(), "127.0.0.1/32".to_owned()];
    Journey::begin_with(&Options { arguments, ..Options::default() })
}

/// Makes a webhook and gives its id and its secret.
fn create(server: &Server, input: Value) -> (String, String) {
    let made = server.api_ok("CreateWebhook", input);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&made["webhook"]["webhookId"]), text(&made["secret"]))
}

fn body(received: &Received) -> Value {
    serde_json::from_str(&received.body).unwrap()
}

fn deliveries(server: &Server, repository: &str, webhook: &str) -> Vec<Value> {
    let input = json!({"repositoryName": repository, "webhookId": webhook});
    server.api_ok("ListWebhookDeliveries", input)["deliveries"].as_array().unwrap().clone()
}

/// Waits until the newest delivery in the log is in this state.
fn wait_for_state(server: &Server, webhook: &str, state: &str) -> Value {
    for _ in 0..6000 {
        let newest = deliveries(server, "demo", webhook).into_iter().next();
        if let Some(newest) = newest.filter(|newest| newest["state"] == state) {
            return newest;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("no delivery gets {state}: {:#?}", deliveries(server, "demo", webhook));
}

/// Has a message verified by the reference libraries of two languages, and as GitHub says.
fn verify(journey: &Journey, form: &str, secret: &str, received: &Received) {
    let headers: Map<String, Value> =
        received.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let message = json!({"form": form, "secret": secret, "headers": headers, "body": received.body});
    let file = journey.path("message.json");
    std::fs::write(&file, message.to_string()).unwrap();
    Aws::new(&journey.path("home"), &journey.server).python("signatures.py", &[file.to_str().unwrap()]);
    if form == "coldforge" {
        let mut headers = http::HeaderMap::new();
        for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
            headers.insert(name, received.header(name).unwrap().parse().unwrap());
        }
        let payload = received.body.as_bytes();
        standardwebhooks::Webhook::new(secret).unwrap().verify(payload, &headers).unwrap();
        let other = standardwebhooks::Webhook::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        assert!(other.verify(payload, &headers).is_err(), "another secret verifies");
    }
}

#[test]
fn a_push_arrives_signed_in_our_own_form_and_in_that_of_github() {
    let receiver = Receiver::answering(TAKEN);
    let journey = begin();
    let server = &journey.server;
    let repo = journey.repo_with_origin("demo");
    let (own, secret) =
        create(server, json!({"repositoryName": "demo", "url": receiver.url("/own"), "events": ["branch.*"]}));
    let github_secret = "It's-a-Secret-to-Everybody";
    let input =
        json!({"url": receiver.url("/github"), "events": ["push"], "format": "github", "secret": github_secret});
    let (_, shown) = create(server, input);
    assert_eq!(shown, "", "a secret that was given is shown");
    let first = repo.commit_file("a.txt", "a\n");
    repo.ok(&["push", "--quiet", "origin", "HEAD:refs/heads/main"]);
    let mut arrived = receiver.wait_for(|arrived| arrived.len() >= 2);
    arrived.sort_by(|a, b| a.target.cmp(&b.target));
    let [github, standard] = &arrived[..] else { panic!("{arrived:#?}") };

    verify(&journey, "coldforge", &secret, standard);
    let told = body(standard);
    assert_eq!(
        (&told["version"], &told["type"], &told["types"]),
        (&json!(1), &json!("reference.changed"), &json!(["branch.created"]))
    );
    assert_eq!(told["data"]["references"][0]["after"], first);
    assert_eq!(told["repository"]["cloneUrl"], server.url("demo"));
    assert!(told["summary"].as_str().unwrap().starts_with("admin created branch main in demo"));

    verify(&journey, "github", github_secret, github);
    assert_eq!(github.header("x-github-event"), Some("push"));
    let told = body(github);
    assert_eq!(
        (&told["ref"], &told["after"], &told["created"]),
        (&json!("refs/heads/main"), &json!(first), &json!(true))
    );
    assert_eq!(told["before"], "0".repeat(40));
    assert_eq!(told["repository"]["clone_url"], server.url("demo"));

    // The log tells of it, never of the secret.
    let logged = wait_for_state(server, &own, "delivered");
    assert_eq!(logged["deliveryId"], standard.header("webhook-id").unwrap());
    assert_eq!(logged["requestBody"], standard.body);
    let attempt = &logged["attempts"][0];
    assert_eq!((&attempt["responseStatus"], &logged["attemptCount"]), (&json!(204), &json!(1)));
    assert!(attempt["latencyMillis"].is_number() && attempt["time"].is_number());
    let shown = server.api_ok("GetWebhook", json!({"repositoryName": "demo", "webhookId": own}));
    for text in [shown.to_string(), logged.to_string(), server.log(), server.output()] {
        assert!(!text.contains(&secret) && !text.contains(github_secret));
    }
}

#[test]
fn what_fails_is_tried_again_and_can_be_asked_for_once_more() {
    let asked = AtomicU32::new(0);
    let receiver = Receiver::deciding(move |_| match asked.fetch_add(1, Ordering::Relaxed) {
        0 => "HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\ncontent-length: 4\r\n\r\nwait".to_owned(),
        _ => TAKEN.to_owned(),
    });
    let journey = begin();
    let server = &journey.server;
    let repo = journey.repo_with_origin("demo");
    let (hook, _) = create(server, json!({"repositoryName": "demo", "url": receiver.url("/"), "events": ["branch.*"]}));
    repo.commit_file("a.txt", "a\n");
    repo.ok(&["push", "--quiet", "origin", "HEAD:refs/heads/main"]);
    let arrived = receiver.wait_for(|arrived| arrived.len() >= 2);
    let ids: Vec<_> = arrived.iter().map(|received| received.header("webhook-id").unwrap()).collect();
    assert_eq!(ids[0], ids[1]);
    assert_eq!(arrived[0].body, arrived[1].body);
    let logged = wait_for_state(server, &hook, "delivered");
    let statuses: Vec<_> =
        logged["attempts"].as_array().unwrap().iter().map(|attempt| &attempt["responseStatus"]).collect();
    assert_eq!(statuses, [&json!(429), &json!(204)]);
    assert_eq!(logged["attempts"][0]["responseBody"], "wait");

    let id = logged["deliveryId"].clone();
    server.api_ok("RedeliverWebhookDelivery", json!({"repositoryName": "demo", "webhookId": hook, "deliveryId": id}));
    let again = receiver.wait_for(|arrived| !arrived.is_empty());
    assert_eq!(again[0].header("webhook-id"), id.as_str());
    assert_eq!(again[0].body, arrived[0].body);

    let pinged = server.api_ok("TestWebhook", json!({"repositoryName": "demo", "webhookId": hook}));
    let ping = receiver.wait_for(|arrived| !arrived.is_empty());
    assert_eq!(ping[0].header("webhook-id"), pinged["deliveryId"].as_str());
    assert_eq!(body(&ping[0])["type"], "ping");
}

#[test]
fn a_webhook_is_changed_and_removed_by_its_operations() {
    let receiver = Receiver::answering(TAKEN);
    let journey = begin();
    let server = &journey.server;
    let repo = journey.repo_with_origin("demo");
    let (hook, _) =
        create(server, json!({"repositoryName": "demo", "url": receiver.url("/old"), "events": ["branch.*"]}));
    let named = |more: Value| {
        let mut input = json!({"repositoryName": "demo", "webhookId": hook});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let changed = server.api_ok("UpdateWebhook", named(json!({"url": receiver.url("/new"), "events": ["tag.*"]})));
    assert_eq!(changed["webhook"]["events"], json!(["tag.*"]));
    assert_eq!(changed["webhook"]["status"], "active");
    repo.commit_file("a.txt", "a\n");
    repo.ok(&["push", "--quiet", "origin", "HEAD:refs/heads/main", "HEAD:refs/tags/v1"]);
    let arrived = receiver.wait_for(|arrived| !arrived.is_empty());
    assert_eq!(arrived[0].target, "POST /new");

    let quiet = server.api_ok("UpdateWebhook", named(json!({"active": false})));
    assert_eq!(quiet["webhook"]["status"], "inactive");
    let listed = server.api_ok("ListWebhooks", json!({"repositoryName": "demo"}));
    assert_eq!(listed["webhooks"].as_array().unwrap().len(), 1);
    assert_eq!(server.api_ok("ListWebhooks", json!({}))["webhooks"], json!([]));
    assert_eq!(server.api_error("TestWebhook", named(json!({}))), "ValidationException");
    server.api_ok("DeleteWebhook", named(json!({})));
    assert_eq!(server.api_error("GetWebhook", named(json!({}))), "WebhookDoesNotExistException");
}

#[test]
fn there_are_twenty_webhooks_at_most_whoever_makes_them_at_the_same_time() {
    let journey = Journey::begin();
    let server = &journey.server;
    server.create_repository("demo");
    for scope in [json!({"repositoryName": "demo"}), json!({})] {
        let mut input = scope.clone();
        input["url"] = json!("https://hooks.example.com/");
        input["events"] = json!(["*"]);
        let outcomes: Vec<_> = std::thread::scope(|threads| {
            let made: Vec<_> = (0..26).map(|_| threads.spawn(|| server.api("CreateWebhook", input.clone()))).collect();
            made.into_iter().map(|made| made.join().unwrap()).collect()
        });
        let refused: Vec<_> =
            outcomes.into_iter().filter_map(|outcome| outcome.err().map(|error| error.name)).collect();
        assert_eq!(refused, ["MaximumWebhooksExceededException"; 6]);
        assert_eq!(server.api_ok("ListWebhooks", scope)["webhooks"].as_array().unwrap().len(), 20);
    }
}

#[test]
fn private_places_are_not_reached_unless_they_are_allowed() {
    let receiver = Receiver::answering(TAKEN);
    let journey = Journey::begin();
    let server = &journey.server;
    let repo = journey.repo_with_origin("demo");
    let port = receiver.address().rsplit(':').next().unwrap().to_owned();
    for host in ["127.0.0.1", "[::1]", "10.0.0.1", "169.254.169.254", "2130706433", "[::ffff:127.0.0.1]"] {
        for scheme in ["http", "https"] {
            let url = format!("{scheme}://{host}:{port}/");
            let input = json!({"repositoryName": "demo", "url": url, "events": ["*"]});
            assert_eq!(server.api_error("CreateWebhook", input), "ValidationException", "{url}");
        }
    }
    // A name says where it leads only when it is used.
    let url = format!("https://localhost:{port}/");
    let (hook, _) = create(server, json!({"repositoryName": "demo", "url": url, "events": ["branch.*"]}));
    repo.commit_file("a.txt", "a\n");
    repo.ok(&["push", "--quiet", "origin", "HEAD:refs/heads/main"]);
    let mut logged = wait_for_state(server, &hook, "waiting");
    while logged["attemptCount"] == 0 {
        std::thread::sleep(std::time::Duration::from_millis(10));
        logged = wait_for_state(server, &hook, "waiting");
    }
    let failure = logged["attempts"][0]["failure"].as_str().unwrap();
    assert!(failure.contains("no address that may be connected to"), "{failure}");
    assert!(receiver.take().is_empty());
}
