//! Notes for the record of what was done: the refs that pushes and fetches are about.

use git::ObjectId;
use git::receive::{Command, Outcome};
use git::upload::fetch_request::FetchRequest;
use service::AuditedReference;
use std::collections::HashMap;
use store::Snapshot;

/// What became of each command of a push.
pub(super) fn pushed<'a>(
    commands: &'a [Command],
    outcomes: &'a [Option<Outcome>],
) -> impl Iterator<Item = AuditedReference> + 'a {
    let id = |id: ObjectId| (!id.is_null()).then(|| id.to_string());
    commands.iter().zip(outcomes).map(move |(command, outcome)| AuditedReference {
        name: Some(command.name.clone()),
        commit: id(command.new),
        previous_commit: id(command.old),
        refused: match outcome {
            Some(Ok(())) => None,
            Some(Err(reason)) => Some(reason.clone()),
            None => Some("not changed".to_owned()),
        },
    })
}

/// What a fetch asks for: refs by their names, and objects that no ref points to by their ids.
pub(super) fn fetched(request: &FetchRequest, snapshot: &Snapshot) -> Vec<AuditedReference> {
    let by_id: HashMap<ObjectId, &str> = snapshot.refs.iter().map(|tip| (tip.target, tip.name.as_str())).collect();
    let target = |name: &str| {
        let found = snapshot.refs.binary_search_by(|tip| tip.name.as_str().cmp(name));
        found.ok().map(|at| snapshot.refs[at].target)
    };
    let reference = |name: Option<&str>, commit: Option<ObjectId>| AuditedReference {
        name: name.map(str::to_owned),
        commit: commit.map(|id| id.to_string()),
        previous_commit: None,
        refused: None,
    };
    let named = request.want_refs.iter().map(|name| reference(Some(name), target(name)));
    let wanted = request.wants.iter().map(|want| reference(by_id.get(want).copied(), Some(*want)));
    named.chain(wanted).collect()
}
