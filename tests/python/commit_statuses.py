"""Commit statuses with boto3 and the model that `aws configure add-model` took: what was said of a commit, newest per context."""

import sys

import boto3

from clients import client_of, must_fail

tip = sys.argv[1]
client = boto3.client("coldforge")
commit = {"repositoryName": "demo", "commitId": tip}


def listed(**more):
    return client.list_commit_statuses(**commit, **more)


def states():
    return {status["context"]: status["state"] for status in listed()["commitStatuses"]}


assert states() == {"ci/build": "pending"}
put = client.put_commit_status(**commit, context="ci/build", state="success", description="Good")["commitStatus"]
assert put["commitId"] == tip and put["state"] == "success" and put["description"] == "Good", put
assert "targetUrl" not in put, put
assert put["authorArn"].endswith(":user/coldforge/admin"), put
assert put["creationDate"].year >= 2025, put
client.put_commit_status(**commit, context="ci/lint", state="failure", targetUrl="https://ci.example.com/1")
client.put_commit_status(**commit, context="Ci/lint", state="error")
assert listed()["commitStatuses"][-1]["targetUrl"] == "https://ci.example.com/1"
assert states() == {"Ci/lint": "error", "ci/build": "success", "ci/lint": "failure"}

page = listed(maxResults=2)
assert [status["context"] for status in page["commitStatuses"]] == ["Ci/lint", "ci/build"], page
rest = listed(maxResults=2, nextToken=page["nextToken"])
assert [status["context"] for status in rest["commitStatuses"]] == ["ci/lint"] and "nextToken" not in rest, rest
unknown = client.list_commit_statuses(repositoryName="demo", commitId="1" * 40)
assert unknown["commitStatuses"] == [], unknown

wrong = client_of("coldforge")
must_fail("CommitDoesNotExistException", 400, wrong.put_commit_status,
          repositoryName="demo", commitId="1" * 40, context="ci", state="success")
must_fail("ValidationException", 400, wrong.put_commit_status, **commit, context="ci", state="fine")
must_fail("RepositoryDoesNotExistException", 400, wrong.list_commit_statuses, repositoryName="other", commitId=tip)
try:
    client.list_commit_statuses(repositoryName="demo", commitId="main")
except client.exceptions.InvalidCommitIdException as error:
    assert "40 hexadecimal digits" in str(error), error
else:
    raise AssertionError("a branch is no commit id")
