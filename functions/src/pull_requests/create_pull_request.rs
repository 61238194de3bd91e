//! `CreatePullRequest`: asks for the changes of one branch to be merged into another.

use super::reference::{branch, missing};
use super::wire;
use crate::request_token::request_token;
use api::{CreatePullRequestInput, CreatePullRequestOutput, ErrorCode, Target};
use domain::PullRequestId;
use service::{Authorized, Context, Failure, Result};
use store::{CreatePullRequestError, NewPullRequest, PullRequest, Repository, RequestToken, TokenUse};

/// Makes a pull request with one target; without a destination, that is the default branch.
pub(crate) async fn create_pull_request(
    cx: Context,
    repository: Authorized<Repository>,
    input: CreatePullRequestInput,
) -> Result<CreatePullRequestOutput> {
    let token = request_token(&cx, "CreatePullRequest", input.client_request_token.as_ref(), &input)?;
    let target = only_target(input.targets.unwrap_or_default())?;
    let source = branch(target.source_reference)?;
    let destination = match (target.destination_reference.filter(|name| !name.is_empty()), repository.default_branch())
    {
        (None, Some(default)) => default.full_name(),
        (None, None) => {
            return Err(Failure::new(
                ErrorCode::InvalidTargetException,
                format!(
                    "repository '{}' has no default branch, so the target must name a destination",
                    repository.name()
                ),
            ));
        }
        (given, _) => branch(given)?,
    };
    if source == destination {
        return Err(Failure::new(
            ErrorCode::SourceAndDestinationAreSameException,
            format!("{source} cannot be merged into itself"),
        ));
    }
    if let Some((_, token)) = &token
        && let Some(made) = made_before(&cx, token).await?
    {
        return Ok(CreatePullRequestOutput { pull_request: Some(wire::pull_request(&made).await?) });
    }
    require_room(&cx, &repository).await?;

    let title = input.title.unwrap_or_default();
    let description = input.description.filter(|text| !text.is_empty());
    let new = NewPullRequest { title, description, source, destination, token };
    let made = match (repository.create_pull_request(&cx.actor(), &new).await, &new.token) {
        (Ok(made), _) => made,
        (Err(CreatePullRequestError::TokenUsed), Some((_, token))) => {
            made_before(&cx, token).await?.ok_or_else(spent_token)?
        }
        (Err(error), _) => return Err(not_made(&repository, error).await?),
    };
    Ok(CreatePullRequestOutput { pull_request: Some(wire::pull_request(&made).await?) })
}

/// A pull request has one target: all branches belong to one repository, and one source is merged into one destination.
fn only_target(targets: Vec<Target>) -> Result<Target> {
    let one_repository = targets.windows(2).all(|two| two[0].repository_name == two[1].repository_name);
    if !one_repository {
        return Err(Failure::new(
            ErrorCode::MultipleRepositoriesInPullRequestException,
            "all targets of a pull request must be in one repository",
        ));
    }
    match <[Target; 1]>::try_from(targets) {
        Ok([target]) => Ok(target),
        Err(targets) => Err(Failure::new(
            ErrorCode::InvalidTargetsException,
            format!("a pull request has exactly one target, not {}", targets.len()),
        )),
    }
}

/// What an earlier request with this token made.
async fn made_before(cx: &Context, token: &RequestToken) -> Result<Option<PullRequest>> {
    match cx.store.find_token(token).await? {
        TokenUse::New => Ok(None),
        TokenUse::Same(id) => {
            let id = PullRequestId::parse(id).map_err(Failure::internal)?;
            cx.store.find_pull_request(id).await?.map(Some).ok_or_else(spent_token)
        }
        TokenUse::Different => Err(spent_token()),
    }
}

fn spent_token() -> Failure {
    Failure::new(
        ErrorCode::IdempotencyParameterMismatchException,
        "the client request token was used by another request already",
    )
}

/// Refuses when there are as many open pull requests as there may be. Those that are made at the same moment do not see each other,
/// so a few more may come to be.
async fn require_room(cx: &Context, repository: &Repository) -> Result<()> {
    let most = cx.settings.quotas.open_pull_requests;
    if repository.count_open_pull_requests().await? < most {
        return Ok(());
    }
    Err(Failure::new(
        ErrorCode::MaximumOpenPullRequestsExceededException,
        format!(
            "there are {most} open pull requests in repository '{}', and no more are allowed here",
            repository.name()
        ),
    ))
}

async fn not_made(repository: &Repository, error: CreatePullRequestError) -> Result<Failure> {
    Ok(match error {
        CreatePullRequestError::Missing(name) => missing(repository, &name).await?,
        CreatePullRequestError::TooManyFromOneBranch(_) => {
            Failure::new(ErrorCode::MaximumOpenPullRequestsExceededException, error.to_string())
        }
        CreatePullRequestError::TokenUsed => spent_token(),
        CreatePullRequestError::Store(error) => error.into(),
    })
}
