"""Calls of DynamoDB and its streams straight into moto, without what moto does around every call of every service.

That is routing, looking at each member by the service's model, and looking through the whole table for a partition: nine tenths of what
a call costs. What a call means is moto's own, and so is every refusal: a call that fails here is made again in the usual way.
"""

import base64
import io
import json
import re

from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler
from moto.dynamodbstreams.responses import DynamoDBStreamsHandler

HANDLERS = {
    "DynamoDB_20120810": (DynamoHandler, {"GetItem", "PutItem", "DeleteItem", "Query", "TransactWriteItems"}),
    "DynamoDBStreams_20120810": (DynamoDBStreamsHandler, {"GetShardIterator", "GetRecords"}),
}

query = Table.query


def query_partition(table, hash_key, *arguments, **named):
    """What `Table.query` finds, with no other partition to look through."""
    everything = table.items
    table.items = {hash_key: everything[hash_key]} if hash_key in everything else {}
    try:
        return query(table, hash_key, *arguments, **named)
    finally:
        table.items = everything


Table.query = query_partition


def snake(operation):
    return re.sub("(?<!^)([A-Z])", r"_\1", operation).lower()


def plain(value):
    """What JSON has no form for."""
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value.timestamp()


def answer(environ, start_response):
    """Answers a call, or leaves it to moto: None."""
    service, _, operation = environ.get("HTTP_X_AMZ_TARGET", "").partition(".")
    handler, operations = HANDLERS.get(service, (None, ()))
    if operation not in operations:
        return None
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    environ["wsgi.input"] = io.BytesIO(body)
    call = handler()
    call.region = environ["HTTP_AUTHORIZATION"].split("/")[2]
    call.current_account, call.uri_match = DEFAULT_ACCOUNT_ID, {}
    call.automated_parameter_parsing = True
    call.body = call.params = json.loads(body)
    try:
        result = getattr(call, snake(operation))().result
    except Exception:
        return None
    given = json.dumps(result, default=plain).encode()
    start_response("200 OK", [("content-type", "application/x-amz-json-1.0"), ("content-length", str(len(given)))])
    return [given]
