"""Merges two branches with boto3 in every way there is. The one argument is JSON: what git knows of the branches."""

import json
import sys

import boto3

from clients import must_fail

facts = json.loads(sys.argv[1])
client = boto3.client("codecommit")
sides = {"repositoryName": "demo", "sourceCommitSpecifier": "topic", "destinationCommitSpecifier": "main"}


def refused(code, call, **given):
    return must_fail(code, 400, call, **given)


options = client.get_merge_options(**sides)
assert options["mergeOptions"] == [], options
assert options["sourceCommitId"] == facts["topic"]
assert options["destinationCommitId"] == facts["main"]
assert options["baseCommitId"] == facts["base"]

conflicts = client.get_merge_conflicts(mergeOption="THREE_WAY_MERGE", **sides)
assert not conflicts["mergeable"]
paths = [conflict["filePath"] for conflict in conflicts["conflictMetadataList"]]
assert paths == ["gone.txt", "lines.txt", "same.txt"], paths
for path in paths:
    client.describe_merge_conflicts(mergeOption="SQUASH_MERGE", filePath=path, **sides)
batch = client.batch_describe_merge_conflicts(mergeOption="SQUASH_MERGE", maxMergeHunks=1, **sides)
assert [conflict["conflictMetadata"]["filePath"] for conflict in batch["conflicts"]] == paths

refused("ManualMergeRequiredException", client.merge_branches_by_three_way, **sides)
refused("ManualMergeRequiredException", client.merge_branches_by_fast_forward, **sides)
resolved = {
    "conflictResolutionStrategy": "AUTOMERGE",
    "conflictResolution": {
        "replaceContents": [
            {"filePath": "same.txt", "replacementType": "USE_NEW_CONTENT", "content": b"both\n"},
            {"filePath": "gone.txt", "replacementType": "KEEP_SOURCE"},
        ]
    },
    **sides,
}
trial = client.create_unreferenced_merge_commit(mergeOption="THREE_WAY_MERGE", **resolved)
assert client.get_commit(repositoryName="demo", commitId=trial["commitId"])["commit"]["treeId"] == trial["treeId"]
squashed = client.merge_branches_by_squash(targetBranch="squashed", **resolved)
assert squashed["treeId"] == trial["treeId"]
merged = client.merge_branches_by_three_way(**resolved)
assert merged["treeId"] == trial["treeId"]
content = client.get_file(repositoryName="demo", commitSpecifier="main", filePath="same.txt")["fileContent"]
assert content == b"both\n", content
assert client.get_merge_commit(**sides)["mergedCommitId"] == merged["commitId"]
forward = client.merge_branches_by_fast_forward(
    repositoryName="demo", sourceCommitSpecifier="main", destinationCommitSpecifier="forward"
)
assert forward["commitId"] == merged["commitId"]
