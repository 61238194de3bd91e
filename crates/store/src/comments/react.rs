//! Reactions to comments. They are kept beside the comments, so that a listing with all reactions is two scans.

use super::row::ReactionRow;
use super::{EditCommentError, FoundComment};
use crate::amendment::Amendment;
use crate::error::Error;
use crate::keys;
use crate::rows::{self, put};
use domain::{Actor, EventKind, Reaction};
use ports::{Expect, Key, Scan, SortRange, Write};

/// Somebody's reaction to a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentReaction {
    /// The reaction.
    pub reaction: Reaction,
    /// The ARN of who reacted so.
    pub user: String,
}

/// Some of the reactions to a comment.
#[derive(Debug)]
pub struct ReactionPage {
    /// The reactions, in a fixed order.
    pub reactions: Vec<CommentReaction>,
    /// Where the next page begins; `None` when there are no more.
    pub next: Option<String>,
}

impl FoundComment {
    /// Makes `reaction` the actor's reaction to the comment, instead of any other; `None` removes it.
    pub async fn react(&self, actor: &Actor, reaction: Option<Reaction>) -> Result<(), EditCommentError> {
        let key = self.reaction_key(&actor.arn);
        let key = &key;
        self.repository
            .amend(actor, |repository| async move {
                let (_, version) = self.current().await?;
                let row = repository.store().parts.table.get(key).await.map_err(Error::from)?;
                let before = row.as_ref().map(rows::decode::<ReactionRow>).transpose()?.map(|row| row.reaction);
                if before == reaction {
                    return Ok(Amendment::none(()));
                }
                let expect = row.map_or(Expect::Absent, |row| Expect::Version(row.version));
                let write = match reaction {
                    Some(reaction) => put(key.clone(), &ReactionRow { user: actor.arn.clone(), reaction }, expect)?,
                    None => Write::Delete { key: key.clone(), expect },
                };
                Ok(Amendment {
                    writes: vec![write, Write::Check { key: self.key.clone(), expect: Expect::Version(version) }],
                    settings: None,
                    events: vec![EventKind::CommentReactionChanged { comment: self.told(), before, after: reaction }],
                    outcome: (),
                })
            })
            .await
    }

    /// At most `limit` reactions behind `after` (1 scan).
    pub async fn list_reactions(&self, after: Option<&str>, limit: usize) -> Result<ReactionPage, Error> {
        let prefix = format!("{}#", self.reactions_sort());
        let scan = Scan {
            partition: self.key.partition.clone(),
            after: after.map(|user| format!("{prefix}{user}")),
            range: SortRange::Prefix(prefix.clone()),
            limit,
            reverse: false,
        };
        let page = self.repository.store().parts.table.scan(&scan).await?;
        let reactions =
            page.rows.iter().map(|row| Ok(rows::decode::<ReactionRow>(row)?.into())).collect::<Result<_, Error>>()?;
        let next = page.next.map(|sort| sort.strip_prefix(&prefix).unwrap_or_default().to_owned());
        Ok(ReactionPage { reactions, next })
    }

    /// The reaction of the principal with this ARN, if there is one (1 get).
    pub async fn reaction_of(&self, user: &str) -> Result<Option<CommentReaction>, Error> {
        let row = self.repository.store().parts.table.get(&self.reaction_key(user)).await?;
        Ok(row.as_ref().map(rows::decode::<ReactionRow>).transpose()?.map(CommentReaction::from))
    }

    /// All reactions (1 scan).
    pub(super) async fn reactions(&self) -> Result<Vec<CommentReaction>, Error> {
        let range = SortRange::Prefix(format!("{}#", self.reactions_sort()));
        let rows = self.repository.store().scan_all(self.key.partition.clone(), range, false).await?;
        rows.iter().map(|row| Ok(rows::decode::<ReactionRow>(row)?.into())).collect()
    }

    fn reactions_sort(&self) -> String {
        keys::reactions_sort(&self.key)
    }

    fn reaction_key(&self, user: &str) -> Key {
        keys::reaction(&self.key, user)
    }
}

impl From<ReactionRow> for CommentReaction {
    fn from(row: ReactionRow) -> Self {
        Self { reaction: row.reaction, user: row.user }
    }
}
