//! `PutRepositoryTriggers`: replaces all triggers of a repository.

use super::wire;
use api::{PutRepositoryTriggersInput, PutRepositoryTriggersOutput};
use service::{Authorized, Context, Result};
use store::{Repository, TriggerConfiguration};

/// Replaces the triggers; an empty list removes them all.
pub(crate) async fn put_repository_triggers(
    cx: Context,
    repository: Authorized<Repository>,
    input: PutRepositoryTriggersInput,
) -> Result<PutRepositoryTriggersOutput> {
    let configuration = TriggerConfiguration::new(wire::parse(&cx, input.triggers)?)?;
    repository.put_triggers(&cx.actor(), &configuration).await?;
    Ok(PutRepositoryTriggersOutput { configuration_id: Some(configuration.id) })
}
