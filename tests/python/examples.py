"""Runs the AWS CLI's published CodeCommit examples as they are, only with the ids filled in, and compares what they answer.

`examples.py OPERATIONS_TO_COME` runs every page of the CLI's examples in a world made for it. What the page publishes as the
output, as far as the public model knows it, must be in the output here: the same members, of the same kind. Examples that need
an operation of the list, which has no function yet, are left out and named.
"""

import contextlib
import io
import json
import os
import pathlib
import re
import shlex
import sys
import tempfile
import uuid

import awscli
import awscli.clidriver
import boto3
from botocore import xform_name

PAGES = pathlib.Path(awscli.__file__).parent / "examples" / "codecommit"

MALFORMED = {
    "batch-associate-approval-rule-template-with-repositories":
        "a comma stands behind the first of the names, which are separated by spaces, and so becomes a part of it",
    "batch-disassociate-approval-rule-template-from-repositories":
        "a comma stands behind the first of the names, and the template's name has spaces without quotation marks",
    "create-pull-request-approval-rule": "a line lacks the backslash at its end, so that the command ends there",
    "create-unreferenced-merge-commit": "the CLI has no option --name here: it is --author-name",
    "credential-helper": "it shows lines of git's configuration, not a command of the API",
    "get-comments-for-compared-commit": "the CLI has no option --before-commit-ID",
    "get-comments-for-pull-request": "the CLI has no option --before-commit-ID, and a line lacks the backslash at its end",
    "merge-pull-request-by-squash": "the CLI has no option --name here: it is --author-name",
    "merge-pull-request-by-three-way": "the CLI has no option --name here: it is --author-name",
    "put-repository-triggers": "a line lacks the backslash at its end, and the file is not the list that the option takes",
    "update-pull-request-approval-rule-content": "the rule's content is not JSON",
}

# Pages whose output is not JSON, beyond commas that are missing or too many.
NO_JSON = {
    "batch-get-commits": "a bracket is missing",
    "get-comment-reactions": "an object holds a list without a name",
    "get-repository": "a quotation mark is missing",
}

# Members that the page shows and the output here need not have.
LACKING = {
    "cloneUrlSsh": "there is no way in by SSH here",
    "nextToken": "all there is fits in one page",
    "successfulExecutions[]": "nothing listens at the trigger's destination in the world of the test",
}

RULE = json.dumps({"Version": "2018-11-08", "Statements": [
    {"Type": "Approvers", "NumberOfApprovalsNeeded": 2,
     "ApprovalPoolMembers": ["arn:aws:sts::123456789012:assumed-role/CodeCommitReview/*"]}]})


class Later(Exception):
    """An operation that the world needs is still to come."""


class World:
    """A service with nothing in it, and the steps from which the examples' worlds are made."""

    def __init__(self, to_come):
        self.to_come = {xform_name(operation) for operation in to_come}
        self.client = boto3.client("codecommit")
        self.operations = {xform_name(name): name for name in self.client.meta.service_model.operation_names}
        self.arn = None
        self.other = None

    def call(self, method, **given):
        if method in self.to_come:
            raise Later(method)
        return getattr(self.client, method)(**given)

    def empty(self):
        for found in self.call("list_repositories")["repositories"]:
            self.call("delete_repository", repositoryName=found["repositoryName"])
        if "list_approval_rule_templates" not in self.to_come:
            for name in self.call("list_approval_rule_templates")["approvalRuleTemplateNames"]:
                self.call("delete_approval_rule_template", approvalRuleTemplateName=name)

    def repository(self, name="MyDemoRepo", description="My demonstration repository"):
        made = self.call("create_repository", repositoryName=name, repositoryDescription=description)
        self.arn = made["repositoryMetadata"]["Arn"]

    def commit(self, branch, files, parent=None, repository="MyDemoRepo"):
        puts = [{"filePath": path, "fileContent": content.encode()} for path, content in files.items()]
        parent = {"parentCommitId": parent} if parent else {}
        made = self.call("create_commit", repositoryName=repository, branchName=branch, putFiles=puts, **parent,
                         authorName="Mary Major", email="mary_major@example.com", commitMessage="Change files")
        return made["commitId"]

    def branch(self, name, commit):
        self.call("create_branch", repositoryName="MyDemoRepo", branchName=name, commitId=commit)

    def filled(self):
        """The repository with two commits on main; gives their ids."""
        self.repository()
        lines = [f"line {number}\n" for number in range(2000)]
        first = self.commit("main", {
            "README.md": "Welcome\n", "readme.md": "first\n", "cl_sample.js": "".join(lines),
            "ahs_count.py": "".join(lines[:500]), "tmp/example-folder/file.txt": "before\n"})
        lines[366] = lines[1231] = "changed\n"
        second = self.commit("main", {
            "cl_sample.js": "".join(lines), "ahs_count.py": "".join(lines[:500]), "tmp/renamed-folder/file.txt": "after\n"}, first)
        return first, second

    def diverged(self, one, other, conflict=False):
        """Two branches with a commit each since they parted."""
        first, second = self.filled()
        for branch in one, other:
            if branch != "main":
                self.branch(branch, second)
            path = "readme.md" if conflict else f"{branch}.txt"
            self.commit(branch, {path: f"the line of {branch}\n"}, second)

    def template(self, name="2-approver-rule-for-main", associated=True):
        content = json.dumps({"DestinationReferences": ["refs/heads/main"], **json.loads(RULE)})
        self.call("create_approval_rule_template", approvalRuleTemplateName=name,
                  approvalRuleTemplateContent=content, approvalRuleTemplateDescription="Requires two developers")
        if associated:
            self.call("associate_approval_rule_template_with_repository", approvalRuleTemplateName=name,
                      repositoryName="MyDemoRepo")

    def another_person(self):
        """A client of somebody else, since nobody approves a pull request of their own."""
        if self.other is None:
            iam = boto3.client("iam")
            iam.create_user(UserName="Li_Juan")
            iam.attach_user_policy(UserName="Li_Juan", PolicyArn="arn:aws:iam::aws:policy/AWSCodeCommitFullAccess")
            key = iam.create_access_key(UserName="Li_Juan")["AccessKey"]
            self.other = boto3.client("codecommit", aws_access_key_id=key["AccessKeyId"],
                                      aws_secret_access_key=key["SecretAccessKey"])
        return self.other

    def pull_request(self, rule=None, template=False, author=None):
        """A pull request from a branch with one commit to main; gives how its commands name it."""
        first, second = self.filled()
        if template:
            self.template()
        self.branch("variables-branch", second)
        source = self.commit("variables-branch", {"variables.txt": "x = 1\n"}, second)
        made = (author or self.client).create_pull_request(
            title="Consolidation of global variables",
            description="Review the latest changes and updates to the global variables",
            clientRequestToken=str(uuid.uuid4()),
            targets=[{"repositoryName": "MyDemoRepo", "sourceReference": "variables-branch"}])["pullRequest"]
        if rule:
            self.call("create_pull_request_approval_rule", pullRequestId=made["pullRequestId"],
                      approvalRuleName=rule, approvalRuleContent=RULE)
        made = self.call("get_pull_request", pullRequestId=made["pullRequestId"])["pullRequest"]
        return {"--pull-request-id": made["pullRequestId"], "--revision-id": made["revisionId"],
                "--source-commit-id": source, "before": second, "after": source, "author": made["authorArn"]}

    def override(self, named):
        self.call("override_pull_request_approval_rules", pullRequestId=named["--pull-request-id"],
                  revisionId=named["--revision-id"], overrideStatus="OVERRIDE")

    def comment(self, reacted=True):
        """A comment on a commit; gives its id."""
        first, second = self.filled()
        made = self.call("post_comment_for_compared_commit", repositoryName="MyDemoRepo", beforeCommitId=first,
                         afterCommitId=second, content="Can you add a test case for this?",
                         clientRequestToken=str(uuid.uuid4()))
        identity = made["comment"]["commentId"]
        if reacted:
            self.call("put_comment_reaction", commentId=identity, reactionValue=":thumbsup:")
        return identity

    def triggers(self):
        self.filled()
        self.call("put_repository_triggers", repositoryName="MyDemoRepo", triggers=[
            {"name": "MyFirstTrigger", "destinationArn": self.topic(), "branches": ["main", "preprod"], "customData": "",
             "events": ["all"]},
            {"name": "MySecondTrigger", "destinationArn": self.topic(), "branches": [], "customData": "EXAMPLE",
             "events": ["all"]}])

    def topic(self):
        return self.arn.replace("codecommit", "sns").replace("MyDemoRepo", "MyCodeCommitTopic")

    def tagged(self):
        self.repository()
        self.call("tag_resource", resourceArn=self.arn, tags={"Status": "Secret", "Team": "Saanvi"})
        return {"--resource-arn": self.arn}


# How the world of each page is made. Each gives what is filled in: values of the command's options.
WORLDS = {}


def world(*pages):
    def add(make):
        WORLDS.update({page: make for page in pages})
        return make
    return add


@world("create-repository", "list-repositories")
def _(w):
    if w.page == "list-repositories":
        w.repository()


@world("batch-get-repositories")
def _(w):
    for name in "MyOtherDemoRepo", "MyDemoRepo":
        w.repository(name)
        w.commit("main", {"README.md": "Welcome\n"}, repository=name)


@world("create-commit")
def _(w):
    w.repository()


@world("delete-repository", "get-file", "get-folder", "get-repository", "list-branches", "update-repository-description",
       "update-repository-name")
def _(w):
    w.filled()


@world("create-branch", "batch-get-commits", "get-commit", "delete-file", "get-blob", "get-differences")
def _(w):
    first, second = w.filled()
    blob = w.call("get_file", repositoryName="MyDemoRepo", filePath="README.md")["blobId"]
    return {"--commit-id": second, "--commit-ids": [first, second], "--parent-commit-id": second, "--blob-id": blob,
            "--before-commit-specifier": first, "--after-commit-specifier": second}


@world("delete-branch", "get-branch", "update-default-branch")
def _(w):
    w.branch("MyNewBranch", w.filled()[1])


@world("put-file")
def _(w):
    first, second = w.filled()
    w.branch("feature-randomizationfeature", second)
    pathlib.Path("MyDirectory").mkdir(exist_ok=True)
    pathlib.Path("MyDirectory/ExampleSolution.py").write_text("import random\n")
    return {"--parent-commit-id": second}


@world("batch-describe-merge-conflicts", "describe-merge-conflicts", "get-merge-conflicts")
def _(w):
    w.diverged("feature-randomizationfeature", "main", conflict=True)


@world("get-merge-options", "merge-branches-by-three-way")
def _(w):
    w.diverged("bugfix-bug1234", "main")


@world("get-merge-commit")
def _(w):
    w.diverged("bugfix-bug1234", "main")
    w.call("merge_branches_by_three_way", repositoryName="MyDemoRepo", sourceCommitSpecifier="bugfix-bug1234",
           destinationCommitSpecifier="main")


@world("merge-branches-by-squash")
def _(w):
    w.diverged("bugfix-bug1234", "bugfix-bug1233")


@world("merge-branches-by-fast-forward")
def _(w):
    first, second = w.filled()
    w.branch("bugfix-bug1233", first)
    w.branch("bugfix-bug1234", second)


@world("create-approval-rule-template")
def _(w):
    w.repository()


@world("associate-approval-rule-template-with-repository", "disassociate-approval-rule-template-from-repository",
       "list-repositories-for-approval-rule-template", "list-associated-approval-rule-templates-for-repository",
       "list-approval-rule-templates", "delete-approval-rule-template", "get-approval-rule-template",
       "update-approval-rule-template-content", "update-approval-rule-template-description",
       "update-approval-rule-template-name")
def _(w):
    w.repository()
    names = {
        "disassociate-approval-rule-template-from-repository": "1-approver-rule-for-all-pull-requests",
        "delete-approval-rule-template": "1-approver-for-all-pull-requests",
        "get-approval-rule-template": "1-approver-rule-for-all-pull-requests",
        "update-approval-rule-template-content": "1-approver-rule",
        "update-approval-rule-template-description": "1-approver-rule-for-all-pull-requests",
        "update-approval-rule-template-name": "1-approver-rule",
    }
    unused = w.page in ("associate-approval-rule-template-with-repository", "delete-approval-rule-template")
    w.template(names.get(w.page, "2-approver-rule-for-main"), associated=not unused)
    return {"--region": w.client.meta.region_name}


@world("create-pull-request")
def _(w):
    first, second = w.filled()
    w.template()
    w.branch("MyNewBranch", second)
    w.commit("MyNewBranch", {"new.txt": "new\n"}, second)


@world("update-pull-request-title")
def _(w):
    return w.pull_request(template=True)


@world("get-pull-request", "update-pull-request-status")
def _(w):
    return w.pull_request(rule="2-approvers-needed-for-this-change")


@world("update-pull-request-description", "override-pull-request-approval-rules")
def _(w):
    return w.pull_request()


@world("describe-pull-request-events", "list-pull-requests")
def _(w):
    named = w.pull_request()
    w.call("update_pull_request_status", pullRequestId=named["--pull-request-id"], pullRequestStatus="CLOSED")
    return {**named, "--author-arn": named["author"]}


@world("evaluate-pull-request-approval-rules")
def _(w):
    return w.pull_request(rule="Require two approved approvers")


@world("delete-pull-request-approval-rule")
def _(w):
    return w.pull_request(rule="My Approval Rule")


@world("get-pull-request-override-state")
def _(w):
    named = w.pull_request(rule="Require two approved approvers")
    w.override(named)
    return named


@world("get-pull-request-approval-states")
def _(w):
    named = w.pull_request()
    w.another_person().update_pull_request_approval_state(
        pullRequestId=named["--pull-request-id"], revisionId=named["--revision-id"], approvalState="APPROVE")
    return named


@world("update-pull-request-approval-state")
def _(w):
    return w.pull_request(author=w.another_person())


@world("merge-pull-request-by-fast-forward")
def _(w):
    named = w.pull_request(rule="2-approvers-needed-for-this-change")
    w.override(named)
    return named


@world("post-comment-for-compared-commit")
def _(w):
    first, second = w.filled()
    return {"--before-commit-id": first, "--after-commit-id": second}


@world("post-comment-for-pull-request")
def _(w):
    named = w.pull_request()
    return {**named, "--before-commit-id": named["before"], "--after-commit-id": named["after"]}


@world("post-comment-reply")
def _(w):
    return {"--in-reply-to": w.comment(reacted=False)}


@world("get-comment", "delete-comment-content", "get-comment-reactions", "update-comment")
def _(w):
    return {"--comment-id": w.comment()}


@world("put-comment-reaction")
def _(w):
    return {"--comment-id": w.comment(reacted=False)}


@world("get-repository-triggers")
def _(w):
    w.triggers()


@world("test-repository-triggers")
def _(w):
    w.filled()
    return {"--triggers": lambda text: re.sub("arn:aws:sns:[^,]*", w.topic(), text)}


@world("tag-resource")
def _(w):
    w.repository()
    return {"--resource-arn": w.arn}


@world("list-tags-for-resource", "untag-resource")
def _(w):
    return w.tagged()


def command(page):
    """The arguments of the page's command, and its published output; None where there is none."""
    text = page.read_text()
    block = re.search(r"^ +aws codecommit(?:.*\\ *\n)*.*", text, re.M).group()
    arguments = shlex.split(re.sub(r"\\ *\n", " ", block))[1:]
    output = re.search(r"^Output:: *\n((?:[ \t]+.*\n|\s*\n)*[ \t]+.*|\s*None\.)", text + "\n", re.M)
    output = output.group(1).strip() if output else None
    return arguments, None if output in (None, "None.") else output


def lenient(text):
    """Some pages have commas too many or too few."""
    text = re.sub(r'(["\]}\d])(\s*\n\s*")', r"\1,\2", text)
    return json.loads(re.sub(r",(?:\s*,)*(\s*[}\]])", r"\1", text))


def fill(arguments, values):
    filled, option = [], None
    for argument in arguments:
        if argument.startswith("--"):
            option = argument
            filled.append(argument)
            given = values.get(option)
            if isinstance(given, list):
                filled += given
            elif isinstance(given, str):
                filled.append(given)
        elif callable(values.get(option)):
            filled.append(values[option](argument))
        elif option not in values:
            filled.append(argument)
    return filled


def members(value, path=""):
    """The paths of all members, each with the kind of its value."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from members(member, f"{path}.{name}" if path else name)
        kind = "object"
    elif isinstance(value, list):
        for entry in value:
            yield from members(entry, path + "[]")
        kind = "list"
    else:
        kind = {str: "text", bool: "truth"}.get(type(value), "number")
    if path:
        yield path, kind


def in_model(shape, path):
    """The path with the names of map entries left out, and the kind of value that the model has there; None if it has none."""
    known = []
    for name in path.replace("[]", ".[]").split("."):
        if shape.type_name == "list" and name == "[]":
            shape, known = shape.member, known + [name]
        elif shape.type_name == "structure" and name in shape.members:
            shape, known = shape.members[name], known + [name]
        elif shape.type_name == "map":
            shape, known = shape.value, known + ["*"]
        else:
            return None
    kinds = {"structure": "object", "map": "object", "list": "list", "string": "text", "blob": "text", "boolean": "truth"}
    # The CLI tells times as texts, the pages as the numbers they are on the wire.
    kind = "time" if shape.type_name == "timestamp" else kinds.get(shape.type_name, "number")
    return ".".join(known).replace(".[]", "[]"), kind


def told(shape, output):
    """The members of an output that the model knows, as far as they are of the kind that it has for them."""
    found = {}
    for path, kind in members(output):
        known = in_model(shape, path)
        if known and known[1] in (kind, "time"):
            found[known[0]] = kind
    return set(found)


def run(driver, arguments):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = driver.main(arguments + ["--output", "json"])
    if status != 0:
        raise AssertionError(f"status {status}: {err.getvalue().strip()}")
    return json.loads(out.getvalue() or "{}")


def try_page(w, driver, page):
    """What is wrong with the page's example, or None."""
    arguments, published = command(page)
    operation = w.operations[arguments[1].replace("-", "_")]
    if arguments[1].replace("-", "_") in w.to_come:
        raise Later(operation)
    w.page = page.stem
    w.empty()
    filled = fill(arguments, WORLDS[page.stem](w) or {})
    try:
        output = run(driver, filled)
    except AssertionError as error:
        return f"{shlex.join(filled)}: {error}"
    shape = w.client.meta.service_model.operation_model(operation).output_shape
    if published is None:
        return f"no output is published, but it gave {output}" if output and shape is None else None
    if page.stem in NO_JSON:
        return None
    lacking = told(shape, lenient(published)) - told(shape, output)
    lacking = sorted(path for path in lacking if path not in LACKING and path.rsplit(".")[-1] not in LACKING)
    return f"{shlex.join(filled)} lacks {', '.join(lacking)} in {json.dumps(output)}" if lacking else None


def main(to_come):
    with open(to_come) as file:
        to_come = [line.split("\t")[0] for line in file if not line.startswith("#")]
    w, driver = World(to_come), awscli.clidriver.create_clidriver()
    pages = sorted(PAGES.glob("*.rst"))
    names = {page.stem for page in pages}
    wrong = [f"{name}: neither a world nor a reason" for name in names - WORLDS.keys() - MALFORMED.keys()]
    wrong += [f"{name}: there is no such page" for name in (WORLDS.keys() | MALFORMED.keys()) - names]
    ran, later = [], {}
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        for page in pages:
            if page.stem in MALFORMED:
                continue
            try:
                fault = try_page(w, driver, page)
            except Later as operation:
                later[page.stem] = str(operation)
                continue
            ran.append(page.stem)
            if fault:
                wrong.append(f"{page.stem}: {fault}")
        os.chdir("/")
    print(json.dumps({"pages": len(pages), "ran": ran, "later": later, "malformed": MALFORMED}))
    print("\n".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
