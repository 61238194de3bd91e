"""What the scripts beside it share: clients for wrong inputs, and calls that must fail."""

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError


def client_of(service, key=None):
    """A client that sends what it is given, and once: boto3's own validation and its retries are off.

    It signs with the access key, as IAM tells it, or else with the keys of the environment.
    """
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    key = key or {}
    return boto3.client(service, config=config, aws_access_key_id=key.get("AccessKeyId"),
                        aws_secret_access_key=key.get("SecretAccessKey"))


def must_fail(code, status, call, /, **given):
    """The call must fail with just this error and HTTP status. Gives the error's message."""
    try:
        answer = call(**given)
    except ClientError as error:
        response = error.response["ResponseMetadata"]
        found = error.response["Error"]["Code"], response["HTTPStatusCode"]
        assert found == (code, status), f"{call.__name__}({given}): {found} instead of {code}, {status}: {error}"
        assert response["RequestId"], "no request id"
        return error.response["Error"]["Message"]
    raise AssertionError(f"{call.__name__}({given}) should fail with {code}, but answered {answer}")
