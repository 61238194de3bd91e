"""Verifies what a webhook was sent, with the reference library of Standard Webhooks and as GitHub says it is to be done.

Takes a file: {"form": "coldforge" or "github", "secret": …, "headers": {…}, "body": …}.
"""

import hashlib
import hmac
import json
import sys

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

with open(sys.argv[1]) as file:
    message = json.load(file)
secret, headers, body = message["secret"], message["headers"], message["body"]


def standard(secret, headers, body):
    try:
        Webhook(secret).verify(body, headers)
        return True
    except WebhookVerificationError:
        return False


def github(secret, headers, body):
    """GitHub documentation, "Validating webhook deliveries"."""
    expected = "sha256=" + hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, headers["x-hub-signature-256"])


if message["form"] == "coldforge":
    assert standard(secret, headers, body), "the signature does not verify"
    assert not standard("whsec_" + "A" * 44, headers, body), "another secret verifies"
    assert not standard(secret, headers, body + " "), "another body verifies"
    assert not standard(secret, {**headers, "webhook-id": "other"}, body), "another id verifies"
    # What is sent again later, as it was, is outside of the window.
    old = str(int(headers["webhook-timestamp"]) - 3600)
    resigned = Webhook(secret).sign(headers["webhook-id"], __import__("datetime").datetime.fromtimestamp(int(old)), body)
    replayed = {**headers, "webhook-timestamp": old, "webhook-signature": resigned}
    assert not standard(secret, replayed, body), "an old message verifies"
else:
    assert github(secret, headers, body), "the signature does not verify"
    assert not github(secret + "x", headers, body), "another secret verifies"
    assert not github(secret, headers, body + " "), "another body verifies"
