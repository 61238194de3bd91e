//! Comments as the API shows them.

use api::{Location, ReactionForComment, ReactionValueFormats};
use domain::{CommentLocation, FileVersion, Reaction};
use service::Context;
use std::collections::BTreeMap;
use store::{Comment, CommentReaction, Commented};

/// A comment as its caller sees it. Reactions are called by their short codes in capitals, as in the CLI's examples.
pub(crate) fn comment(cx: &Context, comment: Comment) -> api::Comment {
    let caller = cx.principal.arn();
    let name = |reaction: Reaction| reaction.short_code().to_ascii_uppercase();
    let mut counts: BTreeMap<String, i32> = BTreeMap::new();
    for each in &comment.reactions {
        *counts.entry(name(each.reaction)).or_default() += 1;
    }
    let own = comment.reactions.iter().filter(|each| each.user == caller).map(|each| name(each.reaction));
    api::Comment {
        comment_id: Some(comment.id.to_string()),
        deleted: Some(comment.content.is_none()),
        content: comment.content,
        in_reply_to: comment.in_reply_to.map(String::from),
        creation_date: Some(comment.created.into()),
        last_modified_date: Some(comment.modified.into()),
        author_arn: Some(comment.author),
        client_request_token: comment.request_token,
        caller_reactions: Some(own.collect()),
        reaction_counts: Some(counts),
    }
}

/// Where in a difference a comment stands.
pub(crate) fn location(location: CommentLocation) -> Location {
    let version = match location.version {
        FileVersion::Before => "BEFORE",
        FileVersion::After => "AFTER",
    };
    Location {
        file_path: Some(location.file_path),
        file_position: location.line.and_then(|line| i64::try_from(line).ok()),
        relative_file_version: Some(version.to_owned()),
    }
}

/// Comments by what they are about, in the order in which that first occurs.
pub(crate) fn groups(cx: &Context, comments: Vec<Comment>) -> Vec<(Commented, Vec<api::Comment>)> {
    let mut places: BTreeMap<Commented, usize> = BTreeMap::new();
    let mut groups: Vec<(Commented, Vec<api::Comment>)> = Vec::new();
    for each in comments {
        let place = *places.entry(each.on.clone()).or_insert(groups.len());
        if place == groups.len() {
            groups.push((each.on.clone(), Vec::new()));
        }
        if let Some((_, group)) = groups.get_mut(place) {
            group.push(comment(cx, each));
        }
    }
    groups
}

/// Reactions by which they are, in the order of the table of reactions.
pub(crate) fn reactions(reactions: Vec<CommentReaction>) -> Vec<ReactionForComment> {
    let mut users: BTreeMap<Reaction, Vec<String>> = BTreeMap::new();
    for CommentReaction { reaction, user } in reactions {
        users.entry(reaction).or_default().push(user);
    }
    let shown = |(reaction, users): (Reaction, Vec<String>)| ReactionForComment {
        reaction: Some(ReactionValueFormats {
            emoji: Some(reaction.emoji()),
            short_code: Some(reaction.short_code().to_owned()),
            unicode: Some(reaction.code_point()),
        }),
        reaction_users: Some(users),
        reactions_from_deleted_users_count: None,
    };
    users.into_iter().map(shown).collect()
}
