//! The managed policies allow what their names say.

use auth::policy::{Policy, Request, RequestContext, Verdict, evaluate, managed};

const REPOSITORY: &str = "arn:aws:codecommit:eu-west-1:123456789012:demo";

fn allowed(name: &str, action: &str, resource: &str) -> bool {
    let policy = managed::find(&format!("arn:aws:iam::aws:policy/{name}")).unwrap();
    let policy = Policy::parse(policy.document).unwrap();
    let mut context = RequestContext::new();
    context.set("aws:username", "ana");
    evaluate([&policy], &Request { action, resource, context: &context }).verdict == Verdict::Allowed
}

#[test]
fn each_policy_has_its_limits() {
    let all = ["AWSCodeCommitReadOnly", "AWSCodeCommitPowerUser", "AWSCodeCommitFullAccess", "AdministratorAccess"];
    assert_eq!(managed::ALL.len(), all.len());
    for (action, first) in [
        ("codecommit:GitPull", 0),
        ("codecommit:GetBranch", 0),
        ("codecommit:ListRepositories", 0),
        ("codecommit:BatchGetCommits", 0),
        ("codecommit:DescribePullRequestEvents", 0),
        ("codecommit:EvaluatePullRequestApprovalRules", 0),
        ("codecommit:GitPush", 1),
        ("codecommit:CreateRepository", 1),
        ("codecommit:MergePullRequestBySquash", 1),
        ("codecommit:PutFile", 1),
        ("codecommit:DeleteBranch", 1),
        ("codecommit:DeleteRepository", 2),
        ("iam:CreateUser", 3),
        ("iam:PutUserPolicy", 3),
    ] {
        for (number, name) in all.into_iter().enumerate() {
            assert_eq!(allowed(name, action, REPOSITORY), number >= first, "{name} {action}");
        }
    }
}

#[test]
fn ones_own_git_passwords_are_ones_own() {
    let user = |rest: &str| format!("arn:aws:iam::123456789012:user/coldforge/{rest}");
    for name in ["AWSCodeCommitReadOnly", "AWSCodeCommitPowerUser", "AWSCodeCommitFullAccess"] {
        let may = |resource: &str| allowed(name, "iam:CreateServiceSpecificCredential", resource);
        assert!(may(&user("ana")) && may(&user("dev/ana")), "{name}");
        assert!(!may(&user("bob")) && !may(&user("xana")) && !may(&user("ana/bob")) && !may("*"), "{name}");
        assert!(!allowed(name, "iam:CreateAccessKey", &user("ana")), "{name}");
    }
}
