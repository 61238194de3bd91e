//! Merging through the API, over branches that git pushed: the results are git's own.
#![allow(clippy::unwrap_used, reason = "functions beside the tests belong to them")]

mod sdk;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::PathBuf;
use tests::aws::Aws;
use tests::compare::assert_sound;
use tests::{Journey, Repo};

fn folder_of(repo: &Repo) -> PathBuf {
    PathBuf::from(repo.ok(&["rev-parse", "--show-toplevel"]).trim())
}

/// Writes files (`None` deletes one) and commits everything.
fn commit(repo: &Repo, files: &[(&str, Option<&str>)]) -> String {
    let work = folder_of(repo);
    for (path, content) in files {
        let path = work.join(path);
        match content {
            Some(content) => {
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, content).unwrap();
            }
            None => std::fs::remove_file(path).unwrap(),
        }
    }
    repo.ok(&["add", "--all"]);
    repo.ok(&["commit", "--quiet", "--message", "Change"]);
    repo.id("HEAD")
}

const TEXT: &str = "1\n2\n3\n4\n5\n6\n7\n8\n";

/// `main` and `topic`, which changed the same and other files since they parted.
fn diverged(journey: &Journey) -> Repo {
    let repo = journey.repo_with_origin("demo");
    let files = ["lines.txt", "same.txt", "gone.txt", "mode.sh", "folder/only.txt", "moved.txt"];
    commit(&repo, &files.map(|path| (path, Some(TEXT))));
    repo.ok(&["checkout", "--quiet", "-b", "topic"]);
    std::fs::create_dir(folder_of(&repo).join("new")).unwrap();
    repo.ok(&["mv", "moved.txt", "new/moved.txt"]);
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder_of(&repo).join("mode.sh"), executable).unwrap();
    std::os::unix::fs::symlink("lines.txt", folder_of(&repo).join("link")).unwrap();
    commit(
        &repo,
        &[
            ("lines.txt", Some("1\n2\n3\n4\n5\n6\n7\neight\n")),
            ("same.txt", Some("1\n2\n3\ntopic\n5\n6\n7\n8\n")),
            ("gone.txt", Some("1\n2\n3\n4\n5\n6\n7\n8\n9\n")),
            ("folder/only.txt", None),
        ],
    );
    repo.ok(&["checkout", "--quiet", "-B", "main", "HEAD^"]);
    commit(
        &repo,
        &[
            ("lines.txt", Some("one\n2\n3\n4\n5\n6\n7\n8\n")),
            ("same.txt", Some("1\n2\n3\nmain\n5\n6\n7\n8\n")),
            ("gone.txt", None),
            ("moved.txt", Some("one\n2\n3\n4\n5\n6\n7\n8\n")),
        ],
    );
    repo.ok(&["push", "--quiet", "origin", "main", "topic"]);
    repo
}

/// The branch as a fresh, sound clone has it.
fn cloned(journey: &Journey, branch: &str) -> Repo {
    let clone =
        journey.git.clone_to(&journey.server.url("demo"), &journey.path("clone"), &["--quiet", "--branch", branch]);
    assert_sound(&clone);
    clone
}

fn show(repo: &Repo, path: &str) -> String {
    String::from_utf8(repo.feed(&["show", &format!("HEAD:{path}")], b"")).unwrap()
}

fn input(more: Value) -> Value {
    let mut input =
        json!({"repositoryName": "demo", "sourceCommitSpecifier": "topic", "destinationCommitSpecifier": "main"});
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

#[test]
fn clean_merges_have_gits_trees_and_parents() {
    let journey = Journey::begin();
    let repo = diverged(&journey);
    // Without what is in conflict, the branches merge.
    repo.ok(&["checkout", "--quiet", "topic"]);
    let source = commit(&repo, &[("same.txt", Some("1\n2\n3\nmain\n5\n6\n7\n8\n")), ("gone.txt", Some(TEXT))]);
    repo.ok(&["push", "--quiet", "origin", "topic", "main:squashed", "main:merged"]);
    let main = repo.id("main");
    repo.ok(&["checkout", "--quiet", "main"]);
    repo.ok(&["merge", "--quiet", "--no-ff", "--no-edit", "topic"]);
    let tree = repo.id("HEAD^{tree}");

    let options = journey.server.api_ok("GetMergeOptions", input(json!({"conflictDetailLevel": "LINE_LEVEL"})));
    assert_eq!(options["mergeOptions"], json!(["SQUASH_MERGE", "THREE_WAY_MERGE"]));
    assert_eq!(options["baseCommitId"], json!(repo.id("topic~2")));
    // Both changed a file, which is a conflict unless lines are looked at.
    assert_eq!(journey.server.api_ok("GetMergeOptions", input(json!({})))["mergeOptions"], json!([]));
    assert_eq!(
        journey.server.api_error("MergeBranchesBySquash", input(json!({"targetBranch": "squashed"}))),
        "ManualMergeRequiredException"
    );

    for (operation, branch, parents) in [
        ("MergeBranchesBySquash", "squashed", vec![&main]),
        ("MergeBranchesByThreeWay", "merged", vec![&main, &source]),
    ] {
        let told = json!({
            "targetBranch": branch,
            "conflictDetailLevel": "LINE_LEVEL",
            "authorName": "Ana",
            "email": "ana@example.com",
            "commitMessage": "Merge it",
        });
        let merged = journey.server.api_ok(operation, input(told));
        let clone = cloned(&journey, branch);
        assert_eq!(merged["commitId"], json!(clone.id("HEAD")));
        assert_eq!((merged["treeId"].as_str().unwrap(), clone.id("HEAD^{tree}")), (tree.as_str(), tree.clone()));
        let found = clone.ok(&["log", "-1", "--format=%P%n%an <%ae>%n%B"]);
        let expected = parents.into_iter().cloned().collect::<Vec<_>>().join(" ");
        assert_eq!(found.trim_end(), format!("{expected}\nAna <ana@example.com>\nMerge it"));
    }

    // What is merged already is not merged again, and can be found.
    let again =
        json!({"repositoryName": "demo", "sourceCommitSpecifier": "topic", "destinationCommitSpecifier": "merged"});
    let merged = cloned(&journey, "merged").id("HEAD");
    assert_eq!(journey.server.api_ok("MergeBranchesByThreeWay", again.clone())["commitId"], json!(merged));
    assert_eq!(journey.server.api_ok("MergeBranchesByFastForward", again.clone())["commitId"], json!(merged));
    assert_eq!(journey.server.api_ok("GetMergeCommit", again)["mergedCommitId"], json!(merged));
    let squashed =
        json!({"repositoryName": "demo", "sourceCommitSpecifier": "topic", "destinationCommitSpecifier": "squashed"});
    let found = journey.server.api_ok("GetMergeCommit", squashed);
    assert_eq!((&found["mergedCommitId"], &found["baseCommitId"]), (&Value::Null, &json!(repo.id("topic~2"))));

    // A branch that contains another one is reached without a commit.
    let forward =
        json!({"repositoryName": "demo", "sourceCommitSpecifier": "merged", "destinationCommitSpecifier": "topic"});
    assert_eq!(
        journey.server.api_ok("GetMergeOptions", forward.clone())["mergeOptions"],
        json!(["FAST_FORWARD_MERGE", "SQUASH_MERGE", "THREE_WAY_MERGE"])
    );
    let forwarded = journey.server.api_ok("MergeBranchesByFastForward", forward);
    assert_eq!((&forwarded["commitId"], &forwarded["treeId"]), (&json!(merged), &json!(tree)));
    assert_eq!(cloned(&journey, "topic").id("HEAD"), merged);
}

#[test]
fn conflicts_are_listed_and_described() {
    let journey = Journey::begin();
    let repo = diverged(&journey);
    let list = |level: &str, strategy: &str| {
        let told = json!({
            "mergeOption": "THREE_WAY_MERGE", "conflictDetailLevel": level, "conflictResolutionStrategy": strategy,
        });
        let answer = journey.server.api_ok("GetMergeConflicts", input(told));
        let conflicts = answer["conflictMetadataList"].as_array().unwrap().clone();
        assert_eq!(answer["mergeable"], json!(conflicts.is_empty()));
        conflicts
    };
    let names = |conflicts: Vec<Value>| -> Vec<String> {
        conflicts.iter().map(|conflict| conflict["filePath"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(list("FILE_LEVEL", "NONE")), ["gone.txt", "lines.txt", "same.txt"]);
    assert_eq!(names(list("LINE_LEVEL", "NONE")), ["gone.txt", "same.txt"]);
    assert_eq!(names(list("FILE_LEVEL", "AUTOMERGE")), ["gone.txt", "same.txt"]);
    assert!(list("FILE_LEVEL", "ACCEPT_SOURCE").is_empty());
    let conflicts = list("LINE_LEVEL", "NONE");
    assert_eq!(
        conflicts[0],
        json!({
            "filePath": "gone.txt",
            "fileSizes": {"source": 18, "base": 16},
            "fileModes": {"source": "NORMAL", "base": "NORMAL"},
            "objectTypes": {"source": "FILE", "base": "FILE"},
            "numberOfConflicts": 1,
            "isBinaryFile": {"source": false, "base": false},
            "contentConflict": true,
            "fileModeConflict": false,
            "objectTypeConflict": false,
            "mergeOperations": {"source": "M", "destination": "D"},
        })
    );
    assert_eq!(conflicts[1]["mergeOperations"], json!({"source": "M", "destination": "M"}));

    // Pages join to the whole.
    let mut told = input(json!({"mergeOption": "SQUASH_MERGE", "maxConflictFiles": 2}));
    let first = journey.server.api_ok("GetMergeConflicts", told.clone());
    told["nextToken"] = first["nextToken"].clone();
    let second = journey.server.api_ok("GetMergeConflicts", told.clone());
    assert_eq!(first["conflictMetadataList"].as_array().unwrap().len(), 2);
    assert_eq!(names(second["conflictMetadataList"].as_array().unwrap().clone()), ["same.txt"]);
    assert_eq!(second["nextToken"], Value::Null);
    told["conflictDetailLevel"] = json!("LINE_LEVEL");
    assert_eq!(journey.server.api_error("GetMergeConflicts", told), "InvalidContinuationTokenException");
    let forward = journey.server.api_ok("GetMergeConflicts", input(json!({"mergeOption": "FAST_FORWARD_MERGE"})));
    assert_eq!((&forward["mergeable"], &forward["conflictMetadataList"]), (&json!(false), &json!([])));

    let detail = |start: usize, end: usize, content: &str| json!({"startLine": start, "endLine": end, "hunkContent": STANDARD.encode(content)});
    let told = json!({"mergeOption": "THREE_WAY_MERGE", "conflictDetailLevel": "LINE_LEVEL", "filePath": "same.txt"});
    let described = journey.server.api_ok("DescribeMergeConflicts", input(told));
    assert_eq!(
        described["mergeHunks"],
        json!([{
            "isConflict": true,
            "source": detail(3, 4, "topic\n"),
            "destination": detail(3, 4, "main\n"),
            "base": detail(3, 4, "4\n"),
        }])
    );
    assert_eq!(described["conflictMetadata"]["numberOfConflicts"], json!(1));
    // The two changes of another file, one a page.
    let mut told = input(json!({"mergeOption": "THREE_WAY_MERGE", "filePath": "lines.txt", "maxMergeHunks": 1}));
    let first = journey.server.api_ok("DescribeMergeConflicts", told.clone());
    told["nextToken"] = first["nextToken"].clone();
    let second = journey.server.api_ok("DescribeMergeConflicts", told);
    assert_eq!(first["mergeHunks"][0]["destination"], detail(0, 1, "one\n"));
    assert_eq!(second["mergeHunks"][0]["source"], detail(7, 8, "eight\n"));
    assert_eq!((&second["mergeHunks"][0]["isConflict"], &second["nextToken"]), (&json!(false), &Value::Null));

    let told = json!({"mergeOption": "THREE_WAY_MERGE", "filePaths": ["same.txt", "nowhere", "a//b", "mode.sh"]});
    let batch = journey.server.api_ok("BatchDescribeMergeConflicts", input(told));
    let described: Vec<&Value> =
        batch["conflicts"].as_array().unwrap().iter().map(|one| &one["conflictMetadata"]["filePath"]).collect();
    assert_eq!(described, ["same.txt", "mode.sh"]);
    let errors: Vec<&Value> = batch["errors"].as_array().unwrap().iter().map(|error| &error["exceptionName"]).collect();
    assert_eq!(errors, ["FileDoesNotExistException", "InvalidPathException"]);
    let all = journey.server.api_ok("BatchDescribeMergeConflicts", input(json!({"mergeOption": "THREE_WAY_MERGE"})));
    assert_eq!(all["conflicts"].as_array().unwrap().len(), 3);
    drop(repo);
}

#[test]
fn conflicts_are_resolved_as_told() {
    let journey = Journey::begin();
    let repo = diverged(&journey);
    let targets = ["source", "destination", "lines", "auto", "kept"];
    for branch in targets {
        repo.ok(&["push", "--quiet", "origin", &format!("main:refs/heads/{branch}")]);
    }
    let merge = |branch: &str, told: Value| {
        let mut input = input(told);
        input["targetBranch"] = json!(branch);
        journey.server.api_ok("MergeBranchesByThreeWay", input);
        cloned(&journey, branch)
    };
    let source = merge("source", json!({"conflictResolutionStrategy": "ACCEPT_SOURCE"}));
    assert_eq!(show(&source, "lines.txt"), "1\n2\n3\n4\n5\n6\n7\neight\n");
    assert_eq!(show(&source, "gone.txt"), "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
    assert_eq!(show(&source, "new/moved.txt"), "one\n2\n3\n4\n5\n6\n7\n8\n");
    assert!(source.ok(&["ls-tree", "HEAD", "mode.sh"]).starts_with("100755"));
    let destination = merge("destination", json!({"conflictResolutionStrategy": "ACCEPT_DESTINATION"}));
    assert_eq!(show(&destination, "same.txt"), "1\n2\n3\nmain\n5\n6\n7\n8\n");
    destination.refused(&["cat-file", "-e", "HEAD:gone.txt"]);
    let lines =
        merge("lines", json!({"conflictResolutionStrategy": "ACCEPT_SOURCE", "conflictDetailLevel": "LINE_LEVEL"}));
    assert_eq!(show(&lines, "lines.txt"), "one\n2\n3\n4\n5\n6\n7\neight\n");
    assert_eq!(show(&lines, "same.txt"), "1\n2\n3\ntopic\n5\n6\n7\n8\n");

    let resolution = json!({
        "replaceContents": [
            {"filePath": "same.txt", "replacementType": "USE_NEW_CONTENT", "content": STANDARD.encode("both\n"), "fileMode": "EXECUTABLE"},
        ],
        "deleteFiles": [{"filePath": "gone.txt"}],
        "setFileModes": [{"filePath": "mode.sh", "fileMode": "NORMAL"}],
    });
    let auto = merge("auto", json!({"conflictResolutionStrategy": "AUTOMERGE", "conflictResolution": resolution}));
    assert_eq!(show(&auto, "lines.txt"), "one\n2\n3\n4\n5\n6\n7\neight\n");
    assert_eq!(show(&auto, "same.txt"), "both\n");
    assert!(auto.ok(&["ls-tree", "HEAD", "same.txt"]).starts_with("100755"));
    assert!(auto.ok(&["ls-tree", "HEAD", "mode.sh"]).starts_with("100644"));
    auto.refused(&["cat-file", "-e", "HEAD:gone.txt"]);
    auto.refused(&["cat-file", "-e", "HEAD:folder/.gitkeep"]);

    let resolution = json!({"replaceContents": [
        {"filePath": "same.txt", "replacementType": "KEEP_BASE"},
        {"filePath": "gone.txt", "replacementType": "KEEP_DESTINATION"},
        {"filePath": "lines.txt", "replacementType": "KEEP_SOURCE"},
    ]});
    let told = json!({
        "conflictResolutionStrategy": "AUTOMERGE", "conflictResolution": resolution, "keepEmptyFolders": true,
    });
    let kept = merge("kept", told);
    assert_eq!(show(&kept, "same.txt"), TEXT);
    assert_eq!(show(&kept, "lines.txt"), "1\n2\n3\n4\n5\n6\n7\neight\n");
    kept.refused(&["cat-file", "-e", "HEAD:gone.txt"]);
    assert_eq!(show(&kept, "folder/.gitkeep"), "");
}

/// A commit that only a branch leads to that will be deleted.
fn lost(repo: &Repo) -> String {
    repo.ok(&["commit-tree", "-m", "Lost", "main^{tree}"]).trim().to_owned()
}

#[test]
fn an_unreferenced_merge_commit_is_stored_and_leads_nowhere() {
    let journey = Journey::begin();
    let repo = diverged(&journey);
    let told = json!({"mergeOption": "THREE_WAY_MERGE", "conflictResolutionStrategy": "ACCEPT_SOURCE"});
    let made = journey.server.api_ok("CreateUnreferencedMergeCommit", input(told.clone()));
    let commit = journey.server.api_ok("GetCommit", json!({"repositoryName": "demo", "commitId": made["commitId"]}));
    assert_eq!(commit["commit"]["parents"], json!([repo.id("main"), repo.id("topic")]));
    assert_eq!(commit["commit"]["treeId"], made["treeId"]);
    let clone = cloned(&journey, "main");
    assert_eq!(clone.id("HEAD"), repo.id("main"));
    let id = made["commitId"].as_str().unwrap();
    clone.refused(&["cat-file", "-e", id]);
    // It can be fetched by its id, in every version of the protocol that lets a client ask for one.
    clone.ok(&["fetch", "--quiet", "origin", id]);
    assert_eq!(clone.id("FETCH_HEAD"), id);
    assert_sound(&clone);
    // What a deleted branch led to cannot.
    repo.ok(&["push", "--quiet", "origin", &format!("{}:refs/heads/gone", lost(&repo))]);
    repo.ok(&["push", "--quiet", "origin", ":gone"]);
    clone.refused(&["fetch", "--quiet", "origin", &lost(&repo)]);
    // The merge that moves a branch has the same tree.
    let merged = journey.server.api_ok("MergeBranchesByThreeWay", input(told));
    assert_eq!(merged["treeId"], made["treeId"]);
    cloned(&journey, "main");
}

#[test]
fn a_merge_goes_to_a_branch_and_to_nothing_else() {
    let journey = Journey::begin();
    let repo = diverged(&journey);
    let long = "b".repeat(300);
    repo.ok(&["push", "--quiet", "origin", &format!("main:refs/heads/{long}"), "main:refs/tags/v1", "main:other"]);
    let told = json!({"destinationCommitSpecifier": long});
    for operation in ["MergeBranchesByFastForward", "MergeBranchesBySquash", "MergeBranchesByThreeWay"] {
        assert_eq!(journey.server.api_error(operation, input(told.clone())), "InvalidBranchNameException");
    }
    // A commit id and a branch say where to; the branch must be there.
    let told = json!({"destinationCommitSpecifier": repo.id("main"), "targetBranch": "other", "conflictResolutionStrategy": "ACCEPT_SOURCE"});
    journey.server.api_ok("MergeBranchesBySquash", input(told.clone()));
    let again = journey.server.api_error("MergeBranchesBySquash", input(told));
    assert_eq!(again, "ConcurrentReferenceUpdateException");
    assert_eq!(cloned(&journey, "main").id("HEAD"), repo.id("main"));
}

#[test]
fn merges_that_are_too_large_are_refused_by_name() {
    let journey = Journey::begin();
    let repo = journey.repo_with_origin("demo");
    let mut stream =
        String::from("blob\nmark :1\ndata 2\n1\n\nblob\nmark :2\ndata 2\n2\n\nblob\nmark :3\ndata 2\n3\n\n");
    let author = "committer C <c@d> 1000000000 +0000\ndata 0\n";
    let files =
        |mark: usize, count: usize| -> String { (0..count).map(|n| format!("M 100644 :{mark} {n}\n")).collect() };
    writeln!(stream, "commit refs/heads/base\nmark :10\n{author}{}", files(1, 5001)).unwrap();
    // 5,001 files that both sides changed; 50,001 that one side added; 10,001 commits.
    writeln!(stream, "commit refs/heads/ours\n{author}from :10\n{}", files(2, 5001)).unwrap();
    writeln!(stream, "commit refs/heads/content\n{author}from :10\n{}", files(3, 5001)).unwrap();
    writeln!(stream, "commit refs/heads/items\n{author}from :10\n{}", files(2, 50_001)).unwrap();
    writeln!(stream, "commit refs/heads/far\n{author}from :10\n").unwrap();
    for _ in 0..10_000 {
        writeln!(stream, "commit refs/heads/far\n{author}").unwrap();
    }
    repo.feed(&["fast-import", "--quiet", "--force"], stream.as_bytes());
    repo.ok(&["push", "--quiet", "origin", "base", "ours", "content", "items", "far"]);

    for (source, code) in [
        ("far", "TipsDivergenceExceededException"),
        ("items", "MaximumItemsToCompareExceededException"),
        ("content", "MaximumFileContentToLoadExceededException"),
    ] {
        let told = |more: Value| {
            let mut input = json!({
                "repositoryName": "demo", "sourceCommitSpecifier": source, "destinationCommitSpecifier": "ours",
            });
            input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            input
        };
        let option = json!({"mergeOption": "THREE_WAY_MERGE", "filePath": "1"});
        for (operation, input) in [
            ("GetMergeOptions", told(json!({}))),
            ("GetMergeConflicts", told(json!({"mergeOption": "SQUASH_MERGE"}))),
            ("DescribeMergeConflicts", told(option)),
            ("BatchDescribeMergeConflicts", told(json!({"mergeOption": "SQUASH_MERGE"}))),
            ("CreateUnreferencedMergeCommit", told(json!({"mergeOption": "SQUASH_MERGE"}))),
            ("MergeBranchesBySquash", told(json!({}))),
            ("MergeBranchesByThreeWay", told(json!({}))),
        ] {
            assert_eq!(journey.server.api_error(operation, input), code, "{operation}");
        }
    }
}

#[test]
fn boto3_merges() {
    let journey = Journey::begin();
    let repo = diverged(&journey);
    repo.ok(&["push", "--quiet", "origin", "main:squashed", "main:forward"]);
    let aws = Aws::new(journey.git.home(), &journey.server);
    let facts = json!({"main": repo.id("main"), "topic": repo.id("topic"), "base": repo.id("main~1")});
    aws.python("merges.py", &[&facts.to_string()]);
    assert_sound(&cloned(&journey, "main"));
}

#[tokio::test]
async fn the_rust_sdk_merges() {
    use aws_sdk_codecommit::types::ConflictDetailLevelTypeEnum::LineLevel;
    use aws_sdk_codecommit::types::ConflictResolutionStrategyTypeEnum::AcceptSource;
    use aws_sdk_codecommit::types::MergeOptionTypeEnum::ThreeWayMerge;

    let journey = tokio::task::spawn_blocking(Journey::begin).await.unwrap();
    let repo = diverged(&journey);
    repo.ok(&["push", "--quiet", "origin", "main:squashed"]);
    let client = sdk::client(&journey.server);
    macro_rules! call {
        ($name:ident) => {
            client.$name().repository_name("demo").source_commit_specifier("topic").destination_commit_specifier("main")
        };
    }
    let options = call!(get_merge_options).conflict_resolution_strategy(AcceptSource).send().await.unwrap();
    assert_eq!(options.merge_options().len(), 2);
    let conflicts = call!(get_merge_conflicts).merge_option(ThreeWayMerge).conflict_detail_level(LineLevel);
    let conflicts = conflicts.send().await.unwrap();
    assert!(!conflicts.mergeable());
    assert_eq!(conflicts.conflict_metadata_list().len(), 2);
    let described = call!(describe_merge_conflicts).merge_option(ThreeWayMerge).file_path("same.txt");
    assert_eq!(described.send().await.unwrap().merge_hunks().len(), 1);
    let batch = call!(batch_describe_merge_conflicts).merge_option(ThreeWayMerge).send().await.unwrap();
    assert_eq!(batch.conflicts().len(), 3);
    let unreferenced = call!(create_unreferenced_merge_commit).merge_option(ThreeWayMerge);
    let unreferenced = unreferenced.conflict_resolution_strategy(AcceptSource).send().await.unwrap();
    let refused = call!(merge_branches_by_three_way).send().await.unwrap_err().into_service_error();
    assert!(refused.is_manual_merge_required_exception());
    let squash = call!(merge_branches_by_squash).target_branch("squashed");
    let squash = squash.conflict_resolution_strategy(AcceptSource).send().await.unwrap();
    assert_eq!(squash.tree_id(), unreferenced.tree_id());
    let merged = call!(merge_branches_by_three_way).conflict_resolution_strategy(AcceptSource).send().await.unwrap();
    assert_eq!(merged.tree_id(), unreferenced.tree_id());
    let found = call!(get_merge_commit).send().await.unwrap();
    assert_eq!(found.merged_commit_id(), merged.commit_id());
    let forward = call!(merge_branches_by_fast_forward).send().await.unwrap();
    assert_eq!(forward.commit_id(), merged.commit_id());
}
