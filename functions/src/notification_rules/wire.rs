//! Notification rules between the API and the store.

use crate::inputs::invalid;
use api::ErrorCode;
use api::own;
use domain::{Destination, EventFilter, NotificationRuleId};
use service::{Context, Failure, Result};
use store::{NotificationRule, NotificationRuleError, Repository};

/// A rule as the API shows it.
pub(crate) fn shown(rule: &NotificationRule) -> own::NotificationRule {
    let content = rule.content();
    own::NotificationRule {
        rule_id: Some(rule.id().to_string()),
        name: Some(content.name),
        events: Some(content.events.types().map(str::to_owned).collect()),
        target_arn: Some(content.target.into()),
        active: Some(content.active),
        creation_date: Some(rule.created().into()),
        last_modified_date: Some(rule.modified().into()),
    }
}

/// The events of these types.
pub(crate) fn events(types: Vec<String>) -> Result<EventFilter> {
    if types.is_empty() {
        return Err(invalid("events", "at least one event must be chosen; * stands for all"));
    }
    EventFilter::parse(types).map_err(|error| invalid("events", error))
}

/// The topic of this ARN, which is in the service's region.
pub(crate) fn target(cx: &Context, arn: String) -> Result<Destination> {
    match Destination::parse(arn).map_err(|error| invalid("targetArn", error))? {
        Destination::Function(_) => {
            Err(invalid("targetArn", "it is the ARN of a function, and must be one of a topic"))
        }
        topic if topic.region() != &cx.settings.region => {
            Err(invalid("targetArn", format!("the topic must be in {}, as the repository is", cx.settings.region)))
        }
        topic => Ok(topic),
    }
}

/// The id of a rule of the repository.
pub(crate) async fn find(cx: &Context, repository: &Repository, id: Option<String>) -> Result<NotificationRule> {
    let id = id.unwrap_or_default();
    let Ok(parsed) = NotificationRuleId::parse(id.as_str()) else { return Err(missing(&id)) };
    cx.store.find_notification_rule(repository.id(), &parsed).await?.ok_or_else(|| missing(&id))
}

/// The failure for a change of a rule that did not happen.
pub(crate) fn failure(error: NotificationRuleError) -> Failure {
    match error {
        NotificationRuleError::Missing(id) => missing(id.as_str()),
        NotificationRuleError::TooMany => {
            Failure::new(ErrorCode::MaximumNotificationRulesExceededException, error.to_string())
        }
        NotificationRuleError::Store(error) => error.into(),
    }
}

fn missing(id: &str) -> Failure {
    let message = format!("the repository has no notification rule '{}'", id.escape_debug());
    Failure::new(ErrorCode::NotificationRuleDoesNotExistException, message)
}
