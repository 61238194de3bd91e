//! Protected refs are protected, whoever comes, by whatever road: git or the API.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "functions beside the tests belong to them")]

use serde_json::{Value, json};
use tests::{Git, Journey, Repo, User};

/// The repository `demo` with `main` and `topic`, both at the same commit, which is `topic`'s checkout.
fn demo(journey: &Journey) -> Repo {
    let repo = journey.repo_with_origin("demo");
    repo.commit_file("a.txt", "a\n");
    repo.ok(&["push", "--quiet", "origin", "HEAD:refs/heads/main", "HEAD:refs/heads/topic"]);
    repo
}

fn protect(journey: &Journey, name: &str, patterns: &[&str], demands: Value) {
    let mut input = json!({"repositoryName": "demo", "protectionName": name, "refPatterns": patterns});
    input.as_object_mut().unwrap().extend(demands.as_object().unwrap().clone());
    journey.server.api_ok("PutRefProtection", input);
}

fn status(journey: &Journey, commit: &str, context: &str, state: &str) {
    let input = json!({"repositoryName": "demo", "commitId": commit, "context": context, "state": state});
    journey.server.api_ok("PutCommitStatus", input);
}

/// A call that must be refused as protected, in words that name the protection and the rule.
fn refused(journey: &Journey, operation: &str, input: Value, name: &str, words: &str) {
    let error = journey.server.api(operation, input).expect_err(operation);
    assert_eq!(error.name, name, "{operation}: {}", error.message);
    assert!(error.message.contains(words), "{operation}: {}", error.message);
}

fn denied(journey: &Journey, operation: &str, input: Value, words: &str) {
    refused(journey, operation, input, "AccessDeniedException", words);
}

fn pull_request(journey: &Journey, source: &str) -> Value {
    let target = json!({"repositoryName": "demo", "sourceReference": source, "destinationReference": "main"});
    journey.server.api_ok("CreatePullRequest", json!({"title": "Title", "targets": [target]}))["pullRequest"].take()
}

fn approve(journey: &Journey, user: &User, pull_request: &Value, state: &str) {
    let input = json!({"pullRequestId": pull_request["pullRequestId"], "revisionId": pull_request["revisionId"], "approvalState": state});
    journey.server.api_as(user, "UpdatePullRequestApprovalState", input).unwrap();
}

fn tip(journey: &Journey, branch: &str) -> String {
    let found = journey.server.api_ok("GetBranch", json!({"repositoryName": "demo", "branchName": branch}));
    found["branch"]["commitId"].as_str().unwrap().to_owned()
}

/// The git of a user.
fn git_of(journey: &Journey, user: &User) -> Git {
    let mut credentials = journey.server.credentials.clone();
    credentials.git_username.clone_from(&user.git_username);
    credentials.git_password.clone_from(&user.git_password);
    Git::new(&journey.path("home")).with_password(&credentials)
}

#[test]
fn history_is_neither_rewritten_nor_lost_unless_told_otherwise() {
    let journey = Journey::begin();
    let repo = demo(&journey);
    let first = repo.id("HEAD");
    repo.commit_file("b.txt", "b\n");
    repo.ok(&["push", "--quiet", "origin", "HEAD:topic"]);
    protect(&journey, "branches", &["refs/heads/t*", "refs/tags/*"], json!({}));

    let told = repo.refused(&["push", "--force", "origin", &format!("{first}:topic"), "HEAD:refs/heads/free"]);
    let words = "is protected by 'branches', which allows only fast-forwards";
    assert!(told.contains(&format!("-> topic ({words})")), "{told}");
    assert!(told.contains("[new branch]"), "the other ref goes through: {told}");
    let told = repo.refused(&["push", "origin", ":topic"]);
    assert!(told.contains("topic (is protected by 'branches', which forbids deleting it)"), "{told}");
    repo.ok(&["tag", "v1"]);
    repo.ok(&["push", "--quiet", "origin", "v1"]);
    repo.ok(&["tag", "--force", "v1", &first]);
    assert!(repo.refused(&["push", "--force", "origin", "v1"]).contains("allows only fast-forwards"));
    assert!(repo.refused(&["push", "origin", ":v1"]).contains("forbids deleting it"));
    denied(
        &journey,
        "DeleteBranch",
        json!({"repositoryName": "demo", "branchName": "topic"}),
        "topic is protected by 'branches', which forbids deleting it",
    );
    // An atomic push changes nothing.
    let told = repo.refused(&["push", "--atomic", "origin", ":topic", "HEAD:refs/heads/other"]);
    assert!(told.contains("atomic"), "{told}");
    assert_eq!(repo.ok(&["ls-remote", "origin", "refs/heads/other"]), "");

    repo.commit_file("c.txt", "c\n");
    repo.ok(&["push", "--quiet", "origin", "HEAD:topic"]);
    journey.server.api_ok("DeleteRefProtection", json!({"repositoryName": "demo", "protectionName": "branches"}));
    repo.ok(&["push", "--quiet", "--force", "origin", &format!("{first}:topic"), ":v1"]);
}

#[test]
fn creation_can_be_forbidden() {
    let journey = Journey::begin();
    let repo = demo(&journey);
    protect(&journey, "releases", &["refs/heads/release/*"], json!({"creationForbidden": true}));
    let words = "is protected by 'releases', which forbids creating it";
    assert!(repo.refused(&["push", "origin", "HEAD:refs/heads/release/1"]).contains(words));
    let input = json!({"repositoryName": "demo", "branchName": "release/1", "commitId": repo.id("HEAD")});
    denied(&journey, "CreateBranch", input, words);
    repo.ok(&["push", "--quiet", "origin", "HEAD:refs/heads/free"]);
}

#[test]
fn a_pull_request_can_be_required_on_every_road() {
    let journey = Journey::begin();
    let (server, repo) = (&journey.server, demo(&journey));
    protect(&journey, "main", &["refs/heads/main"], json!({"pullRequestRequired": true}));
    let main = repo.id("HEAD");
    let topic = repo.commit_file("b.txt", "b\n");
    repo.ok(&["push", "--quiet", "origin", "HEAD:topic"]);
    let words = "main is protected by 'main', which requires a pull request";
    let told = repo.refused(&["push", "origin", "HEAD:main"]);
    assert!(told.contains("is protected by 'main', which requires a pull request"), "{told}");

    let at = |extra: Value| {
        let mut input =
            json!({"repositoryName": "demo", "branchName": "main", "parentCommitId": main, "filePath": "a.txt"});
        input.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        input
    };
    denied(&journey, "PutFile", at(json!({"filePath": "x", "fileContent": "eAo="})), words);
    denied(&journey, "DeleteFile", at(json!({})), words);
    let commit = json!({"repositoryName": "demo", "branchName": "main", "parentCommitId": main, "deleteFiles": [{"filePath": "a.txt"}]});
    denied(&journey, "CreateCommit", commit, words);
    let merge =
        json!({"repositoryName": "demo", "sourceCommitSpecifier": "topic", "destinationCommitSpecifier": "main"});
    for option in ["FastForward", "Squash", "ThreeWay"] {
        denied(&journey, &format!("MergeBranchesBy{option}"), merge.clone(), words);
    }
    assert_eq!(tip(&journey, "main"), main);

    // A push of what an open pull request asks for is a push all the same.
    let asked = pull_request(&journey, "topic");
    assert!(repo.refused(&["push", "origin", "HEAD:main"]).contains("requires a pull request"));
    server.api_ok(
        "MergePullRequestByFastForward",
        json!({"pullRequestId": asked["pullRequestId"], "repositoryName": "demo"}),
    );
    assert_eq!(tip(&journey, "main"), topic);
}

#[test]
fn approvals_of_the_merged_revision_count_and_no_others() {
    let journey = Journey::begin();
    let (server, repo) = (&journey.server, demo(&journey));
    let [ana, bob] = ["ana", "bob"].map(|name| server.create_user(name, &["AWSCodeCommitPowerUser"]));
    protect(&journey, "main", &["refs/heads/main"], json!({"requiredApprovals": 2}));
    repo.commit_file("b.txt", "b\n");
    repo.ok(&["push", "--quiet", "origin", "HEAD:topic"]);
    let asked = pull_request(&journey, "topic");
    let id = &asked["pullRequestId"];
    let merge = json!({"pullRequestId": id, "repositoryName": "demo"});
    let options = ["FastForward", "Squash", "ThreeWay"].map(|option| format!("MergePullRequestBy{option}"));
    let wanting = |given: u8| {
        let words = format!("requires 2 approvals of the merged revision, which has {given}");
        for operation in &options {
            refused(&journey, operation, merge.clone(), "PullRequestApprovalRulesNotSatisfiedException", &words);
        }
    };
    wanting(0);
    approve(&journey, &ana, &asked, "APPROVE");
    wanting(1);
    // Setting aside the rules of the pull request does not set aside the protection.
    let overridden = json!({"pullRequestId": id, "revisionId": asked["revisionId"], "overrideStatus": "OVERRIDE"});
    server.api_ok("OverridePullRequestApprovalRules", overridden);
    wanting(1);
    approve(&journey, &bob, &asked, "APPROVE");
    // Another revision has to be approved anew.
    repo.commit_file("c.txt", "c\n");
    repo.ok(&["push", "--quiet", "origin", "HEAD:topic"]);
    wanting(0);
    let now = server.api_ok("GetPullRequest", json!({"pullRequestId": id}))["pullRequest"].take();
    approve(&journey, &ana, &now, "APPROVE");
    approve(&journey, &bob, &now, "APPROVE");
    approve(&journey, &ana, &now, "REVOKE");
    wanting(1);
    approve(&journey, &ana, &now, "APPROVE");
    server.api_ok(&options[1], merge.clone());
}

#[test]
fn a_commit_must_have_succeeded_in_every_required_context() {
    let journey = Journey::begin();
    let (server, repo) = (&journey.server, demo(&journey));
    protect(&journey, "main", &["refs/heads/main"], json!({"requiredStatuses": ["ci/build", "ci/lint"]}));
    let pushed = repo.commit_file("b.txt", "b\n");
    repo.ok(&["push", "--quiet", "origin", "HEAD:topic"]);
    let wanting = |words: &str| {
        let told = repo.refused(&["push", "origin", "HEAD:main"]);
        let words = format!("is protected by 'main', which requires the status success of commit {pushed} in {words})");
        assert!(told.contains(&words), "{told}");
    };
    wanting("'ci/build' (none yet), 'ci/lint' (none yet)");
    status(&journey, &pushed, "ci/build", "success");
    status(&journey, &pushed, "ci/lint", "pending");
    wanting("'ci/lint' (pending)");
    status(&journey, &pushed, "ci/lint", "success");
    status(&journey, &pushed, "ci/build", "failure");
    wanting("'ci/build' (failure)");
    status(&journey, &pushed, "ci/build", "success");
    repo.ok(&["push", "--quiet", "origin", "HEAD:main"]);

    // Nobody can have said anything of a commit that is made by the call.
    let put = json!({"repositoryName": "demo", "branchName": "main", "parentCommitId": pushed, "filePath": "x", "fileContent": "eAo="});
    denied(&journey, "PutFile", put, "'ci/build' (none yet)");
    // A merge is judged by what it merges.
    let next = repo.commit_file("c.txt", "c\n");
    repo.ok(&["push", "--quiet", "origin", "HEAD:topic"]);
    let merge =
        json!({"repositoryName": "demo", "sourceCommitSpecifier": "topic", "destinationCommitSpecifier": "main"});
    denied(&journey, "MergeBranchesBySquash", merge.clone(), &format!("commit {next} in 'ci/build' (none yet)"));
    let asked = pull_request(&journey, "topic");
    let merge_request = json!({"pullRequestId": asked["pullRequestId"], "repositoryName": "demo"});
    denied(&journey, "MergePullRequestByThreeWay", merge_request.clone(), "'ci/lint' (none yet)");
    status(&journey, &next, "ci/build", "success");
    status(&journey, &next, "ci/lint", "success");
    server.api_ok("MergePullRequestByThreeWay", merge_request);
}

#[test]
fn those_named_may_bypass_a_protection_and_nobody_else() {
    let journey = Journey::begin();
    let (server, repo) = (&journey.server, demo(&journey));
    let [ana, bob] = ["ana", "bob"].map(|name| server.create_user(name, &["AWSCodeCommitFullAccess"]));
    let demands = json!({"pullRequestRequired": true, "bypassPrincipals": [ana.arn]});
    protect(&journey, "main", &["refs/heads/main"], demands);
    repo.commit_file("b.txt", "b\n");
    for git in [repo.git().clone(), git_of(&journey, &bob)] {
        assert!(repo.with(&git).refused(&["push", "origin", "HEAD:main"]).contains("requires a pull request"));
    }
    repo.with(&git_of(&journey, &ana)).ok(&["push", "--quiet", "origin", "HEAD:main"]);
    let put = json!({"repositoryName": "demo", "branchName": "main", "parentCommitId": repo.id("HEAD"), "filePath": "x", "fileContent": "eAo="});
    assert_eq!(server.api_as(&bob, "PutFile", put.clone()).unwrap_err().name, "AccessDeniedException");
    server.api_as(&ana, "PutFile", put).unwrap();
    // A second protection binds her nevertheless.
    protect(&journey, "also-main", &["refs/heads/ma?n"], json!({}));
    let told = repo.with(&git_of(&journey, &ana)).refused(&["push", "origin", ":main"]);
    assert!(told.contains("default branch") || told.contains("also-main"), "{told}");
}

#[test]
fn a_repository_has_at_most_twenty_protections() {
    let journey = Journey::begin();
    demo(&journey);
    for number in 0..20 {
        protect(&journey, &format!("p{number:02}"), &["refs/heads/x"], json!({}));
    }
    let more = json!({"repositoryName": "demo", "protectionName": "more", "refPatterns": ["refs/heads/x"]});
    assert_eq!(journey.server.api_error("PutRefProtection", more.clone()), "MaximumRefProtectionsExceededException");
    protect(&journey, "p07", &["refs/heads/y"], json!({"requiredApprovals": 3}));
    let listed = journey.server.api_ok("ListRefProtections", json!({"repositoryName": "demo"}));
    let listed = listed["refProtections"].as_array().unwrap();
    assert_eq!(listed.len(), 20);
    let one = journey.server.api_ok("GetRefProtection", json!({"repositoryName": "demo", "protectionName": "p07"}));
    assert_eq!(one["refProtection"], listed[7]);
    let expected = json!({
        "protectionName": "p07", "refPatterns": ["refs/heads/y"], "fastForwardOnly": true, "deletionForbidden": true,
        "creationForbidden": false, "pullRequestRequired": false, "requiredApprovals": 3, "requiredStatuses": [],
        "bypassPrincipals": [], "lastModifiedDate": listed[7]["lastModifiedDate"],
        "lastModifiedArn": "arn:aws:iam::123456789012:user/coldforge/admin",
    });
    assert_eq!(listed[7], expected);
    journey.server.api_ok("DeleteRefProtection", json!({"repositoryName": "demo", "protectionName": "p00"}));
    journey.server.api_ok("PutRefProtection", more);
}
