//! Examples of AWS's documentation, with what it says of them.

use crate::table::verdict;
use auth::policy::Verdict;
use serde_json::{Value, json};

const REPOSITORY: &str = "arn:aws:codecommit:us-east-2:111111111111:MyDemoRepo";

/// AWS CodeCommit user guide, "Limit pushes and merges to branches": two branches that developers may not change.
fn protected_branches() -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Deny",
            "Action": [
                "codecommit:GitPush",
                "codecommit:DeleteBranch",
                "codecommit:PutFile",
                "codecommit:MergeBranchesByFastForward",
                "codecommit:MergePullRequestByFastForward",
                "codecommit:MergePullRequestBySquash",
                "codecommit:MergePullRequestByThreeWay"
            ],
            "Resource": REPOSITORY,
            "Condition": {
                "StringEqualsIfExists": {"codecommit:References": ["refs/heads/main", "refs/heads/prod"]},
                "Null": {"codecommit:References": "false"}
            }
        }]
    })
}

fn everything() -> Value {
    json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "codecommit:*", "Resource": "*"}})
}

#[test]
fn the_branch_protection_example_protects_just_these_branches() {
    let decide = |action: &str, resource: &str, keys: Value| {
        verdict(&[everything(), protected_branches()], action, resource, &keys)
    };
    let reference = |name: &str| json!({ "codecommit:References": name });
    for action in ["codecommit:GitPush", "codecommit:PutFile", "codecommit:MergePullRequestBySquash"] {
        for name in ["refs/heads/main", "refs/heads/prod"] {
            assert_eq!(decide(action, REPOSITORY, reference(name)), Verdict::ExplicitDeny, "{action} {name}");
        }
        for name in ["refs/heads/dev", "refs/heads/Main", "refs/tags/main", "refs/heads/main/x"] {
            assert_eq!(decide(action, REPOSITORY, reference(name)), Verdict::Allowed, "{action} {name}");
        }
        // The first request of a push says nothing of refs; with the Null condition it gets through.
        assert_eq!(decide(action, REPOSITORY, json!({})), Verdict::Allowed, "{action}");
    }
    let other = REPOSITORY.replace("MyDemoRepo", "Other");
    assert_eq!(decide("codecommit:GitPush", &other, reference("refs/heads/main")), Verdict::Allowed);
    assert_eq!(decide("codecommit:GitPull", REPOSITORY, json!({})), Verdict::Allowed);
}

#[test]
fn without_the_null_condition_no_push_gets_through() {
    let mut policy = protected_branches();
    policy["Statement"][0]["Condition"].as_object_mut().unwrap().remove("Null");
    let decided = verdict(&[everything(), policy], "codecommit:GitPush", REPOSITORY, &json!({}));
    assert_eq!(decided, Verdict::ExplicitDeny);
}

/// AWS IAM user guide, "Policy variables": each user has a folder of their own.
#[test]
fn a_users_own_folder_is_theirs() {
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [
            {"Action": ["s3:ListBucket"], "Effect": "Allow", "Resource": ["arn:aws:s3:::amzn-s3-demo-bucket"],
             "Condition": {"StringLike": {"s3:prefix": ["${aws:username}/*"]}}},
            {"Action": ["s3:GetObject", "s3:PutObject"], "Effect": "Allow",
             "Resource": ["arn:aws:s3:::amzn-s3-demo-bucket/${aws:username}/*"]}
        ]
    });
    let object = |owner: &str| format!("arn:aws:s3:::amzn-s3-demo-bucket/{owner}/x/y");
    let decide =
        |action: &str, resource: &str, keys: Value| verdict(std::slice::from_ref(&policy), action, resource, &keys);
    let ana = json!({"aws:username": "ana"});
    assert_eq!(decide("s3:GetObject", &object("ana"), ana.clone()), Verdict::Allowed);
    assert_eq!(decide("s3:GetObject", &object("bob"), ana.clone()), Verdict::ImplicitDeny);
    assert_eq!(decide("s3:GetObject", &object("bob"), json!({"aws:username": "*"})), Verdict::ImplicitDeny);
    assert_eq!(decide("s3:GetObject", &object("ana"), json!({})), Verdict::ImplicitDeny);
    let listing = json!({"aws:username": "ana", "s3:prefix": "ana/photos"});
    assert_eq!(decide("s3:ListBucket", "arn:aws:s3:::amzn-s3-demo-bucket", listing), Verdict::Allowed);
}

/// AWS IAM user guide, "Multivalued context keys": only these tag keys, and at least one of them.
#[test]
fn tag_keys_are_limited_by_both_quantifiers_together() {
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "codecommit:TagResource", "Resource": "*", "Condition": {
            "ForAllValues:StringEquals": {"aws:TagKeys": ["environment", "cost-center"]},
            "Null": {"aws:TagKeys": "false"}
        }}
    });
    let decide = |keys: Value| verdict(std::slice::from_ref(&policy), "codecommit:TagResource", REPOSITORY, &keys);
    assert_eq!(decide(json!({"aws:TagKeys": ["environment"]})), Verdict::Allowed);
    assert_eq!(decide(json!({"aws:TagKeys": ["environment", "cost-center"]})), Verdict::Allowed);
    assert_eq!(decide(json!({"aws:TagKeys": ["environment", "owner"]})), Verdict::ImplicitDeny);
    assert_eq!(decide(json!({"aws:TagKeys": []})), Verdict::ImplicitDeny);
    assert_eq!(decide(json!({})), Verdict::ImplicitDeny);
}

/// AWS IAM user guide, "Denies access to AWS based on the source IP".
#[test]
fn a_deny_by_address_holds_against_every_allow() {
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {
            "NotIpAddress": {"aws:SourceIp": ["192.0.2.0/24", "203.0.113.0/24"]}
        }}
    });
    let decide = |address: &str| {
        let keys = json!({ "aws:SourceIp": address });
        verdict(&[policy.clone(), everything()], "codecommit:GitPull", REPOSITORY, &keys)
    };
    assert_eq!(decide("192.0.2.77"), Verdict::Allowed);
    assert_eq!(decide("203.0.113.1"), Verdict::Allowed);
    assert_eq!(decide("198.51.100.1"), Verdict::ExplicitDeny);
}
