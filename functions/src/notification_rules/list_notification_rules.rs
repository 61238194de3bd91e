//! `ListNotificationRules`: lists the notification rules of a repository.

use super::wire;
use api::own::{ListNotificationRulesInput, ListNotificationRulesOutput};
use service::{Authorized, Context, Result};
use store::Repository;

/// Lists all rules; there are few.
pub(crate) async fn list_notification_rules(
    cx: Context,
    repository: Authorized<Repository>,
    _input: ListNotificationRulesInput,
) -> Result<ListNotificationRulesOutput> {
    let rules = cx.store.notification_rules(repository.id()).await?;
    Ok(ListNotificationRulesOutput { rules: Some(rules.iter().map(wire::shown).collect()) })
}
