"""Tells again what the consumer of the table's stream gave up on: `make replay QUEUE=https://sqs… FUNCTION=coldforge-ConsumeChanges`.

QUEUE is the address of the consumer's queue of failures. Each message in it names a stretch of the stream. This reads the stretch, as
long as the stream keeps it (24 hours), gives it to FUNCTION once more, and takes the message out of the queue when all of it was
dealt with. It needs your own AWS credentials: to receive and delete messages, to read the stream, to call the function.
Exits with 1 if anything stays in the queue.
"""

import base64
import datetime
import json
import os
import sys

import boto3

# How many records are given at once.
BATCH = 25
# What the function follows, as `lib/consumers.ts` says.
EVENTS, LANES = "EVENT#", "LANES"


def stretch(streams, info):
    """The records of the stream from the first to the last that a message names."""
    first, last = info["startSequenceNumber"], info["endSequenceNumber"]
    place = {"StreamArn": info["streamArn"], "ShardId": info["shardId"]}
    start = {"ShardIteratorType": "AT_SEQUENCE_NUMBER", "SequenceNumber": first}
    iterator = streams.get_shard_iterator(**place, **start)["ShardIterator"]
    while iterator:
        page = streams.get_records(ShardIterator=iterator)
        for record in page["Records"]:
            if int(record["dynamodb"]["SequenceNumber"]) > int(last):
                return
            yield record
            if record["dynamodb"]["SequenceNumber"] == last:
                return
        iterator = page.get("NextShardIterator")


def is_followed(record):
    partition = record["dynamodb"]["Keys"]["pk"]["S"]
    return partition.startswith(EVENTS) and record["eventName"] == "INSERT" or partition == LANES and record["eventName"] != "REMOVE"


def as_lambda_gives_it(value):
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime.datetime):
        return value.timestamp()
    raise TypeError(type(value))


def tell_again(functions, function, records):
    """What the function says of records that it could not deal with; nothing if it could."""
    for at in range(0, len(records), BATCH):
        payload = json.dumps({"Records": records[at : at + BATCH]}, default=as_lambda_gives_it)
        answer = functions.invoke(FunctionName=function, Payload=payload)
        said = answer["Payload"].read().decode()
        if answer.get("FunctionError") or json.loads(said)["batchItemFailures"]:
            return said
    return ""


def main():
    queue, function = os.environ["QUEUE"], os.environ["FUNCTION"]
    messages, streams, functions = boto3.client("sqs"), boto3.client("dynamodbstreams"), boto3.client("lambda")
    left = 0
    # A message that stays is not seen again for so long.
    while found := messages.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=300).get("Messages"):
        for message in found:
            info = json.loads(message["Body"])["DDBStreamBatchInfo"]
            named = f"{info['batchSize']} records from {info['startSequenceNumber']}"
            try:
                records = [record for record in stretch(streams, info) if is_followed(record)]
                failed = tell_again(functions, function, records)
            except streams.exceptions.TrimmedDataAccessException:
                failed = "the stream does not keep them any more"
            if failed:
                left += 1
                print(f"{named}: not told: {failed}")
                continue
            messages.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            print(f"{named}: told again, {len(records)} of interest")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
