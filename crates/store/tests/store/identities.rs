//! Users and groups: unique by name, changed one after the other, deleted only when nothing is left behind.

use crate::support::{Fixture, ana, fixture};
use domain::{EventKind, GroupName, IdentityChange, IdentityPath, PolicyName, UserName};
use std::collections::BTreeMap;
use store::{
    AccessKeyRecord, Error, GitCredentialRecord, IdentityError, NewGroup, NewUser, PolicyEdit, User, UserEdit,
};

fn user_name(name: &str) -> UserName {
    UserName::parse(name).unwrap()
}

fn group_name(name: &str) -> GroupName {
    GroupName::parse(name).unwrap()
}

fn new_user(name: &str) -> NewUser {
    NewUser { name: user_name(name), path: IdentityPath::default(), tags: BTreeMap::new() }
}

async fn edit(fixture: &Fixture, user: &str, edits: &[UserEdit]) -> Result<(), IdentityError> {
    fixture.store.change_user(&ana(), &user_name(user), |_| Ok(edits.to_vec())).await
}

async fn find(fixture: &Fixture, user: &str) -> User {
    fixture.store.find_user(&user_name(user)).await.unwrap().unwrap()
}

fn key(id: &str, active: bool) -> UserEdit {
    let key = AccessKeyRecord { id: id.to_owned(), active, created: std::time::UNIX_EPOCH, sessions_valid_after: None };
    UserEdit::PutAccessKey { key, sealed: format!("sealed {active}").into() }
}

fn git(id: &str, credential: &str) -> UserEdit {
    let credential = GitCredentialRecord {
        id: id.to_owned(),
        user_name: "git".to_owned(),
        credential: credential.to_owned(),
        active: true,
        created: std::time::UNIX_EPOCH,
    };
    UserEdit::PutGitCredential { credential, sealed: "sealed".into() }
}

fn attach(arn: &str) -> UserEdit {
    UserEdit::Policy(PolicyEdit::Attach(arn.to_owned()))
}

#[tokio::test]
async fn a_name_is_taken_once_whatever_the_case_of_its_letters() {
    let fixture = fixture();
    let made = fixture.store.create_user(&ana(), new_user("Bob")).await.unwrap();
    assert!(matches!(fixture.store.create_user(&ana(), new_user("bOB")).await, Err(IdentityError::AlreadyExists)));
    assert_eq!(find(&fixture, "BOB").await.summary, made.summary);
    fixture.store.delete_user(&ana(), &user_name("bob")).await.unwrap();
    assert!(fixture.store.find_user(&user_name("Bob")).await.unwrap().is_none());
    let again = fixture.store.create_user(&ana(), new_user("bob")).await.unwrap();
    assert_ne!(again.summary.id, made.summary.id);
}

#[tokio::test]
async fn the_first_user_is_made_once_even_if_it_was_deleted() {
    let fixture = fixture();
    let actor = ana();
    let first = |name: &str| fixture.store.create_first_user(&actor, new_user(name), ["arn".to_owned()].into());
    let made = first("root").await.unwrap().unwrap();
    assert!(made.attached.contains("arn") && find(&fixture, "root").await.attached == made.attached);
    edit(&fixture, "root", &[UserEdit::Policy(PolicyEdit::Detach("arn".to_owned()))]).await.unwrap();
    fixture.store.delete_user(&ana(), &user_name("root")).await.unwrap();
    assert!(first("root").await.unwrap().is_none());
}

#[tokio::test]
async fn what_is_changed_is_there_and_is_told() {
    let fixture = fixture();
    fixture.store.create_user(&ana(), new_user("bob")).await.unwrap();
    let policy = PolicyName::parse("Read").unwrap();
    let put = PolicyEdit::Put { name: policy.clone(), document: "{}".to_owned() };
    let tags = BTreeMap::from([("team".to_owned(), "red".to_owned())]);
    let edits =
        [UserEdit::Policy(put), attach("arn"), UserEdit::SetTags(tags.clone()), key("KEY", true), git("G", "git-1")];
    edit(&fixture, "bob", &edits).await.unwrap();
    let bob = find(&fixture, "bob").await;
    assert_eq!(bob.policies, [(policy, "{}".to_owned())]);
    assert_eq!((bob.tags, bob.attached), (tags, ["arn".to_owned()].into()));
    assert_eq!((bob.access_keys.len(), bob.git_credentials.len()), (1, 1));
    let credentials = fixture.store.credentials();
    assert_eq!(credentials.find("KEY").await.unwrap().map(|stored| stored.body).as_deref(), Some(&b"sealed true"[..]));

    edit(&fixture, "bob", &[key("KEY", false), git("G", "git-2")]).await.unwrap();
    assert_eq!(credentials.find("KEY").await.unwrap().map(|stored| stored.body).as_deref(), Some(&b"sealed false"[..]));
    assert_eq!(credentials.find("git-1").await.unwrap(), None, "the replaced password is still there");
    assert!(credentials.find("git-2").await.unwrap().is_some());
    edit(&fixture, "bob", &[UserEdit::DeleteAccessKey("KEY".into()), UserEdit::DeleteGitCredential("G".into())])
        .await
        .unwrap();
    for id in ["KEY", "git-2"] {
        assert_eq!(credentials.find(id).await.unwrap(), None, "{id}");
    }
    edit(&fixture, "bob", &[]).await.unwrap();

    let feed = fixture.store.event_feed(None, 1000).await.unwrap();
    let told = feed.entries.into_iter().map(|entry| match entry.event.unwrap().kind {
        EventKind::IdentityChanged { change, subject, .. } => (change, subject),
        other => panic!("{other:?}"),
    });
    use IdentityChange::*;
    let subject = |text: &str| Some(text.to_owned());
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            (Created, None),
            (InlinePolicyPut, subject("Read")),
            (PolicyAttached, subject("arn")),
            (TagsChanged, None),
            (CredentialCreated, subject("KEY")),
            (CredentialCreated, subject("G")),
            (CredentialChanged, subject("KEY")),
            (CredentialChanged, subject("G")),
            (CredentialDeleted, subject("KEY")),
            (CredentialDeleted, subject("G")),
        ]
    );
}

#[tokio::test]
async fn nothing_is_left_behind_by_a_deletion() {
    let fixture = fixture();
    fixture.store.create_user(&ana(), new_user("bob")).await.unwrap();
    for (add, remove) in [
        (attach("arn"), UserEdit::Policy(PolicyEdit::Detach("arn".into()))),
        (key("KEY", true), UserEdit::DeleteAccessKey("KEY".into())),
        (git("G", "git-1"), UserEdit::DeleteGitCredential("G".into())),
    ] {
        edit(&fixture, "bob", &[add]).await.unwrap();
        let refused = fixture.store.delete_user(&ana(), &user_name("bob")).await;
        assert!(matches!(refused, Err(IdentityError::InUse)), "{refused:?}");
        edit(&fixture, "bob", &[remove]).await.unwrap();
    }
    fixture.store.delete_user(&ana(), &user_name("bob")).await.unwrap();
    assert!(matches!(fixture.store.delete_user(&ana(), &user_name("bob")).await, Err(IdentityError::Missing)));
    assert!(matches!(edit(&fixture, "bob", &[key("KEY", true)]).await, Err(IdentityError::Missing)));
    let rows = fixture.table.rows().await;
    let others: Vec<_> = rows.iter().filter(|row| !row.key.partition.starts_with("EVENT#")).collect();
    assert!(others.is_empty(), "{others:?}");
}

#[tokio::test]
async fn of_changes_at_the_same_time_each_sees_the_ones_before() {
    let fixture = fixture();
    fixture.store.create_user(&ana(), new_user("bob")).await.unwrap();
    let add = |number: usize| {
        let store = fixture.store.clone();
        async move {
            let decide = |user: &User| match user.access_keys.len() {
                0 | 1 => Ok(vec![key(&format!("KEY{number}"), true)]),
                _ => Err(IdentityError::InUse),
            };
            store.change_user(&ana(), &user_name("bob"), decide).await
        }
    };
    let outcomes = futures_util::future::join_all((0..8).map(add)).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 2, "{outcomes:?}");
    assert_eq!(find(&fixture, "bob").await.access_keys.len(), 2);
}

#[tokio::test]
async fn members_are_members_on_both_sides() {
    let fixture = fixture();
    let store = &fixture.store;
    store.create_user(&ana(), new_user("bob")).await.unwrap();
    let new = NewGroup { name: group_name("Team"), path: IdentityPath::default() };
    store.create_group(&ana(), new.clone()).await.unwrap();
    assert!(matches!(store.create_group(&ana(), new).await, Err(IdentityError::AlreadyExists)));
    for _ in 0..2 {
        store.set_membership(&ana(), &user_name("BOB"), &group_name("team"), true).await.unwrap();
    }
    assert_eq!(find(&fixture, "bob").await.groups, [group_name("Team")]);
    let team = store.find_group(&group_name("team")).await.unwrap().unwrap();
    assert_eq!(team.members, [user_name("bob")]);
    assert!(matches!(store.delete_group(&ana(), &group_name("team")).await, Err(IdentityError::InUse)));
    assert!(matches!(store.delete_user(&ana(), &user_name("bob")).await, Err(IdentityError::InUse)));
    for _ in 0..2 {
        store.set_membership(&ana(), &user_name("bob"), &group_name("team"), false).await.unwrap();
    }
    store.delete_group(&ana(), &group_name("team")).await.unwrap();
    store.delete_user(&ana(), &user_name("bob")).await.unwrap();
}

#[tokio::test]
async fn listings_go_on_behind_any_name() {
    let fixture = fixture();
    for name in ["delta", "Alpha", "charlie", "Bravo"] {
        fixture.store.create_user(&ana(), new_user(name)).await.unwrap();
    }
    let (mut names, mut after) = (Vec::new(), None);
    loop {
        let page = fixture.store.list_users(after.as_deref(), 1).await.unwrap();
        names.extend(page.users.into_iter().map(|user| user.name.to_string()));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(names, ["Alpha", "Bravo", "charlie", "delta"]);
}

#[tokio::test]
async fn a_damaged_row_is_a_fault_and_not_a_missing_policy() {
    let fixture = fixture();
    fixture.store.create_user(&ana(), new_user("bob")).await.unwrap();
    edit(&fixture, "bob", &[attach("arn")]).await.unwrap();
    fixture.table.damage("USER#", "{").await;
    assert!(matches!(fixture.store.find_user(&user_name("bob")).await, Err(Error::Damaged { .. })));
}

#[tokio::test]
async fn sessions_end_once_and_never_begin_again() {
    let fixture = fixture();
    fixture.store.create_user(&ana(), new_user("bob")).await.unwrap();
    assert_eq!(find(&fixture, "bob").await.sessions_valid_after, None);
    let at = |seconds| std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
    for (time, expected) in [(10, 10), (20, 20), (15, 20)] {
        edit(&fixture, "bob", &[UserEdit::EndSessions(at(time))]).await.unwrap();
        assert_eq!(find(&fixture, "bob").await.sessions_valid_after, Some(at(expected)));
    }
    let tags = BTreeMap::from([("team".to_owned(), "red".to_owned())]);
    edit(&fixture, "bob", &[UserEdit::SetTags(tags)]).await.unwrap();
    assert_eq!(find(&fixture, "bob").await.sessions_valid_after, Some(at(20)));
}
