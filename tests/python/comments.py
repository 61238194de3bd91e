"""Drives comments, reactions, tags, triggers and keys with boto3: what each operation does, paging, and wrong inputs.

Run by tests/tests/comments.rs with the commits of a repository `demo` that real git has filled.
boto3's own validation is off, so that wrong inputs reach the service.
"""

import datetime
import json
import sys

from clients import client_of, must_fail

facts = json.loads(sys.argv[1])
client = client_of("codecommit")
called = set()


def call(operation, **given):
    called.add(operation)
    return getattr(client, operation)(**given)


def refused(code, operation, **given):
    called.add(operation)
    return must_fail(code, 400, getattr(client, operation), **given)


first, second, third = facts["commits"]
pair = {"repositoryName": "demo", "beforeCommitId": first, "afterCommitId": second}


def post(content, **more):
    return call("post_comment_for_compared_commit", **{**pair, "content": content, **more})


def comments():
    where = {"filePath": "a.txt", "filePosition": 2, "relativeFileVersion": "AFTER"}
    posted = post("Why?", location=where, clientRequestToken="once")
    comment = posted["comment"]
    assert posted["location"] == where and posted["repositoryName"] == "demo"
    assert (posted["beforeCommitId"], posted["afterCommitId"]) == (first, second)
    assert (posted["beforeBlobId"], posted["afterBlobId"]) == tuple(facts["blobs"])
    assert comment["content"] == "Why?" and comment["authorArn"] == facts["caller"] and not comment["deleted"]
    assert comment["clientRequestToken"] == "once" and "inReplyTo" not in comment
    assert comment["callerReactions"] == [] and comment["reactionCounts"] == {}
    assert isinstance(comment["creationDate"], datetime.datetime)
    assert comment["creationDate"] == comment["lastModifiedDate"]
    again = post("Why?", location=where, clientRequestToken="once")
    assert again["comment"] == comment
    refused("IdempotencyParameterMismatchException", "post_comment_for_compared_commit", **pair, content="Who?",
            location=where, clientRequestToken="once")

    # A file of one side only, a file as a whole, and the first commit of all.
    gone = post("Gone?", location={"filePath": "gone.txt"})
    assert gone["location"] == {"filePath": "gone.txt", "relativeFileVersion": "BEFORE"}
    assert "afterBlobId" not in gone and gone["beforeBlobId"]
    whole = post("All of it")
    assert "location" not in whole and "beforeBlobId" not in whole
    root = call("post_comment_for_compared_commit", repositoryName="demo", afterCommitId=first, content="So it begins")
    assert "beforeCommitId" not in root
    refused("CommitIdRequiredException", "post_comment_for_compared_commit", repositoryName="demo",
            afterCommitId=second, content="x")
    refused("PathDoesNotExistException", "post_comment_for_compared_commit", **pair, content="x",
            location={"filePath": "none.txt"})
    refused("InvalidFilePositionException", "post_comment_for_compared_commit", **pair, content="x",
            location={"filePath": "a.txt", "filePosition": 3, "relativeFileVersion": "AFTER"})
    refused("CommentContentSizeLimitExceededException", "post_comment_for_compared_commit", **pair, content="é" * 10241)
    post("é" * 10240)

    reply = call("post_comment_reply", inReplyTo=comment["commentId"], content="Because.")["comment"]
    assert reply["inReplyTo"] == comment["commentId"]
    deeper = call("post_comment_reply", inReplyTo=reply["commentId"], content="Really?")["comment"]
    assert deeper["inReplyTo"] == reply["commentId"]

    listed = call("get_comments_for_compared_commit", **pair)["commentsForComparedCommitData"]
    assert [group.get("location", {}).get("filePath") for group in listed] == ["a.txt", "gone.txt", None]
    assert [each["content"] for each in listed[0]["comments"]] == ["Why?", "Because.", "Really?"]
    assert listed[0]["comments"][0] == comment and listed[0]["afterBlobId"] == facts["blobs"][1]
    assert call("get_comments_for_compared_commit", repositoryName="demo", afterCommitId=second)[
        "commentsForComparedCommitData"] == listed
    other = call("get_comments_for_compared_commit", repositoryName="demo", beforeCommitId=second, afterCommitId=third)
    assert other["commentsForComparedCommitData"] == []

    ids, token = [], {}
    while True:
        page = call("get_comments_for_compared_commit", **pair, maxResults=2, **token)
        found = [each["commentId"] for group in page["commentsForComparedCommitData"] for each in group["comments"]]
        assert len(found) <= 2
        ids += found
        if "nextToken" not in page:
            break
        token = {"nextToken": page["nextToken"]}
        if len(ids) == 2:
            post("Meanwhile")
    assert len(ids) == len(set(ids)) == 7
    refused("InvalidContinuationTokenException", "get_comments_for_compared_commit", **{**pair, "afterCommitId": third},
            nextToken=token["nextToken"])

    edited = call("update_comment", commentId=comment["commentId"], content="Why not?")["comment"]
    assert edited["content"] == "Why not?" and edited["creationDate"] == comment["creationDate"]
    assert edited["lastModifiedDate"] >= edited["creationDate"]
    assert call("get_comment", commentId=comment["commentId"])["comment"] == edited
    refused("CommentDoesNotExistException", "get_comment", commentId=facts["nobody"])
    refused("InvalidCommentIdException", "get_comment", commentId="1")

    deleted = call("delete_comment_content", commentId=reply["commentId"])["comment"]
    assert deleted["deleted"] and "content" not in deleted and deleted["inReplyTo"] == comment["commentId"]
    for operation, more in [("get_comment", {}), ("delete_comment_content", {}), ("update_comment", {"content": "x"}),
                            ("put_comment_reaction", {"reactionValue": ":heart:"}), ("get_comment_reactions", {})]:
        refused("CommentDeletedException", operation, commentId=reply["commentId"], **more)
    listed = call("get_comments_for_compared_commit", **pair)["commentsForComparedCommitData"]
    assert [each["deleted"] for each in listed[0]["comments"]] == [False, True, False]
    return comment["commentId"]


def reactions(comment):
    def shown():
        found = call("get_comment", commentId=comment)["comment"]
        return found["callerReactions"], found["reactionCounts"]

    for value, name in [(":thumbsup:", "THUMBSUP"), ("👎", "THUMBSDOWN"), ("U+1F604", "SMILE"), ("clap", "CLAP")]:
        call("put_comment_reaction", commentId=comment, reactionValue=value)
        assert shown() == ([name], {name: 1}), value
    page = call("get_comment_reactions", commentId=comment)
    assert page["reactionsForComment"] == [
        {"reaction": {"emoji": "👏", "shortCode": "clap", "unicode": "U+1F44F"}, "reactionUsers": [facts["caller"]]}
    ]
    assert call("get_comment_reactions", commentId=comment, reactionUserArn=facts["caller"])[
        "reactionsForComment"] == page["reactionsForComment"]
    nobody = facts["caller"] + "-not"
    assert call("get_comment_reactions", commentId=comment, reactionUserArn=nobody)["reactionsForComment"] == []
    for blank in ["", " ", "none"]:
        call("put_comment_reaction", commentId=comment, reactionValue=":heart:")
        call("put_comment_reaction", commentId=comment, reactionValue=blank)
        assert shown() == ([], {}), repr(blank)
    refused("InvalidReactionValueException", "put_comment_reaction", commentId=comment, reactionValue=":pizza:")
    refused("ReactionValueRequiredException", "put_comment_reaction", commentId=comment)


def pull_requests():
    targets = [{"repositoryName": "demo", "sourceReference": "topic", "destinationReference": "main"}]
    pr = client.create_pull_request(title="Third", targets=targets)["pullRequest"]["pullRequestId"]
    given = {"pullRequestId": pr, "repositoryName": "demo", "beforeCommitId": second, "afterCommitId": third}
    where = {"filePath": "a.txt", "filePosition": 1, "relativeFileVersion": "BEFORE"}
    posted = call("post_comment_for_pull_request", **given, content="Here", location=where, clientRequestToken="pr")
    assert posted["pullRequestId"] == pr and posted["location"] == where and posted["afterCommitId"] == third
    again = call("post_comment_for_pull_request", **given, content="Here", location=where, clientRequestToken="pr")
    assert again["comment"] == posted["comment"]
    comment = posted["comment"]["commentId"]
    reply = call("post_comment_reply", inReplyTo=comment, content="There")["comment"]
    call("put_comment_reaction", commentId=comment, reactionValue="🚢")
    older = call("post_comment_for_pull_request", **{**given, "beforeCommitId": first}, content="Elsewhere")["comment"]

    every = call("get_comments_for_pull_request", pullRequestId=pr)["commentsForPullRequestData"]
    assert [[each["commentId"] for each in group["comments"]] for group in every] == [
        [comment, reply["commentId"]], [older["commentId"]]]
    assert every[0]["comments"][0]["callerReactions"] == ["SHIP"] and every[0]["pullRequestId"] == pr
    some = call("get_comments_for_pull_request", **given)["commentsForPullRequestData"]
    assert some == every[:1]
    page = call("get_comments_for_pull_request", **{**given, "beforeCommitId": first}, maxResults=1)
    assert page["commentsForPullRequestData"] == every[1:] and "nextToken" not in page
    page = call("get_comments_for_pull_request", pullRequestId=pr, maxResults=2)
    rest = call("get_comments_for_pull_request", pullRequestId=pr, maxResults=2, nextToken=page["nextToken"])
    assert page["commentsForPullRequestData"] + rest["commentsForPullRequestData"] == every
    # Comments in a pull request are not comments on the commits as such.
    alone = call("get_comments_for_compared_commit", repositoryName="demo", afterCommitId=third)
    assert alone["commentsForComparedCommitData"] == []
    client.update_pull_request_status(pullRequestId=pr, pullRequestStatus="CLOSED")
    call("post_comment_for_pull_request", **given, content="Closed, but not forgotten")
    refused("PullRequestDoesNotExistException", "get_comments_for_pull_request", pullRequestId="999")
    refused("RepositoryNameRequiredException", "get_comments_for_pull_request", pullRequestId=pr, beforeCommitId=first,
            afterCommitId=second)


def tags():
    arn = facts["arn"]
    call("tag_resource", resourceArn=arn, tags={"team": "core", "stage": "test"})
    call("tag_resource", resourceArn=arn, tags={"team": "web"})
    assert call("list_tags_for_resource", resourceArn=arn)["tags"] == {"team": "web", "stage": "test"}
    refused("TooManyTagsException", "tag_resource", resourceArn=arn, tags={f"key{n}": "" for n in range(49)})
    call("tag_resource", resourceArn=arn, tags={f"key{n}": "" for n in range(48)})
    call("untag_resource", resourceArn=arn, tagKeys=["stage", "nothing"] + [f"key{n}" for n in range(48)])
    assert call("list_tags_for_resource", resourceArn=arn)["tags"] == {"team": "web"}
    client.create_repository(repositoryName="tagged", tags={"a": "b"})
    assert call("list_tags_for_resource", resourceArn=arn.replace("demo", "tagged"))["tags"] == {"a": "b"}
    refused("InvalidSystemTagUsageException", "tag_resource", resourceArn=arn, tags={"AWS:x": "y"})
    refused("InvalidResourceArnException", "untag_resource", resourceArn="demo", tagKeys=["a"])
    refused("RepositoryDoesNotExistException", "list_tags_for_resource", resourceArn=arn + "-none")


def triggers():
    trigger = {"name": "ci", "destinationArn": facts["topic"], "customData": "", "branches": [], "events": ["all"]}
    put = call("put_repository_triggers", repositoryName="demo", triggers=[trigger])["configurationId"]
    found = call("get_repository_triggers", repositoryName="demo")
    assert found["configurationId"] == put and found["triggers"] == [trigger]
    tried = call("test_repository_triggers", repositoryName="demo", triggers=[trigger])
    assert tried["successfulExecutions"] == [] and tried["failedExecutions"][0]["trigger"] == "ci"
    refused("InvalidRepositoryTriggerRegionException", "put_repository_triggers", repositoryName="demo",
            triggers=[{**trigger, "destinationArn": facts["topic"].replace("eu-west-1", "us-east-1")}])


def keys():
    changed = call("update_repository_encryption_key", repositoryName="demo", kmsKeyId="alias/aws/codecommit")
    assert changed["kmsKeyId"] == changed["originalKmsKeyId"] == "alias/aws/codecommit" and changed["repositoryId"]
    refused("EncryptionKeyNotFoundException", "update_repository_encryption_key", repositoryName="demo", kmsKeyId="k")
    refused("EncryptionKeyInvalidIdException", "update_repository_encryption_key", repositoryName="demo", kmsKeyId="a b")


reactions(comments())
pull_requests()
tags()
triggers()
keys()
assert len(called) == 17, sorted(called)
