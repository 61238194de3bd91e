//! `CreateNotificationRule`: lets a topic be told of what happens to a repository.

use super::wire;
use api::own::{CreateNotificationRuleInput, CreateNotificationRuleOutput};
use service::{Authorized, Context, Result};
use store::{NewNotificationRule, Repository};

/// Makes a rule. Whether there is such a topic turns out when it is told.
pub(crate) async fn create_notification_rule(
    cx: Context,
    repository: Authorized<Repository>,
    input: CreateNotificationRuleInput,
) -> Result<CreateNotificationRuleOutput> {
    let new = NewNotificationRule {
        name: input.name.unwrap_or_default(),
        events: wire::events(input.events.unwrap_or_default())?,
        target: wire::target(&cx, input.target_arn.unwrap_or_default())?,
        active: input.active.unwrap_or(true),
    };
    let rule = cx.store.create_notification_rule(&cx.actor(), repository.id(), new).await.map_err(wire::failure)?;
    Ok(CreateNotificationRuleOutput { rule: Some(wire::shown(&rule)) })
}
