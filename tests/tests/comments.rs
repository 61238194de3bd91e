//! Comments, reactions, tags, triggers and keys with unchanged clients, over a repository that git filled.
#![allow(clippy::unwrap_used, reason = "functions beside the tests belong to them")]

mod sdk;

use serde_json::json;
use tests::aws::Aws;
use tests::{Journey, Repo};

const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:coldforge-trigger-topic";

/// The service's repository `demo`: three commits; the branches `main` at the second one and `topic` at the third.
fn demo(journey: &Journey) -> Repo {
    let repo = journey.repo_with_origin("demo");
    repo.commit_file("gone.txt", "gone\n");
    repo.commit_file("a.txt", "one\n");
    let work = std::path::PathBuf::from(repo.ok(&["rev-parse", "--show-toplevel"]).trim());
    repo.ok(&["reset", "--quiet", "--soft", "HEAD~1"]);
    repo.ok(&["commit", "--quiet", "--amend", "--message", "First"]);
    std::fs::write(work.join("a.txt"), "one\ntwo").unwrap();
    std::fs::remove_file(work.join("gone.txt")).unwrap();
    repo.ok(&["add", "--all"]);
    repo.ok(&["commit", "--quiet", "--message", "Second"]);
    repo.commit_file("b.txt", "b\n");
    repo.ok(&["push", "--quiet", "origin", "HEAD~1:refs/heads/main", "HEAD:refs/heads/topic"]);
    repo
}

#[test]
fn boto3_comments_reacts_tags_and_tries_triggers() {
    let journey = Journey::begin();
    let repo = demo(&journey);
    let account = &journey.server.credentials.account_id;
    let blobs = ["HEAD~2:a.txt", "HEAD~1:a.txt"].map(|revision| repo.id(revision));
    let commits = ["HEAD~2", "HEAD~1", "HEAD"].map(|revision| repo.id(revision));
    let facts = json!({
        "commits": commits,
        "blobs": blobs,
        "caller": format!("arn:aws:iam::{account}:user/coldforge/admin"),
        "arn": format!("arn:aws:codecommit:eu-west-1:{account}:demo"),
        "topic": TOPIC,
        "nobody": "019ab2c4-6100-7d3e-9f00-5a1b2c3d4e5f",
    });
    Aws::new(journey.git.home(), &journey.server).python("comments.py", &[&facts.to_string()]);
}

#[tokio::test]
async fn the_rust_sdk_comments_reacts_tags_and_puts_triggers() {
    use aws_sdk_codecommit::types::{
        Location, RelativeFileVersionEnum, RepositoryTrigger, RepositoryTriggerEventEnum, Target,
    };

    let journey = tokio::task::spawn_blocking(Journey::begin).await.unwrap();
    let repo = demo(&journey);
    let [first, second, third] = ["HEAD~2", "HEAD~1", "HEAD"].map(|revision| repo.id(revision));
    let keys = &journey.server.credentials;
    let client = sdk::client(&journey.server);

    let after = RelativeFileVersionEnum::After;
    let line = Location::builder().file_path("a.txt").file_position(2).relative_file_version(after).build();
    let post = client.post_comment_for_compared_commit().repository_name("demo").before_commit_id(&first);
    let posted = post.after_commit_id(&second).content("Why?").location(line.clone()).send().await.unwrap();
    assert_eq!(posted.location(), Some(&line));
    let comment = posted.comment().unwrap();
    let id = comment.comment_id().unwrap();
    assert!(comment.client_request_token().is_some(), "the SDK makes a token of its own");
    let reply = client.post_comment_reply().in_reply_to(id).content("Because.").send().await.unwrap();
    let reply = reply.comment().unwrap();
    assert_eq!(reply.in_reply_to(), Some(id));
    client.put_comment_reaction().comment_id(id).reaction_value(":eyes:").send().await.unwrap();
    let reactions = client.get_comment_reactions().comment_id(id).send().await.unwrap();
    assert_eq!(reactions.reactions_for_comment()[0].reaction().unwrap().emoji(), Some("👀"));
    client.update_comment().comment_id(id).content("Why not?").send().await.unwrap();
    let found = client.get_comment().comment_id(id).send().await.unwrap();
    let found = found.comment().unwrap();
    assert_eq!((found.content(), found.caller_reactions()), (Some("Why not?"), &["EYES".to_owned()][..]));
    client.delete_comment_content().comment_id(reply.comment_id().unwrap()).send().await.unwrap();
    let list = client.get_comments_for_compared_commit().repository_name("demo").before_commit_id(&first);
    let pages = list.after_commit_id(&second).max_results(1).into_paginator().send();
    let pages: Vec<_> = pages.try_collect().await.unwrap();
    let groups: Vec<_> = pages.iter().flat_map(|page| page.comments_for_compared_commit_data()).collect();
    let deleted: Vec<_> = groups.iter().flat_map(|group| group.comments()).map(|comment| comment.deleted()).collect();
    assert_eq!(deleted, [false, true]);
    let unknown = client.get_comment().comment_id("019ab2c4-6100-7d3e-9f00-5a1b2c3d4e5f").send().await.unwrap_err();
    assert!(unknown.into_service_error().is_comment_does_not_exist_exception());

    let target = Target::builder().repository_name("demo").source_reference("topic").destination_reference("main");
    let made = client.create_pull_request().title("Third").targets(target.build().unwrap()).send().await.unwrap();
    let pr = made.pull_request().unwrap().pull_request_id().unwrap();
    let post = client.post_comment_for_pull_request().pull_request_id(pr).repository_name("demo");
    post.before_commit_id(&second).after_commit_id(&third).content("Good").send().await.unwrap();
    let list = client.get_comments_for_pull_request().pull_request_id(pr).into_paginator().send();
    let pages: Vec<_> = list.try_collect().await.unwrap();
    assert_eq!(pages[0].comments_for_pull_request_data()[0].comments()[0].content(), Some("Good"));

    let arn = format!("arn:aws:codecommit:eu-west-1:{}:demo", keys.account_id);
    client.tag_resource().resource_arn(&arn).tags("team", "core").tags("stage", "test").send().await.unwrap();
    client.untag_resource().resource_arn(&arn).tag_keys("stage").send().await.unwrap();
    let tags = client.list_tags_for_resource().resource_arn(&arn).send().await.unwrap();
    assert_eq!(tags.tags(), Some(&[("team".to_owned(), "core".to_owned())].into()));

    let trigger = RepositoryTrigger::builder().name("ci").destination_arn(TOPIC).set_branches(Some(Vec::new()));
    let trigger = trigger.events(RepositoryTriggerEventEnum::All).build().unwrap();
    let put = client.put_repository_triggers().repository_name("demo").triggers(trigger.clone()).send().await.unwrap();
    let kept = client.get_repository_triggers().repository_name("demo").send().await.unwrap();
    assert_eq!((kept.configuration_id(), kept.triggers()), (put.configuration_id(), &[trigger.clone()][..]));
    let tried = client.test_repository_triggers().repository_name("demo").triggers(trigger).send().await.unwrap();
    assert_eq!((tried.successful_executions().len(), tried.failed_executions()[0].trigger()), (0, Some("ci")));

    let own = "alias/aws/codecommit";
    let key = client.update_repository_encryption_key().repository_name("demo").kms_key_id(own).send().await.unwrap();
    assert_eq!((key.kms_key_id(), key.original_kms_key_id()), (Some(own), Some(own)));
}
