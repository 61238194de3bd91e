//! What the model demands of inputs is checked for every operation that there is, before anything else.

use serde_json::{Value, json};
use tests::Journey;
use tests::door::Door;
use tests::model::{Broken, Model, Rule};
use tests::signing::{ApiError, Call};

/// Entries that the operation answers one by one, in its output.
const IN_THE_OUTPUT: [&str; 2] = [
    "BatchAssociateApprovalRuleTemplateWithRepositories repositoryNames[]",
    "BatchDisassociateApprovalRuleTemplateFromRepositories repositoryNames[]",
];

/// Rules whose error has a name of its own kind, because the operation declares no better one.
const UNLIKE_THE_OTHERS: [(&str, Rule, &str); 5] = [
    ("ListFileCommitHistory filePath", Rule::Required, "ValidationException"),
    ("MergePullRequestBySquash conflictResolution.setFileModes[].fileMode", Rule::Required, "InvalidFileModeException"),
    (
        "MergePullRequestByThreeWay conflictResolution.setFileModes[].fileMode",
        Rule::Required,
        "InvalidFileModeException",
    ),
    (
        "UpdateApprovalRuleTemplateDescription approvalRuleTemplateDescription",
        Rule::Required,
        "InvalidApprovalRuleTemplateDescriptionException",
    ),
    ("UpdatePullRequestDescription description", Rule::Required, "InvalidDescriptionException"),
];

/// Whether an error is what such a mistake is answered with.
fn fits(operation: &str, broken: &Broken, error: &str) -> bool {
    let place = format!("{operation} {}", broken.path);
    if let Some((_, _, name)) = UNLIKE_THE_OTHERS.iter().find(|(at, rule, _)| *at == place && *rule == broken.rule) {
        return error == *name;
    }
    if Model::is_own(operation) && error == "ValidationException" {
        return true;
    }
    match broken.rule {
        Rule::Required => error.ends_with("RequiredException"),
        Rule::Length if error.ends_with("LimitExceededException") => true,
        _ => error.starts_with("Invalid") || error == "EncryptionKeyInvalidIdException",
    }
}

#[test]
fn every_rule_of_the_model_is_kept_by_every_operation() {
    let journey = Journey::begin();
    let models = Model::both();
    let operations = models.iter().flat_map(|model| model.operations().into_iter().map(move |name| (model, name)));
    let mut told = 0;
    for (model, operation) in operations {
        for broken in model.broken_inputs(&operation) {
            let is_too_large = broken.value.to_string().len() > Door::of_this_run().most_request_bytes();
            if is_too_large || IN_THE_OUTPUT.contains(&format!("{operation} {}", broken.path).as_str()) {
                continue;
            }
            let answer = Call::new(&journey.server, &operation, &broken.value).send(&journey.server);
            let (path, rule) = (&broken.path, broken.rule);
            let ApiError { name, message, .. } =
                answer.expect_err(&format!("{operation} takes an input that breaks {rule:?} at {path}"));
            if name == "NotImplementedException" {
                break;
            }
            assert!(fits(&operation, &broken, &name), "{operation}, {rule:?} at {path}: {name}: {message}");
            let declared = model.errors(&operation);
            assert!(declared.contains(&name) || name == "ValidationException", "{operation} does not declare {name}");
            assert!(message.starts_with(&format!("'{path}' ")), "{operation}, {rule:?} at {path}: {message}");
            told += 1;
        }
    }
    assert!(told >= 20 * 3, "only {told} mistakes were made");
}

#[test]
fn of_several_mistakes_the_first_in_the_written_order_is_told() {
    let journey = Journey::begin();
    let wrong = |operation: &str, input: Value| journey.server.api_error(operation, input);
    // Missing members in the model's order, then invalid ones, then the resource, then what the operation finds.
    let mut input = json!({});
    assert_eq!(wrong("CreateBranch", input.clone()), "RepositoryNameRequiredException");
    input["repositoryName"] = json!("a b");
    assert_eq!(wrong("CreateBranch", input.clone()), "BranchNameRequiredException");
    input["branchName"] = json!("b".repeat(257));
    assert_eq!(wrong("CreateBranch", input.clone()), "CommitIdRequiredException");
    input["commitId"] = json!("?");
    assert_eq!(wrong("CreateBranch", input.clone()), "InvalidRepositoryNameException");
    input["repositoryName"] = json!("demo");
    assert_eq!(wrong("CreateBranch", input.clone()), "InvalidBranchNameException");
    input["branchName"] = json!("a..b");
    assert_eq!(wrong("CreateBranch", input.clone()), "RepositoryDoesNotExistException");
    journey.server.create_repository("demo");
    assert_eq!(wrong("CreateBranch", input.clone()), "InvalidBranchNameException");
    input["branchName"] = json!("b");
    assert_eq!(wrong("CreateBranch", input), "InvalidCommitIdException");
}
