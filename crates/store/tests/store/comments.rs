//! Comments, replies and reactions.

use crate::support::{Fixture, Yielding, ana, fixture, fixture_around, oid, repository_name};
use domain::{Actor, CommentLocation, CommentedOn, EventKind, FileVersion, Reaction};
use ports::Clock;
use std::time::Duration;
use store::{
    Comment, CommentReaction, Commented, EditCommentError, FoundComment, NewComment, PostCommentError, Repository,
    RequestToken,
};

fn ben() -> Actor {
    Actor::new("arn:aws:iam::123456789012:user/ben")
}

/// What a comment on the difference between two commits is about.
fn on(before: Option<u32>, after: u32) -> Commented {
    Commented {
        before: before.map(oid),
        after: oid(after),
        location: Some(CommentLocation { file_path: "a.txt".into(), line: Some(2), version: FileVersion::After }),
        before_blob: None,
        after_blob: Some(oid(100)),
    }
}

fn saying(content: &str, on: Commented) -> NewComment {
    NewComment { content: content.to_owned(), on, in_reply_to: None, token: None }
}

async fn post(fixture: &Fixture, repository: &Repository, content: &str, on: Commented) -> Comment {
    fixture.clock.advance(Duration::from_millis(1));
    repository.post_comment(&ana(), None, &saying(content, on)).await.unwrap()
}

async fn find(fixture: &Fixture, comment: &Comment) -> FoundComment {
    fixture.store.find_comment(&comment.id).await.unwrap().unwrap()
}

/// What the comments say, page by page.
async fn listed(repository: &Repository, after: u32, before: Option<u32>, limit: usize) -> Vec<Vec<String>> {
    let (mut pages, mut resume) = (Vec::new(), None);
    loop {
        let page = repository.list_comments(oid(after), before.map(oid), resume.as_deref(), limit).await.unwrap();
        pages.push(page.comments.into_iter().map(|comment| comment.content.unwrap_or_default()).collect());
        resume = page.next;
        if resume.is_none() {
            return pages;
        }
    }
}

#[tokio::test]
async fn a_comment_is_found_as_it_was_posted() {
    let fixture = fixture();
    let repository = fixture.repository("demo").await;
    let token = RequestToken::new("ana", "Post", "t", b"");
    let new = NewComment { token: Some(("t".into(), token)), ..saying("Why?", on(Some(1), 2)) };
    let posted = repository.post_comment(&ana(), None, &new).await.unwrap();
    let now = fixture.clock.now();
    assert_eq!((posted.created, posted.modified, &posted.on), (now, now, &on(Some(1), 2)));
    assert_eq!((posted.author.as_str(), posted.request_token.as_deref()), (ana().arn.as_str(), Some("t")));

    let found = find(&fixture, &posted).await;
    assert_eq!((found.repository().id(), found.pull_request()), (repository.id(), None));
    assert_eq!(found.load().await.unwrap(), posted);

    let reply = NewComment { in_reply_to: Some(posted.id.clone()), ..saying("Because.", on(Some(1), 2)) };
    let reply = repository.post_comment(&ben(), None, &reply).await.unwrap();
    assert_eq!((&reply.in_reply_to, reply.author), (&Some(posted.id.clone()), ben().arn));

    let feed = fixture.store.event_feed(None, 100).await.unwrap().entries;
    let told = CommentedOn {
        comment_id: posted.id,
        in_reply_to: None,
        author: ana().arn,
        pull_request_id: None,
        before_commit: Some(oid(1).to_string()),
        after_commit: oid(2).to_string(),
        location: on(None, 2).location,
    };
    assert_eq!(feed[1].event.as_ref().unwrap().kind, EventKind::CommentCreated(told));
    assert_eq!(feed.len(), 3);
}

#[tokio::test]
async fn comments_are_listed_by_the_commits_they_are_about() {
    let fixture = fixture();
    let repository = fixture.repository("demo").await;
    for (content, before, after) in
        [("1", Some(1), 9), ("2", Some(2), 9), ("3", None, 9), ("4", Some(1), 9), ("5", Some(1), 8)]
    {
        post(&fixture, &repository, content, on(before, after)).await;
    }
    assert_eq!(listed(&repository, 9, Some(1), 100).await, [["1", "4"]]);
    assert_eq!(listed(&repository, 9, Some(2), 100).await, [["2"]]);
    assert_eq!(listed(&repository, 9, None, 100).await, [["3", "1", "4", "2"]]);
    assert_eq!(listed(&repository, 9, None, 3).await, [&["3", "1", "4"][..], &["2"]]);
    assert_eq!(listed(&repository, 7, None, 3).await, [[""; 0]]);
}

#[tokio::test]
async fn pages_stay_as_they_are_while_comments_are_added() {
    let fixture = fixture();
    let repository = fixture.repository("demo").await;
    for number in 0..5 {
        post(&fixture, &repository, &number.to_string(), on(Some(1), 2)).await;
    }
    let first = repository.list_comments(oid(2), Some(oid(1)), None, 2).await.unwrap();
    post(&fixture, &repository, "new", on(Some(1), 2)).await;
    let rest = repository.list_comments(oid(2), Some(oid(1)), first.next.as_deref(), 100).await.unwrap();
    let says = |comments: Vec<Comment>| -> Vec<String> { comments.into_iter().map(|it| it.content.unwrap()).collect() };
    assert_eq!(says(first.comments), ["0", "1"]);
    assert_eq!(says(rest.comments), ["2", "3", "4", "new"]);
    assert_eq!(rest.next, None);
}

#[tokio::test]
async fn a_listing_takes_two_scans_however_many_comments_and_reactions() {
    let recorder = ports::decorators::Recorder::new();
    let fixture = fixture_around(recorder.clone());
    let repository = fixture.repository("demo").await;
    for number in 0..5 {
        let posted = post(&fixture, &repository, &number.to_string(), on(Some(1), 2)).await;
        let found = find(&fixture, &posted).await;
        found.react(&ana(), Some(Reaction::Heart)).await.unwrap();
        found.react(&ben(), Some(Reaction::ThumbsUp)).await.unwrap();
    }
    recorder.reset();
    let page = repository.list_comments(oid(2), Some(oid(1)), None, 100).await.unwrap();
    assert_eq!(recorder.snapshot().total(), 2);
    assert!(page.comments.iter().all(|comment| comment.reactions.len() == 2));
}

#[tokio::test]
async fn only_its_author_changes_a_comment() {
    // The API answers CommentNotCreatedByCallerException.
    let fixture = fixture();
    let repository = fixture.repository("demo").await;
    let posted = post(&fixture, &repository, "Why?", on(Some(1), 2)).await;
    let found = find(&fixture, &posted).await;
    let error = found.set_content(&ben(), "mine").await.unwrap_err();
    assert!(matches!(error, EditCommentError::NotAuthor(author) if author == ana().arn));
    fixture.clock.advance(Duration::from_secs(1));
    let updated = found.set_content(&ana(), "Why not?").await.unwrap();
    let expected = Comment { content: Some("Why not?".into()), modified: fixture.clock.now(), ..posted };
    assert_eq!(updated, expected);
    assert_eq!(find(&fixture, &updated).await.load().await.unwrap(), expected);
}

#[tokio::test]
async fn a_comment_without_content_stays_but_does_not_change() {
    let fixture = fixture();
    let repository = fixture.repository("demo").await;
    let posted = post(&fixture, &repository, "Why?", on(Some(1), 2)).await;
    let found = find(&fixture, &posted).await;
    found.react(&ben(), Some(Reaction::Clap)).await.unwrap();
    let deleted = found.delete_content(&ben()).await.unwrap();
    assert_eq!((deleted.content, deleted.reactions.len()), (None, 1));
    assert!(find(&fixture, &posted).await.is_deleted());
    for error in [
        found.set_content(&ana(), "again").await.unwrap_err(),
        found.delete_content(&ana()).await.unwrap_err(),
        found.react(&ana(), Some(Reaction::Heart)).await.unwrap_err(),
    ] {
        assert!(matches!(error, EditCommentError::Deleted));
    }
    assert_eq!(listed(&repository, 2, Some(1), 100).await, [[""]]);
}

#[tokio::test]
async fn everybody_has_one_reaction_to_a_comment() {
    let fixture = fixture();
    let repository = fixture.repository("demo").await;
    let found = find(&fixture, &post(&fixture, &repository, "Why?", on(Some(1), 2)).await).await;
    let events = fixture.store.event_feed(None, 100).await.unwrap().entries.len();
    found.react(&ana(), Some(Reaction::Heart)).await.unwrap();
    found.react(&ana(), Some(Reaction::Heart)).await.unwrap();
    found.react(&ana(), Some(Reaction::Eyes)).await.unwrap();
    found.react(&ben(), Some(Reaction::Heart)).await.unwrap();
    found.react(&ben(), None).await.unwrap();
    found.react(&ben(), None).await.unwrap();
    let of_ana = CommentReaction { reaction: Reaction::Eyes, user: ana().arn };
    assert_eq!(found.load().await.unwrap().reactions, std::slice::from_ref(&of_ana));
    assert_eq!(found.reaction_of(&ana().arn).await.unwrap(), Some(of_ana));
    assert_eq!(found.reaction_of(&ben().arn).await.unwrap(), None);
    let feed = fixture.store.event_feed(None, 100).await.unwrap().entries.into_iter().skip(events);
    let changes: Vec<_> = feed
        .map(|entry| match entry.event.unwrap().kind {
            EventKind::CommentReactionChanged { before, after, .. } => (before, after),
            other => panic!("{other:?}"),
        })
        .collect();
    let expected = [
        (None, Some(Reaction::Heart)),
        (Some(Reaction::Heart), Some(Reaction::Eyes)),
        (None, Some(Reaction::Heart)),
        (Some(Reaction::Heart), None),
    ];
    assert_eq!(changes, expected);
}

#[tokio::test]
async fn reactions_are_listed_page_by_page() {
    let fixture = fixture();
    let repository = fixture.repository("demo").await;
    let found = find(&fixture, &post(&fixture, &repository, "Why?", on(Some(1), 2)).await).await;
    // A neighbour whose reactions are not this comment's.
    let other = find(&fixture, &post(&fixture, &repository, "Who?", on(Some(1), 2)).await).await;
    other.react(&ana(), Some(Reaction::Sob)).await.unwrap();
    for number in 0..7 {
        found.react(&Actor::new(format!("user{number}")), Some(Reaction::Ship)).await.unwrap();
    }
    for limit in 1..9 {
        let (mut users, mut after) = (Vec::new(), None);
        loop {
            let page = found.list_reactions(after.as_deref(), limit).await.unwrap();
            assert!(page.reactions.len() <= limit);
            users.extend(page.reactions.into_iter().map(|reaction| reaction.user));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        users.sort();
        assert_eq!(users, (0..7).map(|number| format!("user{number}")).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_request_that_is_sent_again_posts_nothing_twice() {
    for seed in 0..20 {
        let fixture = fixture_around(Yielding::seeded(seed));
        let repository = fixture.repository("demo").await;
        let request = |content: &str| {
            let token = RequestToken::new("ana", "Post", "t", content.as_bytes());
            NewComment { token: Some(("t".into(), token)), ..saying(content, on(Some(1), 2)) }
        };
        let tries: Vec<_> = (0..4)
            .map(|_| {
                let (repository, new) = (repository.clone(), request("Why?"));
                tokio::spawn(async move { repository.post_comment(&ana(), None, &new).await.unwrap().id })
            })
            .collect();
        let mut ids = std::collections::BTreeSet::new();
        for each in tries {
            ids.insert(each.await.unwrap());
        }
        assert_eq!((ids.len(), listed(&repository, 2, None, 100).await), (1, vec![vec!["Why?".to_owned()]]));
        let error = repository.post_comment(&ana(), None, &request("Who?")).await.unwrap_err();
        assert!(matches!(error, PostCommentError::TokenUsed));
    }
}

#[tokio::test]
async fn comments_go_with_their_repository() {
    let fixture = fixture();
    let repository = fixture.repository("demo").await;
    let mut comments = Vec::new();
    for number in 0..120 {
        comments.push(post(&fixture, &repository, &number.to_string(), on(Some(number), 200)).await);
    }
    let found = find(&fixture, &comments[0]).await;
    fixture.store.delete_repository(&ana(), &repository_name("demo")).await.unwrap();
    assert!(fixture.store.find_comment(&comments[0].id).await.unwrap().is_none());
    assert!(matches!(found.set_content(&ana(), "x").await.unwrap_err(), EditCommentError::Gone));
    assert!(matches!(found.react(&ana(), Some(Reaction::Eyes)).await.unwrap_err(), EditCommentError::Gone));
    fixture.store.sweep_deleted_repository(repository.id()).await.unwrap();
    let left: Vec<String> = fixture.table.keys().await;
    assert!(!left.iter().any(|key| key.starts_with("COMMENT#") || key.starts_with("REPO#")), "{left:?}");
}
