//! When rows end, and what the table does when DynamoDB is busy, fails, or does not answer.

use crate::emulator::Emulator;
use crate::script::{Answer, Script, Sent, answer, refusal};
use aws::DynamoTable;
use ports::clock::ManualClock;
use ports::{CommitError, Expect, Key, Table as _, TableError, Version, Write};
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

fn table(script: &Script) -> DynamoTable {
    let clock = ManualClock::new(UNIX_EPOCH + Duration::from_secs(1_800_000_000));
    DynamoTable::new(&script.connection(), "rows", Arc::new(clock))
}

fn key(sort: &str) -> Key {
    Key::new("p", sort)
}

fn put(sort: &str, expect: Expect) -> Write {
    Write::Put { key: key(sort), body: "body".into(), expires_at: None, expect }
}

fn cancelled(reasons: &[&str]) -> Answer {
    let reasons: Vec<_> = reasons.iter().map(|code| json!({"Code": code})).collect();
    let body = json!({"__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException", "CancellationReasons": reasons});
    answer(400, body.to_string())
}

fn operations(script: &Script) -> Vec<String> {
    script.sent().iter().map(|sent| sent.operation().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_call_is_made_again_after_every_passing_trouble() {
    let script = Script::new(|n, _| match n {
        0 => refusal(400, "ProvisionedThroughputExceededException"),
        1 => refusal(400, "ThrottlingException"),
        2 => refusal(400, "RequestLimitExceeded"),
        3 => refusal(500, "InternalServerError"),
        4 => answer(503, "<html>no JSON</html>"),
        5 => Answer::Lost,
        _ => answer(
            200,
            r#"{"Item": {"pk": {"S": "p"}, "sk": {"S": "s"}, "version": {"N": "7"}, "body": {"B": "YQ=="}}}"#,
        ),
    });
    let row = table(&script).get(&key("s")).await.unwrap().unwrap();
    assert_eq!((row.version, row.body.as_ref()), (Version(7), &b"a"[..]));
    assert_eq!(script.sent().len(), 7);
    assert!(script.sent().iter().all(|sent| sent.json()["ConsistentRead"] == true));
}

#[tokio::test(start_paused = true)]
async fn a_call_gives_up_when_its_time_is_up() {
    let script = Script::new(|_, _| refusal(400, "ThrottlingException"));
    let began = tokio::time::Instant::now();
    let told = table(&script).with_patience(Duration::from_secs(3)).get(&key("s")).await.unwrap_err();
    assert_eq!(told.to_string(), "the table is unavailable: GetItem failed: ThrottlingException: so it is");
    assert!(began.elapsed() <= Duration::from_secs(3));
    assert!(script.sent().len() > 3);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_will_not_change_is_not_asked_for_again() {
    for code in ["ResourceNotFoundException", "AccessDeniedException"] {
        let script = Script::new(move |_, _| refusal(400, code));
        assert!(matches!(table(&script).get(&key("s")).await, Err(TableError::Unavailable(_))), "{code}");
        assert_eq!(script.sent().len(), 1);
    }
    let script = Script::new(|_, _| refusal(400, "ValidationException"));
    assert!(matches!(table(&script).get(&key("s")).await, Err(TableError::Invalid(_))));
}

#[tokio::test]
async fn a_row_that_the_adapter_did_not_write_is_damaged() {
    for item in [
        json!({"pk": {"S": "p"}, "sk": {"S": "s"}, "body": {"B": ""}}),
        json!({"pk": {"S": "p"}, "sk": {"S": "s"}, "version": {"N": "1.5"}, "body": {"B": ""}}),
        json!({"pk": {"S": "p"}, "sk": {"S": "s"}, "version": {"N": "1"}}),
        json!({"pk": {"S": "p"}, "sk": {"S": "s"}, "version": {"N": "1"}, "body": {"S": "text"}}),
        json!({"pk": {"S": "p"}, "sk": {"S": "s"}, "version": {"N": "1"}, "body": {"B": ""}, "expires_at": {"S": "1"}}),
    ] {
        let body = json!({"Item": item}).to_string();
        let script = Script::new(move |_, _| answer(200, body.clone()));
        let told = table(&script).get(&key("s")).await;
        assert!(matches!(told, Err(TableError::Damaged(_))), "{item}: {told:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_transaction_is_repeated_word_for_word_until_it_is_known_what_became_of_it() {
    let script = Script::new(|n, _| match n {
        0 => cancelled(&["None", "TransactionConflict"]),
        1 => Answer::Lost,
        2 => refusal(400, "TransactionInProgressException"),
        3 => cancelled(&["ThrottlingError", "ProvisionedThroughputExceeded"]),
        _ => answer(200, "{}"),
    });
    let writes = vec![put("a", Expect::Absent), put("b", Expect::Anything)];
    let version = table(&script).commit(writes).await.unwrap();
    let sent = script.sent();
    assert_eq!(operations(&script), ["TransactWriteItems"; 5]);
    let first = sent[0].json();
    assert!(sent.iter().all(|again| again.json() == first));
    assert_eq!(first["ClientRequestToken"].as_str().unwrap().len(), 32);
    let items = first["TransactItems"].as_array().unwrap();
    let number = json!(version.0.to_string());
    assert!(items.iter().all(|item| item["Put"]["Item"]["version"]["N"] == number));

    let other = Script::new(|_, _| answer(200, "{}"));
    let again = table(&other).commit(vec![put("a", Expect::Absent), put("b", Expect::Anything)]).await.unwrap();
    assert_ne!(again, version);
    assert_ne!(other.sent()[0].json()["ClientRequestToken"], first["ClientRequestToken"]);
}

#[tokio::test(start_paused = true)]
async fn a_conflict_is_told_when_all_conditions_are_known() {
    let script = Script::new(|n, _| match n {
        0 => cancelled(&["ConditionalCheckFailed", "None", "TransactionConflict"]),
        _ => cancelled(&["ConditionalCheckFailed", "None", "ConditionalCheckFailed"]),
    });
    let writes = ["a", "b", "c"].map(|sort| put(sort, Expect::Absent)).to_vec();
    let told = table(&script).commit(writes).await;
    assert!(matches!(&told, Err(CommitError::Conflict(keys)) if *keys == [key("a"), key("c")]), "{told:?}");
    assert_eq!(script.sent().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_transaction_that_is_refused_for_another_reason_is_no_conflict() {
    let script = Script::new(|_, _| cancelled(&["ConditionalCheckFailed", "ValidationError"]));
    let told = table(&script).commit(vec![put("a", Expect::Absent), put("b", Expect::Absent)]).await;
    assert!(matches!(told, Err(CommitError::Table(TableError::Invalid(_)))), "{told:?}");
    assert_eq!(script.sent().len(), 1);
}

#[tokio::test]
async fn only_a_single_put_on_a_known_version_does_without_a_transaction() {
    let script = Script::new(|_, _| answer(200, "{}"));
    let table = table(&script);
    let known = Expect::Version(Version(5));
    for writes in [
        vec![put("a", known)],
        vec![put("a", Expect::Absent)],
        vec![put("a", Expect::Anything)],
        vec![put("a", Expect::Present)],
        vec![Write::Delete { key: key("a"), expect: known }],
        vec![put("a", known), put("b", known)],
    ] {
        table.commit(writes).await.unwrap();
    }
    let mut wanted = ["TransactWriteItems"; 6];
    wanted[0] = "PutItem";
    assert_eq!(operations(&script), wanted);
}

/// DynamoDB's refusal of a put, with the item that stands there.
fn stands_there(version: &serde_json::Value) -> Answer {
    let item = json!({"pk": {"S": "p"}, "sk": {"S": "a"}, "version": version, "body": {"B": ""}});
    answer(400, json!({"__type": "com.amazonaws#ConditionalCheckFailedException", "Item": item}).to_string())
}

fn version_sent(sent: &Sent) -> serde_json::Value {
    sent.json()["Item"]["version"].clone()
}

#[tokio::test(start_paused = true)]
async fn a_put_that_finds_itself_after_a_lost_answer_has_succeeded() {
    let script = Script::new(|n, sent| if n == 0 { Answer::Lost } else { stands_there(&version_sent(sent)) });
    let version = table(&script).commit(vec![put("a", Expect::Version(Version(5)))]).await.unwrap();
    assert_eq!(version_sent(&script.sent()[1])["N"], version.0.to_string());
}

#[tokio::test(start_paused = true)]
async fn a_put_that_finds_another_version_after_a_lost_answer_does_not_claim_to_know() {
    let script = Script::new(|n, _| if n == 0 { Answer::Lost } else { stands_there(&json!({"N": "6"})) });
    let told = table(&script).commit(vec![put("a", Expect::Version(Version(5)))]).await;
    assert!(matches!(told, Err(CommitError::Table(TableError::Unavailable(_)))), "{told:?}");

    // When no answer was lost, it is a conflict.
    let script =
        Script::new(|n, _| if n == 0 { refusal(400, "ThrottlingException") } else { stands_there(&json!({"N": "6"})) });
    let told = table(&script).commit(vec![put("a", Expect::Version(Version(5)))]).await;
    assert!(matches!(&told, Err(CommitError::Conflict(keys)) if *keys == [key("a")]), "{told:?}");
}

#[tokio::test]
async fn a_row_ends_for_reads_and_conditions_at_the_same_moment() {
    let emulator = Emulator::start();
    emulator.table("rows", false);
    let end = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let clock = Arc::new(ManualClock::new(end));
    let table = DynamoTable::new(&emulator.connection(), "rows", clock.clone());
    for (number, (now, stands)) in
        [(end - Duration::from_millis(1), true), (end, false), (end + Duration::from_millis(1), false)]
            .into_iter()
            .enumerate()
    {
        let key = key(&number.to_string());
        let row = Write::Put { key: key.clone(), body: "body".into(), expires_at: Some(end), expect: Expect::Anything };
        let version = table.commit(vec![row]).await.unwrap();
        clock.set(now);
        assert_eq!(table.get(&key).await.unwrap().is_some(), stands, "{now:?}");
        for (expect, holds) in
            [(Expect::Absent, !stands), (Expect::Present, stands), (Expect::Version(version), stands)]
        {
            let check = table.commit(vec![Write::Check { key: key.clone(), expect }]).await;
            assert_eq!(check.is_ok(), holds, "{now:?}, {expect:?}: {check:?}");
        }
    }
}
