"""Drives every API operation with boto3: what it does, paging, and at least three wrong inputs each.

Run by tests/tests/api.rs with the clone URL of a repository `demo` that real git has filled, and the ids git knows.
boto3's own validation is off, so that wrong inputs reach the service.
"""

import datetime
import json
import subprocess
import sys
import tempfile

from clients import client_of, must_fail

facts = json.loads(sys.argv[1])
client = client_of("codecommit")
checked = set()


def call(operation, **given):
    checked.add(operation)
    return getattr(client, operation)(**given)


def refused(code, operation, **given):
    checked.add(operation)
    return must_fail(code, 400, getattr(client, operation), **given)


def wrong_repository_names(operation, **rest):
    """The three ways in which every operation on a repository can be given the wrong one."""
    refused("RepositoryNameRequiredException", operation, **rest)
    refused("InvalidRepositoryNameException", operation, repositoryName="a b", **rest)
    refused("InvalidRepositoryNameException", operation, repositoryName="a.git", **rest)
    refused("RepositoryDoesNotExistException", operation, repositoryName="nowhere", **rest)


def git(*arguments, cwd=None):
    return subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True, text=True).stdout


def sound_clone(name):
    """A clone of the repository, which `git fsck` finds nothing in."""
    directory = tempfile.mkdtemp()
    git("clone", "--quiet", facts["url"].rsplit("/", 1)[0] + "/" + name, directory)
    git("fsck", "--full", "--strict", cwd=directory)
    return directory


def repositories():
    made = call("create_repository", repositoryName="one", repositoryDescription="first", tags={"team": "a"})
    made = made["repositoryMetadata"]
    assert made["repositoryName"] == "one" and made["repositoryDescription"] == "first"
    assert made["Arn"] == f"arn:aws:codecommit:{facts['region']}:{facts['account']}:one"
    assert made["accountId"] == facts["account"] and made["cloneUrlHttp"].endswith("/v1/repos/one")
    assert isinstance(made["creationDate"], datetime.datetime) and "defaultBranch" not in made
    refused("RepositoryNameExistsException", "create_repository", repositoryName="one")
    refused("RepositoryNameRequiredException", "create_repository")
    refused("InvalidRepositoryNameException", "create_repository", repositoryName="x" * 101)
    refused("InvalidRepositoryNameException", "create_repository", repositoryName="a/b")
    long = "d" * 1001
    refused("InvalidRepositoryDescriptionException", "create_repository", repositoryName="b", repositoryDescription=long)
    many = {str(n): "" for n in range(51)}
    refused("TooManyTagsException", "create_repository", repositoryName="b", tags=many)
    refused("InvalidSystemTagUsageException", "create_repository", repositoryName="b", tags={"aws:x": ""})
    refused("InvalidTagsMapException", "create_repository", repositoryName="b", tags={"k": "v" * 257})
    refused("EncryptionKeyNotFoundException", "create_repository", repositoryName="b", kmsKeyId="alias/mine")

    assert call("get_repository", repositoryName="one")["repositoryMetadata"] == made
    wrong_repository_names("get_repository")

    found = call("batch_get_repositories", repositoryNames=["one", "nowhere", "demo"])
    assert [each["repositoryName"] for each in found["repositories"]] == ["one", "demo"]
    assert found["repositoriesNotFound"] == ["nowhere"]
    refused("RepositoryNamesRequiredException", "batch_get_repositories")
    refused("RepositoryNamesRequiredException", "batch_get_repositories", repositoryNames=[])
    refused("InvalidRepositoryNameException", "batch_get_repositories", repositoryNames=["one", ""])
    names = [f"r{n}" for n in range(101)]
    refused("MaximumRepositoryNamesExceededException", "batch_get_repositories", repositoryNames=names)

    call("update_repository_description", repositoryName="one", repositoryDescription="changed")
    assert call("get_repository", repositoryName="one")["repositoryMetadata"]["repositoryDescription"] == "changed"
    call("update_repository_description", repositoryName="one")
    assert "repositoryDescription" not in call("get_repository", repositoryName="one")["repositoryMetadata"]
    wrong_repository_names("update_repository_description")
    refused("InvalidRepositoryDescriptionException", "update_repository_description", repositoryName="one",
            repositoryDescription=long)

    call("update_repository_name", oldName="one", newName="two")
    renamed = call("get_repository", repositoryName="two")["repositoryMetadata"]
    assert renamed["repositoryId"] == made["repositoryId"] and renamed["Arn"].endswith(":two")
    refused("RepositoryDoesNotExistException", "update_repository_name", oldName="one", newName="three")
    refused("RepositoryNameExistsException", "update_repository_name", oldName="two", newName="demo")
    refused("InvalidRepositoryNameException", "update_repository_name", oldName="two", newName="a b")
    refused("RepositoryNameRequiredException", "update_repository_name", oldName="two")
    refused("RepositoryNameRequiredException", "update_repository_name", newName="two")

    assert call("delete_repository", repositoryName="two")["repositoryId"] == made["repositoryId"]
    assert "repositoryId" not in call("delete_repository", repositoryName="two")
    refused("RepositoryDoesNotExistException", "get_repository", repositoryName="two")
    refused("RepositoryNameRequiredException", "delete_repository")
    refused("InvalidRepositoryNameException", "delete_repository", repositoryName="a b")
    refused("InvalidRepositoryNameException", "delete_repository", repositoryName="x" * 101)


def listing():
    many = facts["many"]
    for number in range(many):
        call("create_repository", repositoryName=f"many-{number:04}")
    first = call("list_repositories")
    assert len(first["repositories"]) == min(many + 3, 1000) and ("nextToken" in first) == (many + 3 > 1000)
    pages = client.get_paginator("list_repositories").paginate()
    names = [each["repositoryName"] for page in pages for each in page["repositories"]]
    assert names == sorted(names) and len(names) == len(set(names)) == many + 3
    downwards = client.get_paginator("list_repositories").paginate(sortBy="repositoryName", order="descending")
    assert [each["repositoryName"] for page in downwards for each in page["repositories"]] == names[::-1]
    latest = call("list_repositories", sortBy="lastModifiedDate", order="descending")["repositories"]
    assert latest[0]["repositoryName"] == f"many-{many - 1:04}"
    refused("InvalidSortByException", "list_repositories", sortBy="size")
    refused("InvalidOrderException", "list_repositories", order="sideways")
    refused("InvalidContinuationTokenException", "list_repositories", nextToken="mine")
    token = call("list_repositories", order="descending").get("nextToken", "mine")
    refused("InvalidContinuationTokenException", "list_repositories", nextToken=token, order="ascending")


def branches():
    tip = facts["tip"]
    many = facts["many"]
    for number in range(many):
        call("create_branch", repositoryName="demo", branchName=f"b/{number:04}", commitId=tip)
    names = [n for page in client.get_paginator("list_branches").paginate(repositoryName="demo")
             for n in page["branches"]]
    checked.add("list_branches")
    assert len(names) == many + 1 and names == sorted(names)
    wrong_repository_names("list_branches")
    refused("InvalidContinuationTokenException", "list_branches", repositoryName="demo", nextToken="?")

    rest = {"branchName": "x", "commitId": tip}
    wrong_repository_names("create_branch", **rest)
    refused("BranchNameRequiredException", "create_branch", repositoryName="demo", commitId=tip)
    refused("InvalidBranchNameException", "create_branch", repositoryName="demo", branchName="a..b", commitId=tip)
    refused("InvalidBranchNameException", "create_branch", repositoryName="demo", branchName="b", commitId=tip)
    refused("BranchNameExistsException", "create_branch", repositoryName="demo", branchName="main", commitId=tip)
    refused("CommitIdRequiredException", "create_branch", repositoryName="demo", branchName="x")
    refused("InvalidCommitIdException", "create_branch", repositoryName="demo", branchName="x", commitId="main")
    refused("CommitDoesNotExistException", "create_branch", repositoryName="demo", branchName="x", commitId="1" * 40)
    refused("CommitDoesNotExistException", "create_branch", repositoryName="demo", branchName="x",
            commitId=facts["tree"])

    assert call("get_branch", repositoryName="demo", branchName="main")["branch"] == {
        "branchName": "main", "commitId": tip}
    wrong_repository_names("get_branch", branchName="main")
    refused("BranchNameRequiredException", "get_branch", repositoryName="demo")
    refused("InvalidBranchNameException", "get_branch", repositoryName="demo", branchName="a b")
    refused("BranchDoesNotExistException", "get_branch", repositoryName="demo", branchName="nowhere")

    call("update_default_branch", repositoryName="demo", defaultBranchName="b/0001")
    assert git("ls-remote", "--symref", facts["url"], "HEAD").startswith("ref: refs/heads/b/0001\tHEAD")
    refused("DefaultBranchCannotBeDeletedException", "delete_branch", repositoryName="demo", branchName="b/0001")
    call("update_default_branch", repositoryName="demo", defaultBranchName="main")
    wrong_repository_names("update_default_branch", defaultBranchName="main")
    refused("BranchNameRequiredException", "update_default_branch", repositoryName="demo")
    refused("InvalidBranchNameException", "update_default_branch", repositoryName="demo", defaultBranchName="a~b")
    refused("BranchDoesNotExistException", "update_default_branch", repositoryName="demo", defaultBranchName="no")

    for number in range(many):
        name = f"b/{number:04}"
        deleted = call("delete_branch", repositoryName="demo", branchName=name)["deletedBranch"]
        assert deleted == {"branchName": name, "commitId": tip}
    assert "deletedBranch" not in call("delete_branch", repositoryName="demo", branchName="b/0000")
    wrong_repository_names("delete_branch", branchName="x")
    refused("BranchNameRequiredException", "delete_branch", repositoryName="demo")
    refused("InvalidBranchNameException", "delete_branch", repositoryName="demo", branchName="/x")
    assert call("list_branches", repositoryName="demo")["branches"] == ["main"]


def commits():
    commit = call("get_commit", repositoryName="demo", commitId=facts["tip"])["commit"]
    assert commit["commitId"] == facts["tip"] and commit["treeId"] == facts["tree"]
    assert commit["parents"] == facts["parents"] and commit["message"] == facts["message"]
    assert commit["author"] == {"name": facts["name"], "email": facts["email"], "date": facts["date"]}
    wrong_repository_names("get_commit", commitId=facts["tip"])
    refused("CommitIdRequiredException", "get_commit", repositoryName="demo")
    refused("InvalidCommitIdException", "get_commit", repositoryName="demo", commitId="main")
    refused("CommitIdDoesNotExistException", "get_commit", repositoryName="demo", commitId="1" * 40)
    refused("CommitIdDoesNotExistException", "get_commit", repositoryName="demo", commitId=facts["tree"])

    found = call("batch_get_commits", repositoryName="demo", commitIds=[facts["tip"], "1" * 40, "x"])
    assert [each["commitId"] for each in found["commits"]] == [facts["tip"]]
    assert [each["errorCode"] for each in found["errors"]] == [
        "CommitIdDoesNotExistException", "InvalidCommitIdException"]
    wrong_repository_names("batch_get_commits", commitIds=[facts["tip"]])
    refused("CommitIdsListRequiredException", "batch_get_commits", repositoryName="demo")
    refused("CommitIdsLimitExceededException", "batch_get_commits", repositoryName="demo", commitIds=["1" * 40] * 101)


def files():
    file = call("get_file", repositoryName="demo", filePath="folder/run.sh")
    assert file["fileContent"] == b"#!/bin/sh\n" and file["fileMode"] == "EXECUTABLE" and file["fileSize"] == 10
    assert file["commitId"] == facts["tip"] and file["filePath"] == "folder/run.sh"
    for specifier in ["HEAD", "main", "refs/heads/main", "v1", "refs/tags/v1", facts["tip"]]:
        assert call("get_file", repositoryName="demo", filePath="/a.txt", commitSpecifier=specifier)["fileContent"]
    assert call("get_file", repositoryName="demo", filePath="link")["fileMode"] == "SYMLINK"
    wrong_repository_names("get_file", filePath="a.txt")
    refused("PathRequiredException", "get_file", repositoryName="demo")
    refused("InvalidPathException", "get_file", repositoryName="demo", filePath="a/../b")
    refused("FileDoesNotExistException", "get_file", repositoryName="demo", filePath="folder")
    refused("FileDoesNotExistException", "get_file", repositoryName="demo", filePath="a.txt/b")
    refused("CommitDoesNotExistException", "get_file", repositoryName="demo", filePath="a.txt", commitSpecifier="no")
    refused("InvalidCommitException", "get_file", repositoryName="demo", filePath="a.txt", commitSpecifier="a b")
    refused("FileTooLargeException", "get_file", repositoryName="demo", filePath="large.bin")

    folder = call("get_folder", repositoryName="demo", folderPath="/")
    assert folder["treeId"] == facts["tree"]
    assert [each["absolutePath"] for each in folder["files"]] == ["a.txt", "large.bin"]
    assert [each["relativePath"] for each in folder["subFolders"]] == ["folder"]
    assert [each["relativePath"] for each in folder["symbolicLinks"]] == ["link"]
    assert [each["commitId"] for each in folder["subModules"]] == ["2" * 40]
    below = call("get_folder", repositoryName="demo", folderPath="folder/")
    assert below["files"][0]["absolutePath"] == "folder/run.sh" and below["files"][0]["relativePath"] == "run.sh"
    wrong_repository_names("get_folder", folderPath="/")
    refused("PathRequiredException", "get_folder", repositoryName="demo")
    refused("InvalidPathException", "get_folder", repositoryName="demo", folderPath="a//b")
    refused("FolderDoesNotExistException", "get_folder", repositoryName="demo", folderPath="a.txt")

    assert call("get_blob", repositoryName="demo", blobId=file["blobId"])["content"] == b"#!/bin/sh\n"
    wrong_repository_names("get_blob", blobId=file["blobId"])
    refused("BlobIdRequiredException", "get_blob", repositoryName="demo")
    refused("InvalidBlobIdException", "get_blob", repositoryName="demo", blobId="123")
    refused("BlobIdDoesNotExistException", "get_blob", repositoryName="demo", blobId=facts["tree"])


def differences():
    before, after = facts["parents"][0], facts["tip"]
    told = []
    token = {}
    while True:
        page = call("get_differences", repositoryName="demo", beforeCommitSpecifier=before, afterCommitSpecifier=after,
                    MaxResults=1, **token)
        assert len(page["differences"]) <= 1
        told += page["differences"]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    letters = [(each["changeType"], (each.get("afterBlob") or each["beforeBlob"])["path"]) for each in told]
    expected = [tuple(line.split("\t")) for line in git("diff", "--no-renames", "--name-status", before, after,
                                                        cwd=facts["work"]).splitlines()]
    assert letters == expected, f"{letters} instead of {expected}"
    everything = call("get_differences", repositoryName="demo", afterCommitSpecifier="main")["differences"]
    paths = git("ls-tree", "-r", "--name-only", after, cwd=facts["work"]).splitlines()
    assert [each["afterBlob"]["path"] for each in everything] == paths
    inside = call("get_differences", repositoryName="demo", afterCommitSpecifier="main", afterPath="folder")
    assert [each["afterBlob"]["path"] for each in inside["differences"]] == ["folder/run.sh"]
    rest = {"afterCommitSpecifier": "main"}
    wrong_repository_names("get_differences", **rest)
    refused("CommitRequiredException", "get_differences", repositoryName="demo")
    refused("CommitDoesNotExistException", "get_differences", repositoryName="demo", afterCommitSpecifier="no")
    refused("InvalidMaxResultsException", "get_differences", repositoryName="demo", MaxResults=0, **rest)
    refused("InvalidContinuationTokenException", "get_differences", repositoryName="demo", NextToken="x", **rest)
    refused("PathDoesNotExistException", "get_differences", repositoryName="demo", afterPath="no", **rest)
    refused("InvalidPathException", "get_differences", repositoryName="demo", afterPath="a/../b", **rest)


def put_file():
    call("create_repository", repositoryName="put")
    put = {"repositoryName": "put", "branchName": "trunk", "filePath": "a/b.txt"}
    first = call("put_file", fileContent=b"one\n", name="Ann", email="ann@example.com", commitMessage="First", **put)
    clone = sound_clone("put")
    assert git("log", "-1", "--format=%H %T %an %ae %s", cwd=clone).split() == [
        first["commitId"], first["treeId"], "Ann", "ann@example.com", "First"]
    assert git("rev-parse", "HEAD:a/b.txt", cwd=clone).strip() == first["blobId"]
    assert git("symbolic-ref", "HEAD", cwd=clone).strip() == "refs/heads/trunk"
    parent = {"parentCommitId": first["commitId"]}
    second = call("put_file", fileContent=b"two\n", fileMode="EXECUTABLE", **put, **parent)
    clone = sound_clone("put")
    assert git("rev-parse", "HEAD^", cwd=clone).strip() == first["commitId"]
    assert git("ls-tree", "HEAD", "a/b.txt", cwd=clone).startswith("100755 blob " + second["blobId"])
    parent = {"parentCommitId": second["commitId"]}
    content = {"fileContent": b"three"}
    wrong_repository_names("put_file", branchName="trunk", filePath="x", **content, **parent)
    refused("ParentCommitIdRequiredException", "put_file", **put, **content)
    refused("InvalidParentCommitIdException", "put_file", parentCommitId="x", **put, **content)
    refused("ParentCommitDoesNotExistException", "put_file", parentCommitId="1" * 40, **put, **content)
    refused("ParentCommitIdOutdatedException", "put_file", parentCommitId=first["commitId"], **put, **content)
    refused("SameFileContentException", "put_file", fileContent=b"two\n", **put, **parent)
    refused("FileContentRequiredException", "put_file", **put, **parent)
    if facts["large"]:
        refused("FileContentSizeLimitExceededException", "put_file", fileContent=b"x" * 6291457, **put, **parent)
    refused("InvalidFileModeException", "put_file", fileMode="BLUE", **put, **content, **parent)
    refused("InvalidEmailException", "put_file", email="a<b", **put, **content, **parent)
    refused("NameLengthExceededException", "put_file", name="n" * 2000, **put, **content, **parent)
    refused("CommitMessageLengthExceededException", "put_file", commitMessage="m" * 70000, **put, **content, **parent)
    refused("BranchNameRequiredException", "put_file", repositoryName="put", filePath="x", **content, **parent)
    refused("PathRequiredException", "put_file", repositoryName="put", branchName="trunk", **content, **parent)
    at = {"repositoryName": "put", "branchName": "trunk", **content, **parent}
    refused("InvalidPathException", "put_file", filePath=".git/config", **at)
    refused("InvalidPathException", "put_file", filePath="a//b", **at)
    refused("DirectoryNameConflictsWithFileNameException", "put_file", filePath="a/b.txt/c", **at)
    refused("FileNameConflictsWithDirectoryNameException", "put_file", filePath="a", **at)
    refused("BranchDoesNotExistException", "put_file", repositoryName="put", branchName="no", filePath="x", **content,
            **parent)
    tip = call("get_branch", repositoryName="demo", branchName="main")["branch"]["commitId"]
    refused("FilePathConflictsWithSubmodulePathException", "put_file", repositoryName="demo", branchName="main",
            filePath="module/x", parentCommitId=tip, **content)
    refused("BranchNameIsTagNameException", "put_file", repositoryName="demo", branchName="v1", filePath="x",
            parentCommitId=tip, **content)


def create_commit():
    call("create_repository", repositoryName="commits")
    on = {"repositoryName": "commits", "branchName": "main"}
    puts = [{"filePath": f"d{n % 3}/f{n}.txt", "fileContent": f"{n}\n".encode()} for n in range(20)]
    first = call("create_commit", putFiles=puts, authorName="Bob", email="b@example.com", commitMessage="All", **on)
    assert len(first["filesAdded"]) == 20 and first["filesUpdated"] == [] and first["filesDeleted"] == []
    clone = sound_clone("commits")
    assert git("rev-parse", "HEAD", "HEAD^{tree}", cwd=clone).split() == [first["commitId"], first["treeId"]]
    assert git("show", "HEAD:d1/f7.txt", cwd=clone) == "7\n"

    second = call(
        "create_commit", parentCommitId=first["commitId"], keepEmptyFolders=True,
        putFiles=[
            {"filePath": "copy.txt", "sourceFile": {"filePath": "d0/f0.txt"}},
            {"filePath": "moved.txt", "sourceFile": {"filePath": "d0/f3.txt", "isMove": True}},
            {"filePath": "d1/f1.txt", "fileContent": b"changed\n", "fileMode": "EXECUTABLE"},
        ],
        deleteFiles=[{"filePath": f"d2/f{n}.txt"} for n in range(2, 20, 3)],
        setFileModes=[{"filePath": "d1/f4.txt", "fileMode": "EXECUTABLE"}], **on)
    clone = sound_clone("commits")
    tree = git("ls-tree", "-r", "HEAD", cwd=clone)
    paths = [line.split("\t")[1] for line in tree.splitlines()]
    assert "copy.txt" in paths and "moved.txt" in paths and "d0/f0.txt" in paths and "d0/f3.txt" not in paths
    assert [path for path in paths if path.startswith("d2/")] == ["d2/.gitkeep"]
    modes = {line.split("\t")[1]: line[:6] for line in tree.splitlines()}
    assert modes["d1/f1.txt"] == modes["d1/f4.txt"] == "100755"
    assert {each["absolutePath"] for each in second["filesAdded"]} == {"copy.txt", "moved.txt", "d2/.gitkeep"}
    assert {each["absolutePath"] for each in second["filesUpdated"]} == {"d1/f1.txt", "d1/f4.txt"}

    parent = {"parentCommitId": second["commitId"]}
    one = {"putFiles": [{"filePath": "new.txt", "fileContent": b"x"}]}
    wrong_repository_names("create_commit", branchName="main", **one, **parent)
    refused("BranchNameRequiredException", "create_commit", repositoryName="commits", **one, **parent)
    refused("FileEntryRequiredException", "create_commit", **on, **parent)
    refused("ParentCommitIdRequiredException", "create_commit", **on, **one)
    refused("ParentCommitIdOutdatedException", "create_commit", parentCommitId=first["commitId"], **on, **one)
    many = [{"filePath": f"m{n}", "fileContent": b""} for n in range(101)]

    def wrong(code, **given):
        refused(code, "create_commit", **on, **parent, **given)

    wrong("MaximumFileEntriesExceededException", putFiles=many)
    wrong("SamePathRequestException", putFiles=one["putFiles"] * 2)
    wrong("SamePathRequestException", deleteFiles=[{"filePath": "copy.txt"}],
          setFileModes=[{"filePath": "copy.txt", "fileMode": "NORMAL"}])
    wrong("SourceFileOrContentRequiredException", putFiles=[{"filePath": "x"}])
    both = {"filePath": "x", "fileContent": b"", "sourceFile": {"filePath": "copy.txt"}}
    wrong("FileContentAndSourceFileSpecifiedException", putFiles=[both])
    wrong("FileDoesNotExistException", deleteFiles=[{"filePath": "no"}])
    wrong("FileModeRequiredException", setFileModes=[{"filePath": "copy.txt"}])
    wrong("InvalidFileModeException", setFileModes=[{"filePath": "copy.txt", "fileMode": "BLUE"}])
    wrong("NoChangeException", setFileModes=[{"filePath": "copy.txt", "fileMode": "NORMAL"}])
    wrong("RestrictedSourceFileException", putFiles=[{"filePath": "x", "sourceFile": {"filePath": "d2/.gitkeep"}}])
    wrong("PathRequiredException", deleteFiles=[{}])
    wrong("InvalidPathException", deleteFiles=[{"filePath": "../x"}])
    clash = [{"filePath": "p", "fileContent": b""}, {"filePath": "p/q", "fileContent": b""}]
    wrong("PutFileEntryConflictException", putFiles=clash)
    if facts["large"]:
        wrong("FolderContentSizeLimitExceededException",
              putFiles=[{"filePath": f"l{n}", "fileContent": b"x" * 3_700_000} for n in range(2)])
    clone = sound_clone("commits")
    assert git("rev-parse", "HEAD", cwd=clone).strip() == second["commitId"], "a refused commit changed something"


repositories()
commits()
files()
differences()
branches()
put_file()
create_commit()
listing()
assert len(checked) == 20, f"{len(checked)} operations were driven: {sorted(checked)}"
