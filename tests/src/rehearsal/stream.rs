//! The event source mappings of a template: hands the table's stream to functions as Lambda does (Lambda developer guide, "Using AWS
//! Lambda with Amazon DynamoDB"): filtered, in batches, in order for each partition, and again when a function fails.

use super::emulator::Emulator;
use super::lambda::{Caller, Lambda, tell_failure};
use super::policies::{Facts, allow};
use super::runtime_api::Outcome;
use super::template::{Template, text};
use serde_json::{Value, json};
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// How often the stream is read. Lambda does it four times a second.
const PAUSE: Duration = Duration::from_millis(100);

/// The longest pause before a batch is given again.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What Lambda does with the function's role when it reads a stream.
const READING: [&str; 3] = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"];

/// One mapping of a stream to a function.
#[derive(Debug, Clone)]
struct Mapping {
    function: String,
    stream: String,
    patterns: Vec<Value>,
    batch_size: usize,
    at_once: usize,
    bisects: bool,
    reports_failures: bool,
    retries: u64,
}

/// A batch that waits to be given, for the so-many-th time.
struct Waiting {
    records: Vec<Value>,
    tries: u64,
}

/// Follows the stream of the emulator's table for all mappings of a template, until the process ends.
pub async fn follow(template: &Template, emulator: Arc<Emulator>, lambda: Arc<Lambda>) {
    let mappings: Vec<Mapping> =
        template.all("AWS::Lambda::EventSourceMapping").map(|(_, properties)| Mapping::new(&properties)).collect();
    let mut lines = Vec::new();
    for mapping in mappings {
        mapping.check_role(&lambda);
        let mapping = Arc::new(mapping);
        let senders: Vec<_> = (0..mapping.at_once).map(|_| mapping.clone().start(lambda.clone())).collect();
        lines.push((mapping, senders));
    }
    let (table, _) = template.only("AWS::DynamoDB::Table");
    let stream = emulator.stream(table);
    let mut next = None;
    loop {
        let (emulator, place) = (emulator.clone(), stream.clone());
        let records = tokio::task::spawn_blocking(move || emulator.records(&place, next)).await.unwrap();
        for mut record in records {
            let sequence = record["dynamodb"]["SequenceNumber"].as_str().and_then(|number| number.parse::<u128>().ok());
            next = sequence.map(|sequence| sequence + 1);
            for (mapping, senders) in &lines {
                record["eventSourceARN"] = json!(mapping.stream);
                if mapping.patterns.iter().any(|pattern| matches(pattern, &record)) {
                    let partition = text(&record["dynamodb"]["Keys"]["pk"]["S"]);
                    _ = senders[line_of(&partition, senders.len())].send(record.clone());
                }
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn line_of(partition: &str, lines: usize) -> usize {
    let mut hasher = DefaultHasher::new();
    partition.hash(&mut hasher);
    (hasher.finish() % lines as u64) as usize
}

impl Mapping {
    fn new(properties: &Value) -> Self {
        let number = |name: &str, usual: u64| properties[name].as_u64().unwrap_or(usual);
        let filters = properties["FilterCriteria"]["Filters"].as_array().cloned().unwrap_or_default();
        let patterns = filters.iter().map(|filter| serde_json::from_str(&text(&filter["Pattern"])).unwrap()).collect();
        Self {
            function: text(&properties["FunctionName"]),
            stream: text(&properties["EventSourceArn"]),
            patterns,
            batch_size: number("BatchSize", 100) as usize,
            at_once: number("ParallelizationFactor", 1) as usize,
            bisects: properties["BisectBatchOnFunctionError"] == true,
            reports_failures: properties["FunctionResponseTypes"] == json!(["ReportBatchItemFailures"]),
            retries: number("MaximumRetryAttempts", u64::MAX),
        }
    }

    /// Lambda reads the stream as the function's role, which must allow it.
    fn check_role(&self, lambda: &Lambda) {
        let function = lambda.function(&self.function).unwrap_or_else(|| panic!("no function {}", self.function));
        for action in READING {
            let may = allow(&function.statements, action, &self.stream, &Facts::new());
            assert!(may, "the role of {} does not allow {action} on {}", self.function, self.stream);
        }
    }

    /// Gives the records that are sent to it to the function, one batch after the other.
    fn start(self: Arc<Self>, lambda: Arc<Lambda>) -> mpsc::UnboundedSender<Value> {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Some(first) = receiver.recv().await {
                let mut records = vec![first];
                while records.len() < self.batch_size {
                    let Ok(record) = receiver.try_recv() else { break };
                    records.push(record);
                }
                self.give(&lambda, records).await;
            }
        });
        sender
    }

    /// Gives a batch until all of it was dealt with, or was tried too often.
    async fn give(&self, lambda: &Lambda, records: Vec<Value>) {
        let mut waiting = vec![Waiting { records, tries: 0 }];
        while let Some(Waiting { mut records, tries }) = waiting.pop() {
            let event = json!({ "Records": records }).to_string();
            let outcome = lambda.invoke(&self.function, event, Caller::Stream).await;
            if let Outcome::Failed(kind, message) = &outcome {
                tell_failure(&self.function, kind, message);
            }
            let failed_from = self.failed_from(&outcome, &records);
            let mut rest = records.split_off(failed_from);
            if rest.is_empty() {
                continue;
            }
            let (function, tries) = (&self.function, tries + 1);
            if tries > self.retries {
                eprintln!(r#"{{"rehearsal":"gave up","function":"{function}","records":{}}}"#, rest.len());
                continue;
            }
            // A batch that says itself where it failed needs not be halved to find out.
            if self.bisects && rest.len() > 1 && matches!(outcome, Outcome::Failed(..)) {
                let second = rest.split_off(rest.len() / 2);
                waiting.push(Waiting { records: second, tries });
            }
            waiting.push(Waiting { records: rest, tries });
            tokio::time::sleep(PAUSE.saturating_mul(1 << tries.min(8)).min(LONGEST_PAUSE)).await;
        }
    }

    /// Where in the batch the first record is that was not dealt with.
    fn failed_from(&self, outcome: &Outcome, records: &[Value]) -> usize {
        let Outcome::Buffered(answer) = outcome else { return 0 };
        if !self.reports_failures {
            return records.len();
        }
        let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
        let Some(failures) = answer["batchItemFailures"].as_array() else { return records.len() };
        let failed: Vec<&Value> = failures.iter().map(|failure| &failure["itemIdentifier"]).collect();
        let at = records.iter().position(|record| failed.contains(&&record["dynamodb"]["SequenceNumber"]));
        // An identifier that is none of the batch's fails all of it.
        at.unwrap_or(if failed.is_empty() { records.len() } else { 0 })
    }
}

/// Whether a record is as a filter says (Lambda developer guide, "Filter rule syntax"): as much of the rules as the template uses.
fn matches(pattern: &Value, value: &Value) -> bool {
    match pattern {
        Value::Object(members) => members.iter().all(|(name, pattern)| matches(pattern, &value[name])),
        Value::Array(choices) => choices.iter().any(|choice| match (choice, choice["prefix"].as_str()) {
            (Value::String(text), _) => value == text,
            (_, Some(prefix)) => value.as_str().is_some_and(|value| value.starts_with(prefix)),
            (unknown, _) => panic!("the rehearsal does not know the filter {unknown}"),
        }),
        unknown => panic!("the rehearsal does not know the filter {unknown}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_choose_by_members_and_beginnings() {
        let pattern = json!({"eventName": ["INSERT"], "dynamodb": {"Keys": {"pk": {"S": [{"prefix": "EVENT#"}]}}}});
        let record = |name: &str, pk: &str| json!({"eventName": name, "dynamodb": {"Keys": {"pk": {"S": pk}}}});
        assert!(matches(&pattern, &record("INSERT", "EVENT#1")));
        assert!(!matches(&pattern, &record("REMOVE", "EVENT#1")));
        assert!(!matches(&pattern, &record("INSERT", "REPO#1")));
    }

    #[test]
    fn a_batch_is_given_again_from_the_first_record_that_failed() {
        let mapping = Mapping::new(&json!({"FunctionResponseTypes": ["ReportBatchItemFailures"]}));
        let records: Vec<Value> = ["1", "2", "3"].map(|at| json!({"dynamodb": {"SequenceNumber": at}})).into();
        let from = |failed: &[&str]| {
            let failures: Vec<Value> = failed.iter().map(|at| json!({"itemIdentifier": at})).collect();
            let answer = json!({ "batchItemFailures": failures }).to_string();
            mapping.failed_from(&Outcome::Buffered(answer.into()), &records)
        };
        assert_eq!((from(&[]), from(&["3", "2"]), from(&["9"])), (3, 1, 0));
        assert_eq!(mapping.failed_from(&Outcome::Failed(String::new(), String::new()), &records), 0);
    }
}
