"""Checks on a deployment what only a real AWS account can tell: `make probe ENDPOINT=https://… [API=https://…/live]`.

ENDPOINT and API are outputs of the stack. Some checks need more, and are skipped without it:
  COLDFORGE_ACCESS_KEY_ID, COLDFORGE_SECRET_ACCESS_KEY   an access key of a user of Coldforge
  GIT_USER, GIT_PASSWORD, REPOSITORY                     a Git password, and a repository that it may be used for; nothing is pushed
  AWS credentials                                        of the setting 'adminPrincipalArn', for signing in with an IAM identity
Exits with 1 if a check fails.
"""

import base64
import gzip
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

REGION = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
ENDPOINT = os.environ["ENDPOINT"].rstrip("/")
API = os.environ.get("API", "").rstrip("/")
TARGET = "CodeCommit_20150413."


class Skip(Exception):
    """A check that cannot be made; says what it needs."""


class Answer:
    def __init__(self, status, headers, body, first_byte):
        self.status, self.headers, self.body, self.first_byte = status, headers, body, first_byte

    def type(self):
        try:
            return json.loads(self.body).get("__type", "")
        except (ValueError, AttributeError):
            return ""

    def __str__(self):
        return f"{self.status} {self.type() or self.body[:80]!r}"


def ask(method, url, headers=(), body=b"", *options):
    """One request by curl, which sends exactly what it is told to, in both versions of HTTP."""
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory)
        (path / "body").write_bytes(body)
        command = ["curl", "--silent", "--show-error", "--max-time", "120", "--request", method, "--dump-header", path / "headers",
                   "--output", path / "answer", "--write-out", "%{http_code} %{time_starttransfer}", "--header", "Expect:", *options]
        # In a file, where other users of this machine do not see them.
        (path / "request").write_text("\n".join(headers))
        command += ["--header", f"@{path / 'request'}"]
        if body:
            command += ["--data-binary", f"@{path / 'body'}"]
        done = subprocess.run([*map(str, command), url], capture_output=True, text=True)
        if done.returncode:
            return Answer(0, {}, done.stderr.encode(), 0)
        status, first_byte = done.stdout.split()
        lines = (path / "headers").read_text(errors="replace").splitlines()
        given = dict(line.lower().split(": ", 1) if ": " in line else (line, "") for line in lines)
        content = (path / "answer").read_bytes() if (path / "answer").exists() else b""
        return Answer(int(status), given, content, float(first_byte))


def needed(*names):
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        raise Skip(f"needs {', '.join(missing)}")
    return [os.environ[name] for name in names]


def signed(operation, body, *, endpoint=ENDPOINT, secret=None):
    """The headers of a call that a user of Coldforge signs for the distribution."""
    key, own = needed("COLDFORGE_ACCESS_KEY_ID", "COLDFORGE_SECRET_ACCESS_KEY")
    request = AWSRequest("POST", f"{endpoint}/", data=body,
                         headers={"content-type": "application/x-amz-json-1.1", "x-amz-target": TARGET + operation})
    SigV4Auth(Credentials(key, secret or own), "codecommit", REGION).add_auth(request)
    return [f"{name}: {value}" for name, value in request.headers.items()]


def git_login():
    user, password = needed("GIT_USER", "GIT_PASSWORD")
    return "Authorization: Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def repository(service="", base=ENDPOINT):
    [name] = needed("REPOSITORY")
    return f"{base}/v1/repos/{urllib.parse.quote(name)}/{service}"


def pkt(text):
    return f"{len(text) + 4:04x}{text}".encode()


CHECKS = []


def check(meaning):
    """Registers a check. It gives what was seen, and raises AssertionError when that is not what the design stands on."""
    return lambda function: CHECKS.append((function.__name__.replace("_", " "), meaning, function))


@check("the distribution turns calls of the API into paths; without that no AWS client works")
def an_unsigned_call_reaches_its_function():
    answer = ask("POST", ENDPOINT + "/", ["content-type: application/x-amz-json-1.1", f"x-amz-target: {TARGET}ListRepositories"], b"{}")
    assert answer.type() in ("MissingAuthenticationTokenException", "IncompleteSignatureException", "AccessDeniedException"), answer
    return answer


@check("signatures survive CloudFront and API Gateway, header for header")
def a_signed_call_is_answered():
    answer = ask("POST", ENDPOINT + "/", signed("ListRepositories", b"{}"), b"{}")
    assert answer.status == 200 and b"repositories" in answer.body, answer
    return answer


@check("and they are checked")
def a_call_with_a_wrong_secret_is_refused():
    answer = ask("POST", ENDPOINT + "/", signed("ListRepositories", b"{}", secret="cfs_" + "0" * 36), b"{}")
    assert answer.type() == "InvalidSignatureException", answer
    return answer


@check("a forged header of the edge is taken away by the edge")
def forged_headers_are_removed_at_the_edge():
    forged = ["x-cf-authorization: forged", "x-cf-host: forged", "x-cf-target: forged", "x-cf-origin-secret: forged"]
    answer = ask("POST", ENDPOINT + "/", signed("ListRepositories", b"{}") + forged, b"{}")
    assert answer.status == 200, answer
    return answer


@check("past the edge, its headers are worth nothing without its secret")
def forged_headers_are_not_believed_behind_the_edge():
    needed("API")
    moved = {"authorization": "x-cf-authorization", "x-amz-target": "x-cf-target", "host": "x-cf-host"}
    headers = []
    for header in signed("ListRepositories", b"{}"):
        name, value = header.split(": ", 1)
        headers.append(f"{moved.get(name.lower(), name)}: {value}")
    headers.append("x-cf-host: " + urllib.parse.urlsplit(ENDPOINT).netloc)
    answer = ask("POST", API + "/op/ListRepositories", headers, b"{}")
    assert answer.status in (400, 401, 403), answer
    return answer


@check("why the edge renames X-Amz-Target: API Gateway may refuse one that is not its own. Either outcome is fine")
def a_foreign_target_at_the_gateway():
    needed("API")
    answer = ask("POST", API + "/op/ListRepositories", ["content-type: application/x-amz-json-1.1", f"x-amz-target: {TARGET}ListRepositories"], b"{}")
    assert answer.status, answer
    return f"{answer}; " + ("the gateway refuses it" if b"transport header" in answer.body else "the gateway lets it through")


@check("without the challenge, git never asks for a password")
def git_is_asked_for_a_password():
    for base in filter(None, (ENDPOINT, API)):
        answer = ask("GET", f"{base}/v1/repos/any/info/refs?service=git-upload-pack")
        assert answer.status == 401, f"{base}: {answer}"
        assert answer.headers.get("www-authenticate", "").startswith("basic realm="), f"{base}: {answer.headers}"
    return "401 with WWW-Authenticate"


@check("the same when the authorizer refuses, or git keeps a password that is no longer good")
def a_wrong_git_password_is_challenged_again():
    wrong = "Authorization: Basic " + base64.b64encode(b"nobody:wrong").decode()
    answer = ask("GET", f"{ENDPOINT}/v1/repos/any/info/refs?service=git-upload-pack", [wrong])
    assert answer.status == 401 and answer.headers.get("www-authenticate", "").startswith("basic realm="), f"{answer} {answer.headers}"
    return answer


@check("the authorizer sees the header, and the function behind it too")
def a_right_git_password_lists_refs():
    answer = ask("GET", repository("info/refs?service=git-upload-pack"), [git_login(), "Git-Protocol: version=2"])
    assert answer.status == 200 and b"version 2" in answer.body, answer
    return answer


@check("git sends what is longer than a megabyte in chunks; API Gateway documents no streaming of requests")
def bodies_in_chunks_arrive():
    seen = []
    for version in ("--http1.1", "--http2"):
        for megabytes in (1, 4):
            answer = ask("POST", repository("git-upload-pack"),
                         [git_login(), "Content-Type: application/x-git-upload-pack-request", "Git-Protocol: version=2", "Transfer-Encoding: chunked"],
                         pkt("command=ls-refs\n") + b"0000" + bytes(megabytes << 20), version)
            seen.append(f"{version[2:]} {megabytes} MB: {answer.status}")
            assert answer.status == 200, seen
    return ", ".join(seen)


@check("git compresses long negotiations; whether the gateway unpacks them must not matter")
def a_compressed_body_is_understood():
    body = gzip.compress(pkt("command=ls-refs\n") + b"0001" + pkt("symrefs\n") + b"0000")
    answer = ask("POST", repository("git-upload-pack"),
                 [git_login(), "Content-Type: application/x-git-upload-pack-request", "Git-Protocol: version=2", "Content-Encoding: gzip"], body)
    assert answer.status == 200 and (b"HEAD" in answer.body or answer.body.endswith(b"0000")), answer
    return answer


@check("what is too large ends in an error, at Lambda's 6 MB as at the gateway's 10 MB; see what people get to read")
def bodies_that_are_too_large_are_refused():
    seen = []
    for megabytes in (5, 11):
        answer = ask("POST", repository("git-receive-pack"), [git_login(), "Content-Type: application/x-git-receive-pack-request"], bytes(megabytes << 20))
        seen.append(f"{megabytes} MB: {answer}")
        assert answer.status >= 400, seen
    return "; ".join(seen)


@check("the gateway takes 10,240 bytes of headers; see what comes behind that")
def headers_that_are_too_long_are_refused():
    answer = ask("GET", ENDPOINT + "/v1/repos/any/info/refs?service=git-upload-pack", ["x-long: " + "a" * 11_000])
    assert answer.status >= 400, answer
    return answer


@check("an operation that there is not is named so in the words of the protocol")
def an_unknown_operation_is_told():
    for target in (TARGET + "NoSuchOperation", "DynamoDB_20120810.GetItem"):
        answer = ask("POST", ENDPOINT + "/", ["content-type: application/x-amz-json-1.1", f"x-amz-target: {target}"], b"{}")
        assert answer.type() == "UnknownOperationException", f"{target}: {answer}"
    return answer


@check("IAM and STS are reached, whether signed or not")
def the_query_protocol_is_routed():
    answer = ask("POST", ENDPOINT + "/", ["content-type: application/x-www-form-urlencoded"], b"Action=GetCallerIdentity&Version=2011-06-15")
    assert answer.status in (400, 403) and b"<" in answer.body, answer
    return answer


@check("API Gateway proves who an IAM identity is, without any secret of ours")
def an_iam_identity_can_sign_in():
    needed("API")
    credentials = botocore.session.get_session().get_credentials()
    if credentials is None:
        raise Skip("needs AWS credentials")
    request = AWSRequest("POST", API + "/auth/iam-session", data=b"{}", headers={"content-type": "application/json"})
    SigV4Auth(credentials.get_frozen_credentials(), "execute-api", REGION).add_auth(request)
    answer = ask("POST", API + "/auth/iam-session", [f"{name}: {value}" for name, value in request.headers.items()], b"{}")
    if answer.status == 404:
        raise Skip("this version has no such route")
    assert answer.status in (200, 403), answer
    return f"{answer.status}: " + ("signed in" if answer.status == 200 else "known to AWS, but not to Coldforge: is it 'adminPrincipalArn'?")


@check("nobody signs in without AWS's proof, and not through the distribution, where the signature is for another host")
def nobody_else_can_sign_in():
    for base in filter(None, (ENDPOINT, API)):
        answer = ask("POST", base + "/auth/iam-session", ["content-type: application/json"], b"{}")
        assert answer.status in (401, 403, 404), f"{base}: {answer}"
    return "refused"


@check("SDKs correct their clock by it")
def answers_carry_the_date():
    answer = ask("POST", ENDPOINT + "/", ["content-type: application/x-amz-json-1.1", f"x-amz-target: {TARGET}ListRepositories"], b"{}")
    assert "date" in answer.headers and "x-amzn-requestid" in answer.headers, sorted(answer.headers)
    return answer.headers["date"]


@check("how long a small call takes, the first one after a while with the start of a function")
def calls_are_quick():
    times = []
    for _ in range(10):
        answer = ask("POST", ENDPOINT + "/", signed("ListRepositories", b"{}"), b"{}")
        assert answer.status == 200, answer
        times.append(answer.first_byte * 1000)
        time.sleep(0.1)
    return f"first {times[0]:.0f} ms, then {statistics.median(times[1:]):.0f} ms in the middle and {max(times[1:]):.0f} ms at most, connecting included"


def main():
    failed = 0
    for name, meaning, function in CHECKS:
        try:
            outcome, seen = "pass", function()
        except Skip as reason:
            outcome, seen = "skip", reason
        except AssertionError as error:
            outcome, seen, failed = "FAIL", error, failed + 1
        print(f"{outcome}  {name}\n      {meaning}\n      {seen}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
