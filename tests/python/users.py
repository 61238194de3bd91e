"""Administers users through boto3's IAM client: users, access keys, Git passwords, attached policies."""

import re

from botocore.exceptions import ClientError

from clients import client_of, must_fail

iam = client_of("iam")
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
GIT = "codecommit.amazonaws.com"


def refused(code, status, operation, **given):
    return must_fail(code, status, getattr(iam, operation), **given)


def error_of(call):
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


# Users.
me = iam.get_user()["User"]
assert me["UserName"] == "admin" and me["Arn"].endswith(":user/coldforge/admin"), me
assert [p["PolicyArn"] for p in iam.list_attached_user_policies(UserName="admin")["AttachedPolicies"]] == [ADMINISTRATOR]
made = iam.create_user(UserName="Ana", Path="/dev/", Tags=[{"Key": "team", "Value": "a & <b>"}])["User"]
assert made["Arn"] == "arn:aws:iam::123456789012:user/coldforge/dev/Ana", made
assert re.fullmatch(r"CFUA[A-Z2-7]{16}", made["UserId"]) and made["Path"] == "/dev/"
got = iam.get_user(UserName="ana")["User"]
assert got == made and got["Tags"] == [{"Key": "team", "Value": "a & <b>"}], got
refused("EntityAlreadyExists", 409, "create_user", UserName="ANA")
refused("ValidationError", 400, "create_user", UserName="a b")
refused("ValidationError", 400, "create_user", UserName="x", Path="dev")
refused("ValidationError", 400, "create_user")
refused("InvalidInput", 400, "create_user", UserName="x", Tags=[{"Key": "aws:x", "Value": ""}])
refused("InvalidInput", 400, "create_user", UserName="x", Tags=[{"Key": "k", "Value": ""}, {"Key": "K", "Value": ""}])
refused("NoSuchEntity", 404, "get_user", UserName="nobody")
refused("NoSuchEntity", 404, "delete_user", UserName="nobody")
refused("ValidationError", 400, "delete_user")
for number in range(5):
    iam.create_user(UserName=f"user{number}")
pages = list(iam.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 2}))
names = [user["UserName"] for page in pages for user in page["Users"]]
assert names == ["admin", "Ana"] + [f"user{n}" for n in range(5)] and len(pages) == 4, names
assert [user["UserName"] for user in iam.list_users(PathPrefix="/dev")["Users"]] == ["Ana"]
refused("ValidationError", 400, "list_users", MaxItems=0)
refused("ValidationError", 400, "list_users", Marker="?")
refused("ValidationError", 400, "list_users", PathPrefix="dev")

# Access keys.
key = iam.create_access_key(UserName="ana")["AccessKey"]
assert key["AccessKeyId"].startswith("CFKA") and key["UserName"] == "Ana" and key["Status"] == "Active"
codecommit = client_of("codecommit", key)
assert error_of(codecommit.list_repositories) == "AccessDeniedException"
iam.attach_user_policy(UserName="Ana", PolicyArn=ADMINISTRATOR)
iam.attach_user_policy(UserName="Ana", PolicyArn=ADMINISTRATOR)
assert codecommit.list_repositories()["repositories"] == []
listed = iam.list_access_keys(UserName="ana")["AccessKeyMetadata"]
assert [k["AccessKeyId"] for k in listed] == [key["AccessKeyId"]] and "SecretAccessKey" not in listed[0]
own = client_of("iam", key)
assert own.get_user()["User"]["UserName"] == "Ana"
second = own.create_access_key()["AccessKey"]
refused("LimitExceeded", 409, "create_access_key", UserName="ana")
refused("NoSuchEntity", 404, "update_access_key", UserName="ana", AccessKeyId="CFKA" + "A" * 16, Status="Inactive")
refused("NoSuchEntity", 404, "update_access_key", AccessKeyId=key["AccessKeyId"], Status="Inactive")
refused("ValidationError", 400, "update_access_key", UserName="ana", AccessKeyId=key["AccessKeyId"], Status="Off")
iam.update_access_key(UserName="ana", AccessKeyId=key["AccessKeyId"], Status="Inactive")
assert error_of(codecommit.list_repositories) == "UnrecognizedClientException"
assert error_of(own.get_user) == "InvalidClientTokenId"
iam.update_access_key(UserName="ana", AccessKeyId=key["AccessKeyId"], Status="Active")
assert codecommit.list_repositories()["repositories"] == []
iam.delete_access_key(UserName="ana", AccessKeyId=second["AccessKeyId"])
assert error_of(client_of("iam", second).get_user) == "InvalidClientTokenId"
refused("NoSuchEntity", 404, "delete_access_key", UserName="ana", AccessKeyId=second["AccessKeyId"])
wrong = dict(key, SecretAccessKey="x" * 40)
assert error_of(client_of("iam", wrong).get_user) == "SignatureDoesNotMatch"

# Git passwords.
git = iam.create_service_specific_credential(UserName="ana", ServiceName=GIT)["ServiceSpecificCredential"]
assert git["ServiceUserName"] == "Ana-at-123456789012" and git["ServicePassword"].startswith("cfp_git_"), git
other = iam.create_service_specific_credential(UserName="ana", ServiceName=GIT)["ServiceSpecificCredential"]
assert other["ServiceUserName"] == "Ana+1-at-123456789012"
refused("LimitExceeded", 409, "create_service_specific_credential", UserName="ana", ServiceName=GIT)
refused("NotSupportedService", 404, "create_service_specific_credential", UserName="ana", ServiceName="s3.amazonaws.com")
identity = git["ServiceSpecificCredentialId"]
listed = iam.list_service_specific_credentials(UserName="ana")["ServiceSpecificCredentials"]
assert {c["ServiceSpecificCredentialId"] for c in listed} == {identity, other["ServiceSpecificCredentialId"]}
assert all("ServicePassword" not in c for c in listed)
reset = iam.reset_service_specific_credential(UserName="ana", ServiceSpecificCredentialId=identity)
reset = reset["ServiceSpecificCredential"]
assert reset["ServicePassword"] != git["ServicePassword"] and reset["ServiceUserName"] == git["ServiceUserName"]
iam.update_service_specific_credential(UserName="ana", ServiceSpecificCredentialId=identity, Status="Inactive")
listed = iam.list_service_specific_credentials(UserName="ana")["ServiceSpecificCredentials"]
assert {c["Status"] for c in listed} == {"Active", "Inactive"}
refused("NoSuchEntity", 404, "reset_service_specific_credential", UserName="ana", ServiceSpecificCredentialId="A" * 20)

# A user who still has something stays.
refused("DeleteConflict", 409, "delete_user", UserName="ana")
for credential in (identity, other["ServiceSpecificCredentialId"]):
    iam.delete_service_specific_credential(UserName="ana", ServiceSpecificCredentialId=credential)
iam.delete_access_key(UserName="ana", AccessKeyId=key["AccessKeyId"])
refused("DeleteConflict", 409, "delete_user", UserName="ana")
refused("NoSuchEntity", 404, "attach_user_policy", UserName="ana", PolicyArn="arn:aws:iam::aws:policy/Nothing")
iam.detach_user_policy(UserName="ana", PolicyArn=ADMINISTRATOR)
refused("NoSuchEntity", 404, "detach_user_policy", UserName="ana", PolicyArn=ADMINISTRATOR)
iam.delete_user(UserName="ana")
refused("NoSuchEntity", 404, "get_user", UserName="ana")
again = iam.create_user(UserName="ana")["User"]
assert again["UserId"] != made["UserId"]

# What is not there.
assert error_of(lambda: iam.list_virtual_mfa_devices()) == "InvalidAction"

# Inline policies.
READ = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "codecommit:ListRepositories", "Resource": "*"}}'
key = iam.create_access_key(UserName="ana")["AccessKey"]
codecommit = client_of("codecommit", key)
assert error_of(codecommit.list_repositories) == "AccessDeniedException"
iam.put_user_policy(UserName="ana", PolicyName="Read", PolicyDocument=READ)
assert codecommit.list_repositories()["repositories"] == []
got = iam.get_user_policy(UserName="ana", PolicyName="read")
assert got["PolicyDocument"]["Statement"]["Action"] == "codecommit:ListRepositories" and got["PolicyName"] == "Read", got
assert iam.list_user_policies(UserName="ana")["PolicyNames"] == ["Read"]
for wrong, word in [
    ("{", "JSON"),
    ('{"Statement": {"Effect": "Allow", "Action": "*"}}', "Statement[0]: Resource or NotResource is missing"),
    (READ.replace("codecommit:List", "List"), "Statement[0].Action: 'ListRepositories' is no action"),
]:
    told = refused("MalformedPolicyDocument", 400, "put_user_policy", UserName="ana", PolicyName="Wrong", PolicyDocument=wrong)
    assert word in told, told
for number in range(19):
    iam.put_user_policy(UserName="ana", PolicyName=f"policy{number}", PolicyDocument=READ)
refused("LimitExceeded", 409, "put_user_policy", UserName="ana", PolicyName="more", PolicyDocument=READ)
refused("LimitExceeded", 409, "attach_user_policy", UserName="ana", PolicyArn=ADMINISTRATOR)
iam.put_user_policy(UserName="ana", PolicyName="READ", PolicyDocument=READ.replace("Allow", "Deny"))
assert error_of(codecommit.list_repositories) == "AccessDeniedException"
pages = list(iam.get_paginator("list_user_policies").paginate(UserName="ana", PaginationConfig={"PageSize": 7}))
assert [len(page["PolicyNames"]) for page in pages] == [7, 7, 6]
refused("DeleteConflict", 409, "delete_user", UserName="ana")
for name in [name for page in pages for name in page["PolicyNames"]]:
    iam.delete_user_policy(UserName="ana", PolicyName=name)
refused("NoSuchEntity", 404, "delete_user_policy", UserName="ana", PolicyName="Read")
refused("NoSuchEntity", 404, "get_user_policy", UserName="ana", PolicyName="Read")
