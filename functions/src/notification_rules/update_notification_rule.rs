//! `UpdateNotificationRule`: changes a notification rule.

use super::wire;
use api::own::{UpdateNotificationRuleInput, UpdateNotificationRuleOutput};
use service::{Authorized, Context, Result};
use store::{NewNotificationRule, Repository};

/// Changes what is given.
pub(crate) async fn update_notification_rule(
    cx: Context,
    repository: Authorized<Repository>,
    input: UpdateNotificationRuleInput,
) -> Result<UpdateNotificationRuleOutput> {
    let found = wire::find(&cx, &repository, input.rule_id).await?;
    let events = input.events.map(wire::events).transpose()?;
    let target = input.target_arn.map(|arn| wire::target(&cx, arn)).transpose()?;
    let change = |before: NewNotificationRule| NewNotificationRule {
        name: input.name.clone().unwrap_or(before.name),
        events: events.clone().unwrap_or(before.events),
        target: target.clone().unwrap_or(before.target),
        active: input.active.unwrap_or(before.active),
    };
    let changed = cx.store.update_notification_rule(&cx.actor(), repository.id(), found.id(), change).await;
    let rule = changed.map_err(wire::failure)?;
    Ok(UpdateNotificationRuleOutput { rule: Some(wire::shown(&rule)) })
}
