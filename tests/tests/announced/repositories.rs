//! What happens to repositories: refs, settings, statuses, protections, merges, comments on commits.

use super::Announced;
use serde_json::{Value, json};
use tests::Repo;

/// Everything about refs, by git and by the API. Gives the local repository, with `main` checked out where the service's is.
pub(crate) fn change_refs(told: &mut Announced) -> Repo {
    let repo = told.journey.repo();
    repo.ok(&["remote", "add", "origin", &told.journey.server.url("demo")]);
    repo.ok(&["switch", "--quiet", "--create", "main"]);
    let push = |refs: &[&str]| repo.ok(&[&["push", "--quiet", "origin"], refs].concat());
    told.step("a first push makes branches and tags", &["ReferencesChanged", "DefaultBranchChanged"]);
    repo.commit_file("a.txt", "a\n");
    repo.ok(&["tag", "--annotate", "--message", "First", "v1"]);
    push(&["main", "main:refs/heads/feature/search", "main:refs/tags/light", "v1"]);

    told.step("a push moves, makes and removes", &["ReferencesChanged", "ReferencesChanged"]);
    repo.commit_file("b.txt", "b\n");
    push(&["main", "main:refs/heads/new", ":refs/tags/light"]);

    told.step("a push forces, and says something to the service", &["ReferencesChanged"]);
    let other = repo.empty_commit(&[], "other");
    push(&["--force", "--push-option", "ci.skip", &format!("{other}:refs/heads/feature/search")]);

    told.step("a push makes a ref that is no branch and no tag", &["ReferencesChanged"]);
    push(&["main:refs/notes/review"]);

    told.step("a push removes a branch", &["ReferencesChanged"]);
    push(&[":new"]);

    told.step("a branch is made by the API", &["ReferencesChanged"]);
    let named = |name: &str| json!({"repositoryName": "demo", "branchName": name});
    let with = |mut input: Value, member: &str, value: Value| {
        input[member] = value;
        input
    };
    told.api("CreateBranch", with(named("api"), "commitId", json!(repo.id("main"))));

    told.step("a file is put", &["ReferencesChanged"]);
    let author = json!({"name": "Ana", "email": "ana@example.com"});
    let file = json!({
        "repositoryName": "demo", "branchName": "api", "filePath": "c.txt", "fileContent": "Ywo=",
        "parentCommitId": repo.id("main"), "name": author["name"], "email": author["email"],
    });
    let parent = told.api("PutFile", file)["commitId"].take();

    told.step("a commit is made by the API", &["ReferencesChanged"]);
    let files = json!([{"filePath": "d.txt", "fileContent": "ZAo="}]);
    let commit = with(with(named("api"), "putFiles", files), "parentCommitId", parent);
    let parent = told.api("CreateCommit", commit)["commitId"].take();

    told.step("a file is deleted", &["ReferencesChanged"]);
    let file = with(with(named("api"), "filePath", json!("d.txt")), "parentCommitId", parent);
    told.api("DeleteFile", file);

    told.step("another branch is made the default", &["DefaultBranchChanged"]);
    told.api("UpdateDefaultBranch", json!({"repositoryName": "demo", "defaultBranchName": "api"}));
    told.step("the first branch is made the default again", &["DefaultBranchChanged"]);
    told.api("UpdateDefaultBranch", json!({"repositoryName": "demo", "defaultBranchName": "main"}));

    told.step("a branch is removed by the API", &["ReferencesChanged"]);
    told.api("DeleteBranch", named("api"));
    repo
}

/// Every way to merge branches.
pub(crate) fn merge_branches(told: &mut Announced, repo: &Repo) {
    told.step("branches to be merged are pushed", &["ReferencesChanged"]);
    let main = repo.id("main");
    for name in ["left", "right"] {
        repo.ok(&["switch", "--quiet", "--create", name, "main"]);
        repo.commit_file(&format!("{name}.txt"), name);
    }
    repo.ok(&["switch", "--quiet", "main"]);
    repo.ok(&["push", "--quiet", "origin", "left", "right", &format!("{main}:refs/heads/merged")]);
    let merge = |source: &str, destination: &str| {
        json!({
            "repositoryName": "demo", "sourceCommitSpecifier": source, "destinationCommitSpecifier": destination,
            "targetBranch": destination, "authorName": "Ana", "email": "ana@example.com",
        })
    };
    told.step("branches are merged by fast-forward", &["ReferencesChanged"]);
    let mut fast_forward = merge("left", "merged");
    fast_forward.as_object_mut().unwrap().retain(|member, _| member != "authorName" && member != "email");
    told.api("MergeBranchesByFastForward", fast_forward);
    told.step("branches are merged three-way", &["ReferencesChanged"]);
    told.api("MergeBranchesByThreeWay", merge("right", "merged"));
    told.step("branches are squashed", &["ReferencesChanged"]);
    told.api("MergeBranchesBySquash", merge("right", "left"));
    told.step("a merge commit is made that no ref leads to", &["UnreferencedMergeCommitCreated"]);
    let mut unreferenced = merge("right", "main");
    unreferenced.as_object_mut().unwrap().remove("targetBranch");
    unreferenced["mergeOption"] = json!("THREE_WAY_MERGE");
    told.api("CreateUnreferencedMergeCommit", unreferenced);
}

/// The settings of a repository, its end, and what is said of its commits.
pub(crate) fn change_settings(told: &mut Announced, repo: &Repo) {
    let demo = || json!({"repositoryName": "demo"});
    let with = |members: Value| {
        let mut input = demo();
        input.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        input
    };
    told.step("a repository is described", &["RepositoryDescriptionChanged"]);
    told.api("UpdateRepositoryDescription", with(json!({"repositoryDescription": "Another demo"})));
    told.step("a repository is tagged", &["RepositoryTagsChanged"]);
    let arn = "arn:aws:codecommit:eu-west-1:123456789012:demo";
    told.api("TagResource", json!({"resourceArn": arn, "tags": {"team": "core", "stage": "test"}}));
    told.step("a tag is taken off a repository", &["RepositoryTagsChanged"]);
    told.api("UntagResource", json!({"resourceArn": arn, "tagKeys": ["stage"]}));
    told.step("a repository is renamed", &["RepositoryRenamed"]);
    told.api("UpdateRepositoryName", json!({"oldName": "demo", "newName": "renamed"}));
    told.step("a repository gets its name back", &["RepositoryRenamed"]);
    told.api("UpdateRepositoryName", json!({"oldName": "renamed", "newName": "demo"}));
    told.step("a repository gets a key of its own", &["RepositoryEncryptionKeyChanged"]);
    let keys: Value =
        serde_json::from_slice(&std::fs::read(told.journey.server.data_dir.join("keys.json")).unwrap()).unwrap();
    told.api("UpdateRepositoryEncryptionKey", with(json!({"kmsKeyId": keys["keys"][0]["id"]})));
    told.step("a repository is under the service's key again", &["RepositoryEncryptionKeyChanged"]);
    told.api("UpdateRepositoryEncryptionKey", with(json!({"kmsKeyId": "alias/aws/codecommit"})));

    told.step("a second repository is made", &["RepositoryCreated"]);
    told.api("CreateRepository", json!({"repositoryName": "spare"}));
    told.step("a repository is deleted", &["RepositoryDeleted"]);
    told.api("DeleteRepository", json!({"repositoryName": "spare"}));

    let protection = |demands: Value| {
        let mut input = with(json!({"protectionName": "releases", "refPatterns": ["refs/heads/release/*"]}));
        input.as_object_mut().unwrap().extend(demands.as_object().unwrap().clone());
        input
    };
    told.step("a ref protection is made", &["RefProtectionChanged"]);
    told.api("PutRefProtection", protection(json!({"deletionForbidden": true})));
    told.step("a ref protection is changed", &["RefProtectionChanged"]);
    told.api("PutRefProtection", protection(json!({"fastForwardOnly": true, "requiredStatuses": ["ci/build"]})));
    told.step("a ref protection is deleted", &["RefProtectionChanged"]);
    told.api("DeleteRefProtection", with(json!({"protectionName": "releases"})));

    let commit = repo.id("main");
    let status = |members: Value| {
        let mut input = with(json!({"commitId": commit, "context": "ci/build"}));
        input.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        input
    };
    told.step("a check of a commit begins", &["CommitStatusChanged"]);
    told.api("PutCommitStatus", status(json!({"state": "pending"})));
    told.step("a check of a commit went well", &["CommitStatusChanged"]);
    let build = "https://ci.example.com/builds/1";
    told.api("PutCommitStatus", status(json!({"state": "success", "description": "Passed", "targetUrl": build})));
}

/// Comments on commits, with replies and reactions.
pub(crate) fn comment(told: &mut Announced, repo: &Repo) {
    told.step("a commit is commented on", &["CommentCreated"]);
    let posted = told.api(
        "PostCommentForComparedCommit",
        json!({
            "repositoryName": "demo", "beforeCommitId": repo.id("main~1"), "afterCommitId": repo.id("main"), "content": "Why?",
            "location": {"filePath": "b.txt", "filePosition": 1, "relativeFileVersion": "AFTER"},
        }),
    );
    discuss(told, &posted["comment"]["commentId"]);
}

/// Everything that can happen to a comment.
pub(crate) fn discuss(told: &mut Announced, comment: &Value) {
    told.step("somebody replies", &["CommentCreated"]);
    let reply = told.as_ben("PostCommentReply", json!({"inReplyTo": comment, "content": "Because."}));
    told.step("a comment is edited", &["CommentUpdated"]);
    told.api("UpdateComment", json!({"commentId": comment, "content": "Why not?"}));
    for (name, reaction) in [
        ("somebody reacts", ":thumbsup:"),
        ("somebody reacts otherwise", ":eyes:"),
        ("somebody takes a reaction back", "none"),
    ] {
        told.step(name, &["CommentReactionChanged"]);
        told.as_ben("PutCommentReaction", json!({"commentId": comment, "reactionValue": reaction}));
    }
    told.step("a comment is deleted", &["CommentContentDeleted"]);
    told.as_ben("DeleteCommentContent", json!({"commentId": reply["comment"]["commentId"]}));
}
