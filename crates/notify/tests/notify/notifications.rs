//! Notification rules: topics are told in a sentence for people, with the facts for programs.

use crate::world::{World, ana, create, topic};
use domain::{Destination, EventFilter};
use store::NewNotificationRule;

#[tokio::test]
async fn a_topic_is_told_of_what_a_rule_chose() {
    let mut world = World::new(false);
    let repository = world.repository("demo").await;
    for (name, events) in [("Branches", "branch.created"), ("The same again", "branch.*"), ("Other things", "tag.*")] {
        let rule = NewNotificationRule {
            name: name.to_owned(),
            events: EventFilter::parse([events.to_owned()]).unwrap(),
            target: Destination::parse(topic("people")).unwrap(),
            active: true,
        };
        world.store.create_notification_rule(&ana(), repository.id(), rule).await.unwrap();
    }
    create(&repository, &["a".to_owned()], None).await;
    world.consume().await;
    world.deliver().await;
    let told = world.destinations.take();
    assert_eq!(told.len(), 1, "{told:#?}");
    let message = &told[0].message;
    assert_eq!(message["subject"], "ana created branch a in demo");
    let text = message["default"].as_str().unwrap();
    assert!(text.starts_with("ana created branch a in demo.\n\n"), "{text}");
    assert!(text.contains("Who:   arn:aws:iam::123456789012:user/coldforge/ana\n"), "{text}");
    assert!(text.contains("Where: https://console.example.com/repositories/demo\n"), "{text}");
    assert_eq!(message["sqs"]["types"][0], "branch.created");
    assert_eq!(message["attributes"]["repository"], "demo");
}
