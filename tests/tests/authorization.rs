//! What users may do is what their policies say, for the API and for git.
#![allow(clippy::unwrap_used, reason = "functions beside the tests belong to them")]

use serde_json::{Value, json};
use tests::aws::Aws;
use tests::door::Door;
use tests::{Git, Journey, Server, User, http};

/// The ARN of a repository.
fn arn(name: &str) -> String {
    format!("arn:aws:codecommit:eu-west-1:123456789012:{name}")
}

/// A policy of one statement.
fn allow(action: Value, resource: &str, condition: Value) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource, "Condition": condition})
}

/// The git of a user.
fn git_of(journey: &Journey, user: &User) -> Git {
    let mut credentials = journey.server.credentials.clone();
    credentials.git_username.clone_from(&user.git_username);
    credentials.git_password.clone_from(&user.git_password);
    Git::new(&journey.path("home")).with_password(&credentials)
}

/// A user with one inline policy of these statements.
fn user_with(server: &Server, name: &str, statements: Value) -> User {
    let user = server.create_user(name, &[]);
    server.put_policy(name, &statements);
    user
}

#[test]
fn a_developer_who_may_push_only_to_feature_branches() {
    let journey = Journey::begin();
    let server = &journey.server;
    let origin = journey.repo_with_origin("demo");
    origin.commit_file("a", "a\n");
    origin.ok(&["push", "--quiet", "origin", "HEAD:main"]);
    let tip = origin.id("HEAD");
    let features = json!({"StringLikeIfExists": {"codecommit:References": "refs/heads/feature/*"}});
    let writes =
        json!(["codecommit:GitPush", "codecommit:PutFile", "codecommit:CreateBranch", "codecommit:DeleteBranch"]);
    let reads = json!(["codecommit:GitPull", "codecommit:GetBranch"]);
    let dora = user_with(
        server,
        "dora",
        json!([allow(reads, &arn("demo"), json!({})), allow(writes, &arn("demo"), features)]),
    );

    let clone = git_of(&journey, &dora).clone_to(&server.url("demo"), &journey.path("clone"), &[]);
    clone.commit_file("b", "b\n");
    clone.ok(&["push", "--quiet", "origin", "HEAD:refs/heads/feature/b"]);
    let told = clone.refused(&["push", "origin", "HEAD:main"]);
    assert!(told.contains("not authorized to push to this ref"), "{told}");
    // One forbidden ref refuses the whole push.
    let told = clone.refused(&["push", "origin", "HEAD:refs/heads/feature/c", "HEAD:main", "HEAD:refs/tags/v1"]);
    assert!(told.contains("another ref of this push is forbidden"), "{told}");
    assert_eq!(told.matches("not authorized to push to this ref").count(), 2, "{told}");
    let told = clone.refused(&["push", "origin", ":main"]);
    assert!(told.contains("not authorized to push to this ref"), "{told}");
    let refs = clone.ok(&["ls-remote", "origin", "refs/*"]);
    let expected = format!("{}\trefs/heads/feature/b\n{tip}\trefs/heads/main", clone.id("HEAD"));
    assert_eq!(refs, expected);

    let put = |branch: &str, parent: &str| json!({"repositoryName": "demo", "branchName": branch, "filePath": "f", "fileContent": "Zg==", "parentCommitId": parent});
    let denied = |operation: &str, input: Value| {
        let error = server.api_as(&dora, operation, input).unwrap_err();
        assert_eq!(error.name, "AccessDeniedException", "{operation}: {}", error.message);
    };
    denied("PutFile", put("main", &tip));
    server.api_as(&dora, "PutFile", put("feature/b", &clone.id("HEAD"))).unwrap();
    let branch = |name: &str| json!({"repositoryName": "demo", "branchName": name, "commitId": tip});
    denied("CreateBranch", branch("release"));
    server.api_as(&dora, "CreateBranch", branch("feature/d")).unwrap();
    denied("DeleteBranch", branch("main"));
    server.api_as(&dora, "DeleteBranch", branch("feature/d")).unwrap();
    denied("CreateCommit", json!({"repositoryName": "demo", "branchName": "feature/b"}));
}

#[test]
fn protected_branches_of_the_user_guide_are_protected() {
    let journey = Journey::begin();
    let server = &journey.server;
    let origin = journey.repo_with_origin("demo");
    origin.commit_file("a", "a\n");
    origin.ok(&["push", "--quiet", "origin", "HEAD:main"]);
    let pat = server.create_user("pat", &["AWSCodeCommitPowerUser"]);
    server.put_policy(
        "pat",
        &json!({"Effect": "Deny", "Action": ["codecommit:GitPush", "codecommit:PutFile"], "Resource": arn("demo"), "Condition": {
            "StringEqualsIfExists": {"codecommit:References": ["refs/heads/main", "refs/heads/prod"]},
            "Null": {"codecommit:References": "false"}
        }}),
    );
    let clone = git_of(&journey, &pat).clone_to(&server.url("demo"), &journey.path("clone"), &[]);
    clone.commit_file("b", "b\n");
    clone.ok(&["push", "--quiet", "origin", "HEAD:dev"]);
    assert!(clone.refused(&["push", "origin", "HEAD:main"]).contains("not authorized"));
    assert!(clone.refused(&["push", "origin", "HEAD:prod"]).contains("not authorized"));
    server.api_as(&pat, "CreateRepository", json!({"repositoryName": "second"})).unwrap();
    let error = server.api_as(&pat, "DeleteRepository", json!({"repositoryName": "second"})).unwrap_err();
    assert_eq!(error.name, "AccessDeniedException");
}

#[test]
fn unknown_and_forbidden_repositories_look_the_same() {
    let journey = Journey::begin();
    let server = &journey.server;
    server.create_repository("mine");
    server.create_repository("secret");
    let eve = user_with(server, "eve", json!(allow(json!("codecommit:*"), &arn("mine"), json!({}))));
    server.api_as(&eve, "GetRepository", json!({"repositoryName": "mine"})).unwrap();
    let told = |name: &str| {
        let mut told = Vec::new();
        for operation in ["GetRepository", "ListBranches", "DeleteRepository"] {
            let error = server.api_as(&eve, operation, json!({"repositoryName": name})).unwrap_err();
            told.push(format!("{} {} {}", error.status, error.name, error.message));
        }
        let authorization = tests::server::basic(&eve.git_username, &eve.git_password);
        for service in ["git-upload-pack", "git-receive-pack"] {
            let path = format!("/v1/repos/{name}/info/refs?service={service}");
            let answer = http::request(server.address(), "GET", &path, &[("Authorization", &authorization)], b"");
            told.push(format!("{} {}", answer.status, answer.text()));
        }
        told.iter().map(|line| line.replace(name, "NAME")).collect::<Vec<_>>()
    };
    assert_eq!(told("secret"), told("absent"));
    let several = json!({"repositoryNames": ["mine", "secret"]});
    assert_eq!(server.api_as(&eve, "BatchGetRepositories", several).unwrap_err().name, "AccessDeniedException");
    let several = json!({"repositoryNames": ["mine"]});
    server.api_as(&eve, "BatchGetRepositories", several).unwrap();
}

#[test]
fn a_reader_fetches_and_pushes_nothing() {
    let journey = Journey::begin();
    let server = &journey.server;
    let origin = journey.repo_with_origin("demo");
    origin.commit_file("a", "a\n");
    origin.ok(&["push", "--quiet", "origin", "HEAD:main"]);
    let rob = server.create_user("rob", &["AWSCodeCommitReadOnly"]);
    let clone = git_of(&journey, &rob).clone_to(&server.url("demo"), &journey.path("clone"), &[]);
    clone.commit_file("b", "b\n");
    let told = clone.refused(&["push", "origin", "HEAD:dev"]);
    assert!(told.contains("403"), "{told}");
    server.api_as(&rob, "ListRepositories", json!({})).unwrap();
    // A change of permissions has its effect at once where it is made.
    server.put_policy("rob", &allow(json!("codecommit:GitPush"), &arn("*"), json!({})));
    clone.ok(&["push", "--quiet", "origin", "HEAD:dev"]);
    server.iam_ok(
        "DetachUserPolicy",
        &[("UserName", "rob"), ("PolicyArn", "arn:aws:iam::aws:policy/AWSCodeCommitReadOnly")],
    );
    assert_eq!(server.api_as(&rob, "ListRepositories", json!({})).unwrap_err().name, "AccessDeniedException");
}

#[test]
fn conditions_see_the_request() {
    let journey = Journey::begin();
    let server = &journey.server;
    let conditions = json!({
        "IpAddress": {"aws:SourceIp": "127.0.0.0/8"},
        "Bool": {"aws:SecureTransport": Door::of_this_run().is_https().to_string()},
        "StringEquals": {
            "aws:username": "tom",
            "aws:RequestedRegion": "eu-west-1",
            "aws:PrincipalType": "User",
            "aws:RequestTag/team": "red"
        },
        "StringLike": {"aws:userid": "CFUA*"},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["team", "cost"]},
        "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::123456789012:user/coldforge/tom"},
        "DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"},
        "NumericGreaterThan": {"aws:EpochTime": 1_577_836_800}
    });
    let tom = user_with(
        server,
        "tom",
        json!(allow(json!("codecommit:CreateRepository"), &arn("${aws:username}-*"), conditions)),
    );
    let create = |name: &str, tags: Value| {
        server
            .api_as(&tom, "CreateRepository", json!({"repositoryName": name, "tags": tags}))
            .map_err(|error| error.name)
    };
    let denied = Err("AccessDeniedException".to_owned());
    assert_eq!(create("tom-1", json!({"team": "blue"})), denied);
    assert_eq!(create("tom-1", json!({"team": "red", "other": "x"})), denied);
    assert_eq!(create("tom-1", json!({})), denied);
    assert_eq!(create("bob-1", json!({"team": "red"})), denied);
    create("tom-1", json!({"team": "red", "cost": "1"})).unwrap();
}

#[test]
fn policies_can_ask_for_the_tags_of_a_repository() {
    let journey = Journey::begin();
    let server = &journey.server;
    for (name, team) in [("mine", "red"), ("theirs", "blue")] {
        server.api_ok("CreateRepository", json!({"repositoryName": name, "tags": {"Team": team}}));
    }
    server.create_repository("untagged");
    server.iam_ok("CreateUser", &[("UserName", "ida"), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "red")]);
    let own = json!({"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}});
    server.put_policy("ida", &allow(json!("codecommit:*"), "*", own));
    let ida = server.give_credentials("ida");
    let get =
        |name: &str| server.api_as(&ida, "GetRepository", json!({"repositoryName": name})).map_err(|error| error.name);
    get("mine").unwrap();
    for name in ["theirs", "untagged", "absent"] {
        assert_eq!(get(name).unwrap_err(), "AccessDeniedException", "{name}");
    }
    let git = git_of(&journey, &ida);
    let repo = git.init(&journey.path("work"));
    repo.commit_file("a", "a\n");
    repo.ok(&["push", "--quiet", &server.url("mine"), "HEAD:main"]);
    repo.refused(&["push", "--quiet", &server.url("theirs"), "HEAD:main"]);
}

#[test]
fn boto3_asks_who_it_is_and_what_would_be_decided() {
    let journey = Journey::begin();
    Aws::new(&journey.path("home"), &journey.server).python("decisions.py", &[]);
}
