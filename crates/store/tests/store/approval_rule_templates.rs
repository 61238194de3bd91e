//! Approval rule templates are made, changed, associated with repositories and deleted, and both sides always agree.

use crate::support::{Fixture, Yielding, ana, fixture, fixture_around, repository_name};
use domain::{ApprovalRuleTemplateName, EventKind, RepositoryName, RuleContent};
use futures_util::future::join_all;
use ports::decorators::{CallKind, Recorder};
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::Duration;
use store::{
    ApprovalRuleTemplate, AssociateTemplateError, ChangeTemplateError, CreateTemplateError, DeleteTemplateError,
    NewApprovalRuleTemplate, Repository, TemplateChange,
};

fn template_name(name: &str) -> ApprovalRuleTemplateName {
    ApprovalRuleTemplateName::parse(name).unwrap()
}

fn content(needed: usize) -> RuleContent {
    let text = format!(
        r#"{{"Version":"2018-11-08","Statements":[{{"Type":"Approvers","NumberOfApprovalsNeeded":{needed}}}]}}"#
    );
    RuleContent::parse(text).unwrap()
}

fn new(name: &str) -> NewApprovalRuleTemplate {
    NewApprovalRuleTemplate { name: template_name(name), description: None, content: content(1) }
}

async fn template(fixture: &Fixture, name: &str) -> ApprovalRuleTemplate {
    fixture.store.create_approval_rule_template(&ana(), new(name)).await.unwrap()
}

async fn change(
    fixture: &Fixture,
    name: &str,
    change: TemplateChange,
) -> Result<ApprovalRuleTemplate, ChangeTemplateError> {
    fixture.store.change_approval_rule_template(&ana(), &template_name(name), &change).await
}

async fn associate(repository: &Repository, template: &str) -> Result<bool, AssociateTemplateError> {
    repository.associate_approval_rule_template(&ana(), &template_name(template)).await
}

async fn disassociate(repository: &Repository, template: &str) -> Result<bool, AssociateTemplateError> {
    repository.disassociate_approval_rule_template(&ana(), &template_name(template)).await
}

async fn delete(fixture: &Fixture, name: &str) -> Result<bool, DeleteTemplateError> {
    Ok(fixture.store.delete_approval_rule_template(&ana(), &template_name(name)).await?.is_some())
}

async fn templates_of(repository: &Repository) -> Vec<String> {
    let templates = repository.approval_rule_templates().await.unwrap();
    templates.iter().map(|template| template.name().to_string()).collect()
}

async fn repositories_of(fixture: &Fixture, name: &str) -> Vec<String> {
    let found = fixture.store.find_approval_rule_template(&template_name(name)).await.unwrap().unwrap();
    let page = fixture.store.repositories_of_approval_rule_template(&found, None, 1000).await.unwrap();
    page.names.iter().map(RepositoryName::to_string).collect()
}

/// The kinds of all events, oldest first, each with the repository it is about.
async fn events(fixture: &Fixture) -> Vec<(EventKind, Option<RepositoryName>)> {
    let feed = fixture.store.event_feed(None, 100_000).await.unwrap();
    let events = feed.entries.into_iter().map(|entry| entry.event.unwrap());
    events.map(|event| (event.kind, event.repository.map(|repository| repository.name))).collect()
}

#[tokio::test]
async fn what_was_made_is_found_as_it_was_made() {
    let fixture = fixture();
    let new = NewApprovalRuleTemplate { description: Some("for main".to_owned()), ..new("Two approvals") };
    let made = fixture.store.create_approval_rule_template(&ana(), new).await.unwrap();
    let found = fixture.store.find_approval_rule_template(&template_name("Two approvals")).await.unwrap();
    assert_eq!(found.as_ref(), Some(&made));
    assert_eq!((made.description(), made.content()), (Some("for main"), &content(1)));
    assert_eq!((made.created(), made.modified()), (ports::Clock::now(&*fixture.clock), made.created()));
    assert_eq!(made.modified_by(), ana().arn);
    assert_eq!(fixture.store.find_approval_rule_template(&template_name("two approvals")).await.unwrap(), None);
}

#[tokio::test]
async fn a_name_is_taken_once() {
    for seed in 0..20 {
        let fixture = fixture_around(Yielding::seeded(seed));
        template(&fixture, "old").await;
        let actor = ana();
        let made = join_all((0..4).map(|_| fixture.store.create_approval_rule_template(&actor, new("new"))));
        let renamed = change(&fixture, "old", TemplateChange::Name(template_name("new")));
        let (made, renamed) = tokio::join!(made, renamed);
        let failures = made.iter().filter_map(|made| made.as_ref().err());
        assert!(failures.clone().all(|error| matches!(error, CreateTemplateError::AlreadyExists(_))));
        assert_eq!(made.len() - failures.count() + usize::from(renamed.is_ok()), 1);
        assert!(matches!(renamed, Ok(_) | Err(ChangeTemplateError::NameTaken(_))));
    }
}

#[tokio::test]
async fn a_list_has_all_names_in_order_whatever_the_size_of_its_pages() {
    let fixture = fixture();
    for name in ["b", "a", "B", "a 1", "z", "\u{fc}"] {
        template(&fixture, name).await;
    }
    for limit in 1..8 {
        let (mut names, mut after) = (Vec::new(), None);
        loop {
            let page = fixture.store.list_approval_rule_templates(after.as_ref(), limit).await.unwrap();
            assert!(page.names.len() <= limit);
            names.extend(page.names.iter().map(ToString::to_string));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(names, ["B", "a", "a 1", "b", "z", "\u{fc}"]);
    }
}

#[tokio::test]
async fn a_change_is_dated_and_told() {
    let fixture = fixture();
    let before = template(&fixture, "demo").await;
    fixture.clock.advance(Duration::from_secs(5));
    let replaces = Some(before.content().sha256());
    let wanted = TemplateChange::Content { content: content(2), replaces: replaces.clone() };
    let after = change(&fixture, "demo", wanted.clone()).await.unwrap();
    assert_eq!((after.content(), after.created()), (&content(2), before.created()));
    assert_eq!(after.modified(), before.created() + Duration::from_secs(5));
    let again = change(&fixture, "demo", wanted).await;
    assert!(matches!(again, Err(ChangeTemplateError::OtherContent(digest)) if digest == content(2).sha256()));
    change(&fixture, "demo", TemplateChange::Content { content: content(3), replaces: None }).await.unwrap();
    let described = change(&fixture, "demo", TemplateChange::Description(Some("x".to_owned()))).await.unwrap();
    assert_eq!((described.description(), described.content()), (Some("x"), &content(3)));
    assert_eq!(change(&fixture, "demo", TemplateChange::Description(None)).await.unwrap().description(), None);
    assert!(matches!(
        change(&fixture, "other", TemplateChange::Description(None)).await,
        Err(ChangeTemplateError::Missing(_))
    ));

    let told = events(&fixture).await;
    assert!(told.iter().all(|(_, repository)| repository.is_none()));
    assert_eq!(told.len(), 5);
    let EventKind::ApprovalRuleTemplateContentChanged { template, previous_sha256 } = &told[1].0 else { panic!() };
    assert_eq!(template.content_sha256, content(2).sha256());
    assert_eq!(Some(previous_sha256.as_str()), replaces.as_deref());
}

#[tokio::test]
async fn of_changes_that_replace_the_same_content_one_happens() {
    for seed in 0..20 {
        let fixture = fixture_around(Yielding::seeded(seed));
        let replaces = Some(template(&fixture, "demo").await.content().sha256());
        let tries = (2..6).map(|needed| {
            let wanted = TemplateChange::Content { content: content(needed), replaces: replaces.clone() };
            change(&fixture, "demo", wanted)
        });
        let outcomes = join_all(tries).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    }
}

#[tokio::test]
async fn associations_outlive_a_rename_of_either_side() {
    let fixture = fixture();
    template(&fixture, "t").await;
    let repository = fixture.repository("demo").await;
    assert!(associate(&repository, "t").await.unwrap());
    assert!(!associate(&repository, "t").await.unwrap());
    change(&fixture, "t", TemplateChange::Name(template_name("u"))).await.unwrap();
    assert!(fixture.store.find_approval_rule_template(&template_name("t")).await.unwrap().is_none());
    assert!(matches!(associate(&repository, "t").await, Err(AssociateTemplateError::Missing(_))));
    assert_eq!(templates_of(&repository).await, ["u"]);
    fixture.store.rename_repository(&ana(), &repository_name("demo"), &repository_name("demo-2")).await.unwrap();
    assert_eq!(repositories_of(&fixture, "u").await, ["demo-2"]);
    // A new repository of the old name has nothing to do with it.
    assert!(templates_of(&fixture.repository("demo").await).await.is_empty());

    // The repository was found before it was renamed.
    assert!(disassociate(&repository, "u").await.unwrap());
    assert!(!disassociate(&repository, "u").await.unwrap());
    assert!(repositories_of(&fixture, "u").await.is_empty());
    let told = events(&fixture).await;
    let about = |kind: &str| {
        let found = told.iter().find(|(told, _)| format!("{told:?}").starts_with(kind)).unwrap();
        found.1.as_ref().unwrap().to_string()
    };
    assert_eq!(about("ApprovalRuleTemplateAssociated"), "demo");
    assert_eq!(about("ApprovalRuleTemplateDisassociated"), "demo-2");
}

#[tokio::test]
async fn a_deleted_repository_has_no_templates_and_keeps_none_in_use() {
    let fixture = fixture();
    for name in ["t", "other"] {
        template(&fixture, name).await;
    }
    let repository = fixture.repository("demo").await;
    associate(&repository, "t").await.unwrap();
    assert!(matches!(delete(&fixture, "t").await, Err(DeleteTemplateError::InUse(_))));
    fixture.store.delete_repository(&ana(), repository.name()).await.unwrap();
    assert!(repositories_of(&fixture, "t").await.is_empty());
    let late = associate(&repository, "other").await;
    assert!(matches!(late, Err(AssociateTemplateError::Store(store::Error::RepositoryGone))));
    assert!(delete(&fixture, "t").await.unwrap());
    assert!(!delete(&fixture, "t").await.unwrap());
    fixture.store.sweep_deleted_repository(repository.id()).await.unwrap();
    assert!(delete(&fixture, "other").await.unwrap());
    let left = fixture.table.keys().await.into_iter().find(|key| key.contains("TEMPLATE"));
    assert_eq!(left, None);
}

#[tokio::test]
async fn a_repository_has_at_most_25_templates() {
    for seed in 0..5 {
        let fixture = fixture_around(Yielding::seeded(seed));
        let repository = fixture.repository("demo").await;
        for number in 0..28 {
            template(&fixture, &format!("t{number:02}")).await;
        }
        for number in 0..23 {
            associate(&repository, &format!("t{number:02}")).await.unwrap();
        }
        let names: Vec<_> = (23..28).map(|number| format!("t{number}")).collect();
        let outcomes = join_all(names.iter().map(|name| associate(&repository, name))).await;
        let refused =
            outcomes.iter().filter(|outcome| matches!(outcome, Err(AssociateTemplateError::TooMany(_)))).count();
        assert_eq!((refused, templates_of(&repository).await.len()), (3, 25));
        // One that is associated already is not one more.
        assert!(!associate(&repository, "t00").await.unwrap());

        let (from, to) = (repository_name("demo"), repository_name("renamed"));
        fixture.store.rename_repository(&ana(), &from, &to).await.unwrap();
        assert_eq!(repositories_of(&fixture, "t00").await, ["renamed"]);
    }
}

#[tokio::test]
async fn repositories_of_a_template_are_listed_by_name_in_pages_of_any_size() {
    let fixture = fixture();
    let found = template(&fixture, "t").await;
    let names: Vec<String> = (0..12).map(|number| format!("r{number:02}")).collect();
    for name in &names {
        associate(&fixture.repository(name).await, "t").await.unwrap();
    }
    fixture.table.page.store(5, Ordering::Relaxed);
    for limit in [1, 3, 12, 100] {
        let (mut listed, mut after) = (Vec::new(), None);
        loop {
            let page =
                fixture.store.repositories_of_approval_rule_template(&found, after.as_ref(), limit).await.unwrap();
            listed.extend(page.names.iter().map(ToString::to_string));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(listed, names);
    }
}

#[tokio::test]
async fn what_it_costs() {
    let recorder = Recorder::new();
    let fixture = fixture_around(recorder.clone());
    let repository = fixture.repository("demo").await;
    recorder.reset();
    template(&fixture, "t").await;
    let recorded = recorder.reset();
    assert_eq!((recorded.count(CallKind::Commit), recorded.total()), (1, 1));
    associate(&repository, "t").await.unwrap();
    let recorded = recorder.reset();
    let calls = [CallKind::Get, CallKind::Scan, CallKind::Commit].map(|kind| recorded.count(kind));
    assert_eq!((calls, recorded.total()), ([2, 1, 1], 4));
    templates_of(&repository).await;
    let recorded = recorder.reset();
    assert_eq!((recorded.count(CallKind::Scan), recorded.count(CallKind::Get), recorded.total()), (1, 1, 2));
}

/// Everything at once, in many interleavings: whatever happened, both sides tell the same, and only of what is there.
#[tokio::test]
async fn both_sides_agree_whatever_happens_at_the_same_time() {
    for seed in 0..60 {
        let fixture = fixture_around(Yielding::seeded(seed));
        for name in ["t", "u"] {
            template(&fixture, name).await;
        }
        let (one, two) = (fixture.repository("one").await, fixture.repository("two").await);
        associate(&one, "t").await.unwrap();
        associate(&two, "u").await.unwrap();
        let (store, from, to) = (&fixture.store, repository_name("one"), repository_name("three"));
        let two_name = repository_name("two");
        let actor = ana();
        let refused = tokio::join!(
            async { associate(&one, "u").await.is_err() },
            async { disassociate(&one, "t").await.is_err() },
            async { associate(&two, "t").await.is_err() },
            async { disassociate(&two, "u").await.is_err() },
            async { delete(&fixture, "u").await.is_err() },
            async { change(&fixture, "t", TemplateChange::Name(template_name("v"))).await.is_err() },
            async { store.rename_repository(&actor, &from, &to).await.is_err() },
            async {
                match seed % 2 {
                    0 => store.delete_repository(&actor, &two_name).await.is_err(),
                    _ => false,
                }
            },
        );
        assert!(!refused.6 && !refused.7);

        let mut of_repositories = BTreeSet::new();
        for (name, _) in store.list_repositories(None, 10).await.unwrap().repositories {
            for template in templates_of(&fixture.find(name.as_str()).await.unwrap()).await {
                of_repositories.insert((template, name.to_string()));
            }
        }
        let mut of_templates = BTreeSet::new();
        for template in store.list_approval_rule_templates(None, 10).await.unwrap().names {
            for repository in repositories_of(&fixture, template.as_str()).await {
                of_templates.insert((template.to_string(), repository));
            }
        }
        assert_eq!(of_repositories, of_templates, "seed {seed}");
        let partitions = fixture.table.rows().await;
        let templates =
            partitions.iter().filter(|row| row.key.partition.starts_with("TEMPLATE#") && row.key.sort == "META");
        let known: BTreeSet<_> = templates.map(|row| row.key.partition.clone()).collect();
        let orphan = partitions
            .iter()
            .find(|row| row.key.partition.starts_with("TEMPLATE#") && !known.contains(&row.key.partition));
        assert_eq!(orphan, None, "seed {seed}");
    }
}
