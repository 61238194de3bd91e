//! The body of an API request: read as the input of an operation and held against the model, or refused. The first byte chooses
//! the operation, among some that have all kinds of members between them.
#![no_main]

use api::{Check, Operation, operations};
use libfuzzer_sys::fuzz_target;

fn read<O: Operation>(body: &[u8]) {
    if let Ok(input) = serde_json::from_slice::<O::Input>(body)
        && let Err(violation) = input.check()
    {
        assert!(!violation.message.is_empty());
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((operation, body)) = bytes.split_first() else { return };
    match operation % 10 {
        0 => read::<operations::CreateRepository>(body),
        1 => read::<operations::CreateCommit>(body),
        2 => read::<operations::PutFile>(body),
        3 => read::<operations::GetDifferences>(body),
        4 => read::<operations::CreateUnreferencedMergeCommit>(body),
        5 => read::<operations::CreatePullRequest>(body),
        6 => read::<operations::PostCommentForPullRequest>(body),
        7 => read::<operations::PutRepositoryTriggers>(body),
        8 => read::<operations::TagResource>(body),
        _ => read::<operations::BatchDescribeMergeConflicts>(body),
    }
});
