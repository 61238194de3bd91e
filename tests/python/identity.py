"""Spoils what boto3 signs, and the Git signature, in every way that matters; checks what the service answers.

Arguments: the names of two repositories that exist. The profile in AWS_PROFILE names the service.
"""

import base64
import datetime
import hashlib
import hmac
import sys
import urllib.error
import urllib.request
from unittest import mock

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

SESSION = boto3.Session()
KEYS = SESSION.get_credentials().get_frozen_credentials()


def client():
    return SESSION.client("codecommit", config=Config(retries={"total_max_attempts": 1}))


def refusal(call):
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"]
    raise AssertionError("the call should be refused")


def list_at(offset):
    """Lists repositories with a clock that is off by so much."""
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) + offset
    with mock.patch("botocore.auth.get_current_datetime", return_value=now):
        return client().list_repositories()


def tampered(change):
    """Lists repositories with a request that is changed after it was signed."""
    spoiled = client()
    spoiled.meta.events.register("before-send.codecommit", lambda request, **_: change(request))
    return spoiled.list_repositories()


def change_body(request):
    request.body = b'{"order":"descending"}'
    request.headers["Content-Length"] = str(len(request.body))


def change_target(request):
    request.headers["X-Amz-Target"] = "CodeCommit_20150413.DeleteRepository"


def git_signature(path, at, secret=KEYS.secret_key, region=SESSION.region_name, host=None):
    """The password that the credential helper makes: see the header of crates/auth/src/git_signature.rs."""
    host = host or client().meta.endpoint_url.split("://")[1].split(":")[0]
    time = at.strftime("%Y%m%dT%H%M%S")
    canonical = f"GIT\n{path}\n\nhost:{host}\n\nhost\n"
    scope = f"{time[:8]}/{region}/codecommit/aws4_request"
    to_sign = f"AWS4-HMAC-SHA256\n{time}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = ("AWS4" + secret).encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return f"{time}Z{hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()}"


def git_status(repository, password, user=KEYS.access_key):
    """The HTTP status of git's first request."""
    url = f"{client().meta.endpoint_url}/v1/repos/{repository}/info/refs?service=git-upload-pack"
    basic = base64.b64encode(f"{user}:{password}".encode()).decode()
    try:
        request = urllib.request.Request(url, headers={"Authorization": f"Basic {basic}"})
        return urllib.request.urlopen(request).status
    except urllib.error.HTTPError as error:
        return error.code


def main(repository, other):
    minute = datetime.timedelta(minutes=1)
    now = datetime.datetime.now(datetime.timezone.utc)
    path = f"/v1/repos/{repository}"

    list_at(4 * minute)
    list_at(-4 * minute)
    for offset in (20 * minute, -20 * minute):
        assert refusal(lambda: list_at(offset)) == "InvalidSignatureException"
    for change in (change_body, change_target):
        assert refusal(lambda: tampered(change)) == "InvalidSignatureException"

    good = git_signature(path, now)
    assert git_status(repository, good) == 200
    assert git_status(repository, git_signature(path, now - 14 * minute)) == 200
    refused = {
        "another repository": (other, good),
        "too old": (repository, git_signature(path, now - 20 * minute)),
        "of the future": (repository, git_signature(path, now + 20 * minute)),
        "wrong secret": (repository, git_signature(path, now, secret="x" * 40)),
        "wrong region": (repository, git_signature(path, now, region="us-east-1")),
        "wrong host": (repository, git_signature(path, now, host="git.example.com")),
        "changed": (repository, good[:-1] + ("0" if good[-1] != "0" else "1")),
        "cut": (repository, good[:-1]),
        "without time": (repository, good[17:]),
    }
    for reason, (name, password) in refused.items():
        status = git_status(name, password)
        assert status == 401, f"{reason}: {status}"
    assert git_status(repository, good, user="CFKAUNKNOWNUNKNOWNUN") == 401


main(*sys.argv[1:])
