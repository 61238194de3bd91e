//! Managed policies: a policy that decides over somebody is always there, and is known to the policy.

use crate::support::{Fixture, Yielding, ana, fixture_around};
use domain::{EventKind, IdentityChange, IdentityPath, PolicyName, UserName};
use std::collections::BTreeMap;
use store::{IdentityError, ManagedPolicyEdit, NewManagedPolicy, NewUser, PolicyEdit, User, UserEdit};

const ARN: &str = "arn:aws:iam::123456789012:policy/List";

fn policy_name() -> PolicyName {
    PolicyName::parse("List").unwrap()
}

fn user_name(number: usize) -> UserName {
    UserName::parse(format!("user{number}")).unwrap()
}

async fn fixture_with(users: usize, seed: u64) -> Fixture {
    let fixture = fixture_around(Yielding::seeded(seed));
    for number in 0..users {
        let (name, path) = (user_name(number), IdentityPath::default());
        fixture.store.create_user(&ana(), NewUser { name, path, tags: BTreeMap::new() }).await.unwrap();
    }
    create(&fixture).await.unwrap();
    fixture
}

async fn create(fixture: &Fixture) -> Result<(), IdentityError> {
    let new = NewManagedPolicy {
        name: policy_name(),
        path: IdentityPath::default(),
        description: None,
        document: "first".to_owned(),
        tags: BTreeMap::new(),
    };
    fixture.store.create_managed_policy(&ana(), new).await.map(|_| ())
}

async fn attach(fixture: &Fixture, number: usize, attach: bool) -> Result<(), IdentityError> {
    let decide = |user: &User| -> Result<_, IdentityError> {
        let edit = if attach { PolicyEdit::Attach(ARN.to_owned()) } else { PolicyEdit::Detach(ARN.to_owned()) };
        let changes = user.attached.contains(ARN) != attach;
        Ok(if changes { vec![UserEdit::Policy(edit)] } else { Vec::new() })
    };
    fixture.store.change_user(&ana(), &user_name(number), decide).await
}

#[tokio::test]
async fn attaching_at_the_same_time_loses_nothing() {
    let fixture = fixture_with(8, 1).await;
    let all = futures_util::future::join_all((0..8).map(|number| attach(&fixture, number, true))).await;
    assert!(all.iter().all(Result::is_ok), "{all:?}");
    let policy = fixture.store.find_managed_policy(&policy_name()).await.unwrap().unwrap();
    assert_eq!((policy.summary.attachments, policy.users.len()), (8, 8));
    let listed = fixture.store.list_managed_policies().await.unwrap();
    assert_eq!(listed, [policy.summary]);
}

#[tokio::test]
async fn a_policy_is_never_deleted_and_attached_at_the_same_time() {
    for seed in 0..50 {
        let fixture = fixture_with(1, seed).await;
        let name = policy_name();
        let delete = async { fixture.store.delete_managed_policy(&ana(), &name).await };
        let (attached, deleted) = tokio::join!(attach(&fixture, 0, true), delete);
        let user = fixture.store.find_user(&user_name(0)).await.unwrap().unwrap();
        let policy = fixture.store.find_managed_policy(&name).await.unwrap();
        assert_ne!(attached.is_ok(), deleted.is_ok(), "{attached:?} {deleted:?}");
        assert_eq!(user.attached.contains(ARN), attached.is_ok());
        assert_eq!(policy.is_some(), attached.is_ok());
    }
}

#[tokio::test]
async fn nothing_is_left_behind_by_a_deletion_and_everything_is_told() {
    let fixture = fixture_with(1, 1).await;
    let store = &fixture.store;
    attach(&fixture, 0, true).await.unwrap();
    assert!(matches!(store.delete_managed_policy(&ana(), &policy_name()).await, Err(IdentityError::InUse)));
    attach(&fixture, 0, false).await.unwrap();
    for edit in [
        ManagedPolicyEdit::AddVersion { document: "second".to_owned(), default: true },
        ManagedPolicyEdit::DeleteVersion(1),
    ] {
        let decide = |_: &_| Ok::<_, IdentityError>(Some(edit.clone()));
        store.change_managed_policy(&ana(), &policy_name(), decide).await.unwrap();
    }
    assert_eq!(store.managed_policy_document(&policy_name()).await.unwrap().as_deref(), Some("second"));
    store.delete_managed_policy(&ana(), &policy_name()).await.unwrap();
    assert!(matches!(store.delete_managed_policy(&ana(), &policy_name()).await, Err(IdentityError::Missing)));
    let rows = fixture.table.rows().await;
    let left: Vec<_> = rows.iter().filter(|row| row.key.to_string().contains("POLICY#")).collect();
    assert!(left.is_empty(), "{left:?}");
    let feed = store.event_feed(None, 1000).await.unwrap();
    let told = feed.entries.into_iter().filter_map(|entry| match entry.event.unwrap().kind {
        EventKind::IdentityChanged { identity, change, .. } if identity.name == "List" => Some(change),
        _ => None,
    });
    use IdentityChange::{Created, Deleted, VersionCreated, VersionDeleted};
    assert_eq!(told.collect::<Vec<_>>(), [Created, VersionCreated, VersionDeleted, Deleted]);
}
