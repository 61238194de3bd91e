//! `TestRepositoryTriggers`: tries triggers out, by really delivering a message for each.

use super::wire;
use api::{RepositoryTriggerExecutionFailure, TestRepositoryTriggersInput, TestRepositoryTriggersOutput};
use domain::trigger::{MessagePart, TriggerMessage, TriggerReference, subject};
use domain::{BranchName, Destination, Trigger};
use futures_util::future::join_all;
use service::{Authorized, Context, Failure, PublishError, Result};
use store::{Repository, TriggerConfiguration};

/// What is told of a repository without commits (AWS user guide, "Test triggers": sample values of zeros).
const NO_COMMIT: &str = "0000000000000000000000000000000000000000";
const NO_BRANCH: &str = "refs/heads/main";

/// Delivers a message for each of the triggers, which need not be put, and tells which ones arrived.
pub(crate) async fn test_repository_triggers(
    cx: Context,
    repository: Authorized<Repository>,
    input: TestRepositoryTriggersInput,
) -> Result<TestRepositoryTriggersOutput> {
    let configuration = TriggerConfiguration::new(wire::parse(&cx, input.triggers)?)?;
    let tries = configuration.triggers.iter().map(|trigger| deliver(&cx, &repository, &configuration.id, trigger));
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for (trigger, delivered) in configuration.triggers.iter().zip(join_all(tries).await) {
        let name = trigger.name.to_string();
        match delivered? {
            Ok(()) => successful.push(name),
            Err(error) => failed.push(RepositoryTriggerExecutionFailure {
                trigger: Some(name),
                failure_message: Some(message(&error)),
            }),
        }
    }
    Ok(TestRepositoryTriggersOutput { successful_executions: Some(successful), failed_executions: Some(failed) })
}

/// Delivers the message of one trigger; the inner result is how that went.
async fn deliver(
    cx: &Context,
    repository: &Repository,
    configuration_id: &str,
    trigger: &Trigger,
) -> Result<std::result::Result<(), PublishError>> {
    let arn = cx.arn(repository.name());
    let told = TriggerMessage {
        trigger,
        configuration_id,
        repository: &arn,
        references: vec![sample(repository, trigger).await?],
        test: true,
        part: MessagePart::ONLY,
        event_id: &cx.request_id,
        time: cx.now(),
        actor: &cx.actor(),
    };
    let text = told.to_json().map_err(Failure::internal)?;
    let to = trigger.destination.as_str();
    Ok(match &trigger.destination {
        Destination::Topic(_) => cx.publisher.publish(to, &subject(&arn), &text).await,
        Destination::Function(_) => cx.publisher.invoke(to, &text).await,
    })
}

/// The tip of the first of the trigger's branches that is there, or of the default branch.
async fn sample(repository: &Repository, trigger: &Trigger) -> Result<TriggerReference> {
    for branch in trigger.branches.iter().chain(repository.default_branch()) {
        if let Some(found) = repository.find_ref(&branch.full_name()).await? {
            return Ok(reference(found.name, found.target.to_string()));
        }
    }
    let name = trigger.branches.first().map(BranchName::full_name);
    Ok(reference(name.map_or_else(|| NO_BRANCH.to_owned(), String::from), NO_COMMIT.to_owned()))
}

fn reference(name: String, commit: String) -> TriggerReference {
    TriggerReference { commit, created: false, deleted: false, name }
}

/// Why a delivery failed, down to the cause.
fn message(error: &PublishError) -> String {
    let mut message = error.to_string();
    let mut next = std::error::Error::source(error).and_then(std::error::Error::source);
    while let Some(cause) = next {
        message.push_str(": ");
        message.push_str(&cause.to_string());
        next = cause.source();
    }
    message
}
