"""Deletes files, follows their histories and compares their contents with boto3, and holds the answers against git.

`files.py URL` works on the repository `demo`, which git filled: files that changed often, merges among its commits.
"""

import subprocess
import sys
import tempfile

import boto3

from clients import must_fail

client = boto3.client("codecommit")
url = sys.argv[1]


def git(*arguments, cwd):
    return subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True, text=True).stdout


def sound_clone():
    clone = tempfile.mkdtemp(dir=".")
    git("clone", "--quiet", url, clone, cwd=".")
    git("fsck", "--full", "--strict", cwd=clone)
    return clone


def refused(code, method, **given):
    return must_fail(code, 400, getattr(client, method), repositoryName="demo", **given)


def pages(method, member, token, size, **given):
    found, more = [], {}
    while True:
        page = getattr(client, method)(repositoryName="demo", **{size[0]: size[1]}, **given, **more)
        assert len(page[member]) <= size[1]
        found += page[member]
        if not page.get(token):
            return found
        more = {token: page[token]}


def histories(clone):
    paths = git("ls-files", cwd=clone).split("\n")[:-1]
    changes = {path: git("log", "--format=%H", "--", path, cwd=clone).split() for path in paths}
    often = sorted(paths, key=lambda path: -len(changes[path]))[:12]
    for path in often:
        versions = pages("list_file_commit_history", "revisionDag", "nextToken", ("maxResults", 3), filePath=path,
                         commitSpecifier="main")
        told = {version["commit"]["commitId"]: version for version in versions}
        assert set(told) == set(changes[path]) and len(told) == len(versions), path
        children = {commit: set() for commit in told}
        for line in git("log", "--parents", "--format=%H %P", "--", path, cwd=clone).splitlines():
            commit, *parents = line.split()
            for parent in parents:
                children[parent].add(commit)
        for commit, version in told.items():
            assert set(version["revisionChildren"]) == children[commit], (path, commit)
            assert version["blobId"] == git("rev-parse", f"{commit}:{path}", cwd=clone).strip()
            assert version["path"] == path
            assert version["commit"]["treeId"] == git("rev-parse", f"{commit}^{{tree}}", cwd=clone).strip()
    assert client.list_file_commit_history(repositoryName="demo", filePath="no/where")["revisionDag"] == []
    return often, changes


def line_differences(clone, often, changes):
    for path in often:
        old, new = (git("rev-parse", f"{commit}:{path}", cwd=clone).strip() for commit in (changes[path][-1], "HEAD"))
        for context in 0, 3, 20:
            hunks = pages("get_blob_differences", "hunks", "NextToken", ("MaxResults", 2), beforeBlobId=old,
                          afterBlobId=new, contextLines=context)
            assert told(hunks) == by_git(clone, old, new, context), (path, context)
    answer = client.get_blob_differences(repositoryName="demo", afterBlobId=new)
    size = int(git("cat-file", "-s", new, cwd=clone))
    assert (answer["isBinary"], answer["beforeBlobSize"], answer["afterBlobSize"]) == (False, 0, size)
    assert {change["type"] for hunk in answer["hunks"] for change in hunk["changes"]} == {"ADD"}
    same = client.get_blob_differences(repositoryName="demo", beforeBlobId=new, afterBlobId=new)
    assert same["hunks"] == [] and same["beforeBlobSize"] == size
    binary = git("rev-parse", "HEAD:assets/picture25.bin", cwd=clone).strip()
    answer = client.get_blob_differences(repositoryName="demo", beforeBlobId=old, afterBlobId=binary)
    assert answer["isBinary"] is True and answer["hunks"] == []


def told(hunks):
    lines = []
    for hunk in hunks:
        before, after = ((hunk[side + "StartLine"], hunk[side + "LineCount"]) for side in ("before", "after"))
        lines.append((before, after))
        numbers = [start + (count == 0) for start, count in (before, after)]
        for change in hunk["changes"]:
            expected = {"CONTEXT": numbers, "DELETE": [numbers[0], None], "ADD": [None, numbers[1]]}[change["type"]]
            assert [change.get("beforeLineNumber"), change.get("afterLineNumber")] == expected, (hunk, change)
            numbers = [number + (place is not None) for number, place in zip(numbers, expected)]
            lines.append(({"CONTEXT": " ", "ADD": "+", "DELETE": "-"}[change["type"]]) + change["content"])
    return lines


def by_git(clone, old, new, context):
    lines = []
    for line in git("diff", f"-U{context}", old, new, cwd=clone).split("\n")[4:-1]:
        if line.startswith("@@"):
            sides = [side[1:].split(",") for side in line.split()[1:3]]
            lines.append(tuple((int(side[0]), int(side[1]) if len(side) > 1 else 1) for side in sides))
        elif not line.startswith("\\"):
            lines.append(line)
    return lines


def deletions(path):
    tip = client.get_branch(repositoryName="demo", branchName="main")["branch"]["commitId"]
    at = {"branchName": "main", "parentCommitId": tip}
    put = client.create_commit(repositoryName="demo", **at, putFiles=[
        {"filePath": "one/two/only.txt", "fileContent": b"x"}, {"filePath": "three/only.txt", "fileContent": b"y"}])
    at["parentCommitId"] = put["commitId"]
    deleted = client.delete_file(repositoryName="demo", filePath="one/two/only.txt", **at, name="Ana",
                                 email="ana@example.com", commitMessage="Not needed")
    assert deleted["filePath"] == "one/two/only.txt"
    kept = client.delete_file(repositoryName="demo", filePath="/three/only.txt", branchName="main",
                              parentCommitId=deleted["commitId"], keepEmptyFolders=True)
    refused("ParentCommitIdOutdatedException", "delete_file", filePath=path, **at)
    clone = sound_clone()
    assert git("log", "-1", "--format=%an <%ae> %s", deleted["commitId"], cwd=clone) == "Ana <ana@example.com> Not needed\n"
    assert git("rev-parse", deleted["commitId"] + "^{tree}", cwd=clone).strip() == deleted["treeId"]
    assert git("rev-parse", put["commitId"] + ":one/two/only.txt", cwd=clone).strip() == deleted["blobId"]
    changed = git("diff", "--name-status", deleted["commitId"] + "^", deleted["commitId"], cwd=clone)
    assert changed == "D\tone/two/only.txt\n"
    assert git("ls-tree", "-r", "--name-only", "HEAD", "one", "three", cwd=clone) == "three/.gitkeep\n"
    assert git("log", "-1", "--format=%s", cwd=clone) == "Delete three/only.txt\n"
    # What keeps a folder can be deleted itself, and then the folder goes.
    gone = client.delete_file(repositoryName="demo", filePath="three/.gitkeep", branchName="main",
                              parentCommitId=kept["commitId"], keepEmptyFolders=True)
    refused("FolderDoesNotExistException", "get_folder", folderPath="three")

    history = client.list_file_commit_history(repositoryName="demo", filePath="one/two/only.txt")["revisionDag"]
    assert [version.get("blobId") for version in history] == [None, deleted["blobId"]]
    assert history[1]["revisionChildren"] == [deleted["commitId"]]
    assert git("log", "--format=%H", "--", "one/two/only.txt", cwd=clone).split() == [
        version["commit"]["commitId"] for version in history]
    return gone["commitId"]


def pages_go_on_when_the_branch_moves(path):
    given = {"repositoryName": "demo", "filePath": path, "commitSpecifier": "main"}
    before = client.list_file_commit_history(**given)["revisionDag"]
    first = client.list_file_commit_history(**given, maxResults=2)
    tip = client.get_branch(repositoryName="demo", branchName="main")["branch"]["commitId"]
    client.put_file(repositoryName="demo", branchName="main", filePath=path, fileContent=b"new\n", parentCommitId=tip)
    rest = client.list_file_commit_history(**given, nextToken=first["nextToken"])
    assert first["revisionDag"] + rest["revisionDag"] == before
    assert len(client.list_file_commit_history(**given)["revisionDag"]) == len(before) + 1
    refused("InvalidContinuationTokenException", "list_file_commit_history", filePath="other", commitSpecifier="main",
            nextToken=first["nextToken"])


clone = sound_clone()
often, changes = histories(clone)
line_differences(clone, often, changes)
deletions(often[0])
pages_go_on_when_the_branch_moves(often[0])
