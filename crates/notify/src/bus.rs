//! Events as a bus gets them: with the `detail-type` and `detail` that CodeCommit's own events have on `EventBridge` (AWS user
//! guide, "Monitoring CodeCommit events in Amazon `EventBridge`"), under a source of our own. What CodeCommit has no event for is
//! told in the same manner, under detail types of our own.

mod comments;
mod pull_requests;
mod repositories;
mod templates;

use crate::sentence::pull_request;
use crate::{Settings, link, sentence};
use domain::{Event, EventKind};
use ports::BusEvent;
use serde_json::{Map, Value};
use std::time::SystemTime;

/// Who tells the events. AWS keeps sources that begin with `aws.` to itself.
const SOURCE: &str = "coldforge";

/// What happened to an approval rule template.
const TEMPLATE: &str = "CodeCommit Approval Rule Template Change";
/// Our own detail type, for what CodeCommit does not tell.
const OTHER: &str = "Coldforge State Change";

/// What is told of one event, before everything that all events have in common.
pub(crate) struct Told {
    detail_type: &'static str,
    event: &'static str,
    detail: Map<String, Value>,
}

impl Told {
    fn new(detail_type: &'static str, event: &'static str, detail: Value) -> Self {
        let detail = if let Value::Object(detail) = detail { detail } else { Map::new() };
        Self { detail_type, event, detail }
    }

    fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.detail.insert(name.to_owned(), value.into());
        self
    }
}

/// The events that a bus gets of one event of ours: one for each ref, if it is about refs, and otherwise just one.
pub fn bus_events(event: &Event, settings: &Settings) -> Vec<BusEvent> {
    let told = told(event);
    let resources: Vec<String> =
        event.repository.iter().map(|repository| settings.arn(&repository.name).to_string()).collect();
    let several = told.len() > 1;
    let mut events = Vec::with_capacity(told.len());
    for (number, told) in told.into_iter().enumerate() {
        let id = if several { event.id.derived(&format!("bus/{number}")) } else { event.id.clone() };
        let mut detail = told.detail;
        let mut put = |name: &str, value: String| detail.insert(name.to_owned(), value.into());
        put("event", told.event.to_owned());
        put("eventId", id.to_string());
        put("callerUserArn", event.actor.arn.clone());
        put("notificationBody", notification(event, settings));
        events.push(BusEvent {
            id: id.to_string(),
            source: SOURCE.to_owned(),
            detail_type: told.detail_type.to_owned(),
            time: event.time,
            account: settings.account.to_string(),
            region: settings.region.to_string(),
            // CodeCommit's events about templates as such have none.
            resources: resources.clone(),
            detail: Value::Object(detail).to_string(),
        });
    }
    events
}

fn told(event: &Event) -> Vec<Told> {
    match &event.kind {
        EventKind::ReferencesChanged { references, merge, .. } => {
            references.iter().map(|reference| repositories::reference(event, reference, merge.as_ref())).collect()
        }
        EventKind::CommentCreated(_)
        | EventKind::CommentUpdated(_)
        | EventKind::CommentContentDeleted(_)
        | EventKind::CommentReactionChanged { .. } => comments::told(event).into_iter().collect(),
        EventKind::ApprovalRuleTemplateCreated { template } => {
            vec![templates::told(event, "approvalRuleTemplateCreated", template)]
        }
        EventKind::ApprovalRuleTemplateRenamed { template, .. }
        | EventKind::ApprovalRuleTemplateDescriptionChanged { template }
        | EventKind::ApprovalRuleTemplateContentChanged { template, .. } => {
            vec![templates::told(event, "approvalRuleTemplateUpdated", template)]
        }
        EventKind::ApprovalRuleTemplateDeleted { template } => {
            vec![templates::told(event, "approvalRuleTemplateDeleted", template)]
        }
        EventKind::ApprovalRuleTemplateAssociated { template } => {
            vec![templates::told(event, "approvalRuleTemplateAssociatedWithRepository", template)]
        }
        EventKind::ApprovalRuleTemplateDisassociated { template } => {
            vec![templates::told(event, "approvalRuleTemplateDisassociatedFromRepository", template)]
        }
        _ => {
            let of_pull_request = pull_request(&event.kind);
            vec![match of_pull_request {
                Some(pull_request) => pull_requests::told(event, pull_request),
                None => repositories::told(event),
            }]
        }
    }
}

/// The text that people are shown.
fn notification(event: &Event, settings: &Settings) -> String {
    let sentence = sentence(event);
    match link(event, settings) {
        Some(link) => format!("{sentence}. For more information, go to {link}"),
        None => format!("{sentence}."),
    }
}

/// A time as CodeCommit's events write it, such as `Wed Nov 06 19:10:58 UTC 2019`.
fn date(time: SystemTime) -> String {
    let time = jiff::Timestamp::try_from(time).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    time.strftime("%a %b %d %H:%M:%S UTC %Y").to_string()
}
