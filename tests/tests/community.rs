//! What tools of the community do with CodeCommit, they can do here.
#![allow(clippy::unwrap_used, reason = "functions beside the tests belong to them")]

use std::path::Path;
use tests::Journey;
use tests::aws::Aws;

/// Runs one of the journeys of `community.py` in a directory of its own.
fn run(tool: &str) {
    let journey = Journey::begin();
    let aws = Aws::new(journey.git.home(), &journey.server);
    let to_come = Path::new(env!("CARGO_MANIFEST_DIR")).join("operations_to_come.tsv");
    aws.python("community.py", &[tool, to_come.to_str().unwrap()]);
}

#[test]
fn a_dependency_bot_keeps_a_pull_request_up_to_date() {
    run("renovate");
}

#[test]
fn deployment_tools_create_update_and_delete_repositories_as_often_as_they_like() {
    run("deployment");
}
