//! `DescribePullRequestEvents`: tells the history of a pull request, the oldest event first.

use super::event;
use super::principal::{Principal, principal};
use crate::inputs::page_size;
use crate::page_token;
use api::{DescribePullRequestEventsInput, DescribePullRequestEventsOutput, ErrorCode};
use domain::Event;
use service::{Authorized, Context, Failure, Result};
use store::PullRequest;

/// The most events of a page, and how many it has when the client names no number (API reference).
const PAGE: usize = 100;
/// How many pages of rows one request walks at most when few of them are wanted.
const MOST_SCANS: usize = 10;

/// Tells the events, or those of a type or an actor. A page may have fewer, or none, although more follow.
pub(crate) async fn describe_pull_request_events(
    cx: Context,
    pull_request: Authorized<PullRequest>,
    input: DescribePullRequestEventsInput,
) -> Result<DescribePullRequestEventsOutput> {
    let event_type = input.pull_request_event_type;
    let actor = match principal(&cx, input.actor_arn) {
        Principal::Known(actor) => actor,
        Principal::Malformed(reason) => return Err(Failure::new(ErrorCode::InvalidActorArnException, reason)),
        Principal::Elsewhere(reason) => return Err(Failure::new(ErrorCode::ActorDoesNotExistException, reason)),
    };
    let size = page_size(input.max_results, PAGE, PAGE)?;
    let listing = format!("events of pull request {} type={event_type:?} actor={actor:?}", pull_request.id());
    let mut after = page_token::decode(input.next_token, &listing)?;

    let wanted = |event: &Event| {
        let of_type = event
            .kind
            .in_history_of()
            .is_some_and(|(_, found)| event_type.as_deref().is_none_or(|event_type| event_type == found.as_str()));
        of_type && actor.as_ref().is_none_or(|actor| *actor == event.actor.arn)
    };
    let mut events = Vec::new();
    for _ in 0..MOST_SCANS {
        let page = pull_request.history(after.as_deref(), size - events.len()).await?;
        events.extend(page.events.into_iter().filter(wanted));
        after = page.next;
        if after.is_none() || events.len() == size {
            break;
        }
    }
    Ok(DescribePullRequestEventsOutput {
        pull_request_events: Some(event::events(&pull_request, events).await?),
        next_token: after.map(|after| page_token::encode(&listing, &after)),
    })
}
