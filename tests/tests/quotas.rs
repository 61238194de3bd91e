//! Quotas that whoever runs the service can set.

use serde_json::json;
use tests::Journey;
use tests::server::Options;

#[test]
fn a_repository_too_many_is_refused() {
    let arguments = ["--max-repositories", "2"].map(str::to_owned).to_vec();
    let journey = Journey::begin_with(&Options { arguments, ..Options::default() });
    let server = &journey.server;
    server.create_repository("one");
    server.create_repository("two");
    let three = json!({"repositoryName": "three"});
    assert_eq!(server.api_error("CreateRepository", three.clone()), "RepositoryLimitExceededException");
    assert_eq!(server.api_error("GetRepository", three.clone()), "RepositoryDoesNotExistException");
    server.api_ok("DeleteRepository", json!({"repositoryName": "one"}));
    server.api_ok("CreateRepository", three);
}

#[test]
fn an_approval_rule_template_too_many_is_refused() {
    let arguments = ["--max-approval-rule-templates", "2"].map(str::to_owned).to_vec();
    let journey = Journey::begin_with(&Options { arguments, ..Options::default() });
    let server = &journey.server;
    let template = |name: &str| {
        let statement = json!({"Type": "Approvers", "NumberOfApprovalsNeeded": 1});
        let content = json!({"Version": "2018-11-08", "Statements": [statement]}).to_string();
        json!({"approvalRuleTemplateName": name, "approvalRuleTemplateContent": content})
    };
    server.api_ok("CreateApprovalRuleTemplate", template("one"));
    server.api_ok("CreateApprovalRuleTemplate", template("two"));
    let error = server.api_error("CreateApprovalRuleTemplate", template("three"));
    assert_eq!(error, "NumberOfRuleTemplatesExceededException");
    server.api_ok("DeleteApprovalRuleTemplate", json!({"approvalRuleTemplateName": "one"}));
    server.api_ok("CreateApprovalRuleTemplate", template("three"));
}
