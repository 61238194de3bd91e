//! `ListRepositories`: lists the repositories of the account.

use crate::page_token;
use api::{ListRepositoriesInput, ListRepositoriesOutput, RepositoryNameIdPair};
use domain::{RepositoryId, RepositoryName};
use service::{Account, Authorized, Context, Result};
use std::time::SystemTime;

/// How many repositories a page has.
const PAGE: usize = 1000;

/// Lists the repositories, by name or by the time of their last change.
pub(crate) async fn list_repositories(
    cx: Context,
    _account: Authorized<Account>,
    input: ListRepositoriesInput,
) -> Result<ListRepositoriesOutput> {
    let by_date = input.sort_by.as_deref() == Some("lastModifiedDate");
    let descending = input.order.as_deref() == Some("descending");
    let listing = format!("repositories by_date={by_date} descending={descending}");
    let after = page_token::decode(input.next_token, &listing)?;

    let (repositories, next) = if by_date || descending {
        sorted_page(&cx, by_date, descending, after).await?
    } else {
        page_by_name(&cx, after).await?
    };
    let pair = |(name, id): (RepositoryName, RepositoryId)| RepositoryNameIdPair {
        repository_name: Some(name.to_string()),
        repository_id: Some(id.to_string()),
    };
    Ok(ListRepositoriesOutput {
        repositories: Some(repositories.into_iter().map(pair).collect()),
        next_token: next.map(|after| page_token::encode(&listing, &after)),
    })
}

type Named = (RepositoryName, RepositoryId);

/// The order the table keeps: one scan a page.
async fn page_by_name(cx: &Context, after: Option<String>) -> Result<(Vec<Named>, Option<String>)> {
    let after = after.and_then(|name| RepositoryName::parse(name).ok());
    let page = cx.store.list_repositories(after.as_ref(), PAGE).await?;
    Ok((page.repositories, page.next.map(|name| name.to_string())))
}

/// Any other order needs all of them: there is no index by date, since each push would have to move a row in it.
async fn sorted_page(
    cx: &Context,
    by_date: bool,
    descending: bool,
    after: Option<String>,
) -> Result<(Vec<Named>, Option<String>)> {
    let mut all: Vec<(SystemTime, Named)> = Vec::new();
    let mut next = None;
    loop {
        let page = cx.store.list_repositories(next.as_ref(), PAGE).await?;
        for (name, id) in page.repositories {
            let modified = if by_date { modified(cx, &name).await? } else { Some(SystemTime::UNIX_EPOCH) };
            all.extend(modified.map(|modified| (modified, (name, id))));
        }
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    all.sort_by(|a, b| (a.0, &a.1.0).cmp(&(b.0, &b.1.0)));
    if descending {
        all.reverse();
    }
    let start = match after {
        None => 0,
        Some(last) => all.iter().position(|(_, (name, _))| name.as_str() == last).map_or(0, |at| at + 1),
    };
    let more = all.len() > start + PAGE;
    let page: Vec<Named> = all.into_iter().skip(start).take(PAGE).map(|(_, named)| named).collect();
    let next = page.last().filter(|_| more).map(|(name, _)| name.to_string());
    Ok((page, next))
}

/// When a repository last changed; `None` when it was deleted meanwhile.
async fn modified(cx: &Context, name: &RepositoryName) -> Result<Option<SystemTime>> {
    match cx.store.find_repository(name).await? {
        Some(repository) => Ok(Some(repository.last_modified().await?)),
        None => Ok(None),
    }
}
