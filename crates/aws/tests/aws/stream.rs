//! Stream records are decoded as the feed of an adapter that can be asked would tell them.

use crate::emulator::Emulator;
use aws::stream::StreamEvent;
use ports::{Change, Expect, Key, Table as _, TableError, Write};
use serde_json::{Value, json};
use std::time::{Duration, UNIX_EPOCH};

/// The stream's records as a function receives them.
fn delivered(emulator: &Emulator) -> StreamEvent {
    let streams = |operation: &str, input: &Value| {
        emulator.call("dynamodb", &format!("DynamoDBStreams_20120810.{operation}"), input)
    };
    let table = emulator.call("dynamodb", "DynamoDB_20120810.DescribeTable", &json!({"TableName": "rows"}));
    let arn = &table["Table"]["LatestStreamArn"];
    let stream = streams("DescribeStream", &json!({"StreamArn": arn}));
    let shard = &stream["StreamDescription"]["Shards"][0]["ShardId"];
    let begin = json!({"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"});
    let iterator = streams("GetShardIterator", &begin);
    let records = streams("GetRecords", &json!({"ShardIterator": iterator["ShardIterator"]}));
    serde_json::from_value(records).unwrap()
}

#[test]
fn the_sample_of_a_stream_tells_of_an_event() {
    let events = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events");
    let sample = std::fs::read(format!("{events}/lambda/stream.json")).unwrap();
    let StreamEvent { records } = serde_json::from_slice(&sample).unwrap();
    let [record] = records.as_slice() else { panic!("{} records", records.len()) };
    assert_eq!(record.sequence(), "4421584500000000017450439091");
    let told = record.change().unwrap().row.unwrap();
    let event = std::fs::read(format!("{events}/repository_created.json")).unwrap();
    let (told, event): (Value, Value) =
        (serde_json::from_slice(&told.body).unwrap(), serde_json::from_slice(&event).unwrap());
    assert_eq!(told, event);
}

#[tokio::test]
async fn a_stream_tells_what_was_committed() {
    let emulator = Emulator::start();
    let table = emulator.table("rows", true);
    let [a, b] = ["a", "b"].map(|sort| Key::new("p", sort));
    let end = UNIX_EPOCH + Duration::from_secs(100_000_000_000);
    let put = |key: &Key, body: &'static [u8], expires_at| Write::Put {
        key: key.clone(),
        body: body.into(),
        expires_at,
        expect: Expect::Anything,
    };
    table.commit(vec![put(&a, b"first", None), put(&b, b"\0\xff", Some(end))]).await.unwrap();
    let rows = [table.get(&a).await.unwrap(), table.get(&b).await.unwrap()];
    table.commit(vec![put(&a, b"", None)]).await.unwrap();
    let changed = table.get(&a).await.unwrap();
    table.commit(vec![Write::Delete { key: b.clone(), expect: Expect::Present }]).await.unwrap();

    let records = delivered(&emulator).records;
    let changes: Vec<Change<String>> = records.iter().map(|record| record.change().unwrap()).collect();
    assert!(records.iter().zip(&changes).all(|(record, change)| record.sequence() == change.sequence));
    let told: Vec<_> = changes.into_iter().map(|change| (change.key, change.row)).collect();
    let [first, second] = rows;
    assert_eq!(told, [(a.clone(), first), (b.clone(), second), (a, changed), (b, None)]);
}

/// A record as Lambda's documentation shows it, with rows of ours.
fn record(change: impl Fn(&mut Value)) -> Value {
    let mut record = json!({
        "eventID": "c4ca4238a0b923820dcc509a6f75849b",
        "eventName": "MODIFY",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-central-1",
        "dynamodb": {
            "Keys": {"pk": {"S": "REPO#r"}, "sk": {"S": "META"}},
            "NewImage": {
                "pk": {"S": "REPO#r"},
                "sk": {"S": "META"},
                "version": {"N": "18446744073709551615"},
                "body": {"B": "e30="},
                "expires_at": {"N": "1800000000"},
            },
            "ApproximateCreationDateTime": 1_800_000_000,
            "SequenceNumber": "4421584500000000017450439091",
            "SizeBytes": 59,
            "StreamViewType": "NEW_IMAGE",
        },
        "eventSourceARN": "arn:aws:dynamodb:eu-central-1:123456789012:table/rows/stream/2026-01-01T00:00:00.000",
    });
    change(&mut record);
    record
}

fn decoded(record: Value) -> Result<Change<String>, TableError> {
    let event: StreamEvent = serde_json::from_value(json!({"Records": [record]})).unwrap();
    event.records[0].change()
}

#[test]
fn a_record_is_decoded_with_version_and_end() {
    let change = decoded(record(|_| {})).unwrap();
    assert_eq!(change.sequence, "4421584500000000017450439091");
    let row = change.row.unwrap();
    assert_eq!((row.version.0, row.body.as_ref()), (u64::MAX, &b"{}"[..]));
    assert_eq!(row.expires_at, Some(UNIX_EPOCH + Duration::from_secs(1_800_000_000)));
}

#[test]
fn a_removal_carries_no_row_whoever_removed_it() {
    let expired = |record: &mut Value| {
        record["eventName"] = "REMOVE".into();
        record["userIdentity"] = json!({"type": "Service", "principalId": "dynamodb.amazonaws.com"});
        record["dynamodb"].as_object_mut().unwrap().remove("NewImage");
    };
    assert_eq!(decoded(record(expired)).unwrap().row, None);
}

#[test]
fn a_record_that_is_not_of_a_row_is_damaged_and_does_not_hide_the_others() {
    let bad = [
        record(|record| record["dynamodb"]["Keys"] = json!({"id": {"N": "1"}})),
        record(|record| record["dynamodb"]["NewImage"]["version"] = json!({"S": "1"})),
        record(|record| record["dynamodb"]["NewImage"]["body"] = json!({"B": "*"})),
        record(|record| record["dynamodb"]["NewImage"]["body"] = json!({"M": {"nested": {"BOOL": true}}})),
        record(|record| drop(record["dynamodb"].as_object_mut().unwrap().remove("NewImage"))),
    ];
    let count = bad.len();
    let records: Vec<_> = bad.into_iter().chain([record(|_| {})]).collect();
    let event: StreamEvent = serde_json::from_value(json!({"Records": records})).unwrap();
    for (number, record) in event.records.iter().enumerate() {
        let told = record.change();
        assert_eq!(told.is_ok(), number == count, "{number}: {told:?}");
        assert!(!record.sequence().is_empty());
    }
}
