//! Commits as the API shows them.

use api::UserInfo;
use git::commit::{Commit, Signature};

/// A commit.
pub(crate) fn commit(commit: &Commit) -> api::Commit {
    let extra: Vec<String> =
        commit.extra.iter().map(|(name, value)| format!("{} {}", text(name), text(value))).collect();
    api::Commit {
        commit_id: Some(commit.id.to_string()),
        tree_id: Some(commit.tree.to_string()),
        parents: Some(commit.parents.iter().map(ToString::to_string).collect()),
        message: Some(text(&commit.message)),
        author: Some(user(&commit.author)),
        committer: Some(user(&commit.committer)),
        additional_data: Some(extra.join("\n")),
    }
}

fn user(signature: &Signature) -> UserInfo {
    UserInfo {
        name: Some(text(&signature.name)),
        email: Some(text(&signature.email)),
        date: Some(signature.date.clone()),
    }
}

/// JSON is Unicode; bytes that are not UTF-8 become replacement characters.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
