//! Approval rules, approvals and overrides of pull requests, and that no merge happens which the rules forbid.

use crate::support::{Fixture, Yielding, ana, change, create_branches, fixture, fixture_around, head, oid};
use domain::approval::{MOST_APPROVALS, MOST_RULES_OF_A_PULL_REQUEST};
use domain::{
    Actor, ApprovalRuleName, ApprovalRuleTemplateName, EventKind, MergeOption, PullRequestEventType as Type,
    RevisionId, RuleContent,
};
use futures_util::future::join_all;
use ports::decorators::{CallKind, Recorder};
use std::time::Duration;
use store::{
    ApprovalError, ApprovalRuleError, ChangeError, NewApprovalRuleTemplate, NewPullRequest, PullRequest,
    PullRequestError, Repository,
};

fn user(name: &str) -> Actor {
    Actor::new(format!("arn:aws:iam::123456789012:user/{name}"))
}

fn rule_name(name: &str) -> ApprovalRuleName {
    ApprovalRuleName::parse(name).unwrap()
}

fn content(needed: usize, destinations: &[&str]) -> RuleContent {
    let statement = format!(r#"{{"Type":"Approvers","NumberOfApprovalsNeeded":{needed}}}"#);
    let destinations = serde_json::to_string(destinations).unwrap();
    let text =
        format!(r#"{{"Version":"2018-11-08","DestinationReferences":{destinations},"Statements":[{statement}]}}"#);
    RuleContent::parse(text).unwrap()
}

/// A repository with the branches `main` at `oid(1)` and `topic` at `oid(2)`.
async fn demo(fixture: &Fixture) -> Repository {
    let repository = fixture.repository("demo").await;
    create_branches(&repository, &["main", "topic"]).await;
    push(&repository, 2).await;
    repository
}

/// Moves the branch `topic`.
async fn push(repository: &Repository, new: u32) {
    let old = repository.find_ref(&head("topic")).await.unwrap().unwrap().target;
    let mut change = change(repository);
    change.update_ref(head("topic"), old, oid(new), None, false);
    change.commit().await.unwrap();
}

async fn template(repository: &Repository, store: &store::Store, name: &str, content: RuleContent) {
    let name = ApprovalRuleTemplateName::parse(name).unwrap();
    let new = NewApprovalRuleTemplate { name: name.clone(), description: None, content };
    store.create_approval_rule_template(&ana(), new).await.unwrap();
    repository.associate_approval_rule_template(&ana(), &name).await.unwrap();
}

/// A pull request by ana that wants `topic` in `main`.
async fn pull_request(repository: &Repository) -> PullRequest {
    let new = NewPullRequest {
        title: "Title".to_owned(),
        description: None,
        source: head("topic"),
        destination: head("main"),
        token: None,
    };
    repository.create_pull_request(&ana(), &new).await.unwrap()
}

async fn reload(pull_request: &PullRequest) -> PullRequest {
    pull_request.reload().await.unwrap().unwrap()
}

async fn require(pull_request: &PullRequest, name: &str, needed: usize) {
    pull_request.create_approval_rule(&ana(), &rule_name(name), &content(needed, &[])).await.unwrap();
}

async fn rule_names(pull_request: &PullRequest) -> Vec<String> {
    pull_request.approval_rules().await.unwrap().iter().map(|rule| rule.name().to_string()).collect()
}

async fn is_approved(pull_request: &PullRequest) -> bool {
    reload(pull_request).await.evaluate_approval_rules().await.unwrap().is_approved()
}

async fn history(pull_request: &PullRequest) -> Vec<Type> {
    let events = pull_request.history(None, 1000).await.unwrap().events;
    assert!(events.windows(2).all(|two| two[0].id < two[1].id));
    events.iter().map(|event| event.kind.in_history_of().unwrap().1).collect()
}

#[tokio::test]
async fn rules_are_made_changed_and_deleted() {
    let fixture = fixture();
    let pull_request = pull_request(&demo(&fixture).await).await;
    require(&pull_request, "b", 1).await;
    require(&pull_request, "a", 2).await;
    assert_eq!(rule_names(&pull_request).await, ["a", "b"]);
    let again = pull_request.create_approval_rule(&ana(), &rule_name("a"), &content(1, &[])).await;
    assert!(matches!(again, Err(ApprovalRuleError::NameTaken(_))));

    fixture.clock.advance(Duration::from_secs(3));
    let before = &pull_request.approval_rules().await.unwrap()[0];
    let (sha256, ben) = (before.content().sha256(), user("ben"));
    let changed =
        pull_request.change_approval_rule(&ben, &rule_name("a"), &content(3, &[]), Some(&sha256)).await.unwrap();
    assert_eq!((changed.id(), changed.created(), changed.origin()), (before.id(), before.created(), None));
    assert_eq!((changed.content(), changed.modified_by()), (&content(3, &[]), ben.arn.as_str()));
    assert_eq!(changed.modified(), before.modified() + Duration::from_secs(3));
    let stale = pull_request.change_approval_rule(&ben, &rule_name("a"), &content(4, &[]), Some(&sha256)).await;
    assert!(matches!(stale, Err(ApprovalRuleError::OtherContent(digest)) if digest == changed.content().sha256()));
    let missing = pull_request.change_approval_rule(&ben, &rule_name("c"), &content(4, &[]), None).await;
    assert!(matches!(missing, Err(ApprovalRuleError::Missing(_))));

    let deleted = pull_request.delete_approval_rule(&ana(), &rule_name("a")).await.unwrap().unwrap();
    assert_eq!(deleted, changed);
    assert_eq!(pull_request.delete_approval_rule(&ana(), &rule_name("a")).await.unwrap(), None);
    assert_eq!(rule_names(&pull_request).await, ["b"]);
    assert_eq!(
        history(&pull_request).await,
        [
            Type::Created,
            Type::ApprovalRuleCreated,
            Type::ApprovalRuleCreated,
            Type::ApprovalRuleUpdated,
            Type::ApprovalRuleDeleted
        ]
    );
}

#[tokio::test]
async fn a_new_pull_request_gets_the_rules_of_the_templates_that_are_for_its_destination() {
    let fixture = fixture();
    let repository = demo(&fixture).await;
    template(&repository, &fixture.store, "everywhere", content(1, &[])).await;
    template(&repository, &fixture.store, "main only", content(2, &["refs/heads/main"])).await;
    template(&repository, &fixture.store, "releases", content(3, &["refs/heads/release/*"])).await;
    let pull_request = pull_request(&repository).await;
    let rules = pull_request.approval_rules().await.unwrap();
    let told: Vec<_> = rules.iter().map(|rule| (rule.name().as_str(), rule.content().clone())).collect();
    assert_eq!(told, [("everywhere", content(1, &[])), ("main only", content(2, &["refs/heads/main"]))]);
    assert_eq!(rules[0].origin().unwrap().name.as_str(), "everywhere");
    assert_eq!(rules[0].created(), pull_request.created());
    assert_eq!(history(&pull_request).await, [Type::Created, Type::ApprovalRuleCreated, Type::ApprovalRuleCreated]);

    for name in ["everywhere", "main only"].map(rule_name) {
        let changed = pull_request.change_approval_rule(&ana(), &name, &content(1, &[]), None).await;
        assert!(matches!(changed, Err(ApprovalRuleError::FromTemplate(_))));
        let deleted = pull_request.delete_approval_rule(&ana(), &name).await;
        assert!(matches!(deleted, Err(ApprovalRuleError::FromTemplate(_))));
    }
    // What becomes of the template later does not matter to the rule.
    let name = ApprovalRuleTemplateName::parse("everywhere").unwrap();
    repository.disassociate_approval_rule_template(&ana(), &name).await.unwrap();
    fixture.store.delete_approval_rule_template(&ana(), &name).await.unwrap();
    assert_eq!(rule_names(&pull_request).await, ["everywhere", "main only"]);
}

#[tokio::test]
async fn as_many_templates_as_there_may_be_fit_into_one_commit() {
    let fixture = fixture();
    let repository = demo(&fixture).await;
    for number in 0..25 {
        template(&repository, &fixture.store, &format!("t{number:02}"), content(1, &[])).await;
    }
    let pull_request = pull_request(&repository).await;
    assert_eq!(rule_names(&pull_request).await.len(), 25);
    assert_eq!(history(&pull_request).await.len(), 26);
    let names: Vec<_> = (25..33).map(|number| rule_name(&format!("r{number}"))).collect();
    let content = content(1, &[]);
    let actor = ana();
    let made = join_all(names.iter().map(|name| pull_request.create_approval_rule(&actor, name, &content))).await;
    let refused = made.iter().filter(|made| matches!(made, Err(ApprovalRuleError::TooMany))).count();
    assert_eq!((refused, rule_names(&pull_request).await.len()), (3, MOST_RULES_OF_A_PULL_REQUEST));
}

#[tokio::test]
async fn approvals_belong_to_the_revision_they_were_given_to() {
    let fixture = fixture();
    let repository = demo(&fixture).await;
    let pull_request = pull_request(&repository).await;
    require(&pull_request, "two", 2).await;
    let first = pull_request.revision().clone();
    for name in ["ben", "cy"] {
        assert!(!is_approved(&pull_request).await);
        pull_request.set_approval(&user(name), &first, true).await.unwrap();
    }
    assert!(is_approved(&pull_request).await);
    push(&repository, 3).await;
    assert!(!is_approved(&pull_request).await);
    let second = reload(&pull_request).await.revision().clone();
    assert_ne!(first, second);
    let late = pull_request.set_approval(&user("di"), &first, true).await;
    assert!(matches!(late, Err(ApprovalError::OtherRevision(current)) if current == second));
    assert_eq!(pull_request.approvers(&first).await.unwrap().len(), 2);
    assert!(pull_request.approvers(&second).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_approval_is_given_once_and_can_be_taken_back() {
    let fixture = fixture();
    let pull_request = pull_request(&demo(&fixture).await).await;
    require(&pull_request, "one", 1).await;
    let (revision, ben) = (pull_request.revision(), user("ben"));
    for approved in [true, true, false, false] {
        pull_request.set_approval(&ben, revision, approved).await.unwrap();
        assert_eq!(is_approved(&pull_request).await, approved);
        assert_eq!(pull_request.approvers(revision).await.unwrap().contains(&ben.arn), approved);
    }
    let changes = history(&pull_request).await.iter().filter(|told| **told == Type::ApprovalStateChanged).count();
    assert_eq!(changes, 2);
    let own = pull_request.set_approval(&ana(), revision, true).await;
    assert!(matches!(own, Err(ApprovalError::ByAuthor)));
}

/// Where the API says `MaximumNumberOfApprovalsExceededException`.
#[tokio::test]
async fn a_revision_takes_200_approvals() {
    let fixture = fixture();
    let pull_request = pull_request(&demo(&fixture).await).await;
    let revision = pull_request.revision();
    for number in 0..MOST_APPROVALS {
        reload(&pull_request).await.set_approval(&user(&number.to_string()), revision, true).await.unwrap();
    }
    let found = reload(&pull_request).await;
    assert!(matches!(found.set_approval(&user("more"), revision, true).await, Err(ApprovalError::TooMany)));
    found.set_approval(&user("7"), revision, true).await.unwrap();
    found.set_approval(&user("7"), revision, false).await.unwrap();
    found.set_approval(&user("more"), revision, true).await.unwrap();
}

#[tokio::test]
async fn rules_are_set_aside_for_one_revision() {
    let fixture = fixture();
    let repository = demo(&fixture).await;
    let pull_request = pull_request(&repository).await;
    require(&pull_request, "one", 1).await;
    let revision = pull_request.revision();
    pull_request.override_approval_rules(&ana(), revision, false).await.unwrap();
    pull_request.override_approval_rules(&ana(), revision, true).await.unwrap();
    assert!(is_approved(&pull_request).await);
    assert_eq!(pull_request.overrider(revision).await.unwrap(), Some(ana().arn));
    let again = pull_request.override_approval_rules(&user("ben"), revision, true).await;
    assert!(matches!(again, Err(ApprovalError::AlreadyOverridden)));
    pull_request.override_approval_rules(&user("ben"), revision, false).await.unwrap();
    assert!(!is_approved(&pull_request).await);
    pull_request.override_approval_rules(&ana(), revision, true).await.unwrap();
    push(&repository, 3).await;
    assert!(!is_approved(&pull_request).await);
    let told: Vec<bool> = pull_request
        .history(None, 100)
        .await
        .unwrap()
        .events
        .iter()
        .filter_map(|event| match event.kind {
            EventKind::PullRequestApprovalRulesOverridden { overridden, .. } => Some(overridden),
            _ => None,
        })
        .collect();
    assert_eq!(told, [true, false, true]);
}

#[tokio::test]
async fn nothing_changes_any_more_when_the_pull_request_is_closed() {
    let fixture = fixture();
    let repository = demo(&fixture).await;
    let pull_request = pull_request(&repository).await;
    require(&pull_request, "one", 1).await;
    let mut closing = change(&repository);
    closing.close_pull_request(reload(&pull_request).await);
    closing.commit().await.unwrap();
    let (name, revision) = (rule_name("one"), pull_request.revision());
    let closed = |error: &PullRequestError| matches!(error, PullRequestError::Closed);
    let rule = |error| matches!(error, ApprovalRuleError::PullRequest(error) if closed(&error));
    let approval = |error| matches!(error, ApprovalError::PullRequest(error) if closed(&error));
    // It was found when it was open.
    let new = rule_name("new");
    assert!(rule(pull_request.create_approval_rule(&ana(), &new, &content(1, &[])).await.unwrap_err()));
    assert!(rule(pull_request.change_approval_rule(&ana(), &name, &content(1, &[]), None).await.unwrap_err()));
    assert!(rule(pull_request.delete_approval_rule(&ana(), &name).await.unwrap_err()));
    assert!(approval(pull_request.set_approval(&user("ben"), revision, true).await.unwrap_err()));
    assert!(approval(pull_request.override_approval_rules(&ana(), revision, true).await.unwrap_err()));
    assert_eq!(rule_names(&pull_request).await, ["one"]);
}

#[tokio::test]
async fn a_change_of_anything_that_counts_changes_the_version_that_merges_are_conditional_on() {
    let fixture = fixture();
    let repository = demo(&fixture).await;
    let pull_request = pull_request(&repository).await;
    let merge = async |found: &PullRequest| {
        let mut change = change(&repository);
        change.update_ref(head("main"), oid(1), oid(2), None, false);
        change.merge_pull_request(found.clone(), MergeOption::FastForward, oid(2));
        change.commit().await
    };
    let revision = pull_request.revision();
    for step in 0..6 {
        let before = reload(&pull_request).await;
        match step {
            0 => require(&before, "one", 1).await,
            1 => drop(before.change_approval_rule(&ana(), &rule_name("one"), &content(2, &[]), None).await.unwrap()),
            2 => before.set_approval(&user("ben"), revision, true).await.unwrap(),
            3 => before.set_approval(&user("ben"), revision, false).await.unwrap(),
            4 => before.override_approval_rules(&ana(), revision, true).await.unwrap(),
            _ => drop(before.delete_approval_rule(&ana(), &rule_name("one")).await.unwrap()),
        }
        assert!(matches!(merge(&before).await, Err(ChangeError::PullRequestChanged(_))), "{step}");
    }
    merge(&reload(&pull_request).await).await.unwrap();
}

#[tokio::test]
async fn an_evaluation_costs_three_reads() {
    let recorder = Recorder::new();
    let fixture = fixture_around(recorder.clone());
    let pull_request = pull_request(&demo(&fixture).await).await;
    recorder.reset();
    pull_request.evaluate_approval_rules().await.unwrap();
    let recorded = recorder.reset();
    assert_eq!((recorded.count(CallKind::Scan), recorded.count(CallKind::Get), recorded.total()), (2, 1, 3));
}

/// Approvals come and go, the source moves, rules are added, and merges are tried, all at once and in many interleavings. Whatever
/// was merged was approved: the history, replayed, says so.
#[tokio::test]
async fn no_interleaving_merges_what_the_rules_forbid() {
    let mut merged = 0;
    for seed in 0..80 {
        let fixture = fixture_around(Yielding::seeded(seed));
        let repository = demo(&fixture).await;
        let pull_request = pull_request(&repository).await;
        require(&pull_request, "one", 1).await;
        let (first, ben, cy) = (pull_request.revision().clone(), user("ben"), user("cy"));
        let actor = ana();
        let merges = async {
            for _ in 0..12 {
                try_merge(&repository, &pull_request).await;
                tokio::task::yield_now().await;
            }
        };
        let (two, approve_again) = (content(2, &[]), async {
            let revision: RevisionId = reload(&pull_request).await.revision().clone();
            _ = pull_request.set_approval(&ben, &revision, true).await;
        });
        tokio::join!(
            merges,
            async { _ = pull_request.set_approval(&ben, &first, true).await },
            async { _ = pull_request.set_approval(&cy, &first, true).await },
            async {
                if seed % 3 == 0 {
                    _ = pull_request.set_approval(&ben, &first, false).await;
                }
            },
            async {
                if seed % 2 == 0 {
                    push(&repository, 3).await;
                }
            },
            async {
                if seed % 5 < 2 {
                    _ = pull_request.change_approval_rule(&actor, &rule_name("one"), &two, None).await;
                }
            },
            approve_again,
        );
        merged += usize::from(check_history(&pull_request).await);
    }
    assert!(merged > 0, "no merge happened, so that nothing was tested");
}

/// What the merge operations do: look, evaluate, and commit on condition that nothing has changed.
async fn try_merge(repository: &Repository, pull_request: &PullRequest) {
    let found = reload(pull_request).await;
    if !found.is_open() || !found.evaluate_approval_rules().await.unwrap().is_approved() {
        return;
    }
    let main = repository.find_ref(&head("main")).await.unwrap().unwrap().target;
    let mut change = change(repository);
    change.update_ref(head("main"), main, found.source_commit(), None, false);
    let source = found.source_commit();
    change.merge_pull_request(found, MergeOption::FastForward, source);
    _ = change.commit().await;
}

/// Replays the history: at the moment of the merge, the rule was satisfied. Gives whether there was a merge.
async fn check_history(pull_request: &PullRequest) -> bool {
    let (mut needed, mut approvers) = (0, std::collections::BTreeSet::new());
    for event in pull_request.history(None, 1000).await.unwrap().events {
        match event.kind {
            EventKind::PullRequestApprovalRuleCreated { rule, .. }
            | EventKind::PullRequestApprovalRuleChanged { rule, .. } => {
                needed = if rule.content.contains("Needed\":2") { 2 } else { 1 };
            }
            EventKind::PullRequestApprovalChanged { approved: true, .. } => drop(approvers.insert(event.actor.arn)),
            EventKind::PullRequestApprovalChanged { approved: false, .. } => drop(approvers.remove(&event.actor.arn)),
            EventKind::PullRequestSourceUpdated { .. } => approvers.clear(),
            EventKind::PullRequestMerged { .. } => {
                assert!(approvers.len() >= needed, "merged with {approvers:?} where {needed} were needed");
                return true;
            }
            _ => {}
        }
    }
    false
}
