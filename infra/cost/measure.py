"""Measures what operations cost in calls of table, blob store and keys, on a real server; `cost.ts` reckons with the outcome.

`measure.py COLDFORGE > calls.json` starts the program COLDFORGE anew for each operation, so that nothing is remembered from the
one before: a Lambda function that was just started knows as little. The numbers do not depend on the machine.
"""

import http.client
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import boto3

REGION = "us-east-1"


class Server:
    """The program on a data directory of its own; as a context, it runs."""

    def __init__(self, program, directory):
        self.program, self.data, self.log = program, directory / "data", directory / "log"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = "127.0.0.1:%d" % probe.getsockname()[1]
        self.url = f"http://{self.address}"

    def __enter__(self):
        command = [self.program, "serve", "--listen", self.address, "--data-dir", self.data, "--log-format", "json"]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "COLDFORGE_RECORD_PORTS": "1"})
        while not self.answers():
            if self.process.poll() is not None:
                sys.exit(self.log.read_text())
            time.sleep(0.02)
        while not self.lines("request"):
            time.sleep(0.02)
        # What starting takes, and the request that found out whether it has, is nobody's.
        self.before = len(self.lines("ports")), len(self.lines("request"))
        return self

    def answers(self):
        try:
            urllib.request.urlopen(self.url).read()
        except urllib.error.HTTPError:
            return True
        except (OSError, http.client.HTTPException):
            return False
        return True

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def keys(self):
        return json.loads((self.data / "admin-credentials.json").read_text())

    def client(self):
        keys = self.keys()
        return boto3.client("codecommit", region_name=REGION, endpoint_url=self.url,
                            aws_access_key_id=keys["accessKeyId"], aws_secret_access_key=keys["secretAccessKey"])

    def remote(self, name):
        return f"http://admin:{self.keys()['gitPassword']}@{self.address}/v1/repos/{name}"

    def lines(self, message):
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{") and line.endswith("}")]
        return [line for line in lines if line.get("message") == message]

    def told(self):
        """What the log tells of each request: its calls, and its bytes in both directions."""
        return self.lines("ports")[self.before[0]:], self.lines("request")[self.before[1]:]


def git(*arguments, cwd=None):
    return subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *map(str, arguments)],
                          cwd=cwd, check=True, capture_output=True, text=True).stdout.strip()


def commit(clone, number):
    (clone / f"file{number % 40}.txt").write_text("a line\n" * (number % 97 + 20))
    git("add", ".", cwd=clone)
    git("commit", "-qm", f"Change {number}", cwd=clone)


def operations(clone, directory):
    """Each operation with its name, in an order in which they can follow each other."""
    state = {}

    def head():
        return git("rev-parse", "main", cwd=clone)

    def pull_request(client):
        created = client.create_pull_request(
            title="A change", targets=[{"repositoryName": "demo", "sourceReference": "topic", "destinationReference": "main"}])
        state["id"] = created["pullRequest"]["pullRequestId"]

    def push_topic(server):
        git("switch", "-qc", "topic", cwd=clone)
        commit(clone, 1000)
        git("push", "-q", server.remote("demo"), "topic", cwd=clone)

    def merge(client):
        client.merge_pull_request_by_squash(pullRequestId=state["id"], repositoryName="demo", authorName="a", email="a@example.com")

    def push(server):
        commit(clone, 2000)
        git("push", "-q", server.remote("demo"), "topic:another", cwd=clone)

    def put(client):
        main = client.get_branch(repositoryName="demo", branchName="main")["branch"]["commitId"]
        state["main"] = main

    return [
        ("clone", lambda server: git("clone", "-q", server.remote("demo"), directory / "fresh")),
        ("fetch of nothing new", lambda server: git("fetch", "-q", server.remote("demo"), "main", cwd=clone)),
        ("ls-remote", lambda server: git("ls-remote", server.remote("demo"))),
        ("push of one commit to a new branch", push_topic),
        ("push of one commit", push),
        ("GetRepository", lambda server: server.client().get_repository(repositoryName="demo")),
        ("ListRepositories", lambda server: server.client().list_repositories()),
        ("GetBranch", lambda server: put(server.client())),
        ("GetFile", lambda server: server.client().get_file(repositoryName="demo", filePath="file1.txt")),
        ("GetFolder", lambda server: server.client().get_folder(repositoryName="demo", folderPath="/")),
        ("GetCommit", lambda server: server.client().get_commit(repositoryName="demo", commitId=state["main"])),
        ("GetDifferences", lambda server: server.client().get_differences(
            repositoryName="demo", beforeCommitSpecifier=state["main"], afterCommitSpecifier="topic")),
        ("PutFile", lambda server: server.client().put_file(
            repositoryName="demo", branchName="main", fileContent=b"hello", filePath="new.txt", parentCommitId=state["main"])),
        ("CreatePullRequest", lambda server: pull_request(server.client())),
        ("GetPullRequest", lambda server: server.client().get_pull_request(pullRequestId=state["id"])),
        ("PostCommentForPullRequest", lambda server: server.client().post_comment_for_pull_request(
            pullRequestId=state["id"], repositoryName="demo", beforeCommitId=state["main"],
            afterCommitId=git("rev-parse", "topic~1", cwd=clone), content="Well said.")),
        ("GetMergeConflicts", lambda server: server.client().get_merge_conflicts(
            repositoryName="demo", destinationCommitSpecifier="main", sourceCommitSpecifier="topic", mergeOption="SQUASH_MERGE")),
        ("MergePullRequestBySquash", lambda server: merge(server.client())),
        ("ListPullRequests", lambda server: server.client().list_pull_requests(repositoryName="demo")),
    ]


def main(program):
    with tempfile.TemporaryDirectory() as directory:
        directory = pathlib.Path(directory)
        server, clone = Server(program, directory), directory / "clone"
        git("init", "-q", "-b", "main", clone)
        for number in range(200):
            commit(clone, number)
        with server:
            server.client().create_repository(repositoryName="demo")
            git("push", "-q", server.remote("demo"), "main", cwd=clone)
        measured = {}
        for name, work in operations(clone, directory):
            with server:
                work(server)
            calls, requests = server.told()
            total = lambda lines, field: sum(line.get(field) or 0 for line in lines)
            measured[name] = {
                "requests": sum(1 for request in requests if request["status"] != 401),
                "tableReads": total(calls, "table_reads"), "tableCommits": total(calls, "table_commits"), "rows": total(calls, "rows"),
                "blobReads": total(calls, "blob_reads"), "blobWrites": total(calls, "blob_writes"),
                "depth": total(calls, "depth"),
                "bytesIn": total(requests, "bytes_in"), "bytesOut": total(requests, "bytes_out"),
            }
        json.dump(measured, sys.stdout, indent=1)
        print()


if __name__ == "__main__":
    main(sys.argv[1])
