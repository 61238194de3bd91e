//! The CodeCommit API with unchanged clients: boto3, the AWS CLI and the AWS SDK for Rust, over a repository that git filled.
#![allow(clippy::unwrap_used, reason = "functions beside the tests belong to them")]

mod sdk;

use serde_json::{Value, json};
use tests::aws::Aws;
use tests::door::Door;
use tests::random::Random;
use tests::server::Options;
use tests::signing::Call;
use tests::{Journey, Repo};

/// The service's repository `demo`, pushed with git: two commits, a tag, an executable, a link, a submodule, a large file.
fn demo(journey: &Journey) -> Repo {
    let repo = journey.repo_with_origin("demo");
    repo.commit_file("a.txt", "a\n");
    repo.commit_file("gone.txt", "gone\n");
    let work = std::path::PathBuf::from(repo.ok(&["rev-parse", "--show-toplevel"]).trim());
    std::fs::remove_file(work.join("gone.txt")).unwrap();
    std::fs::create_dir(work.join("folder")).unwrap();
    std::fs::write(work.join("folder/run.sh"), "#!/bin/sh\n").unwrap();
    std::fs::write(work.join("large.bin"), vec![7; 6 * 1024 * 1024 + 1]).unwrap();
    std::os::unix::fs::symlink("a.txt", work.join("link")).unwrap();
    repo.ok(&["add", "--all"]);
    repo.ok(&["update-index", "--chmod=+x", "folder/run.sh"]);
    let module = format!("160000,{},module", "2".repeat(40));
    repo.ok(&["update-index", "--add", "--cacheinfo", &module]);
    repo.ok(&["commit", "--quiet", "--message", "Second\n\nWith a body."]);
    repo.ok(&["tag", "--annotate", "--message", "one", "v1"]);
    repo.ok(&["push", "--quiet", "origin", "HEAD:refs/heads/main", "v1"]);
    repo
}

/// What git knows of the repository's tip.
fn facts(journey: &Journey, repo: &Repo) -> Value {
    let told = |format: &str| repo.ok(&["log", "-1", &format!("--format={format}")]).trim_end_matches('\n').to_owned();
    json!({
        "url": journey.server.url("demo"),
        "work": repo.ok(&["rev-parse", "--show-toplevel"]).trim(),
        "region": journey.server.credentials.region,
        "account": journey.server.credentials.account_id,
        "tip": told("%H"),
        "tree": told("%T"),
        "parents": told("%P").split(' ').collect::<Vec<_>>(),
        "name": told("%an"),
        "email": told("%ae"),
        "date": told("%ad"),
        "message": "Second\n\nWith a body.\n",
    })
}

#[test]
fn boto3_runs_every_operation_and_is_told_what_is_wrong() {
    // It makes more repositories than one page lists.
    let arguments = ["--max-repositories", "2000"].map(str::to_owned).to_vec();
    let journey = Journey::begin_with(&Options { arguments, ..Options::default() });
    let repo = demo(&journey);
    let mut facts = facts(&journey, &repo);
    let raw = repo.ok(&["log", "-1", "--format=%at %ad", "--date=format:%z"]);
    facts["date"] = json!(raw.trim());
    facts["large"] = json!(Door::of_this_run().most_request_bytes() > (8 << 20));
    // More than a page has, where that does not take a quarter of an hour.
    facts["many"] = json!(if Door::of_this_run() == Door::Serve { 1005 } else { 20 });
    // The script clones with the person's git, and its home holds the password.
    let aws = Aws::new(journey.git.home(), &journey.server);
    aws.python("api.py", &[&facts.to_string()]);
}

#[test]
fn the_aws_cli_runs_every_operation() {
    let journey = Journey::begin();
    let repo = demo(&journey);
    let tip = repo.id("HEAD");
    let aws = Aws::new(journey.git.home(), &journey.server);

    let made = aws.ok(&["create-repository", "--repository-name", "cli", "--repository-description", "by hand"]);
    assert_eq!(made["repositoryMetadata"]["repositoryName"], "cli");
    aws.ok(&["update-repository-description", "--repository-name", "cli", "--repository-description", "changed"]);
    aws.ok(&["update-repository-name", "--old-name", "cli", "--new-name", "cli2"]);
    let found = aws.ok(&["get-repository", "--repository-name", "cli2"]);
    assert_eq!(found["repositoryMetadata"]["repositoryDescription"], "changed");
    let listed = aws.ok(&["list-repositories", "--sort-by", "repositoryName", "--order", "ascending"]);
    let names: Vec<&str> =
        listed["repositories"].as_array().unwrap().iter().map(|r| r["repositoryName"].as_str().unwrap()).collect();
    assert_eq!(names, ["cli2", "demo"]);
    let both = aws.ok(&["batch-get-repositories", "--repository-names", "cli2", "none"]);
    assert_eq!(both["repositoriesNotFound"], json!(["none"]));
    assert!(aws.ok(&["delete-repository", "--repository-name", "cli2"])["repositoryId"].is_string());

    let on = ["--repository-name", "demo"];
    let run = |operation: &str, more: &[&str]| aws.ok(&[&[operation], &on[..], more].concat());
    run("create-branch", &["--branch-name", "topic", "--commit-id", &tip]);
    assert_eq!(run("get-branch", &["--branch-name", "topic"])["branch"]["commitId"], json!(tip));
    assert_eq!(run("list-branches", &[])["branches"], json!(["main", "topic"]));
    run("update-default-branch", &["--default-branch-name", "topic"]);
    assert_eq!(run("delete-branch", &["--branch-name", "main"])["deletedBranch"]["branchName"], "main");
    assert_eq!(run("get-commit", &["--commit-id", &tip])["commit"]["commitId"], json!(tip));
    assert_eq!(run("batch-get-commits", &["--commit-ids", &tip])["commits"][0]["commitId"], json!(tip));
    let file = run("get-file", &["--file-path", "a.txt"]);
    assert_eq!(file["fileContent"], "YQo=");
    assert_eq!(run("get-blob", &["--blob-id", file["blobId"].as_str().unwrap()])["content"], "YQo=");
    assert_eq!(run("get-folder", &["--folder-path", ""])["subFolders"][0]["relativePath"], "folder");
    let differences = run("get-differences", &["--after-commit-specifier", "topic", "--page-size", "2"]);
    assert_eq!(differences["differences"].as_array().unwrap().len(), 5);
    let put =
        ["--branch-name", "topic", "--file-path", "cli.txt", "--file-content", "aGkK", "--parent-commit-id", &tip];
    let put = run("put-file", &put);
    let commit = put["commitId"].as_str().unwrap();
    let files = r#"[{"filePath":"two.txt","fileContent":"dHdvCg=="}]"#;
    run("create-commit", &["--branch-name", "topic", "--parent-commit-id", commit, "--put-files", files]);
    let clone = journey.git.clone_to(&journey.server.url("demo"), &journey.path("clone"), &[]);
    clone.ok(&["fsck", "--full", "--strict"]);
    assert_eq!(clone.ok(&["rev-list", "--count", "HEAD"]).trim(), "5");

    for (arguments, code) in [
        (["get-repository", "--repository-name", "none"], "RepositoryDoesNotExistException"),
        (["get-repository", "--repository-name", "a.git"], "InvalidRepositoryNameException"),
        (["create-repository", "--repository-name", "demo"], "RepositoryNameExistsException"),
    ] {
        let told = aws.refused(&arguments);
        assert!(told.contains(code), "{told}");
    }
}

#[tokio::test]
async fn the_rust_sdk_runs_every_operation() {
    use aws_sdk_codecommit::primitives::Blob;
    use aws_sdk_codecommit::types::PutFileEntry;

    let journey = tokio::task::spawn_blocking(Journey::begin).await.unwrap();
    let repo = demo(&journey);
    let tip = repo.id("HEAD");
    let client = sdk::client(&journey.server);

    let made = client.create_repository().repository_name("sdk").send().await.unwrap();
    assert_eq!(made.repository_metadata().unwrap().repository_name(), Some("sdk"));
    client.update_repository_description().repository_name("sdk").repository_description("d").send().await.unwrap();
    client.update_repository_name().old_name("sdk").new_name("sdk2").send().await.unwrap();
    let found = client.get_repository().repository_name("sdk2").send().await.unwrap();
    assert_eq!(found.repository_metadata().unwrap().repository_description(), Some("d"));
    assert_eq!(client.list_repositories().send().await.unwrap().repositories().len(), 2);
    let both = client.batch_get_repositories().repository_names("sdk2").repository_names("no").send().await.unwrap();
    assert_eq!(both.repositories_not_found(), ["no"]);
    assert!(client.delete_repository().repository_name("sdk2").send().await.unwrap().repository_id().is_some());

    client.create_branch().repository_name("demo").branch_name("topic").commit_id(&tip).send().await.unwrap();
    let branch = client.get_branch().repository_name("demo").branch_name("topic").send().await.unwrap();
    assert_eq!(branch.branch().unwrap().commit_id(), Some(tip.as_str()));
    assert_eq!(client.list_branches().repository_name("demo").send().await.unwrap().branches(), ["main", "topic"]);
    client.update_default_branch().repository_name("demo").default_branch_name("topic").send().await.unwrap();
    client.delete_branch().repository_name("demo").branch_name("main").send().await.unwrap();
    let commit = client.get_commit().repository_name("demo").commit_id(&tip).send().await.unwrap();
    assert_eq!(commit.commit().unwrap().commit_id(), Some(tip.as_str()));
    let commits = client.batch_get_commits().repository_name("demo").commit_ids(&tip).send().await.unwrap();
    assert_eq!(commits.commits().len(), 1);
    let file = client.get_file().repository_name("demo").file_path("a.txt").send().await.unwrap();
    assert_eq!(file.file_content().as_ref(), b"a\n");
    let blob = client.get_blob().repository_name("demo").blob_id(file.blob_id()).send().await.unwrap();
    assert_eq!(blob.content().as_ref(), b"a\n");
    let folder = client.get_folder().repository_name("demo").folder_path("/").send().await.unwrap();
    assert_eq!(folder.sub_modules().len(), 1);
    let pages = client.get_differences().repository_name("demo").after_commit_specifier("topic").max_results(2);
    let pages: Vec<_> = pages.into_paginator().send().try_collect().await.unwrap();
    assert_eq!(pages.iter().map(|page| page.differences().len()).sum::<usize>(), 5);
    let put = client.put_file().repository_name("demo").branch_name("topic").file_path("sdk.txt");
    let put = put.file_content(Blob::new("sdk\n")).parent_commit_id(&tip).send().await.unwrap();
    let entry = PutFileEntry::builder().file_path("two.txt").file_content(Blob::new("two\n")).build().unwrap();
    let commit = client.create_commit().repository_name("demo").branch_name("topic").put_files(entry);
    let commit = commit.parent_commit_id(put.commit_id()).send().await.unwrap();

    let clone = journey.git.clone_to(&journey.server.url("demo"), &journey.path("clone"), &[]);
    clone.ok(&["fsck", "--full", "--strict"]);
    assert_eq!(Some(clone.id("HEAD").as_str()), commit.commit_id());

    let missing = client.get_repository().repository_name("none").send().await.unwrap_err().into_service_error();
    assert!(missing.is_repository_does_not_exist_exception());
    let outdated = client.put_file().repository_name("demo").branch_name("topic").file_path("x");
    let outdated = outdated.file_content(Blob::new("x")).parent_commit_id(&tip).send().await.unwrap_err();
    assert!(outdated.into_service_error().is_parent_commit_id_outdated_exception());
    let taken = client.create_branch().repository_name("demo").branch_name("topic").commit_id(&tip);
    assert!(taken.send().await.unwrap_err().into_service_error().is_branch_name_exists_exception());
}

/// The operations with a function, and the members their inputs may have.
const OPERATIONS: [&str; 37] = [
    "BatchGetCommits",
    "BatchGetRepositories",
    "CreateBranch",
    "CreateCommit",
    "CreateRepository",
    "DeleteBranch",
    "DeleteCommentContent",
    "DeleteRepository",
    "GetBlob",
    "GetBranch",
    "GetComment",
    "GetCommentReactions",
    "GetCommentsForComparedCommit",
    "GetCommentsForPullRequest",
    "GetCommit",
    "GetDifferences",
    "GetFile",
    "GetFolder",
    "GetRepository",
    "GetRepositoryTriggers",
    "ListBranches",
    "ListRepositories",
    "ListTagsForResource",
    "PostCommentForComparedCommit",
    "PostCommentForPullRequest",
    "PostCommentReply",
    "PutCommentReaction",
    "PutFile",
    "PutRepositoryTriggers",
    "TagResource",
    "TestRepositoryTriggers",
    "UntagResource",
    "UpdateComment",
    "UpdateDefaultBranch",
    "UpdateRepositoryDescription",
    "UpdateRepositoryEncryptionKey",
    "UpdateRepositoryName",
];

/// A value that a client should not send, or not there.
fn odd_value(random: &mut Random, depth: usize) -> Value {
    let texts = ["", "demo", "main", "HEAD", "a/../b", "refs/heads/main", "\0", "é\u{200d}", "0", "..", "AAAA", "x y"];
    match random.below(if depth < 3 { 9 } else { 6 }) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(i64::MIN),
        3 => json!(1.5e300),
        4 => json!("1".repeat(40)),
        5 => json!(texts[random.below(texts.len())]),
        6 => json!("y".repeat(random.below(70_000))),
        7 => (0..random.below(4)).map(|_| odd_value(random, depth + 1)).collect(),
        _ => odd_object(random, depth + 1),
    }
}

fn odd_object(random: &mut Random, depth: usize) -> Value {
    let members = [
        "repositoryName",
        "repositoryNames",
        "branchName",
        "commitId",
        "commitIds",
        "commitSpecifier",
        "filePath",
        "folderPath",
        "blobId",
        "oldName",
        "newName",
        "tags",
        "nextToken",
        "NextToken",
        "MaxResults",
        "sortBy",
        "order",
        "afterCommitSpecifier",
        "beforeCommitSpecifier",
        "afterPath",
        "fileContent",
        "fileMode",
        "parentCommitId",
        "putFiles",
        "deleteFiles",
        "setFileModes",
        "sourceFile",
        "isMove",
        "keepEmptyFolders",
        "defaultBranchName",
        "repositoryDescription",
        "kmsKeyId",
        "email",
        "name",
        "commitMessage",
        "commentId",
        "inReplyTo",
        "content",
        "location",
        "filePosition",
        "relativeFileVersion",
        "beforeCommitId",
        "afterCommitId",
        "clientRequestToken",
        "reactionValue",
        "reactionUserArn",
        "resourceArn",
        "tagKeys",
        "triggers",
        "destinationArn",
        "branches",
        "events",
        "customData",
    ];
    let mut object = serde_json::Map::new();
    for _ in 0..random.below(7) {
        object.insert(members[random.below(members.len())].to_owned(), odd_value(random, depth));
    }
    if depth == 0 && random.below(3) > 0 {
        object.insert("repositoryName".to_owned(), json!("demo"));
    }
    Value::Object(object)
}

#[test]
fn odd_bodies_are_refused_and_never_a_fault_of_the_service() {
    let journey = Journey::begin();
    demo(&journey);
    let mut random = Random::of_this_run();
    for round in 0..2000 {
        let operation = OPERATIONS[random.below(OPERATIONS.len())];
        let mut call = Call::new(&journey.server, operation, &odd_object(&mut random, 0));
        if round % 4 == 0 {
            // Not even JSON: bytes changed, cut off or doubled.
            let at = random.below(call.body.len());
            match random.below(3) {
                0 => call.body[at] = random.bits() as u8,
                1 => call.body.truncate(at),
                _ => call.body.extend_from_within(at..),
            }
        }
        let answer = call.send_raw(&journey.server);
        let body = String::from_utf8_lossy(&call.body).into_owned();
        assert!(answer.status < 500, "{operation} {body}: {}", answer.status);
    }
}
