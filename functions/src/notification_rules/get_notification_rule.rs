//! `GetNotificationRule`: shows a notification rule.

use super::wire;
use api::own::{GetNotificationRuleInput, GetNotificationRuleOutput};
use service::{Authorized, Context, Result};
use store::Repository;

/// Shows a rule.
pub(crate) async fn get_notification_rule(
    cx: Context,
    repository: Authorized<Repository>,
    input: GetNotificationRuleInput,
) -> Result<GetNotificationRuleOutput> {
    let rule = wire::find(&cx, &repository, input.rule_id).await?;
    Ok(GetNotificationRuleOutput { rule: Some(wire::shown(&rule)) })
}
