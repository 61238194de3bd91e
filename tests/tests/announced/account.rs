//! What happens to the account: templates, identities, webhooks, the sealing key; and to notification rules.

use super::{Announced, PEOPLE, place};
use serde_json::{Value, json};
use tests::Repo;
use tests::users::element;

/// A step for one change of an identity.
fn identity(told: &mut Announced, name: &'static str, action: &str, parameters: &[(&str, &str)]) -> String {
    told.step(name, &["IdentityChanged"]);
    told.iam(action, parameters)
}

/// Makes Ben, who is told of and reviews.
pub(crate) fn make_ben(told: &mut Announced) {
    told.step("a user with a policy, a key and a password is made", &["IdentityChanged"; 4]);
    told.ben = Some(told.journey.server.create_user("ben", &["AWSCodeCommitPowerUser"]));
}

/// An approval rule template, up to where it gives pull requests a rule.
pub(crate) fn make_template(told: &mut Announced) {
    let content = |approvals: u32| {
        let statement = json!({"Type": "Approvers", "NumberOfApprovalsNeeded": approvals});
        json!({"Version": "2018-11-08", "Statements": [statement]}).to_string()
    };
    told.step("a template is made", &["ApprovalRuleTemplateCreated"]);
    let template = json!({"approvalRuleTemplateName": "Reviews", "approvalRuleTemplateContent": content(2)});
    told.api("CreateApprovalRuleTemplate", template);
    told.step("a template is renamed", &["ApprovalRuleTemplateRenamed"]);
    let names = json!({"oldApprovalRuleTemplateName": "Reviews", "newApprovalRuleTemplateName": "A review"});
    told.api("UpdateApprovalRuleTemplateName", names);
    let named = |member: &str, value: &str| json!({"approvalRuleTemplateName": "A review", member: value});
    told.step("a template is described", &["ApprovalRuleTemplateDescriptionChanged"]);
    told.api("UpdateApprovalRuleTemplateDescription", named("approvalRuleTemplateDescription", "For everybody"));
    told.step("a template demands something else", &["ApprovalRuleTemplateContentChanged"]);
    told.api("UpdateApprovalRuleTemplateContent", named("newRuleContent", &content(1)));
    told.step("a template is put to use", &["ApprovalRuleTemplateAssociated"]);
    told.api("AssociateApprovalRuleTemplateWithRepository", named("repositoryName", "demo"));
}

/// The end of the template.
pub(crate) fn remove_template(told: &mut Announced) {
    let named = json!({"approvalRuleTemplateName": "A review"});
    told.step("a template is out of use", &["ApprovalRuleTemplateDisassociated"]);
    let mut input = named.clone();
    input["repositoryName"] = json!("demo");
    told.api("DisassociateApprovalRuleTemplateFromRepository", input);
    told.step("a template is deleted", &["ApprovalRuleTemplateDeleted"]);
    told.api("DeleteApprovalRuleTemplate", named);
}

/// Users, groups, managed policies and credentials.
pub(crate) fn change_identities(told: &mut Announced) {
    let user = ("UserName", "dora");
    identity(told, "a user is made", "CreateUser", &[user, ("Path", "/team/")]);
    identity(
        told,
        "a user is tagged",
        "TagUser",
        &[user, ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "core")],
    );
    let key = identity(told, "a user gets an access key", "CreateAccessKey", &[user]);
    let key = element(&key, "AccessKeyId");
    let key = ("AccessKeyId", key.as_str());
    identity(told, "an access key is made inactive", "UpdateAccessKey", &[user, key, ("Status", "Inactive")]);
    identity(told, "an access key is deleted", "DeleteAccessKey", &[user, key]);
    let service = ("ServiceName", "codecommit.amazonaws.com");
    let made = identity(told, "a user gets a Git password", "CreateServiceSpecificCredential", &[user, service]);
    let credential = element(&made, "ServiceSpecificCredentialId");
    let credential = ("ServiceSpecificCredentialId", credential.as_str());
    identity(told, "a Git password is replaced", "ResetServiceSpecificCredential", &[user, credential]);
    identity(told, "a Git password is deleted", "DeleteServiceSpecificCredential", &[user, credential]);
    let token = json!({
        "userName": "dora", "tokenName": "ci", "tokenType": "personal", "access": "read",
    });
    told.step("a user gets a token", &["IdentityChanged"]);
    let made = told.api("CreateToken", token);
    told.step("a token is revoked", &["IdentityChanged"]);
    told.api("DeleteToken", json!({"userName": "dora", "tokenId": made["token"]["tokenId"]}));
    told.step("a user's sessions are ended", &["IdentityChanged"]);
    told.api("EndUserSessions", json!({"userName": "dora"}));

    let statement = json!({"Effect": "Allow", "Action": "codecommit:GitPull", "Resource": "*"});
    let document = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
    let document = ("PolicyDocument", document.as_str());
    let name = ("PolicyName", "pull");
    identity(told, "a user gets a policy of their own", "PutUserPolicy", &[user, name, document]);
    identity(told, "a user's own policy is deleted", "DeleteUserPolicy", &[user, name]);
    identity(told, "a managed policy is made", "CreatePolicy", &[name, document]);
    let arn = ("PolicyArn", "arn:aws:iam::123456789012:policy/pull");
    identity(told, "a managed policy gets a version", "CreatePolicyVersion", &[arn, document]);
    identity(told, "another version holds", "SetDefaultPolicyVersion", &[arn, ("VersionId", "v2")]);
    identity(told, "a version is deleted", "DeletePolicyVersion", &[arn, ("VersionId", "v1")]);
    identity(told, "a managed policy is attached", "AttachUserPolicy", &[user, arn]);
    identity(told, "a managed policy is detached", "DetachUserPolicy", &[user, arn]);
    identity(told, "a managed policy is deleted", "DeletePolicy", &[arn]);
    let group = ("GroupName", "reviewers");
    identity(told, "a group is made", "CreateGroup", &[group]);
    identity(told, "a user is put into a group", "AddUserToGroup", &[group, user]);
    identity(told, "a user is taken out of a group", "RemoveUserFromGroup", &[group, user]);
    identity(told, "a group is deleted", "DeleteGroup", &[group]);
    identity(told, "a user is deleted", "DeleteUser", &[user]);
    told.step("the sealing key is rotated", &["SealingKeyRotated"]);
    told.api("RotateSealingKey", json!({}));
}

/// Webhooks and notification rules besides those that announce here.
pub(crate) fn change_announcers(told: &mut Announced, repo: &Repo) {
    let with = |members: Value| {
        let mut input = json!({"repositoryName": "demo"});
        input.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        input
    };
    told.step("a webhook of a repository is made", &["WebhookChanged"]);
    let url = "https://hooks.example.com/secret/path";
    let made = told.api("CreateWebhook", with(json!({"url": url, "events": ["branch.*"], "active": false})));
    let named = with(json!({"webhookId": made["webhook"]["webhookId"]}));
    told.step("a webhook is changed", &["WebhookChanged"]);
    let mut changed = named.clone();
    changed["events"] = json!(["tag.*"]);
    told.api("UpdateWebhook", changed);
    told.step("a webhook is deleted", &["WebhookChanged"]);
    told.api("DeleteWebhook", named);

    told.step("a second notification rule is made", &["NotificationRuleChanged"]);
    let rule = json!({"name": "Tags", "events": ["tag.*"], "targetArn": PEOPLE, "active": false});
    let made = told.api("CreateNotificationRule", with(rule));
    let named = |more: Value| {
        let mut input = with(json!({"ruleId": made["rule"]["ruleId"]}));
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    told.step("a notification rule is changed", &["NotificationRuleChanged"]);
    told.api("UpdateNotificationRule", named(json!({"name": "All tags"})));
    told.step("a notification rule is deleted", &["NotificationRuleChanged"]);
    told.api("DeleteNotificationRule", named(json!({})));

    told.step("a webhook is made that wants nothing", &["WebhookChanged"]);
    told.api("CreateWebhook", with(json!({"url": told.url(place::GONE), "events": ["tag.*"]})));
    told.step("a webhook is disabled, as it is gone", &["ReferencesChanged", "WebhookChanged"]);
    repo.ok(&["push", "--quiet", "origin", "main:refs/tags/v2"]);
}
