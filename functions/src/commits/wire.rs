//! Commits and differences as the API shows them.

use api::{DiffChange, DiffHunk, UserInfo};
use git::blob_diff::{Change, Line};
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

/// A hunk of these lines, which belong together.
pub(crate) fn hunk<'a>(lines: impl Iterator<Item = Line<'a>>) -> DiffHunk {
    let lines: Vec<Line<'_>> = lines.collect();
    let (before, after) = lines.first().map_or((0, 0), |first| (first.before, first.after));
    let count = |without| lines.iter().filter(|line| line.change != without).count();
    let (before_count, after_count) = (count(Change::Added), count(Change::Deleted));
    // As in a unified diff, a hunk without lines of one side names the line that it comes behind there.
    let start = |above: u32, count: usize| Some((above + u32::from(count > 0)) as i32);
    DiffHunk {
        before_start_line: start(before, before_count),
        before_line_count: Some(before_count as i32),
        after_start_line: start(after, after_count),
        after_line_count: Some(after_count as i32),
        changes: Some(lines.into_iter().map(change).collect()),
    }
}

fn change(line: Line<'_>) -> DiffChange {
    let word = match line.change {
        Change::Context => "CONTEXT",
        Change::Added => "ADD",
        Change::Deleted => "DELETE",
    };
    DiffChange {
        r#type: Some(word.to_owned()),
        before_line_number: (line.change != Change::Added).then_some(line.before as i32 + 1),
        after_line_number: (line.change != Change::Deleted).then_some(line.after as i32 + 1),
        content: Some(text(line.content)),
    }
}

/// JSON is Unicode; bytes that are not UTF-8 become replacement characters.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
