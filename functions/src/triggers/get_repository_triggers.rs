//! `GetRepositoryTriggers`: tells the triggers of a repository.

use super::wire;
use api::{GetRepositoryTriggersInput, GetRepositoryTriggersOutput};
use service::{Authorized, Context, Result};
use store::Repository;

/// Tells the triggers, with the id that putting them gave; a repository that never had any has no such id.
pub(crate) async fn get_repository_triggers(
    _cx: Context,
    repository: Authorized<Repository>,
    _input: GetRepositoryTriggersInput,
) -> Result<GetRepositoryTriggersOutput> {
    let configuration = repository.triggers().await?;
    let configuration_id = configuration.as_ref().map(|configuration| configuration.id.clone());
    let triggers = configuration.map(|configuration| configuration.triggers).unwrap_or_default();
    Ok(GetRepositoryTriggersOutput {
        configuration_id,
        triggers: Some(triggers.into_iter().map(wire::shown).collect()),
    })
}
