"""Drives the operations of pull requests with boto3: what they do, filters, paging, and wrong inputs.

Run by tests/tests/pull_requests.rs with the tips of the branches `main` and `topic` of a repository `demo`.
"""

import json
import sys

from clients import client_of, must_fail

facts = json.loads(sys.argv[1])
client = client_of("codecommit")


def refused(code, operation, **given):
    return must_fail(code, 400, getattr(client, operation), **given)


def target(source="topic", **more):
    return {"repositoryName": "demo", "sourceReference": source, **more}


def wrong_ids(operation, **rest):
    """The three ways in which every operation on a pull request can be given the wrong one."""
    refused("PullRequestIdRequiredException", operation, **rest)
    refused("InvalidPullRequestIdException", operation, pullRequestId="x", **rest)
    refused("PullRequestDoesNotExistException", operation, pullRequestId="99", **rest)


def pages(operation, member, **given):
    return [entry for page in client.get_paginator(operation).paginate(**given) for entry in page[member]]


# Create: the destination is the default branch when none is named.
made = client.create_pull_request(title="One", description="text", targets=[target()])["pullRequest"]
pr = made["pullRequestId"]
assert made["pullRequestTargets"][0]["destinationReference"] == "refs/heads/main"
assert made["pullRequestTargets"][0]["sourceCommit"] == facts["topic"]
assert made["description"] == "text" and made["clientRequestToken"]
refused("TitleRequiredException", "create_pull_request", targets=[target()])
refused("TargetsRequiredException", "create_pull_request", title="t")
refused("ReferenceDoesNotExistException", "create_pull_request", title="t", targets=[target("nowhere")])
refused("SourceAndDestinationAreSameException", "create_pull_request", title="t", targets=[target("main")])

# Get.
assert client.get_pull_request(pullRequestId=pr)["pullRequest"] == made
wrong_ids("get_pull_request")

# Title and description.
titled = client.update_pull_request_title(pullRequestId=pr, title="Two")["pullRequest"]
assert titled["title"] == "Two" and titled["lastActivityDate"] > made["lastActivityDate"]
assert titled["revisionId"] == made["revisionId"]
wrong_ids("update_pull_request_title", title="t")
refused("TitleRequiredException", "update_pull_request_title", pullRequestId=pr, title="")
described = client.update_pull_request_description(pullRequestId=pr, description="more")["pullRequest"]
assert described["description"] == "more"
described = client.update_pull_request_description(pullRequestId=pr, description="")["pullRequest"]
assert "description" not in described
wrong_ids("update_pull_request_description", description="t")
refused("InvalidDescriptionException", "update_pull_request_description", pullRequestId=pr)

# Status.
other = client.create_pull_request(title="Other", targets=[target()])["pullRequest"]["pullRequestId"]
for status in ["OPEN", "CLOSED", "CLOSED"]:
    answer = client.update_pull_request_status(pullRequestId=other, pullRequestStatus=status)
    assert answer["pullRequest"]["pullRequestStatus"] == status
refused(
    "InvalidPullRequestStatusUpdateException", "update_pull_request_status", pullRequestId=other, pullRequestStatus="OPEN"
)
refused("PullRequestStatusRequiredException", "update_pull_request_status", pullRequestId=other)
refused("InvalidPullRequestStatusException", "update_pull_request_status", pullRequestId=other, pullRequestStatus="X")
wrong_ids("update_pull_request_status", pullRequestStatus="CLOSED")
refused("PullRequestAlreadyClosedException", "update_pull_request_title", pullRequestId=other, title="t")

# List: more than a page, in order, filtered.
more = [client.create_pull_request(title=f"{n}", targets=[target()])["pullRequest"]["pullRequestId"] for n in range(5)]
assert pages("list_pull_requests", "pullRequestIds", repositoryName="demo") == [pr, other, *more]
page = client.list_pull_requests(repositoryName="demo", maxResults=3)
assert page["pullRequestIds"] == [pr, other, more[0]]
client.update_pull_request_status(pullRequestId=more[0], pullRequestStatus="CLOSED")
rest = client.list_pull_requests(repositoryName="demo", maxResults=100, nextToken=page["nextToken"])
assert rest["pullRequestIds"] == more[1:] and "nextToken" not in rest


def listed(**given):
    return client.list_pull_requests(repositoryName="demo", **given)["pullRequestIds"]


assert listed(pullRequestStatus="OPEN") == [pr, *more[1:]]
assert listed(pullRequestStatus="CLOSED") == [other, more[0]]
assert listed(authorArn=made["authorArn"], pullRequestStatus="CLOSED") == [other, more[0]]
assert listed(authorArn=made["authorArn"].replace("admin", "nobody")) == []
refused("InvalidPullRequestStatusException", "list_pull_requests", repositoryName="demo", pullRequestStatus="x")
refused("InvalidAuthorArnException", "list_pull_requests", repositoryName="demo", authorArn="x")
refused("RepositoryDoesNotExistException", "list_pull_requests", repositoryName="nowhere")
refused(
    "InvalidContinuationTokenException",
    "list_pull_requests",
    repositoryName="demo",
    pullRequestStatus="OPEN",
    nextToken=page["nextToken"],
)

# Merge.
refused("RepositoryDoesNotExistException", "merge_pull_request_by_fast_forward", pullRequestId=pr, repositoryName="no")
client.create_repository(repositoryName="empty")
refused(
    "RepositoryNotAssociatedWithPullRequestException",
    "merge_pull_request_by_fast_forward",
    pullRequestId=pr,
    repositoryName="empty",
)
wrong_ids("merge_pull_request_by_fast_forward", repositoryName="demo")
merged = client.merge_pull_request_by_fast_forward(pullRequestId=pr, repositoryName="demo")["pullRequest"]
assert merged["pullRequestStatus"] == "CLOSED"
assert merged["pullRequestTargets"][0]["mergeMetadata"] == {
    "isMerged": True,
    "mergedBy": made["authorArn"],
    "mergeCommitId": facts["topic"],
    "mergeOption": "FAST_FORWARD_MERGE",
}
for number, operation in enumerate(["merge_pull_request_by_squash", "merge_pull_request_by_three_way"]):
    branch = f"into{number}"
    client.create_branch(repositoryName="demo", branchName=branch, commitId=facts["main"])
    into = client.create_pull_request(title="t", targets=[target(destinationReference=branch)])["pullRequest"]
    wrong_ids(operation, repositoryName="demo")
    refused(
        "TipOfSourceReferenceIsDifferentException",
        operation,
        pullRequestId=into["pullRequestId"],
        repositoryName="demo",
        sourceCommitId=facts["main"],
    )
    given = {"authorName": "Ana", "email": "ana@example.com", "commitMessage": f"Into {branch}"}
    done = getattr(client, operation)(pullRequestId=into["pullRequestId"], repositoryName="demo", **given)["pullRequest"]
    commit = done["pullRequestTargets"][0]["mergeMetadata"]["mergeCommitId"]
    commit = client.get_commit(repositoryName="demo", commitId=commit)["commit"]
    assert commit["message"].strip() == f"Into {branch}" and commit["author"]["name"] == "Ana"
    assert len(commit["parents"]) == number + 1

# Events.
events = pages("describe_pull_request_events", "pullRequestEvents", pullRequestId=pr, PaginationConfig={"PageSize": 1})
types = [event["pullRequestEventType"] for event in events]
assert types == ["PULL_REQUEST_CREATED", "PULL_REQUEST_MERGE_STATE_CHANGED", "PULL_REQUEST_STATUS_CHANGED"], types
dates = [event["eventDate"] for event in events]
assert dates == sorted(dates)


def told(**given):
    answer = client.describe_pull_request_events(pullRequestId=pr, **given)
    return [event["pullRequestEventType"] for event in answer["pullRequestEvents"]]


assert told(pullRequestEventType=types[1]) == [types[1]]
assert told(actorArn=made["authorArn"]) == types
assert told(actorArn=made["authorArn"].replace("admin", "nobody")) == []
refused("InvalidPullRequestEventTypeException", "describe_pull_request_events", pullRequestId=pr, pullRequestEventType="x")
refused("InvalidActorArnException", "describe_pull_request_events", pullRequestId=pr, actorArn="x")
refused("InvalidMaxResultsException", "describe_pull_request_events", pullRequestId=pr, maxResults=101)
wrong_ids("describe_pull_request_events")

# A deleted repository takes its pull requests along.
client.delete_repository(repositoryName="demo")
refused("PullRequestDoesNotExistException", "get_pull_request", pullRequestId=pr)
