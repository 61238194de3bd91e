//! Files through the API: deleting them, following their history, comparing their contents, held against git.
#![allow(clippy::unwrap_used, reason = "functions beside the tests belong to them")]

mod sdk;

use tests::Journey;
use tests::aws::Aws;
use tests::history::History;

/// The repository `demo`, filled with a history of merges and binary files.
fn filled() -> Journey {
    let journey = Journey::begin();
    let repo = journey.git.init_bare(&journey.path("history"));
    History::default().import(&repo);
    let url = journey.server.create_repository("demo");
    repo.ok(&["push", "--quiet", &url, "refs/heads/main:refs/heads/main"]);
    journey
}

#[test]
fn boto3_is_told_of_files_what_git_tells() {
    let journey = filled();
    let work = journey.path("work");
    std::fs::create_dir(&work).unwrap();
    let aws = Aws::new(journey.git.home(), &journey.server);
    aws.python_in(&work, "files.py", &[&journey.server.url("demo")]);
}

#[tokio::test]
async fn the_rust_sdk_deletes_files_and_is_told_of_their_histories_and_differences() {
    use aws_sdk_codecommit::types::DiffChangeType;

    let journey = tokio::task::spawn_blocking(filled).await.unwrap();
    let client = sdk::client(&journey.server);
    let clone = journey.git.clone_to(&journey.server.url("demo"), &journey.path("clone"), &[]);
    let tip = clone.id("HEAD");

    let history = client.list_file_commit_history().repository_name("demo").file_path("run.sh").send().await.unwrap();
    let [only] = history.revision_dag() else { panic!("{history:?}") };
    let blob = only.blob_id().unwrap().to_owned();
    assert_eq!(blob, clone.id("HEAD:run.sh"));
    assert!(only.revision_children().is_empty());

    let differences = client.get_blob_differences().repository_name("demo").after_blob_id(&blob).send().await.unwrap();
    assert!(!differences.is_binary());
    let changes = differences.hunks()[0].changes();
    let told: Vec<_> =
        changes.iter().map(|change| (change.r#type().unwrap().clone(), change.content().unwrap())).collect();
    assert_eq!(told, [(DiffChangeType::Add, "#!/bin/sh"), (DiffChangeType::Add, "exec true")]);
    let wrong = client.get_blob_differences().repository_name("demo").after_blob_id(&blob).context_lines(21);
    assert!(wrong.send().await.unwrap_err().into_service_error().is_validation_exception());

    let delete = client.delete_file().repository_name("demo").branch_name("main").file_path("run.sh");
    let deleted = delete.clone().parent_commit_id(&tip).send().await.unwrap();
    assert_eq!((deleted.blob_id(), deleted.file_path()), (blob.as_str(), "run.sh"));
    let missing = delete.parent_commit_id(deleted.commit_id()).send().await.unwrap_err().into_service_error();
    assert!(missing.is_file_does_not_exist_exception());
    clone.ok(&["pull", "--quiet"]);
    clone.ok(&["fsck", "--full", "--strict"]);
    assert_eq!(clone.id("HEAD"), deleted.commit_id());
    assert!(!clone.path.join("run.sh").exists());
}
