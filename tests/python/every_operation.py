"""Calls operations with boto3, as a script of anybody's would: no setting but the endpoint, and boto3's own checks and retries.

The argument is a file with [operation, input] pairs. Tells one JSON object a line: the operation, and the error's name or null.
"""

import json
import sys

import boto3
from botocore import xform_name
from botocore.exceptions import ClientError

client = boto3.client("codecommit")
for operation, given in json.load(open(sys.argv[1])):
    try:
        getattr(client, xform_name(operation))(**given)
        told = None
    except ClientError as error:
        told = error.response["Error"]["Code"]
    print(json.dumps({"operation": operation, "error": told}), flush=True)
