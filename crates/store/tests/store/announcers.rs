//! Webhooks and notification rules: there are never more than there may be, whoever makes them at the same time.

use crate::support::{Yielding, ana, fixture_around};
use domain::{Destination, EventFilter, RepositoryId, WebhookEvents, WebhookFormat};
use std::future::Future;
use store::{NewNotificationRule, NewWebhook, NotificationRuleError, Store, WebhookError};

const MOST: usize = 20;

fn everything() -> Vec<String> {
    vec!["*".to_owned()]
}

async fn create_webhook(store: Store, repository: Option<RepositoryId>) -> Result<(), WebhookError> {
    let new = NewWebhook {
        id: store::webhook_id().unwrap(),
        url: "https://hooks.example.com/".to_owned(),
        events: WebhookEvents::parse(WebhookFormat::Coldforge, everything()).unwrap(),
        sealed: String::new(),
        active: true,
    };
    store.create_webhook(&ana(), repository.as_ref(), new).await.map(drop)
}

async fn create_rule(store: Store, repository: RepositoryId) -> Result<(), NotificationRuleError> {
    let new = NewNotificationRule {
        name: "All".to_owned(),
        events: EventFilter::parse(everything()).unwrap(),
        target: Destination::parse("arn:aws:sns:eu-west-1:123456789012:people").unwrap(),
        active: true,
    };
    store.create_notification_rule(&ana(), &repository, new).await.map(drop)
}

/// Makes more than there may be at the same time, and gives what came of each.
async fn make<E, F>(make: impl Fn() -> F) -> Vec<Result<(), E>>
where
    E: Send + 'static,
    F: Future<Output = Result<(), E>> + Send + 'static,
{
    let made: Vec<_> = (0..MOST + 12).map(|_| tokio::spawn(make())).collect();
    let mut outcomes = Vec::new();
    for made in made {
        outcomes.push(made.await.unwrap());
    }
    outcomes
}

#[tokio::test]
async fn no_more_than_twenty_webhooks_are_made_at_the_same_time() {
    for seed in 0..3 {
        let fixture = fixture_around(Yielding::seeded(seed));
        let demo = fixture.repository("demo").await.id().clone();
        for repository in [None, Some(demo)] {
            let outcomes = make(|| create_webhook(fixture.store.clone(), repository.clone())).await;
            let refused = outcomes.into_iter().filter_map(Result::err).collect::<Vec<_>>();
            assert!(refused.iter().all(|error| matches!(error, WebhookError::TooMany)), "{refused:?}");
            assert_eq!((refused.len(), fixture.store.webhooks(repository.as_ref()).await.unwrap().len()), (12, MOST));
        }
    }
}

#[tokio::test]
async fn no_more_than_twenty_notification_rules_are_made_at_the_same_time() {
    for seed in 0..3 {
        let fixture = fixture_around(Yielding::seeded(seed));
        let demo = fixture.repository("demo").await.id().clone();
        let outcomes = make(|| create_rule(fixture.store.clone(), demo.clone())).await;
        let refused = outcomes.into_iter().filter_map(Result::err).collect::<Vec<_>>();
        assert!(refused.iter().all(|error| matches!(error, NotificationRuleError::TooMany)), "{refused:?}");
        assert_eq!((refused.len(), fixture.store.notification_rules(&demo).await.unwrap().len()), (12, MOST));
    }
}
