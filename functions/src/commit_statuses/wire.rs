//! Commit statuses as the API shows them.

use api::own;
use store::CommitStatus;

/// A status.
pub(crate) fn commit_status(status: CommitStatus) -> own::CommitStatus {
    own::CommitStatus {
        commit_id: Some(status.commit.to_string()),
        context: Some(status.context.to_string()),
        state: Some(status.facts.state.as_str().to_owned()),
        description: status.facts.description,
        target_url: status.facts.target_url,
        author_arn: Some(status.author),
        creation_date: Some(status.created.into()),
    }
}
