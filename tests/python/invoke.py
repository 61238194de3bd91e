"""Invokes a Lambda function with its sample event, through cargo-lambda, and prints what it gives.

    python tests/python/invoke.py GetRepository

The function runs as it would in Lambda, against an emulator of AWS that holds an empty deployment. So requests of the samples' user are
refused, which cargo-lambda shows as an error; the function's own log line, on standard error, tells what was answered.
"""

import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

import boto3

TOP = pathlib.Path(__file__).resolve().parents[2]
GIT = {"InfoRefs": "info-refs", "UploadPack": "upload-pack", "ReceivePack": "receive-pack"}
# The operations that the samples of the two APIs are about.
OF_SAMPLES = {"api": "GetRepository", "own": "ListRefProtections"}


def sample(function):
    """The event of the function's kind; that of an operation is made one for the operation asked for."""
    name = GIT.get(function["name"], function["kind"])
    event = (TOP / "events/lambda" / f"{name}.json").read_text()
    return event.replace(OF_SAMPLES[name], function["name"]) if name in OF_SAMPLES else event


def deployment(port):
    """An empty table and bucket, and a key: the settings of a function that uses them."""
    aws = {"region_name": "eu-central-1", "endpoint_url": f"http://127.0.0.1:{port}", "aws_access_key_id": "test",
           "aws_secret_access_key": "test"}
    key = boto3.client("kms", **aws).create_key()["KeyMetadata"]["Arn"]
    names = ["pk", "sk"]
    boto3.client("dynamodb", **aws).create_table(
        TableName="coldforge", BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ["HASH", "RANGE"])])
    boto3.client("s3", **aws).create_bucket(
        Bucket="packs", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    return {
        "AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": aws["endpoint_url"], "COLDFORGE_TABLE": "coldforge", "COLDFORGE_BUCKET": "packs",
        "COLDFORGE_KEY_ARN": key, "COLDFORGE_HOSTS": "git.example.com", "COLDFORGE_ENDPOINT": "https://git.example.com",
        "COLDFORGE_ACCOUNT_ID": "111122223333", "COLDFORGE_ORIGIN_SECRET": "s3cret",
        "COLDFORGE_LANE_WORKER": "arn:aws:lambda:eu-central-1:111122223333:function:coldforge-DeliverLane",
    }


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(port):
    for _ in range(600):
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    sys.exit("cargo-lambda does not start")


functions = {function["name"]: function for function in json.loads((TOP / "infra/functions.json").read_text())}
name = sys.argv[1] if len(sys.argv) > 1 else ""
if name not in functions:
    sys.exit(f"there is no function '{name}'; infra/functions.json lists them")
processes = []
try:
    emulator = subprocess.Popen([sys.executable, TOP / "tests/python/emulator.py"], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    processes.append(emulator)
    environment = deployment(int(emulator.stdout.readline()))
    port = free_port()
    watch = ["cargo", "lambda", "watch", "--only-lambda-apis", "--quiet", "-A", "127.0.0.1", "-P", str(port)]
    processes.append(subprocess.Popen(watch, cwd=TOP, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    wait_for(port)
    environment |= {
        "_HANDLER": name, "AWS_LAMBDA_FUNCTION_NAME": name, "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(functions[name]["memoryMb"]),
        "AWS_LAMBDA_RUNTIME_API": f"http://127.0.0.1:{port}/.rt/bootstrap",
    }
    binary = os.environ.get("COLDFORGE_BOOTSTRAP", TOP / "target/debug/bootstrap")
    processes.append(subprocess.Popen([binary], env=environment, stdout=sys.stderr))
    with tempfile.NamedTemporaryFile("w", suffix=".json") as event:
        event.write(sample(functions[name]))
        event.flush()
        invoke = ["cargo", "lambda", "invoke", "-A", "127.0.0.1", "-P", str(port), "bootstrap", "--data-file", event.name]
        invoked = subprocess.run(invoke, cwd=TOP)
finally:
    for process in reversed(processes):
        process.kill()
        process.wait()
sys.exit(invoked.returncode)
