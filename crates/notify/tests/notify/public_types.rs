//! What triggers and the bus tell is read by the types that functions for AWS Lambda are written with.

use crate::world::{BUS, World, create, put_triggers, topic};
use aws_lambda_events::code_commit::CodeCommitEvent;

#[tokio::test]
async fn a_function_for_codecommit_reads_what_a_trigger_tells() {
    let mut world = World::new(true);
    let repository = world.repository("demo").await;
    put_triggers(&repository, &[topic("t")]).await;
    create(&repository, &["a".to_owned()], None).await;
    world.consume().await;
    world.deliver().await;
    let told = world.destinations.take();
    let message = told.iter().find(|told| told.destination == topic("t")).unwrap().message.clone();
    let event: CodeCommitEvent = serde_json::from_value(message).unwrap();
    let [record] = &event.records[..] else { panic!("{event:?}") };
    assert_eq!(record.event_trigger_name.as_deref(), Some("t"));
    assert_eq!(record.event_part_number, 1);
    let reference = &record.code_commit.references[0];
    assert_eq!((reference.ref_.as_deref(), reference.created), (Some("refs/heads/a"), true));
    assert!(told.iter().any(|told| told.destination == BUS));
}
