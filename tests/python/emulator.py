"""Runs moto on a free loopback port, which it prints, until standard input ends.

It is put right where it does not do as AWS does:
- It undoes a cancelled transaction by putting back a copy of the whole table, which would also undo what others wrote meanwhile.
  So requests are dealt with one at a time. And it makes that copy before every transaction, down to the last letter; here, it shares
  the items, which nothing changes in place.
- It finds out anew which services there are, for each request and for each service's model; here, it remembers. More that it need
  not do again and again is in direct_calls.py.
- It limits items to 405,000 bytes and counts binary values in base64. DynamoDB takes 400 KiB and counts bytes.
- It does not know the token of a transaction. DynamoDB does a transaction that was done no second time, and answers as the first
  time; one with the same token and anything else in it is refused.
- It does not tell those who subscribe by HTTP of a message's attributes.
- It runs the names and values of an encryption context into each other, so that it takes some contexts for equal that are not.
"""

import base64
import copy
import functools
import json
import sys
import threading

import direct_calls
from moto.core import utils
from moto.core.exceptions import JsonRESTError
from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models.dynamo_type import DynamoType, LimitedSizeDict
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler
from moto.kms import utils as kms
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.sns.models import Subscription
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


def snapshot(table, _):
    copied = copy.copy(table)
    copied.items = table.items.copy()
    for partition, items in table.items.items():
        copied.items[partition] = items.copy()
    # A table need not have a stream.
    if table.stream_shard:
        copied.stream_shard = copy.copy(table.stream_shard)
        copied.stream_shard.items = list(table.stream_shard.items)
        copied.stream_shard.table = copied
    return copied


Table.__deepcopy__ = snapshot

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

publish, post_data = Subscription.publish, Subscription.get_post_data


def publish_with_attributes(subscription, *arguments, message_attributes=None, **named):
    subscription.told = message_attributes
    publish(subscription, *arguments, message_attributes=message_attributes, **named)


def post_data_with_attributes(subscription, message, message_id, subject, message_attributes=None):
    return post_data(subscription, message, message_id, subject, message_attributes or subscription.told)


Subscription.publish = publish_with_attributes
Subscription.get_post_data = post_data_with_attributes

emulator = DomainDispatcherApplication(create_backend_app)
emulator.get_backend_for_host = functools.cache(emulator.get_backend_for_host)
utils.create_loader = functools.cache(utils.create_loader)
turn = threading.Lock()


def one_at_a_time(environ, start_response):
    with turn:
        return direct_calls.answer(environ, start_response) or emulator(environ, start_response)


server = make_server("127.0.0.1", 0, one_at_a_time, threaded=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.port, flush=True)
sys.stdin.read()
