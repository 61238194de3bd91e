//! Events arrive on a bus whole and in lots that it takes, and what it says of single ones is heard.

use crate::emulator::Emulator;
use crate::script::{Answer, Script, Sent, answer, refusal};
use aws::AwsPublisher;
use ports::publisher::MAX_MESSAGE_BYTES;
use ports::{BusEvent, PublishError, Publisher as _};
use serde_json::{Value, json};
use std::time::{Duration, UNIX_EPOCH};

const BUS: &str = "arn:aws:events:eu-central-1:123456789012:event-bus/told";

fn event(number: usize) -> BusEvent {
    BusEvent {
        id: format!("e{number}"),
        source: "coldforge".to_owned(),
        detail_type: "CodeCommit Repository State Change".to_owned(),
        time: UNIX_EPOCH + Duration::from_secs(1_800_000_000),
        account: "123456789012".to_owned(),
        region: "eu-central-1".to_owned(),
        resources: vec!["arn:aws:codecommit:eu-central-1:123456789012:demo".to_owned()],
        detail: json!({ "number": number }).to_string(),
    }
}

fn events(count: usize) -> Vec<BusEvent> {
    (0..count).map(event).collect()
}

fn publisher(script: &Script) -> AwsPublisher {
    AwsPublisher::new(&script.connection()).with_patience(Duration::from_millis(200))
}

/// The numbers of the events in a call.
fn numbers(sent: &Sent) -> Vec<u64> {
    let body = sent.json();
    let details = body["Entries"].as_array().unwrap().iter().map(|entry| entry["Detail"].as_str().unwrap().to_owned());
    details.map(|detail| serde_json::from_str::<Value>(&detail).unwrap()["number"].as_u64().unwrap()).collect()
}

/// What a bus answers that gives each event of the call this code; none means that the event is there.
fn answered(sent: &Sent, code: impl Fn(u64) -> Option<&'static str>) -> Answer {
    let results: Vec<Value> = numbers(sent)
        .into_iter()
        .map(|number| match code(number) {
            Some(code) => json!({"ErrorCode": code, "ErrorMessage": "so it is"}),
            None => json!({"EventId": number.to_string()}),
        })
        .collect();
    let failed = results.iter().filter(|result| result.get("ErrorCode").is_some()).count();
    answer(200, json!({"FailedEntryCount": failed, "Entries": results}).to_string())
}

#[tokio::test]
async fn a_rule_of_the_bus_hands_on_every_event() {
    let emulator = Emulator::start();
    let bus = emulator.call("events", "AWSEvents.CreateEventBus", &json!({"Name": "told"}));
    let queue = emulator.call("sqs", "AmazonSQS.CreateQueue", &json!({"QueueName": "arrived"}));
    let pattern = json!({"source": ["coldforge"]}).to_string();
    let rule = json!({"Name": "all", "EventBusName": "told", "EventPattern": pattern});
    emulator.call("events", "AWSEvents.PutRule", &rule);
    let target = json!({"Id": "queue", "Arn": "arn:aws:sqs:eu-central-1:123456789012:arrived"});
    let targets = json!({"Rule": "all", "EventBusName": "told", "Targets": [target]});
    emulator.call("events", "AWSEvents.PutTargets", &targets);

    let publisher = AwsPublisher::new(&emulator.connection());
    publisher.put_events(bus["EventBusArn"].as_str().unwrap(), &events(12)).await.unwrap();

    let mut arrived = Vec::new();
    for _ in 0..2 {
        let take = json!({"QueueUrl": queue["QueueUrl"], "MaxNumberOfMessages": 10});
        let messages = emulator.call("sqs", "AmazonSQS.ReceiveMessage", &take);
        let bodies = messages["Messages"].as_array().unwrap().iter().map(|message| message["Body"].as_str().unwrap());
        arrived.extend(bodies.map(|body| serde_json::from_str::<Value>(body).unwrap()));
    }
    let mut numbers: Vec<u64> = arrived.iter().map(|event| event["detail"]["number"].as_u64().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..12).collect::<Vec<u64>>());
    let first = &arrived[0];
    assert_eq!((&first["source"], &first["detail-type"]), (&json!("coldforge"), &json!(event(0).detail_type)));
    assert_eq!(first["resources"], json!(event(0).resources));
    assert_eq!(first["time"], "2027-01-15T08:00:00Z");
}

#[tokio::test]
async fn a_call_has_ten_events_at_most_and_no_more_than_it_may_weigh() {
    let script = Script::new(|_, sent| answered(sent, |_| None));
    publisher(&script).put_events(BUS, &events(21)).await.unwrap();
    let sent = script.sent();
    assert_eq!(sent.iter().map(|call| numbers(call).len()).collect::<Vec<_>>(), [10, 10, 1]);
    assert_eq!(sent[0].json()["Entries"][0]["EventBusName"], BUS);
    assert_eq!(sent[0].json()["Entries"][0]["Time"], 1_800_000_000);

    let script = Script::new(|_, sent| answered(sent, |_| None));
    let heavy = |number: usize, bytes: usize| BusEvent {
        detail: json!({"number": number, "noise": "x".repeat(bytes)}).to_string(),
        ..event(number)
    };
    let third = MAX_MESSAGE_BYTES / 3;
    publisher(&script).put_events(BUS, &[heavy(0, third), heavy(1, third), heavy(2, third)]).await.unwrap();
    assert_eq!(script.sent().iter().map(numbers).collect::<Vec<_>>(), [vec![0, 1], vec![2]]);

    let told = publisher(&script).put_events(BUS, &[event(0), heavy(1, MAX_MESSAGE_BYTES)]).await;
    assert!(matches!(told, Err(PublishError::Invalid(_))), "{told:?}");
    assert_eq!(script.sent().len(), 2, "nothing is sent of what cannot be sent whole");
}

#[tokio::test(start_paused = true)]
async fn only_what_the_bus_did_not_take_is_put_again() {
    let script = Script::new(|number, sent| {
        answered(sent, move |event| match (number, event) {
            (0, 1) => Some("ThrottlingException"),
            (0, 3) => Some("InternalFailure"),
            _ => None,
        })
    });
    publisher(&script).put_events(BUS, &events(4)).await.unwrap();
    assert_eq!(script.sent().iter().map(numbers).collect::<Vec<_>>(), [vec![0, 1, 2, 3], vec![1, 3]]);
}

#[tokio::test(start_paused = true)]
async fn errors_are_told_by_what_is_wrong() {
    type IsRight = fn(&PublishError) -> bool;
    let of_entries: [(&'static str, IsRight); 4] = [
        ("AccessDeniedException", |error| matches!(error, PublishError::AccessDenied(_))),
        ("NotAuthorizedForSourceException", |error| matches!(error, PublishError::Refused(_))),
        ("MalformedDetail", |error| matches!(error, PublishError::Refused(_))),
        ("ThrottlingException", |error| matches!(error, PublishError::Unavailable(_))),
    ];
    for (code, is_right) in of_entries {
        let script = Script::new(move |_, sent| answered(sent, |number| (number == 1).then_some(code)));
        let error = publisher(&script).put_events(BUS, &events(2)).await.unwrap_err();
        assert!(is_right(&error), "{code}: {error:?}");
    }
    let of_calls: [(u16, &str, IsRight); 4] = [
        (400, "ResourceNotFoundException", |error| matches!(error, PublishError::NotFound { .. })),
        (400, "AccessDeniedException", |error| matches!(error, PublishError::AccessDenied(_))),
        (400, "ThrottlingException", |error| matches!(error, PublishError::Unavailable(_))),
        (500, "InternalException", |error| matches!(error, PublishError::Unavailable(_))),
    ];
    for (status, code, is_right) in of_calls {
        let script = Script::new(move |_, _| refusal(status, code));
        let error = publisher(&script).put_events(BUS, &events(1)).await.unwrap_err();
        assert!(is_right(&error), "{code}: {error:?}");
    }
}
