"""Runs moto on a free loopback port, which it prints, until standard input ends.

It is put right where it does not do as AWS does:
- It undoes a cancelled transaction by putting back a copy of the whole table, which would also undo what others wrote meanwhile.
  So requests are dealt with one at a time.
- It limits items to 405,000 bytes and counts binary values in base64. DynamoDB takes 400 KiB and counts bytes.
- It does not know the token of a transaction. DynamoDB does a transaction that was done no second time, and answers as the first
  time; one with the same token and anything else in it is refused.
- It runs the names and values of an encryption context into each other, so that it takes some contexts for equal that are not.
"""

import base64
import json
import sys
import threading

from moto.core.exceptions import JsonRESTError
from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models.dynamo_type import DynamoType, LimitedSizeDict
from moto.dynamodb.responses import DynamoHandler
from moto.kms import utils as kms
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

LARGEST_ITEM = 400 * 1024


def size(value):
    if not isinstance(value, DynamoType):
        return len(str(value).encode())
    if value.type == "B" and isinstance(value.value, str):
        return len(base64.b64decode(value.value))
    return value.size()


def set_attribute(item, name, value):
    dict.__setitem__(item, name, value)
    if sum(len(name.encode()) + size(value) for name, value in item.items()) > LARGEST_ITEM:
        raise ItemSizeTooLarge


LimitedSizeDict.__setitem__ = set_attribute
kms._serialize_encryption_context = lambda encryption_context: json.dumps(sorted(encryption_context.items())).encode()

transact = DynamoHandler.transact_write_items
done = {}


def transact_once(self):
    token, items = self.body.get("ClientRequestToken"), self.body["TransactItems"]
    if token not in done:
        answer = transact(self)
        if token is not None:
            done[token] = (items, answer)
        return answer
    before, answer = done[token]
    if before != items:
        raise JsonRESTError("IdempotentParameterMismatchException", "another transaction had this token")
    return answer


DynamoHandler.transact_write_items = transact_once

emulator = DomainDispatcherApplication(create_backend_app)
turn = threading.Lock()


def one_at_a_time(environ, start_response):
    with turn:
        return emulator(environ, start_response)


server = make_server("127.0.0.1", 0, one_at_a_time, threaded=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.port, flush=True)
sys.stdin.read()
