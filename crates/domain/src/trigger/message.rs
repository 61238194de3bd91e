//! What a trigger tells, in the form that CodeCommit's triggers have: the payload of a function, the message of a topic.

use super::Trigger;
use crate::arn::RepositoryArn;
use crate::event::Actor;
use jiff::Timestamp;
use serde::Serialize;
use std::time::SystemTime;

/// The most characters of a message's subject (SNS API reference, `Publish`: fewer than 100).
const MOST_SUBJECT_CHARACTERS: usize = 99;

/// Something that a trigger tells. One message has one record.
#[derive(Debug, Clone)]
pub struct TriggerMessage<'a> {
    /// The trigger.
    pub trigger: &'a Trigger,
    /// Names the set of triggers it is one of.
    pub configuration_id: &'a str,
    /// The repository.
    pub repository: &'a RepositoryArn,
    /// What happened to which refs.
    pub references: Vec<TriggerReference>,
    /// Whether it only tries the trigger out.
    pub test: bool,
    /// Which part of the event it is.
    pub part: MessagePart,
    /// Names the event, the same each time it is told.
    pub event_id: &'a str,
    /// When it happened.
    pub time: SystemTime,
    /// Who did it.
    pub actor: &'a Actor,
}

/// Which part of an event a message is. An event has several when its references do not fit into one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessagePart {
    /// From 1 on.
    pub number: u32,
    /// How many there are.
    pub total: u32,
}

impl MessagePart {
    /// An event that is told in one message.
    pub const ONLY: Self = Self { number: 1, total: 1 };
}

/// What a trigger tells of a ref.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TriggerReference {
    /// The object id it points to, in hex.
    pub commit: String,
    /// Whether it was created; not told when it was not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub created: bool,
    /// Whether it was deleted; not told when it was not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
    /// Its full name.
    #[serde(rename = "ref")]
    pub name: String,
}

/// A message that cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("the message cannot be written: {0}")]
pub struct MessageError(Box<dyn std::error::Error + Send + Sync>);

#[derive(Serialize)]
struct Records<'a> {
    #[serde(rename = "Records")]
    records: [Record<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    aws_region: &'a str,
    codecommit: References<'a>,
    custom_data: Option<&'a str>,
    event_id: &'a str,
    event_name: &'static str,
    event_part_number: u32,
    event_source: &'static str,
    #[serde(rename = "eventSourceARN")]
    event_source_arn: String,
    event_time: String,
    event_total_parts: u32,
    event_trigger_config_id: &'a str,
    event_trigger_name: &'a str,
    event_version: &'static str,
    #[serde(rename = "userIdentityARN")]
    user_identity_arn: &'a str,
}

#[derive(Serialize)]
struct References<'a> {
    references: &'a [TriggerReference],
}

impl TriggerMessage<'_> {
    /// The message as JSON.
    pub fn to_json(&self) -> Result<String, MessageError> {
        let time = Timestamp::try_from(self.time).map_err(|error| MessageError(error.into()))?;
        let record = Record {
            aws_region: self.repository.region.as_str(),
            codecommit: References { references: &self.references },
            custom_data: self.trigger.custom_data.as_deref(),
            event_id: self.event_id,
            event_name: if self.test { "TriggerEventTest" } else { "ReferenceChanges" },
            event_part_number: self.part.number,
            event_source: "aws:codecommit",
            event_source_arn: self.repository.to_string(),
            event_time: time.strftime("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string(),
            event_total_parts: self.part.total,
            event_trigger_config_id: self.configuration_id,
            event_trigger_name: self.trigger.name.as_str(),
            event_version: "1.0",
            user_identity_arn: &self.actor.arn,
        };
        serde_json::to_string(&Records { records: [record] }).map_err(|error| MessageError(error.into()))
    }
}

/// The references in as many parts as it takes for each to have at most `most` bytes as JSON; a part has at least one reference.
pub fn in_parts(references: Vec<TriggerReference>, most: usize) -> Vec<Vec<TriggerReference>> {
    let mut parts: Vec<Vec<TriggerReference>> = Vec::new();
    let mut room = 0;
    for reference in references {
        let bytes = json_bytes(&reference);
        match parts.last_mut() {
            Some(part) if bytes <= room => {
                part.push(reference);
                room -= bytes;
            }
            _ => {
                parts.push(vec![reference]);
                room = most.saturating_sub(bytes);
            }
        }
    }
    parts
}

/// At least as many bytes as the reference has as JSON, with the comma behind it. A character of a name may be escaped, to six
/// bytes at most.
fn json_bytes(reference: &TriggerReference) -> usize {
    const AROUND: usize = r#"{"commit":"","created":true,"deleted":true,"ref":""},"#.len();
    let escaped =
        |text: &str| text.chars().map(|c| if c < ' ' || matches!(c, '"' | '\\') { 6 } else { c.len_utf8() }).sum();
    let (commit, name): (usize, usize) = (escaped(&reference.commit), escaped(&reference.name));
    AROUND + commit + name
}

/// The subject of a message to a topic. A long name is cut, because subjects are short.
pub fn subject(repository: &RepositoryArn) -> String {
    let subject = format!("UPDATE: AWS CodeCommit {} push: {}", repository.region, repository.name);
    subject.chars().take(MOST_SUBJECT_CHARACTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trigger::{Destination, TriggerEvent, TriggerName};
    use std::time::{Duration, UNIX_EPOCH};

    fn arn(name: &str) -> RepositoryArn {
        RepositoryArn::parse(&format!("arn:aws:codecommit:us-east-1:123456789012:{name}")).unwrap()
    }

    #[test]
    fn a_message_has_the_form_of_codecommit() {
        let trigger = Trigger {
            name: TriggerName::parse("ci").unwrap(),
            destination: Destination::parse("arn:aws:sns:us-east-1:123456789012:t").unwrap(),
            custom_data: None,
            branches: Vec::new(),
            events: vec![TriggerEvent::All],
        };
        let reference = |name: &str, created, deleted| TriggerReference {
            commit: "0".repeat(40),
            created,
            deleted,
            name: format!("refs/heads/{name}"),
        };
        let message = TriggerMessage {
            trigger: &trigger,
            configuration_id: "0d17d6a4-efeb-46f3-b3ab-a63741badeb8",
            repository: &arn("demo"),
            references: vec![reference("a", true, false), reference("b", false, true), reference("c", false, false)],
            test: false,
            part: MessagePart::ONLY,
            event_id: "31ade2c7-f889-47c5-a937-1cf99e2790e9",
            time: UNIX_EPOCH + Duration::from_millis(1_616_532_143_131),
            actor: &Actor::new("arn:aws:iam::123456789012:user/ana"),
        };
        let zeros = "0".repeat(40);
        let expected = format!(
            concat!(
                r#"{{"Records":[{{"awsRegion":"us-east-1","codecommit":{{"references":["#,
                r#"{{"commit":"{z}","created":true,"ref":"refs/heads/a"}},"#,
                r#"{{"commit":"{z}","deleted":true,"ref":"refs/heads/b"}},"#,
                r#"{{"commit":"{z}","ref":"refs/heads/c"}}]}},"customData":null,"#,
                r#""eventId":"31ade2c7-f889-47c5-a937-1cf99e2790e9","eventName":"ReferenceChanges","#,
                r#""eventPartNumber":1,"eventSource":"aws:codecommit","#,
                r#""eventSourceARN":"arn:aws:codecommit:us-east-1:123456789012:demo","#,
                r#""eventTime":"2021-03-23T20:42:23.131+0000","eventTotalParts":1,"#,
                r#""eventTriggerConfigId":"0d17d6a4-efeb-46f3-b3ab-a63741badeb8","eventTriggerName":"ci","#,
                r#""eventVersion":"1.0","userIdentityARN":"arn:aws:iam::123456789012:user/ana"}}]}}"#,
            ),
            z = zeros
        );
        assert_eq!(message.to_json().unwrap(), expected);

        let trigger = Trigger { custom_data: Some("x".into()), ..trigger.clone() };
        let test = TriggerMessage { test: true, trigger: &trigger, ..message };
        let json: serde_json::Value = serde_json::from_str(&test.to_json().unwrap()).unwrap();
        assert_eq!(json["Records"][0]["eventName"], "TriggerEventTest");
        assert_eq!(json["Records"][0]["customData"], "x");
    }

    #[test]
    fn references_are_parted_where_a_message_would_be_too_large() {
        let reference = |number: usize| TriggerReference {
            commit: "0".repeat(40),
            created: true,
            deleted: false,
            name: format!("refs/heads/\"{number:03}\""),
        };
        let all: Vec<_> = (0..100).map(reference).collect();
        let parts = in_parts(all.clone(), 1000);
        assert!(parts.len() > 10);
        assert!(parts.iter().all(|part| serde_json::to_string(part).unwrap().len() <= 1000 + 2));
        assert_eq!(parts.concat(), all);
        assert_eq!(in_parts(all.clone(), usize::MAX), vec![all.clone()]);
        assert_eq!(in_parts(all.clone(), 0).len(), 100);
        assert!(in_parts(Vec::new(), 1000).is_empty());
    }

    #[test]
    fn a_subject_is_short() {
        assert_eq!(subject(&arn("demo")), "UPDATE: AWS CodeCommit us-east-1 push: demo");
        let long = subject(&arn(&"r".repeat(100)));
        assert_eq!(long.len(), 99);
        assert!(long.starts_with("UPDATE: AWS CodeCommit us-east-1 push: rrr"));
    }
}
