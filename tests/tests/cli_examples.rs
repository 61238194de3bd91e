//! The AWS CLI's published CodeCommit examples run here as they are.

use std::path::Path;
use tests::Journey;
use tests::aws::Aws;

#[test]
fn the_published_examples_of_the_aws_cli_run_and_answer_as_published() {
    let journey = Journey::begin();
    let aws = Aws::new(journey.git.home(), &journey.server);
    let to_come = Path::new(env!("CARGO_MANIFEST_DIR")).join("operations_to_come.tsv");
    aws.python("examples.py", &[to_come.to_str().expect("a path of this workspace is UTF-8")]);
}
