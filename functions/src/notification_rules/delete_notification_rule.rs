//! `DeleteNotificationRule`: removes a notification rule.

use super::wire;
use api::own::DeleteNotificationRuleInput;
use service::{Authorized, Context, Result};
use store::Repository;

/// Removes a rule. What waits to be told because of it is told all the same.
pub(crate) async fn delete_notification_rule(
    cx: Context,
    repository: Authorized<Repository>,
    input: DeleteNotificationRuleInput,
) -> Result<()> {
    let rule = wire::find(&cx, &repository, input.rule_id).await?;
    cx.store.delete_notification_rule(&cx.actor(), repository.id(), rule.id()).await.map_err(wire::failure)
}
