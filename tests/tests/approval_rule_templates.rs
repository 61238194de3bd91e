//! Approval rule templates with unchanged clients: boto3 and the AWS SDK for Rust.
#![allow(clippy::unwrap_used, reason = "functions beside the tests belong to them")]

mod sdk;

use serde_json::{Value, json};
use tests::Journey;
use tests::aws::Aws;

fn content() -> String {
    let statement = json!({"Type": "Approvers", "NumberOfApprovalsNeeded": 1});
    json!({"Version": "2018-11-08", "Statements": [statement]}).to_string()
}

#[test]
fn boto3_runs_every_operation() {
    let journey = Journey::begin();
    Aws::new(journey.git.home(), &journey.server).python("approval_rule_templates.py", &[]);
}

#[tokio::test]
async fn the_rust_sdk_runs_every_operation() {
    let journey = tokio::task::spawn_blocking(Journey::begin).await.unwrap();
    let client = sdk::client(&journey.server);
    for name in ["one", "two"] {
        journey.server.create_repository(name);
    }
    let made = client.create_approval_rule_template().approval_rule_template_name("t");
    let made = made.approval_rule_template_content(content()).send().await.unwrap();
    let id = made.approval_rule_template().unwrap().approval_rule_template_id().unwrap().to_owned();
    let found = client.get_approval_rule_template().approval_rule_template_name("t").send().await.unwrap();
    assert_eq!(found.approval_rule_template(), made.approval_rule_template());
    let changed = client.update_approval_rule_template_content().approval_rule_template_name("t");
    let changed = changed.new_rule_content(format!("{} ", content())).send().await.unwrap();
    assert_ne!(changed.approval_rule_template(), made.approval_rule_template());
    let described = client.update_approval_rule_template_description().approval_rule_template_name("t");
    let described = described.approval_rule_template_description("d").send().await.unwrap();
    assert_eq!(described.approval_rule_template().unwrap().approval_rule_template_description(), Some("d"));
    let renamed = client.update_approval_rule_template_name().old_approval_rule_template_name("t");
    renamed.new_approval_rule_template_name("u").send().await.unwrap();
    assert_eq!(client.list_approval_rule_templates().send().await.unwrap().approval_rule_template_names(), ["u"]);

    let one = client.associate_approval_rule_template_with_repository().approval_rule_template_name("u");
    one.repository_name("one").send().await.unwrap();
    let both = client.batch_associate_approval_rule_template_with_repositories().approval_rule_template_name("u");
    let both = both.repository_names("two").repository_names("no").send().await.unwrap();
    assert_eq!(both.associated_repository_names(), ["two"]);
    assert_eq!(both.errors()[0].error_code(), Some("RepositoryDoesNotExistException"));
    let listed = client.list_repositories_for_approval_rule_template().approval_rule_template_name("u");
    assert_eq!(listed.send().await.unwrap().repository_names(), ["one", "two"]);
    let listed = client.list_associated_approval_rule_templates_for_repository().repository_name("two");
    assert_eq!(listed.send().await.unwrap().approval_rule_template_names(), ["u"]);
    let used = client.delete_approval_rule_template().approval_rule_template_name("u").send().await;
    assert!(used.unwrap_err().into_service_error().is_approval_rule_template_in_use_exception());

    let none = client.disassociate_approval_rule_template_from_repository().approval_rule_template_name("u");
    none.repository_name("one").send().await.unwrap();
    let none = client.batch_disassociate_approval_rule_template_from_repositories().approval_rule_template_name("u");
    let none = none.repository_names("two").send().await.unwrap();
    assert_eq!(none.disassociated_repository_names(), ["two"]);
    let deleted = client.delete_approval_rule_template().approval_rule_template_name("u").send().await.unwrap();
    assert_eq!(deleted.approval_rule_template_id(), id);
}

#[test]
fn a_repository_takes_25_templates() {
    let journey = Journey::begin();
    let server = &journey.server;
    server.create_repository("demo");
    server.create_repository("other");
    let on = |template: String| json!({"approvalRuleTemplateName": template, "repositoryName": "demo"});
    for number in 0..26 {
        let new = json!({"approvalRuleTemplateName": format!("t{number}"), "approvalRuleTemplateContent": content()});
        server.api_ok("CreateApprovalRuleTemplate", new);
        if number < 25 {
            server.api_ok("AssociateApprovalRuleTemplateWithRepository", on(format!("t{number}")));
        }
    }
    let error = server.api_error("AssociateApprovalRuleTemplateWithRepository", on("t25".to_owned()));
    assert_eq!(error, "MaximumRuleTemplatesAssociatedWithRepositoryException");
    let many = json!({"approvalRuleTemplateName": "t25", "repositoryNames": ["demo", "other"]});
    let done = server.api_ok("BatchAssociateApprovalRuleTemplateWithRepositories", many);
    assert_eq!(done["associatedRepositoryNames"], json!(["other"]));
    let codes: Vec<&Value> = done["errors"].as_array().unwrap().iter().map(|error| &error["errorCode"]).collect();
    assert_eq!(codes, ["MaximumRuleTemplatesAssociatedWithRepositoryException"]);
    server.api_ok("DisassociateApprovalRuleTemplateFromRepository", on("t7".to_owned()));
    server.api_ok("AssociateApprovalRuleTemplateWithRepository", on("t25".to_owned()));
}
