"""Administers groups with boto3: what a group may do, its members may do."""

import json

from botocore.exceptions import ClientError

from clients import client_of, must_fail

iam = client_of("iam")
READ_ONLY = "arn:aws:iam::aws:policy/AWSCodeCommitReadOnly"


def refused(code, status, operation, **given):
    return must_fail(code, status, getattr(iam, operation), **given)


def may(call):
    try:
        call()
    except ClientError as error:
        assert error.response["Error"]["Code"] == "AccessDeniedException", error
        return False
    return True


group = iam.create_group(GroupName="Readers", Path="/dev/")["Group"]
assert group["Arn"] == "arn:aws:iam::123456789012:group/dev/Readers" and group["GroupId"].startswith("CFGA"), group
refused("EntityAlreadyExists", 409, "create_group", GroupName="readers")
refused("ValidationError", 400, "create_group", GroupName="a b")
refused("NoSuchEntity", 404, "get_group", GroupName="nobody")
iam.create_group(GroupName="other")
assert [g["GroupName"] for g in iam.list_groups()["Groups"]] == ["other", "Readers"]
assert [g["GroupName"] for g in iam.list_groups(PathPrefix="/dev/")["Groups"]] == ["Readers"]

iam.create_user(UserName="ana")
key = iam.create_access_key(UserName="ana")["AccessKey"]
ana = client_of("codecommit", key)
iam.add_user_to_group(GroupName="readers", UserName="Ana")
iam.add_user_to_group(GroupName="readers", UserName="ana")
refused("NoSuchEntity", 404, "add_user_to_group", GroupName="readers", UserName="nobody")
refused("NoSuchEntity", 404, "add_user_to_group", GroupName="nobody", UserName="ana")
assert [u["UserName"] for u in iam.get_group(GroupName="readers")["Users"]] == ["ana"]
assert [g["GroupName"] for g in iam.list_groups_for_user(UserName="ana")["Groups"]] == ["Readers"]

assert not may(ana.list_repositories)
iam.attach_group_policy(GroupName="readers", PolicyArn=READ_ONLY)
assert may(ana.list_repositories)
assert [p["PolicyArn"] for p in iam.list_attached_group_policies(GroupName="readers")["AttachedPolicies"]] == [READ_ONLY]
deny = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "codecommit:List*", "Resource": "*"}}
iam.put_group_policy(GroupName="readers", PolicyName="No", PolicyDocument=json.dumps(deny))
assert not may(ana.list_repositories)
assert iam.get_group_policy(GroupName="readers", PolicyName="no")["PolicyDocument"] == deny
assert iam.list_group_policies(GroupName="readers")["PolicyNames"] == ["No"]
refused("MalformedPolicyDocument", 400, "put_group_policy", GroupName="readers", PolicyName="No", PolicyDocument="{}")
arn = iam.get_user(UserName="ana")["User"]["Arn"]
decided = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["codecommit:ListRepositories"])
assert decided["EvaluationResults"][0]["EvalDecision"] == "explicitDeny", decided
iam.delete_group_policy(GroupName="readers", PolicyName="No")
refused("NoSuchEntity", 404, "delete_group_policy", GroupName="readers", PolicyName="No")
assert may(ana.list_repositories)

refused("DeleteConflict", 409, "delete_group", GroupName="readers")
refused("DeleteConflict", 409, "delete_user", UserName="ana")
iam.remove_user_from_group(GroupName="readers", UserName="ana")
refused("NoSuchEntity", 404, "remove_user_from_group", GroupName="readers", UserName="ana")
assert not may(ana.list_repositories)
iam.detach_group_policy(GroupName="readers", PolicyArn=READ_ONLY)
refused("NoSuchEntity", 404, "detach_group_policy", GroupName="readers", PolicyArn=READ_ONLY)
iam.delete_group(GroupName="readers")
refused("NoSuchEntity", 404, "get_group", GroupName="readers")
