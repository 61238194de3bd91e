//! `ListWebhooks`: lists the webhooks of a repository or of the account.

use super::wire;
use api::own::{ListWebhooksInput, ListWebhooksOutput};
use service::{Authorized, Context, Result, Scope};

/// Lists all webhooks; there are few.
pub(crate) async fn list_webhooks(
    cx: Context,
    scope: Authorized<Scope>,
    _input: ListWebhooksInput,
) -> Result<ListWebhooksOutput> {
    let webhooks = cx.store.webhooks(scope.repository().map(|repository| repository.id())).await?;
    Ok(ListWebhooksOutput { webhooks: Some(webhooks.iter().map(|webhook| wire::shown(&scope, webhook)).collect()) })
}
