"""Administers managed policies through boto3's IAM client, and sees that the version that holds decides."""

import json
import re

from botocore.exceptions import ClientError

from clients import client_of, must_fail

iam = client_of("iam")


def refused(code, status, operation, **given):
    return must_fail(code, status, getattr(iam, operation), **given)


def document(effect, action):
    statement = {"Effect": effect, "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def may(client):
    try:
        client.list_repositories()
        return True
    except ClientError as error:
        assert error.response["Error"]["Code"] == "AccessDeniedException", error
        return False


LIST = document("Allow", "codecommit:ListRepositories")
OTHER = document("Allow", "codecommit:GetRepository")

made = iam.create_policy(PolicyName="List", Path="/team/", PolicyDocument=LIST, Description="a & b",
                         Tags=[{"Key": "team", "Value": "a"}])["Policy"]
ARN = made["Arn"]
assert ARN == "arn:aws:iam::123456789012:policy/team/List", made
assert re.fullmatch(r"CFPA[A-Z2-7]{16}", made["PolicyId"]), made
assert (made["DefaultVersionId"], made["AttachmentCount"], made["IsAttachable"]) == ("v1", 0, True), made
got = iam.get_policy(PolicyArn=ARN)["Policy"]
assert got == made and got["Description"] == "a & b" and got["Tags"] == [{"Key": "team", "Value": "a"}], got
refused("EntityAlreadyExists", 409, "create_policy", PolicyName="LIST", PolicyDocument=LIST)
refused("ValidationError", 400, "create_policy", PolicyName="a b", PolicyDocument=LIST)
refused("ValidationError", 400, "create_policy", PolicyName="x", Path="team", PolicyDocument=LIST)
refused("ValidationError", 400, "create_policy", PolicyName="x", PolicyDocument=LIST, Description="x" * 1001)
refused("MalformedPolicyDocument", 400, "create_policy", PolicyName="x", PolicyDocument="{}")
refused("NoSuchEntity", 404, "get_policy", PolicyArn="arn:aws:iam::123456789012:policy/List")
refused("NoSuchEntity", 404, "get_policy", PolicyArn="arn:aws:iam::210987654321:policy/team/List")
refused("NoSuchEntity", 404, "get_policy", PolicyArn="arn:aws:iam::aws:policy/List")

# Attached to a user and to a group of another one, it decides.
for name in ("ana", "ben"):
    iam.create_user(UserName=name)
iam.create_group(GroupName="team")
iam.add_user_to_group(GroupName="team", UserName="ben")
ana, ben = (client_of("codecommit", iam.create_access_key(UserName=name)["AccessKey"]) for name in ("ana", "ben"))
assert not may(ana) and not may(ben)
iam.attach_user_policy(UserName="ana", PolicyArn=ARN)
iam.attach_user_policy(UserName="ana", PolicyArn=ARN)
iam.attach_group_policy(GroupName="team", PolicyArn=ARN)
assert may(ana) and may(ben)
assert iam.list_attached_user_policies(UserName="ana")["AttachedPolicies"] == [{"PolicyName": "List", "PolicyArn": ARN}]
assert iam.get_policy(PolicyArn=ARN)["Policy"]["AttachmentCount"] == 2
entities = iam.list_entities_for_policy(PolicyArn=ARN)
assert [u["UserName"] for u in entities["PolicyUsers"]] == ["ana"], entities
assert [g["GroupName"] for g in entities["PolicyGroups"]] == ["team"] and entities["PolicyRoles"] == [], entities
assert iam.list_entities_for_policy(PolicyArn=ARN, EntityFilter="Group")["PolicyUsers"] == []
refused("ValidationError", 400, "list_entities_for_policy", PolicyArn=ARN, EntityFilter="Dog")
explained = iam.simulate_principal_policy(
    PolicySourceArn=iam.get_user(UserName="ana")["User"]["Arn"], ActionNames=["codecommit:ListRepositories"])
(explained,) = explained["EvaluationResults"]
assert explained["EvalDecision"] == "allowed" and explained["MatchedStatements"][0]["SourcePolicyId"] == ARN, explained

# Versions: the one that holds decides at once.
version = iam.create_policy_version(PolicyArn=ARN, PolicyDocument=OTHER)["PolicyVersion"]
assert (version["VersionId"], version["IsDefaultVersion"]) == ("v2", False), version
assert may(ana)
iam.set_default_policy_version(PolicyArn=ARN, VersionId="v2")
assert not may(ana) and not may(ben)
got = iam.get_policy_version(PolicyArn=ARN, VersionId="v2")["PolicyVersion"]
assert got["IsDefaultVersion"] and got["Document"]["Statement"]["Action"] == "codecommit:GetRepository", got
third = iam.create_policy_version(PolicyArn=ARN, PolicyDocument=LIST, SetAsDefault=True)["PolicyVersion"]
assert third["VersionId"] == "v3" and third["IsDefaultVersion"] and may(ana)
for number in range(2):
    iam.create_policy_version(PolicyArn=ARN, PolicyDocument=OTHER)
refused("LimitExceeded", 409, "create_policy_version", PolicyArn=ARN, PolicyDocument=OTHER)
refused("MalformedPolicyDocument", 400, "create_policy_version", PolicyArn=ARN, PolicyDocument="[]")
listed = [(v["VersionId"], v["IsDefaultVersion"]) for v in iam.list_policy_versions(PolicyArn=ARN)["Versions"]]
assert listed == [("v5", False), ("v4", False), ("v3", True), ("v2", False), ("v1", False)], listed
refused("DeleteConflict", 409, "delete_policy_version", PolicyArn=ARN, VersionId="v3")
refused("NoSuchEntity", 404, "delete_policy_version", PolicyArn=ARN, VersionId="v6")
refused("NoSuchEntity", 404, "set_default_policy_version", PolicyArn=ARN, VersionId="v6")
refused("NoSuchEntity", 404, "get_policy_version", PolicyArn=ARN, VersionId="v6")
refused("ValidationError", 400, "get_policy_version", PolicyArn=ARN, VersionId="3")
iam.delete_policy_version(PolicyArn=ARN, VersionId="v5")
assert iam.create_policy_version(PolicyArn=ARN, PolicyDocument=OTHER)["PolicyVersion"]["VersionId"] == "v6"

# Tags.
iam.tag_policy(PolicyArn=ARN, Tags=[{"Key": "TEAM", "Value": "b"}, {"Key": "stage", "Value": "test"}])
tags = iam.list_policy_tags(PolicyArn=ARN)["Tags"]
assert tags == [{"Key": "TEAM", "Value": "b"}, {"Key": "stage", "Value": "test"}], tags
iam.untag_policy(PolicyArn=ARN, TagKeys=["stage", "nothing"])
assert iam.list_policy_tags(PolicyArn=ARN)["Tags"] == [{"Key": "TEAM", "Value": "b"}]

# AWS's own policies are there, and stay as they are.
AWS = "arn:aws:iam::aws:policy/AWSCodeCommitReadOnly"
assert iam.get_policy(PolicyArn=AWS)["Policy"]["DefaultVersionId"] == "v1"
assert iam.get_policy_version(PolicyArn=AWS, VersionId="v1")["PolicyVersion"]["Document"]["Statement"]
refused("NoSuchEntity", 404, "get_policy_version", PolicyArn=AWS, VersionId="v2")
refused("InvalidInput", 400, "create_policy_version", PolicyArn=AWS, PolicyDocument=LIST)
refused("InvalidInput", 400, "delete_policy", PolicyArn=AWS)

# Listings.
iam.create_policy(PolicyName="Idle", PolicyDocument=LIST)
names = lambda **given: [p["PolicyName"] for p in iam.list_policies(**given)["Policies"]]
assert names(Scope="Local") == ["Idle", "List"]
assert names(Scope="Local", OnlyAttached=True) == ["List"]
assert names(Scope="Local", PathPrefix="/team/") == ["List"]
assert names(Scope="AWS") == ["AWSCodeCommitFullAccess", "AWSCodeCommitPowerUser", "AWSCodeCommitReadOnly", "AdministratorAccess"]
assert names() == names(Scope="AWS") + names(Scope="Local")
pages = list(iam.get_paginator("list_policies").paginate(PaginationConfig={"PageSize": 4}))
assert [len(page["Policies"]) for page in pages] == [4, 2]
refused("ValidationError", 400, "list_policies", Scope="Mine")
summary = iam.get_account_summary()["SummaryMap"]
assert (summary["Users"], summary["Groups"], summary["Policies"]) == (3, 1, 2), summary
assert summary["VersionsPerPolicyQuota"] == 5, summary

# What is attached or has other versions stays; what is detached no longer decides.
refused("DeleteConflict", 409, "delete_policy", PolicyArn=ARN)
iam.detach_user_policy(UserName="ana", PolicyArn=ARN)
assert not may(ana) and may(ben)
iam.detach_group_policy(GroupName="team", PolicyArn=ARN)
assert not may(ben)
refused("DeleteConflict", 409, "delete_policy", PolicyArn=ARN)
for number in (1, 2, 4, 6):
    iam.delete_policy_version(PolicyArn=ARN, VersionId=f"v{number}")
iam.delete_policy(PolicyArn=ARN)
refused("NoSuchEntity", 404, "get_policy", PolicyArn=ARN)
refused("NoSuchEntity", 404, "delete_policy", PolicyArn=ARN)
refused("NoSuchEntity", 404, "attach_user_policy", UserName="ana", PolicyArn=ARN)
again = iam.create_policy(PolicyName="List", Path="/team/", PolicyDocument=LIST)["Policy"]
assert again["Arn"] == ARN and again["PolicyId"] != made["PolicyId"]
