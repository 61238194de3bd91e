"""Drives every operation on approval rule templates with boto3.

Run by tests/tests/approval_rule_templates.rs. boto3's own validation is off, so that wrong inputs reach the service.
"""

import datetime
import hashlib

from clients import client_of, must_fail
from rules import content

client = client_of("codecommit")


def refused(code, operation, **given):
    return must_fail(code, 400, getattr(client, operation), **given)


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def make_and_change():
    text = content(2, ["arn:aws:sts::123456789012:assumed-role/Review/*"], ["refs/heads/main", "refs/heads/release/*"])
    made = client.create_approval_rule_template(
        approvalRuleTemplateName="Two for main",
        approvalRuleTemplateContent=text,
        approvalRuleTemplateDescription="Two reviewers",
    )["approvalRuleTemplate"]
    assert made["approvalRuleTemplateName"] == "Two for main" and made["approvalRuleTemplateContent"] == text
    assert made["ruleContentSha256"] == digest(text) and made["approvalRuleTemplateDescription"] == "Two reviewers"
    assert isinstance(made["creationDate"], datetime.datetime) and made["creationDate"] == made["lastModifiedDate"]
    assert ":user/" in made["lastModifiedUser"]
    name = {"approvalRuleTemplateName": "Two for main"}
    assert client.get_approval_rule_template(**name)["approvalRuleTemplate"] == made

    new = content(3)
    changed = client.update_approval_rule_template_content(
        newRuleContent=new, existingRuleContentSha256=made["ruleContentSha256"], **name
    )["approvalRuleTemplate"]
    assert changed["approvalRuleTemplateContent"] == new and changed["ruleContentSha256"] == digest(new)
    assert changed["approvalRuleTemplateId"] == made["approvalRuleTemplateId"]
    assert changed["creationDate"] == made["creationDate"] and changed["lastModifiedDate"] > made["creationDate"]
    told = refused("InvalidRuleContentSha256Exception", "update_approval_rule_template_content",
                   newRuleContent=text, existingRuleContentSha256=made["ruleContentSha256"], **name)
    assert digest(new) in told
    client.update_approval_rule_template_content(newRuleContent=text, **name)

    described = client.update_approval_rule_template_description(approvalRuleTemplateDescription="Other words", **name)
    assert described["approvalRuleTemplate"]["approvalRuleTemplateDescription"] == "Other words"
    bare = client.update_approval_rule_template_description(approvalRuleTemplateDescription="", **name)
    assert "approvalRuleTemplateDescription" not in bare["approvalRuleTemplate"]

    renamed = client.update_approval_rule_template_name(
        oldApprovalRuleTemplateName="Two for main", newApprovalRuleTemplateName="Two"
    )["approvalRuleTemplate"]
    assert renamed["approvalRuleTemplateId"] == made["approvalRuleTemplateId"]
    assert renamed["approvalRuleTemplateContent"] == text
    refused("ApprovalRuleTemplateDoesNotExistException", "get_approval_rule_template", **name)


def contents():
    """What is wrong with a content is said so that a person finds it."""
    for wrong, told in [
        ("{Version: 2018-11-08}", "line 1 column 2"),
        (content(0), "Statements[0].NumberOfApprovalsNeeded"),
        (content(branches=["refs/heads/*"]), "DestinationReferences[0]"),
        (content(branches=["main"]), "must begin with refs/heads/"),
        (content(branches=["refs/heads/main"] * 101), "at most 100"),
        (content(pool=["arn:aws:iam::123456789012:user/a"] * 51), "1 to 50"),
        (content(pool=["somebody"]), "ApprovalPoolMembers[0] 'somebody'"),
    ]:
        message = refused("InvalidApprovalRuleTemplateContentException", "create_approval_rule_template",
                          approvalRuleTemplateName="wrong", approvalRuleTemplateContent=wrong)
        assert told in message, message


def associations():
    for name in ["one", "two", "three"]:
        client.create_repository(repositoryName=name)
    name = {"approvalRuleTemplateName": "Two"}
    listing = client.list_repositories_for_approval_rule_template
    client.associate_approval_rule_template_with_repository(repositoryName="one", **name)
    client.associate_approval_rule_template_with_repository(repositoryName="one", **name)
    assert listing(**name)["repositoryNames"] == ["one"]
    refused("ApprovalRuleTemplateInUseException", "delete_approval_rule_template", **name)

    wanted = ["two", "nowhere", "a b", "two", "three", "x.git"]
    done = client.batch_associate_approval_rule_template_with_repositories(repositoryNames=wanted, **name)
    assert done["associatedRepositoryNames"] == ["two", "three"]
    errors = [(each["repositoryName"], each["errorCode"]) for each in done["errors"]]
    invalid = "InvalidRepositoryNameException"
    assert errors == [("nowhere", "RepositoryDoesNotExistException"), ("a b", invalid), ("x.git", invalid)]
    assert all(each["errorMessage"] for each in done["errors"])
    assert listing(**name)["repositoryNames"] == ["one", "three", "two"]
    assert client.list_associated_approval_rule_templates_for_repository(
        repositoryName="three")["approvalRuleTemplateNames"] == ["Two"]

    client.update_repository_name(oldName="three", newName="four")
    assert listing(**name)["repositoryNames"] == ["four", "one", "two"]
    client.delete_repository(repositoryName="one")
    assert listing(**name)["repositoryNames"] == ["four", "two"]
    client.create_repository(repositoryName="one")
    assert listing(**name)["repositoryNames"] == ["four", "two"]

    client.disassociate_approval_rule_template_from_repository(repositoryName="two", **name)
    client.disassociate_approval_rule_template_from_repository(repositoryName="two", **name)
    gone = client.batch_disassociate_approval_rule_template_from_repositories(
        repositoryNames=["four", "one", "nowhere"], **name
    )
    assert gone["disassociatedRepositoryNames"] == ["four", "one"]
    assert [each["errorCode"] for each in gone["errors"]] == ["RepositoryDoesNotExistException"]
    assert listing(**name)["repositoryNames"] == []
    assert client.delete_approval_rule_template(**name)["approvalRuleTemplateId"]
    assert "approvalRuleTemplateId" not in client.delete_approval_rule_template(**name)


def listings():
    names = [f"template {number:03}" for number in range(105)]
    for name in names:
        client.create_approval_rule_template(approvalRuleTemplateName=name, approvalRuleTemplateContent=content())
    first = client.list_approval_rule_templates()
    assert len(first["approvalRuleTemplateNames"]) == 100 and first["nextToken"]

    def all_of(operation, member, size, **given):
        found, token = [], {}
        while True:
            page = getattr(client, operation)(maxResults=size, **given, **token)
            assert len(page[member]) <= size
            found += page[member]
            if "nextToken" not in page:
                return found
            token = {"nextToken": page["nextToken"]}

    assert all_of("list_approval_rule_templates", "approvalRuleTemplateNames", 40) == names
    for name in names[:25]:
        client.associate_approval_rule_template_with_repository(approvalRuleTemplateName=name, repositoryName="two")
    associated = "list_associated_approval_rule_templates_for_repository"
    assert all_of(associated, "approvalRuleTemplateNames", 7, repositoryName="two") == names[:25]
    for number in range(12):
        client.create_repository(repositoryName=f"r{number:02}")
    repositories = [f"r{number:02}" for number in range(12)]
    client.batch_associate_approval_rule_template_with_repositories(
        approvalRuleTemplateName=names[30], repositoryNames=repositories[::-1]
    )
    of_template = "list_repositories_for_approval_rule_template"
    assert all_of(of_template, "repositoryNames", 5, approvalRuleTemplateName=names[30]) == repositories
    token = client.list_approval_rule_templates(maxResults=1)["nextToken"]
    refused("InvalidContinuationTokenException", associated, repositoryName="two", nextToken=token)


make_and_change()
contents()
associations()
listings()
