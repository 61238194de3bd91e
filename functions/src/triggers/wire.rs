//! Triggers between the API and the domain.

use api::{ErrorCode, RepositoryTrigger};
use domain::trigger::{MOST_BRANCHES, MOST_CUSTOM_CHARACTERS, MOST_TRIGGERS};
use domain::{BranchName, Destination, Region, Trigger, TriggerEvent, TriggerName};
use service::{Context, Failure, Result};
use std::collections::BTreeSet;

/// The triggers of a request, checked one after the other.
pub(crate) fn parse(cx: &Context, given: Option<Vec<RepositoryTrigger>>) -> Result<Vec<Trigger>> {
    let given = given.unwrap_or_default();
    if given.len() > MOST_TRIGGERS {
        return Err(Failure::new(
            ErrorCode::MaximumRepositoryTriggersExceededException,
            format!("a repository has at most {MOST_TRIGGERS} triggers"),
        ));
    }
    let mut names = BTreeSet::new();
    let mut triggers = Vec::with_capacity(given.len());
    for each in given {
        let trigger = trigger(&cx.settings.region, each)?;
        if !names.insert(trigger.name.clone()) {
            return Err(Failure::new(
                ErrorCode::InvalidRepositoryTriggerNameException,
                format!("two triggers have the name '{}'", trigger.name),
            ));
        }
        triggers.push(trigger);
    }
    Ok(triggers)
}

fn trigger(region: &Region, given: RepositoryTrigger) -> Result<Trigger> {
    let name = TriggerName::parse(given.name.unwrap_or_default())
        .map_err(|error| Failure::new(ErrorCode::InvalidRepositoryTriggerNameException, error.to_string()))?;
    let destination = Destination::parse(given.destination_arn.unwrap_or_default())
        .map_err(|error| Failure::new(ErrorCode::InvalidRepositoryTriggerDestinationArnException, error.to_string()))?;
    if destination.region() != region {
        return Err(Failure::new(
            ErrorCode::InvalidRepositoryTriggerRegionException,
            format!("{destination} is in another region than the repository, which is in {region}"),
        ));
    }
    let custom_data = given.custom_data;
    if custom_data.as_ref().is_some_and(|data| data.chars().count() > MOST_CUSTOM_CHARACTERS) {
        return Err(Failure::new(
            ErrorCode::InvalidRepositoryTriggerCustomDataException,
            format!("custom data have at most {MOST_CUSTOM_CHARACTERS} characters"),
        ));
    }
    let branches = branches(given.branches.unwrap_or_default())?;
    let events = events(given.events.unwrap_or_default())?;
    Ok(Trigger { name, destination, custom_data, branches, events })
}

fn branches(given: Vec<String>) -> Result<Vec<BranchName>> {
    if given.len() > MOST_BRANCHES {
        return Err(Failure::new(
            ErrorCode::MaximumBranchesExceededException,
            format!("a trigger has at most {MOST_BRANCHES} branches"),
        ));
    }
    let parse = |name| {
        BranchName::parse(name)
            .map_err(|error| Failure::new(ErrorCode::InvalidRepositoryTriggerBranchNameException, error.to_string()))
    };
    given.into_iter().map(parse).collect()
}

fn events(given: Vec<String>) -> Result<Vec<TriggerEvent>> {
    let invalid = |rule: &str| Failure::new(ErrorCode::InvalidRepositoryTriggerEventsException, rule);
    let events: Option<Vec<TriggerEvent>> = given.iter().map(|word| TriggerEvent::parse(word)).collect();
    let events = events.ok_or_else(|| invalid("there is no such event"))?;
    if events.len() > 1 && events.contains(&TriggerEvent::All) {
        return Err(invalid("'all' stands for all events, so that it cannot be given beside others"));
    }
    if events.iter().collect::<BTreeSet<_>>().len() < events.len() {
        return Err(invalid("an event can be given only once"));
    }
    Ok(events)
}

/// A trigger as the API shows it.
pub(crate) fn shown(trigger: Trigger) -> RepositoryTrigger {
    RepositoryTrigger {
        name: Some(trigger.name.into()),
        destination_arn: Some(trigger.destination.into()),
        custom_data: trigger.custom_data,
        branches: Some(trigger.branches.iter().map(ToString::to_string).collect()),
        events: Some(trigger.events.iter().map(|event| event.as_str().to_owned()).collect()),
    }
}
