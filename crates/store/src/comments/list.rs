//! Listing comments, each with the reactions to it.

use super::row::{CommentRow, ReactionRow};
use super::{Comment, CommentReaction};
use crate::error::Error;
use crate::keys;
use crate::repository::Repository;
use crate::rows::{self, damaged};
use crate::stores::Store;
use domain::{CommentId, PullRequestId};
use git::ObjectId;
use ports::{Key, Scan, SortRange};
use std::collections::BTreeMap;

/// Some comments.
#[derive(Debug)]
pub struct CommentPage {
    /// The comments.
    pub comments: Vec<Comment>,
    /// Where the next page begins; `None` when there are no more.
    pub next: Option<String>,
}

/// What is listed.
struct Listing<'a> {
    partition: String,
    prefix: String,
    /// The commits before and after that the comments must be about.
    pair: Option<(&'a str, &'a str)>,
}

impl Repository {
    /// At most `limit` comments behind `after` on what leads to `commit`, from `before` or from anywhere; comments of pull
    /// requests are not among them. Those with the same commit before stand together, in the order in which they were posted
    /// (2 scans).
    pub async fn list_comments(
        &self,
        commit: ObjectId,
        before: Option<ObjectId>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<CommentPage, Error> {
        let before = before.map(|before| before.to_string());
        let prefix = keys::comments_on(&commit.to_string(), before.as_deref());
        let listing = Listing { partition: keys::repository(self.id()), prefix, pair: None };
        self.store().list_comments(&listing, after, limit).await
    }
}

impl Store {
    /// At most `limit` comments of a pull request behind `after`, in the order in which they were posted: all of them, or those
    /// on the difference between two commits (2 scans, or more when few of many are wanted).
    pub async fn list_pull_request_comments(
        &self,
        pull_request: PullRequestId,
        pair: Option<(ObjectId, ObjectId)>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<CommentPage, Error> {
        let pair = pair.map(|(before, after)| (before.to_string(), after.to_string()));
        let listing = Listing {
            partition: keys::pull_request_partition(pull_request),
            prefix: keys::COMMENT.to_owned(),
            pair: pair.as_ref().map(|(before, after)| (before.as_str(), after.as_str())),
        };
        self.list_comments(&listing, after, limit).await
    }

    async fn list_comments(
        &self,
        listing: &Listing<'_>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<CommentPage, Error> {
        let mut found: Vec<(Key, CommentRow)> = Vec::new();
        let mut scan = Scan {
            partition: listing.partition.clone(),
            range: SortRange::Prefix(listing.prefix.clone()),
            after: after.map(|tail| format!("{}{tail}", keys::COMMENT)),
            limit,
            reverse: false,
        };
        let mut next = None;
        loop {
            let page = self.parts.table.scan(&scan).await?;
            for row in page.rows {
                let comment: CommentRow = rows::decode(&row)?;
                let on = |pair| (comment.before.as_deref(), comment.after.as_str()) == pair;
                if listing.pair.is_none_or(|(before, after)| on((Some(before), after))) {
                    found.push((row.key, comment));
                }
            }
            let Some(last) = page.next else { break };
            if found.len() >= limit {
                next = Some(rows::behind(keys::COMMENT, &Key::new(listing.partition.as_str(), last))?.to_owned());
                break;
            }
            scan.limit = limit - found.len();
            scan.after = Some(last);
        }
        let mut reactions = self.reactions_between(&found).await?;
        let comment = |(key, row): (Key, CommentRow)| {
            let id = rows::behind(keys::COMMENT, &key)?.rsplit('#').next().unwrap_or_default();
            let id = CommentId::parse(id).map_err(|error| damaged(&key, error))?;
            row.comment(&key, id, reactions.remove(&keys::reactions_sort(&key)).unwrap_or_default())
        };
        let comments = found.into_iter().map(comment).collect::<Result<_, Error>>()?;
        Ok(CommentPage { comments, next })
    }

    /// The reactions to all comments from the first one to the last one, by where they are kept.
    async fn reactions_between(
        &self,
        found: &[(Key, CommentRow)],
    ) -> Result<BTreeMap<String, Vec<CommentReaction>>, Error> {
        let mut reactions: BTreeMap<String, Vec<CommentReaction>> = BTreeMap::new();
        let (Some((first, _)), Some((last, _))) = (found.first(), found.last()) else {
            return Ok(reactions);
        };
        let range = SortRange::Between {
            first: format!("{}#", keys::reactions_sort(first)),
            last: format!("{}#~", keys::reactions_sort(last)),
        };
        for row in self.scan_all(first.partition.clone(), range, false).await? {
            let of = row.key.sort.rsplit_once('#').map_or("", |(of, _user)| of);
            let reaction = rows::decode::<ReactionRow>(&row)?;
            reactions.entry(of.to_owned()).or_default().push(reaction.into());
        }
        Ok(reactions)
    }
}
