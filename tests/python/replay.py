"""What infra/replay.py does with a queue of failures: with moto's table, stream and queue, and a stand-in for the function."""

import base64
import http.server
import json
import os
import pathlib
import subprocess
import sys
import threading

import boto3
from moto.server import ThreadedMotoServer

TOP = pathlib.Path(__file__).parents[2]
SAMPLE = json.loads((TOP / "events/lambda/stream.json").read_text())["Records"][0]
given, answers = [], []


class Function(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        given.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        body = json.dumps(answers.pop(0)).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


function = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Function)
threading.Thread(target=function.serve_forever, daemon=True).start()
moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
moto.start()
host, port = moto.get_host_and_port()
for name in ("AWS_PROFILE", "HOME"):
    os.environ.pop(name, None)
os.environ |= {
    "AWS_ENDPOINT_URL": f"http://{host}:{port}",
    "AWS_ENDPOINT_URL_LAMBDA": f"http://127.0.0.1:{function.server_port}",
    "AWS_ACCESS_KEY_ID": "AKIAOPERATOR",
    "AWS_SECRET_ACCESS_KEY": "operator",
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
}
table, streams, queues = boto3.client("dynamodb"), boto3.client("dynamodbstreams"), boto3.client("sqs")

key = [("pk", "HASH"), ("sk", "RANGE")]
made = table.create_table(
    TableName="coldforge",
    KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in key],
    AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in key],
    BillingMode="PAY_PER_REQUEST",
    StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
)
arn = made["TableDescription"]["LatestStreamArn"]
body = SAMPLE["dynamodb"]["NewImage"]["body"]["B"]
for number, partition in enumerate(["EVENT#before", "EVENT#a", "REPO#a", "LANES", "EVENT#a", "EVENT#behind"]):
    image = {"pk": {"S": partition}, "sk": {"S": str(number)}, "version": {"N": "1"}, "body": {"B": base64.b64decode(body)}}
    table.put_item(TableName="coldforge", Item=image)
shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
sequences = [record["dynamodb"]["SequenceNumber"] for record in streams.get_records(ShardIterator=iterator)["Records"]]

# What Lambda sends when it discards a batch (Lambda developer guide, "Retain discarded records").
queue = queues.create_queue(QueueName="failed")["QueueUrl"]
info = {"shardId": shard, "startSequenceNumber": sequences[1], "endSequenceNumber": sequences[4], "batchSize": 3, "streamArn": arn}
message = {"version": "1.0", "requestContext": {"condition": "RetryAttemptsExhausted"}, "DDBStreamBatchInfo": info}


def replay(expected):
    environment = os.environ | {"QUEUE": queue, "FUNCTION": "coldforge-ConsumeChanges"}
    done = subprocess.run([sys.executable, TOP / "infra/replay.py"], env=environment, capture_output=True, text=True)
    assert done.returncode == expected, (done.returncode, done.stdout, done.stderr)
    return done.stdout


def waiting():
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    counts = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    return sum(map(int, counts.values()))


# What the function cannot deal with stays in the queue.
queues.send_message(QueueUrl=queue, MessageBody=json.dumps(message))
answers.append({"batchItemFailures": [{"itemIdentifier": sequences[1]}]})
assert "not told" in replay(1) and waiting() == 1
# What was dealt with does not.
queues.purge_queue(QueueUrl=queue)
queues.send_message(QueueUrl=queue, MessageBody=json.dumps(message))
answers.append({"batchItemFailures": []})
assert "told again, 3 of interest" in replay(0) and waiting() == 0
assert len(given) == 2 and given[0] == given[1]

# All of the stretch that the function follows, and nothing else, in the form in which Lambda gives it.
records = given[0]["Records"]
assert [record["dynamodb"]["SequenceNumber"] for record in records] == [sequences[at] for at in (1, 3, 4)]
for record in records:
    assert record["eventName"] == "INSERT" and record["dynamodb"]["NewImage"]["body"] == {"B": body}, record
    assert set(record["dynamodb"]) <= set(SAMPLE["dynamodb"]) and set(record) <= set(SAMPLE), record
moto.stop()
