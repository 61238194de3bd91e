//! What becomes of conflicts: resolved by the strategy, by what the caller decided, or left.

use super::options::{Options, Replacement, Resolution, With, invalid};
use api::ErrorCode;
use domain::ConflictResolutionStrategy as Strategy;
use git::diff::Side;
use git::merge::text::Favor;
use git::merge::{Content, Contested, Decisions, Detail, Merge, MergeError, PathConflict, Three};
use git::tree::EntryKind;
use service::{Failure, Result};

/// The conflicts that the strategy leaves, in the order of their paths.
pub(crate) fn left<'m>(merge: &'m Merge<'_>, options: &Options) -> impl Iterator<Item = &'m Contested> {
    let (strategy, detail) = (options.strategy, options.detail());
    merge.contested().filter(move |contested| is_left(contested, strategy, detail))
}

/// Whether the strategy leaves this conflict to somebody.
pub(crate) fn is_left(contested: &Contested, strategy: Strategy, detail: Detail) -> bool {
    match strategy {
        Strategy::AcceptSource | Strategy::AcceptDestination => false,
        Strategy::None => contested.is_conflict(detail),
        Strategy::Automerge => contested.is_conflict(detail) && !is_only_moved(contested),
    }
}

/// Decides about every conflict, or fails because one is left that nobody decided about. Blocks.
pub(crate) fn decide(merge: &mut Merge<'_>, options: &Options) -> Result<Decisions> {
    let mut decisions = Decisions::new();
    let contested: Vec<Contested> = merge.contested().cloned().collect();
    match options.strategy {
        Strategy::None | Strategy::Automerge => {}
        Strategy::AcceptSource => accept(merge, &contested, options.detail(), Accept::Source, &mut decisions)?,
        Strategy::AcceptDestination => {
            accept(merge, &contested, options.detail(), Accept::Destination, &mut decisions)?;
        }
    }
    apply(merge, &options.resolution, &mut decisions)?;
    let undecided: Vec<String> = left(merge, options)
        .filter(|contested| !decisions.contains_key(&contested.path))
        .map(|contested| String::from_utf8_lossy(&contested.path).into_owned())
        .collect();
    if undecided.is_empty() {
        return Ok(decisions);
    }
    Err(manual(&format!("these files are in conflict: {}", first_few(&undecided))))
}

/// Names at most ten of the paths.
fn first_few(paths: &[String]) -> String {
    const MOST: usize = 10;
    let shown = paths.iter().take(MOST).map(String::as_str).collect::<Vec<_>>().join(", ");
    match paths.len().saturating_sub(MOST) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// The failure for a merge that somebody has to make by hand.
pub(crate) fn manual(reason: &str) -> Failure {
    Failure::new(ErrorCode::ManualMergeRequiredException, reason)
}

#[derive(Clone, Copy)]
enum Accept {
    Source,
    Destination,
}

impl Accept {
    fn of(self, files: &Three<Option<Side>>) -> Option<Side> {
        match self {
            Self::Source => files.theirs,
            Self::Destination => files.ours,
        }
    }

    fn favor(self) -> Favor {
        match self {
            Self::Source => Favor::Theirs,
            Self::Destination => Favor::Ours,
        }
    }
}

/// Takes one side wherever there is a conflict: its lines, where it is the lines that are in conflict, else its file.
fn accept(
    merge: &mut Merge<'_>,
    contested: &[Contested],
    detail: Detail,
    accept: Accept,
    decisions: &mut Decisions,
) -> Result<()> {
    for conflict in contested.iter().filter(|conflict| conflict.is_conflict(detail) && !is_only_moved(conflict)) {
        let mut accepted = accept.of(&conflict.files);
        let by_lines = detail == Detail::Line && conflict.path_conflict.is_none() && !conflict.type_conflict;
        if by_lines && let (Some(side), Some(result)) = (&mut accepted, conflict.result) {
            if matches!(conflict.content, Content::Conflict(_)) {
                if let Some(id) = merge.merged_in_favor(conflict, &accept.favor()).map_err(failure)? {
                    side.id = id;
                }
            } else if conflict.content != Content::Whole {
                side.id = result.id;
            }
            if !conflict.mode_conflict {
                side.mode = result.mode;
            }
        }
        decisions.insert(conflict.path.clone(), accepted);
    }
    Ok(())
}

/// Whether the only conflict is that the file was put into a renamed folder. Nothing has to be chosen there: it is merged as soon
/// as conflicts may be resolved.
fn is_only_moved(contested: &Contested) -> bool {
    let content = contested.conflicts(Detail::Line);
    contested.path_conflict == Some(PathConflict::Location)
        && content == 1
        && !contested.content_conflict(Detail::Line)
        && !contested.mode_conflict
        && !contested.type_conflict
}

/// What the caller decided.
fn apply(merge: &mut Merge<'_>, resolution: &Resolution, decisions: &mut Decisions) -> Result<()> {
    for (path, replacement) in &resolution.replacements {
        let Some(contested) = merge.contested_at(path.as_bytes()).cloned() else {
            return Err(invalid(&format!("'{}' is not in conflict", path.escape_debug())));
        };
        decisions.insert(contested.path.clone(), replace(merge, &contested, replacement)?);
    }
    for path in &resolution.deletions {
        if merge.look_at(path.as_bytes()).map_err(failure)?.is_none() {
            return Err(invalid(&format!("there is no file '{}'", path.escape_debug())));
        }
        decisions.insert(path.clone().into_bytes(), None);
    }
    for (path, kind) in &resolution.modes {
        let found = merge.result_at(path.as_bytes()).map_err(failure)?.filter(|side| !side.mode.is_commit());
        let Some(side) = found else {
            return Err(invalid(&format!("there is no file '{}'", path.escape_debug())));
        };
        let contested = merge.contested_at(path.as_bytes());
        if contested.is_some_and(|contested| contested.content_conflict(Detail::Line)) {
            return Err(invalid(&format!(
                "the content of '{}' is in conflict, not only its mode",
                path.escape_debug()
            )));
        }
        decisions.insert(path.clone().into_bytes(), Some(Side { mode: (*kind).into(), ..side }));
    }
    Ok(())
}

fn replace(merge: &mut Merge<'_>, contested: &Contested, replacement: &Replacement) -> Result<Option<Side>> {
    let files = &contested.files;
    let mut side = match &replacement.with {
        With::Base => files.base,
        With::Source => files.theirs,
        With::Destination => files.ours,
        With::Content(content) => {
            let id = merge.add_blob(content.clone()).map_err(failure)?;
            let like = [contested.result, files.ours, files.theirs, files.base].into_iter().flatten();
            let kind = like.map(|side| side.mode.kind()).find(|kind| *kind != EntryKind::Commit);
            Some(Side { mode: kind.unwrap_or(EntryKind::Blob).into(), id })
        }
    };
    if let (Some(side), Some(kind)) = (&mut side, replacement.kind)
        && !side.mode.is_commit()
    {
        side.mode = kind.into();
    }
    Ok(side)
}

/// A merge that could not be worked out, in the API's words.
pub(crate) fn failure(error: MergeError) -> Failure {
    let code = match &error {
        MergeError::TooFarApart { .. } => ErrorCode::TipsDivergenceExceededException,
        MergeError::TooManyItems { .. } => ErrorCode::MaximumItemsToCompareExceededException,
        MergeError::TooManyFiles { .. } | MergeError::TooManyBytes { .. } => {
            ErrorCode::MaximumFileContentToLoadExceededException
        }
        MergeError::Git(_) | MergeError::Collision => return Failure::internal(error),
    };
    Failure::new(code, format!("{error}; merge with git and push the result"))
}
