"""Drives every operation on the approval rules of pull requests with boto3.

Run by tests/tests/approval_rules.rs with the name of a repository whose branch `topic` is one commit ahead of `main`, and the keys
of other users.
"""

import hashlib
import json
import sys

from clients import client_of, must_fail
from rules import content

facts = json.loads(sys.argv[1])
admin = client_of("codecommit")
users = {name: client_of("codecommit", keys) for name, keys in facts["users"].items()}


def refused(code, client, operation, **given):
    return must_fail(code, 400, getattr(client, operation), **given)


def made(destination="main"):
    target = {"repositoryName": facts["repository"], "sourceReference": "topic", "destinationReference": destination}
    return admin.create_pull_request(title="A pull request", targets=[target])["pullRequest"]


def evaluation(request):
    found = admin.evaluate_pull_request_approval_rules(
        pullRequestId=request["pullRequestId"], revisionId=request["revisionId"])
    return found["evaluation"]


def templates():
    """A new pull request gets the rules of the templates that are for its destination."""
    for name, branches in [("for all", None), ("for main", ["refs/heads/main"]), ("for releases", ["refs/heads/r*"])]:
        admin.create_approval_rule_template(
            approvalRuleTemplateName=name, approvalRuleTemplateContent=content(1, None, branches))
        admin.associate_approval_rule_template_with_repository(
            approvalRuleTemplateName=name, repositoryName=facts["repository"])
    request = made()
    rules = {rule["approvalRuleName"]: rule for rule in request["approvalRules"]}
    assert sorted(rules) == ["for all", "for main"], rules
    rule = rules["for main"]
    assert rule["approvalRuleContent"] == content(1, None, ["refs/heads/main"])
    assert rule["ruleContentSha256"] == hashlib.sha256(rule["approvalRuleContent"].encode()).hexdigest()
    origin = admin.get_approval_rule_template(approvalRuleTemplateName="for main")["approvalRuleTemplate"]
    assert rule["originApprovalRuleTemplate"] == {
        "approvalRuleTemplateId": origin["approvalRuleTemplateId"], "approvalRuleTemplateName": "for main"}
    assert rule["lastModifiedUser"] == request["authorArn"] and rule["creationDate"] == request["creationDate"]
    events = admin.describe_pull_request_events(pullRequestId=request["pullRequestId"])["pullRequestEvents"]
    kinds = [event["pullRequestEventType"] for event in events]
    created = "PULL_REQUEST_APPROVAL_RULE_CREATED"
    assert kinds == ["PULL_REQUEST_CREATED", created, created], kinds
    told = events[1]["approvalRuleEventMetadata"]
    assert told["approvalRuleId"] == rules[told["approvalRuleName"]]["approvalRuleId"]

    on = {"pullRequestId": request["pullRequestId"], "approvalRuleName": "for all"}
    refused("CannotDeleteApprovalRuleFromTemplateException", admin, "delete_pull_request_approval_rule", **on)
    refused("CannotModifyApprovalRuleFromTemplateException", admin, "update_pull_request_approval_rule_content",
            newRuleContent=content(), **on)
    refused("ApprovalRuleNameAlreadyExistsException", admin, "create_pull_request_approval_rule",
            approvalRuleContent=content(), **on)
    told = refused("PullRequestApprovalRulesNotSatisfiedException", admin, "merge_pull_request_by_fast_forward",
                   pullRequestId=request["pullRequestId"], repositoryName=facts["repository"])
    assert "'for all', 'for main'" in told, told
    names = ["for all", "for main", "for releases"]
    for name in names:
        admin.disassociate_approval_rule_template_from_repository(
            approvalRuleTemplateName=name, repositoryName=facts["repository"])
    assert made()["approvalRules"] == []
    admin.update_pull_request_status(pullRequestId=request["pullRequestId"], pullRequestStatus="CLOSED")


def rules_of_one():
    """Rules of one pull request are made, changed and deleted."""
    request = made("other")
    number = request["pullRequestId"]
    assert evaluation(request) == {
        "approved": True, "overridden": False, "approvalRulesSatisfied": [], "approvalRulesNotSatisfied": []}
    rule = admin.create_pull_request_approval_rule(
        pullRequestId=number, approvalRuleName="One approval", approvalRuleContent=content())["approvalRule"]
    assert rule["approvalRuleContent"] == content() and "originApprovalRuleTemplate" not in rule
    assert admin.get_pull_request(pullRequestId=number)["pullRequest"]["approvalRules"] == [rule]
    assert evaluation(request) == {
        "approved": False, "overridden": False,
        "approvalRulesSatisfied": [], "approvalRulesNotSatisfied": ["One approval"]}

    on = {"pullRequestId": number, "approvalRuleName": "One approval"}
    changed = admin.update_pull_request_approval_rule_content(
        newRuleContent=content(2), existingRuleContentSha256=rule["ruleContentSha256"], **on)["approvalRule"]
    assert changed["approvalRuleId"] == rule["approvalRuleId"] and changed["approvalRuleContent"] == content(2)
    refused("InvalidRuleContentSha256Exception", admin, "update_pull_request_approval_rule_content",
            newRuleContent=content(3), existingRuleContentSha256=rule["ruleContentSha256"], **on)
    told = refused("InvalidApprovalRuleContentException", admin, "update_pull_request_approval_rule_content",
                   newRuleContent=content(1, None, ["refs/heads/main"]), **on)
    assert "in templates only" in told
    assert admin.delete_pull_request_approval_rule(**on)["approvalRuleId"] == rule["approvalRuleId"]
    assert "approvalRuleId" not in admin.delete_pull_request_approval_rule(**on)
    assert admin.get_pull_request(pullRequestId=number)["pullRequest"]["approvalRules"] == []
    kinds = [event["pullRequestEventType"].removeprefix("PULL_REQUEST_")
             for event in admin.describe_pull_request_events(pullRequestId=number)["pullRequestEvents"]]
    rule_kinds = ["APPROVAL_RULE_CREATED", "APPROVAL_RULE_UPDATED", "APPROVAL_RULE_DELETED"]
    assert kinds == ["CREATED", *rule_kinds], kinds
    only = admin.describe_pull_request_events(
        pullRequestId=number, pullRequestEventType="PULL_REQUEST_APPROVAL_RULE_UPDATED")["pullRequestEvents"]
    assert [event["approvalRuleEventMetadata"]["approvalRuleContent"] for event in only] == [content(2)]


def override():
    """Whoever may sets all rules aside, and the merge goes through."""
    request = made("other")
    number, revision = request["pullRequestId"], request["revisionId"]
    on = {"pullRequestId": number, "revisionId": revision}
    admin.create_pull_request_approval_rule(
        pullRequestId=number, approvalRuleName="Many approvals", approvalRuleContent=content(9))
    refused("PullRequestCannotBeApprovedByAuthorException", admin, "update_pull_request_approval_state",
            approvalState="APPROVE", **on)
    assert admin.get_pull_request_approval_states(**on)["approvals"] == []
    merge = {"pullRequestId": number, "repositoryName": facts["repository"]}
    told = refused("PullRequestApprovalRulesNotSatisfiedException", admin, "merge_pull_request_by_fast_forward", **merge)
    assert "'Many approvals'" in told
    assert admin.get_pull_request_override_state(**on)["overridden"] is False
    admin.override_pull_request_approval_rules(overrideStatus="REVOKE", **on)
    admin.override_pull_request_approval_rules(overrideStatus="OVERRIDE", **on)
    refused("OverrideAlreadySetException", admin, "override_pull_request_approval_rules",
            overrideStatus="OVERRIDE", **on)
    state = admin.get_pull_request_override_state(**on)
    assert state["overridden"] is True and state["overrider"] == request["authorArn"]
    found = evaluation(request)
    assert found["approved"] and found["overridden"] and found["approvalRulesNotSatisfied"] == ["Many approvals"]
    admin.override_pull_request_approval_rules(overrideStatus="REVOKE", **on)
    refused("PullRequestApprovalRulesNotSatisfiedException", admin, "merge_pull_request_by_fast_forward", **merge)
    admin.override_pull_request_approval_rules(overrideStatus="OVERRIDE", **on)
    events = admin.describe_pull_request_events(
        pullRequestId=number, pullRequestEventType="PULL_REQUEST_APPROVAL_RULE_OVERRIDDEN")["pullRequestEvents"]
    told = [event["approvalRuleOverriddenEventMetadata"] for event in events]
    assert told == [{"revisionId": revision, "overrideStatus": status} for status in ["OVERRIDE", "REVOKE", "OVERRIDE"]]
    assert admin.merge_pull_request_by_fast_forward(**merge)["pullRequest"]["pullRequestStatus"] == "CLOSED"
    refused("PullRequestAlreadyClosedException", admin, "override_pull_request_approval_rules",
            overrideStatus="REVOKE", **on)


def approvals():
    """Other people approve; only those of the pool count."""
    account = facts["account"]
    request = made("reviewed")
    number, revision = request["pullRequestId"], request["revisionId"]
    on = {"pullRequestId": number, "revisionId": revision}
    merge = {"pullRequestId": number, "repositoryName": facts["repository"]}
    pool = [f"CodeCommitApprovers:{account}:be*", f"CodeCommitApprovers:{account}:cy"]
    admin.create_pull_request_approval_rule(
        pullRequestId=number, approvalRuleName="Two of the pool", approvalRuleContent=content(2, pool))
    for name in ["ben", "di"]:
        users[name].update_pull_request_approval_state(approvalState="APPROVE", **on)
        users[name].update_pull_request_approval_state(approvalState="APPROVE", **on)
    approvals = admin.get_pull_request_approval_states(**on)["approvals"]
    arns = [facts["users"][name]["arn"] for name in ["ben", "di"]]
    assert approvals == [{"userArn": arn, "approvalState": "APPROVE"} for arn in arns], approvals
    assert evaluation(request)["approvalRulesNotSatisfied"] == ["Two of the pool"]
    refused("PullRequestApprovalRulesNotSatisfiedException", admin, "merge_pull_request_by_fast_forward", **merge)
    users["cy"].update_pull_request_approval_state(approvalState="APPROVE", **on)
    assert evaluation(request)["approved"]
    users["ben"].update_pull_request_approval_state(approvalState="REVOKE", **on)
    refused("PullRequestApprovalRulesNotSatisfiedException", admin, "merge_pull_request_by_fast_forward", **merge)
    users["ben"].update_pull_request_approval_state(approvalState="APPROVE", **on)
    events = admin.describe_pull_request_events(
        pullRequestId=number, pullRequestEventType="PULL_REQUEST_APPROVAL_STATE_CHANGED")["pullRequestEvents"]
    told = [(event["actorArn"].rsplit("/", 1)[1], event["approvalStateChangedEventMetadata"]) for event in events]
    names = [("ben", "APPROVE"), ("di", "APPROVE"), ("cy", "APPROVE"), ("ben", "REVOKE"), ("ben", "APPROVE")]
    assert told == [(name, {"revisionId": revision, "approvalStatus": status}) for name, status in names], told
    merged = admin.merge_pull_request_by_fast_forward(**merge)["pullRequest"]
    assert merged["pullRequestTargets"][0]["mergeMetadata"]["isMerged"]
    refused("PullRequestAlreadyClosedException", users["di"], "update_pull_request_approval_state",
            approvalState="REVOKE", **on)


templates()
rules_of_one()
override()
approvals()
