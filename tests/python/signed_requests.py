"""Signs requests that nobody would think of with botocore, which is no relative of the service's own signer, and sends them: each is
accepted as it is, and refused when something in it is changed after it was signed.

The argument is how many requests. Their seed is printed; SIGNED_REQUESTS_SEED repeats them.
"""

import http.client
import json
import os
import random
import sys
from urllib.parse import urlsplit

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

session = boto3.Session()
endpoint = urlsplit(session.client("codecommit").meta.endpoint_url)
credentials = session.get_credentials().get_frozen_credentials()
region = session.region_name
seed = int(os.environ.get("SIGNED_REQUESTS_SEED", random.randrange(2**32)))
print("seed", seed, flush=True)
lot = random.Random(seed)

PRINTABLE = [chr(code) for code in range(0x21, 0x7F)]
WORDS = ["", " ", "  ", "\t", "a", "A", "=", ";", ":", "/", "%20", "é", "漢", "\"", "\\", "&", "+", "~", "."]


def body():
    """An input that the operation accepts, written in an odd way."""
    padding = "".join(lot.choices([" ", "\n", "\t"], k=lot.randrange(8)))
    given = {"sortBy": lot.choice(["repositoryName", "lastModifiedDate"]), "order": lot.choice(["ascending", "descending"])}
    unknown = {"".join(lot.choices(WORDS, k=5)) + "x": "".join(lot.choices(WORDS, k=5))}
    return (padding + json.dumps({**given, **unknown}, ensure_ascii=lot.random() < 0.5) + padding).encode()


def value():
    """A header's value: no spaces at its ends, which are the connection's to keep or not."""
    middle = "".join(lot.choices(PRINTABLE + [" ", "  "], k=lot.randrange(30)))
    return lot.choice(PRINTABLE) + middle + lot.choice(PRINTABLE)


def signed():
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "CodeCommit_20150413.ListRepositories"}
    for number in range(lot.randrange(6)):
        name = "".join(lot.choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789-_.", k=lot.randrange(1, 12)))
        headers[f"X-{name}{number}"] = value()
    request = AWSRequest("POST", endpoint.geturl() + "/", headers=headers, data=body())
    SigV4Auth(credentials, "codecommit", region).add_auth(request)
    return [(name, str(value)) for name, value in request.headers.items()], request.data


def send(headers, data):
    connection = http.client.HTTPConnection(endpoint.netloc)
    connection.putrequest("POST", "/", skip_accept_encoding=True)
    for name, value in headers:
        connection.putheader(name, value)
    connection.putheader("Content-Length", str(len(data)))
    connection.endheaders(data)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def changed(headers, data):
    """The request with one letter of something that is signed changed, and what that was."""
    extra = [at for at, (name, _) in enumerate(headers) if name.lower().startswith("x-") and name.lower() not in ("x-amz-date", "x-amz-target")]
    what = lot.choice(["body", "header", "duplicate", "signature"] if extra else ["body", "signature"])
    headers = list(headers)
    if what == "body":
        return what, headers, data + b" "
    if what == "signature":
        at = next(at for at, (name, _) in enumerate(headers) if name == "Authorization")
        last = headers[at][1][-1]
        headers[at] = (headers[at][0], headers[at][1][:-1] + ("0" if last != "0" else "1"))
    else:
        at = lot.choice(extra)
        name, value = headers[at]
        if what == "header":
            headers[at] = (name, value + "x")
        else:
            headers.append((name, value))
    return what, headers, data


for number in range(int(sys.argv[1])):
    headers, data = signed()
    status, told = send(headers, data)
    assert status == 200, f"request {number} of seed {seed} is refused: {told}\n{headers}\n{data}"
    what, headers, data = changed(headers, data)
    status, told = send(headers, data)
    error = json.loads(told).get("__type", "")
    assert status in (400, 403) and error in ("InvalidSignatureException", "IncompleteSignatureException"), (
        f"request {number} of seed {seed} is not refused although its {what} is changed: {told}\n{headers}\n{data}")
