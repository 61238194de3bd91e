"""Asks who the caller is, and simulates policies, with boto3."""

import json

import boto3
from botocore.exceptions import ClientError

iam = boto3.client("iam")
identity = boto3.client("sts").get_caller_identity()
assert identity["Account"] == "123456789012" and identity["UserId"].startswith("CFUA"), identity
assert identity["Arn"] == "arn:aws:iam::123456789012:user/coldforge/admin", identity

REPOSITORY = "arn:aws:codecommit:eu-west-1:123456789012:demo"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "codecommit:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "codecommit:GitPush", "Resource": REPOSITORY,
         "Condition": {"StringEquals": {"codecommit:References": "refs/heads/main"}}},
    ],
}


def decisions(answer):
    return {(r["EvalActionName"], r["EvalResourceName"]): r["EvalDecision"] for r in answer["EvaluationResults"]}


def context(key, *values, kind="string"):
    return {"ContextKeyName": key, "ContextKeyType": kind, "ContextKeyValues": list(values)}


answer = iam.simulate_custom_policy(
    PolicyInputList=[json.dumps(POLICY)],
    ActionNames=["codecommit:GitPush", "codecommit:GitPull", "iam:CreateUser"],
    ResourceArns=[REPOSITORY],
    ContextEntries=[context("codecommit:References", "refs/heads/main")],
)
assert decisions(answer) == {
    ("codecommit:GitPush", REPOSITORY): "explicitDeny",
    ("codecommit:GitPull", REPOSITORY): "allowed",
    ("iam:CreateUser", REPOSITORY): "implicitDeny",
}, answer
assert answer["EvaluationResults"][0]["MatchedStatements"][0]["SourcePolicyId"] == "PolicyInputList.1"
answer = iam.simulate_custom_policy(PolicyInputList=[json.dumps(POLICY)], ActionNames=["codecommit:GitPush"])
assert answer["EvaluationResults"][0]["EvalDecision"] == "allowed"
assert answer["EvaluationResults"][0]["MissingContextValues"] == ["codecommit:references"], answer

user = iam.create_user(UserName="ana", Tags=[{"Key": "team", "Value": "red"}])["User"]
iam.tag_user(UserName="ana", Tags=[{"Key": "TEAM", "Value": "demo"}, {"Key": "cost", "Value": "1"}])
assert iam.list_user_tags(UserName="ana")["Tags"] == [{"Key": "TEAM", "Value": "demo"}, {"Key": "cost", "Value": "1"}]
iam.untag_user(UserName="ana", TagKeys=["Cost", "none"])
assert iam.list_user_tags(UserName="ana")["Tags"] == [{"Key": "TEAM", "Value": "demo"}]
own = {"Effect": "Allow", "Action": "codecommit:GitPull", "Resource": "arn:aws:codecommit:*:*:${aws:PrincipalTag/team}"}
iam.put_user_policy(UserName="ana", PolicyName="own", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": own}))
answer = iam.simulate_principal_policy(
    PolicySourceArn=user["Arn"],
    ActionNames=["codecommit:GitPull"],
    ResourceArns=[REPOSITORY, REPOSITORY + "x"],
)
assert set(decisions(answer).values()) == {"allowed", "implicitDeny"}, answer
for arn in ("arn:aws:iam::123456789012:user/ana", "arn:aws:iam::123456789012:user/coldforge/bob"):
    try:
        iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["codecommit:GitPull"])
        raise AssertionError("there is no such user")
    except ClientError as error:
        assert error.response["Error"]["Code"] == "NoSuchEntity", error

listed = iam.list_policies(Scope="AWS")["Policies"]
assert [policy["PolicyName"] for policy in listed] == [
    "AWSCodeCommitFullAccess",
    "AWSCodeCommitPowerUser",
    "AWSCodeCommitReadOnly",
    "AdministratorAccess",
], listed
assert iam.list_policies(Scope="Local")["Policies"] == []
for policy in listed:
    found = iam.get_policy(PolicyArn=policy["Arn"])["Policy"]
    assert found == policy
    version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=found["DefaultVersionId"])["PolicyVersion"]
    assert version["Document"]["Version"] == "2012-10-17" and version["IsDefaultVersion"], version
    assert len(iam.list_policy_versions(PolicyArn=policy["Arn"])["Versions"]) == 1
    decided = iam.simulate_custom_policy(
        PolicyInputList=[json.dumps(version["Document"])], ActionNames=["codecommit:GitPull"], ResourceArns=[REPOSITORY]
    )
    assert set(decisions(decided).values()) == {"allowed"}, decided
