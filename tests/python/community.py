"""Makes the calls that tools of the community make, in their order and with what they expect of the answers.

`community.py renovate|deployment OPERATIONS_TO_COME`. Parts that need an operation of the list, which has no function yet, are
left out and named.
"""

import json
import subprocess
import sys

import boto3
from botocore import xform_name

from clients import must_fail

with open(sys.argv[2]) as file:
    TO_COME = {xform_name(line.split("\t")[0]) for line in file if not line.startswith("#")}

client = boto3.client("codecommit")
left_out = []


def part(*needs):
    """A part of a journey, which is left out as long as an operation that it needs is to come."""
    def run(function):
        missing = sorted(set(needs) & TO_COME)
        if missing:
            left_out.append(f"{function.__name__}: {', '.join(missing)}")
            return lambda *given: None
        return function
    return run


def refused(code, method, **given):
    return must_fail(code, 400, getattr(client, method), **given)


def all_pages(method, member, **given):
    found, token = [], {}
    while True:
        page = getattr(client, method)(**given, **token)
        found += page[member]
        if not page.get("nextToken"):
            return found
        token = {"nextToken": page["nextToken"]}


def git(*arguments, cwd=None):
    return subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True, text=True).stdout


# A dependency bot, as Renovate works: it looks for its configuration, pushes a branch with git, keeps one pull request about it up
# to date, tells what it did in a comment that it edits, and closes the pull request when it is not needed any more.

def renovate():
    client.create_repository(repositoryName="app")
    client.put_file(repositoryName="app", branchName="main", filePath="package.json", fileContent=b'{"a": "1"}\n')
    names = [found["repositoryName"] for found in all_pages("list_repositories", "repositories")]
    assert names == ["app"], names
    found = client.get_repository(repositoryName="app")["repositoryMetadata"]
    assert found["defaultBranch"] == "main"
    refused("FileDoesNotExistException", "get_file", repositoryName="app", filePath="renovate.json", commitSpecifier="main")

    git("clone", "--quiet", found["cloneUrlHttp"], "app")
    commits = []
    for version in "2", "3":
        git("switch", "--quiet", "--force-create", "renovate/a", "origin/main", cwd="app")
        with open("app/package.json", "w") as file:
            file.write(json.dumps({"a": version}) + "\n")
        git("commit", "--quiet", "--all", "--message", f"Update a to {version}", cwd="app")
        commits.append(git("rev-parse", "HEAD", cwd="app").strip())
    base = git("rev-parse", "origin/main", cwd="app").strip()
    git("push", "--quiet", "origin", f"{commits[0]}:refs/heads/renovate/a", cwd="app")
    content = client.get_file(repositoryName="app", filePath="package.json", commitSpecifier="renovate/a")["fileContent"]
    assert json.loads(content) == {"a": "2"}
    request = bot_opens_a_pull_request(commits[0], base)
    git("push", "--quiet", "--force", "origin", f"{commits[1]}:refs/heads/renovate/a", cwd="app")
    bot_updates_it(request, commits[1])
    bot_comments_on_it(request, commits[1], base)
    bot_asks_for_approval(request)
    bot_closes_it(request)
    bot_merges_another(commits[1])
    git("push", "--quiet", "origin", "--delete", "renovate/a", cwd="app")


@part("create_pull_request", "list_pull_requests", "get_pull_request")
def bot_opens_a_pull_request(tip, base):
    assert all_pages("list_pull_requests", "pullRequestIds", repositoryName="app", pullRequestStatus="OPEN") == []
    made = client.create_pull_request(title="Update a to 2", description="This pull request updates `a`.", targets=[
        {"repositoryName": "app", "sourceReference": "renovate/a", "destinationReference": "main"}])["pullRequest"]
    identity = made["pullRequestId"]
    open_ones = all_pages("list_pull_requests", "pullRequestIds", repositoryName="app", pullRequestStatus="OPEN",
                          authorArn=made["authorArn"])
    assert open_ones == [identity]
    target = client.get_pull_request(pullRequestId=identity)["pullRequest"]["pullRequestTargets"][0]
    assert (target["sourceReference"], target["destinationReference"]) == ("refs/heads/renovate/a", "refs/heads/main")
    assert (target["sourceCommit"], target["destinationCommit"]) == (tip, base)
    assert target["mergeMetadata"]["isMerged"] is False
    return identity


@part("create_pull_request", "list_pull_requests", "get_pull_request", "update_pull_request_title",
      "update_pull_request_description")
def bot_updates_it(identity, tip):
    client.update_pull_request_title(pullRequestId=identity, title="Update a to 3")
    for _ in range(2):
        client.update_pull_request_description(pullRequestId=identity, description="Now to 3.")
    found = client.get_pull_request(pullRequestId=identity)["pullRequest"]
    assert (found["title"], found["description"]) == ("Update a to 3", "Now to 3.")
    assert found["pullRequestTargets"][0]["sourceCommit"] == tip, "a push with git moves the pull request along"


@part("create_pull_request", "list_pull_requests", "get_pull_request", "get_comments_for_pull_request",
      "post_comment_for_pull_request", "update_comment", "delete_comment_content")
def bot_comments_on_it(identity, tip, base):
    def contents():
        threads = all_pages("get_comments_for_pull_request", "commentsForPullRequestData", pullRequestId=identity)
        return [comment.get("content") for thread in threads for comment in thread["comments"] if not comment["deleted"]]

    assert contents() == []
    made = client.post_comment_for_pull_request(pullRequestId=identity, repositoryName="app", beforeCommitId=base,
                                                afterCommitId=tip, content="### Tests failed")["comment"]
    assert contents() == ["### Tests failed"]
    client.update_comment(commentId=made["commentId"], content="### Tests passed")
    assert contents() == ["### Tests passed"]
    assert client.delete_comment_content(commentId=made["commentId"])["comment"]["deleted"] is True
    assert contents() == []


@part("create_pull_request", "list_pull_requests", "get_pull_request", "create_pull_request_approval_rule")
def bot_asks_for_approval(identity):
    content = json.dumps({"Version": "2018-11-08", "Statements": [{"Type": "Approvers", "NumberOfApprovalsNeeded": 1}]})
    client.create_pull_request_approval_rule(pullRequestId=identity, approvalRuleName="Assignees",
                                             approvalRuleContent=content)
    found = client.get_pull_request(pullRequestId=identity)["pullRequest"]
    assert [rule["approvalRuleName"] for rule in found["approvalRules"]] == ["Assignees"]


@part("create_pull_request", "list_pull_requests", "get_pull_request", "update_pull_request_status")
def bot_closes_it(identity):
    client.update_pull_request_status(pullRequestId=identity, pullRequestStatus="CLOSED")
    assert all_pages("list_pull_requests", "pullRequestIds", repositoryName="app", pullRequestStatus="OPEN") == []
    assert all_pages("list_pull_requests", "pullRequestIds", repositoryName="app") == [identity]


@part("create_pull_request", "get_pull_request", "merge_pull_request_by_squash")
def bot_merges_another(tip):
    made = client.create_pull_request(title="Update a to 3", targets=[
        {"repositoryName": "app", "sourceReference": "renovate/a"}])["pullRequest"]
    merged = client.merge_pull_request_by_squash(pullRequestId=made["pullRequestId"], repositoryName="app",
                                                 sourceCommitId=tip)["pullRequest"]
    assert merged["pullRequestStatus"] == "CLOSED"
    assert merged["pullRequestTargets"][0]["mergeMetadata"]["isMerged"] is True
    content = client.get_file(repositoryName="app", filePath="package.json")["fileContent"]
    assert json.loads(content) == {"a": "3"}


# Deployment tools, as CloudFormation, CDK and Terraform work: they create, read, bring what is there to what is wanted however
# often they are run, and delete, also what is gone already.

def deployment():
    created = client.create_repository(repositoryName="stack", repositoryDescription="first",
                                       tags={"stack": "a"})["repositoryMetadata"]
    refused("RepositoryNameExistsException", "create_repository", repositoryName="stack", repositoryDescription="first")
    for _ in range(2):
        found = client.get_repository(repositoryName="stack")["repositoryMetadata"]
        assert found["repositoryId"] == created["repositoryId"] and found["repositoryDescription"] == "first"
        assert found["Arn"].endswith(":stack") and "defaultBranch" not in found
        assert found["cloneUrlHttp"].endswith("/stack")
    for _ in range(2):
        client.update_repository_description(repositoryName="stack", repositoryDescription="second")
    client.update_repository_description(repositoryName="stack", repositoryDescription="")
    assert not client.get_repository(repositoryName="stack")["repositoryMetadata"].get("repositoryDescription")

    client.update_repository_name(oldName="stack", newName="renamed")
    refused("RepositoryDoesNotExistException", "update_repository_name", oldName="stack", newName="renamed")
    renamed = client.get_repository(repositoryName="renamed")["repositoryMetadata"]
    assert renamed["repositoryId"] == created["repositoryId"]

    # Terraform sets the default branch only when there are branches.
    assert client.list_branches(repositoryName="renamed")["branches"] == []
    refused("BranchDoesNotExistException", "update_default_branch", repositoryName="renamed", defaultBranchName="main")
    # CloudFormation seeds a new repository with one commit.
    seed = [{"filePath": path, "fileContent": path.encode()} for path in ["README.md", "src/app.py"]]
    client.create_commit(repositoryName="renamed", branchName="main", putFiles=seed)
    for _ in range(2):
        client.update_default_branch(repositoryName="renamed", defaultBranchName="main")

    tools_keep_tags(renamed["Arn"])
    tools_keep_triggers(renamed["Arn"])
    tools_keep_approval_rules()

    assert client.delete_repository(repositoryName="renamed")["repositoryId"] == created["repositoryId"]
    assert "repositoryId" not in client.delete_repository(repositoryName="renamed")
    refused("RepositoryDoesNotExistException", "get_repository", repositoryName="renamed")
    again = client.create_repository(repositoryName="renamed")["repositoryMetadata"]
    assert again["repositoryId"] != created["repositoryId"]
    assert client.list_branches(repositoryName="renamed")["branches"] == []
    tools_find_nothing_left(again["Arn"])


@part("tag_resource", "untag_resource", "list_tags_for_resource")
def tools_keep_tags(arn):
    def tags():
        return client.list_tags_for_resource(resourceArn=arn)["tags"]

    assert tags() == {"stack": "a"}
    for _ in range(2):
        client.tag_resource(resourceArn=arn, tags={"stack": "b", "team": "x"})
        assert tags() == {"stack": "b", "team": "x"}
    for _ in range(2):
        client.untag_resource(resourceArn=arn, tagKeys=["team"])
        assert tags() == {"stack": "b"}


@part("put_repository_triggers", "get_repository_triggers")
def tools_keep_triggers(arn):
    topic = arn.replace(":codecommit:", ":sns:")
    wanted = [{"name": "all", "destinationArn": topic, "customData": "", "branches": [], "events": ["all"]}]
    for triggers in wanted, wanted, [], []:
        put = client.put_repository_triggers(repositoryName="renamed", triggers=triggers)
        found = client.get_repository_triggers(repositoryName="renamed")
        assert found["configurationId"] == put["configurationId"]
        kept = [{name: trigger[name] for name in ("name", "destinationArn", "events")} for trigger in found["triggers"]]
        assert kept == [{name: trigger[name] for name in ("name", "destinationArn", "events")} for trigger in triggers]


@part("create_approval_rule_template", "delete_approval_rule_template", "get_approval_rule_template",
      "associate_approval_rule_template_with_repository", "disassociate_approval_rule_template_from_repository",
      "list_associated_approval_rule_templates_for_repository")
def tools_keep_approval_rules():
    content = json.dumps({"Version": "2018-11-08", "Statements": [{"Type": "Approvers", "NumberOfApprovalsNeeded": 1}]})
    named = {"approvalRuleTemplateName": "reviewed"}
    client.create_approval_rule_template(approvalRuleTemplateContent=content, **named)
    refused("ApprovalRuleTemplateNameAlreadyExistsException", "create_approval_rule_template",
            approvalRuleTemplateContent=content, **named)
    for _ in range(2):
        client.associate_approval_rule_template_with_repository(repositoryName="renamed", **named)
    found = client.list_associated_approval_rule_templates_for_repository(repositoryName="renamed")
    assert found["approvalRuleTemplateNames"] == ["reviewed"]
    for _ in range(2):
        client.disassociate_approval_rule_template_from_repository(repositoryName="renamed", **named)
    client.delete_approval_rule_template(**named)
    refused("ApprovalRuleTemplateDoesNotExistException", "get_approval_rule_template", **named)


@part("list_tags_for_resource", "get_repository_triggers")
def tools_find_nothing_left(arn):
    assert client.list_tags_for_resource(resourceArn=arn)["tags"] == {}
    assert client.get_repository_triggers(repositoryName="renamed")["triggers"] == []


{"renovate": renovate, "deployment": deployment}[sys.argv[1]]()
print("\n".join(left_out))
