//! What the publisher sends to SNS and Lambda, and what it makes of their errors.

use crate::script::{Answer, Script, answer, refusal};
use aws::AwsPublisher;
use ports::publisher::MAX_MESSAGE_BYTES;
use ports::{PublishError, Publisher as _};
use std::time::Duration;

const TOPIC: &str = "arn:aws:sns:eu-central-1:111122223333:told";
const FUNCTION: &str = "arn:aws:lambda:eu-central-1:111122223333:function:called";

fn publisher(script: &Script) -> AwsPublisher {
    AwsPublisher::new(&script.connection()).with_patience(Duration::from_millis(200))
}

fn published() -> Answer {
    let id = "<MessageId>7a62c49f-0000-4000-8000-000000000000</MessageId>";
    answer(200, format!("<PublishResponse><PublishResult>{id}</PublishResult></PublishResponse>"))
}

fn sns_refusal(status: u16, code: &str) -> Answer {
    answer(
        status,
        format!("<ErrorResponse><Error><Code>{code}</Code><Message>so it is</Message></Error></ErrorResponse>"),
    )
}

#[tokio::test]
async fn topics_are_told_and_functions_invoked_without_waiting_for_what_they_give() {
    let script = Script::new(|number, _| if number == 0 { published() } else { answer(202, "") });
    publisher(&script).publish(TOPIC, "A subject", "{\"a\": 1}").await.unwrap();
    publisher(&script).invoke(FUNCTION, "{\"b\": 2}").await.unwrap();
    let [told, invoked] = script.sent().try_into().unwrap();
    let form = String::from_utf8(told.body).unwrap();
    for part in ["Action=Publish", "Subject=A%20subject", "Message=%7B%22a%22%3A%201%7D", "TopicArn=arn%3Aaws%3Asns"] {
        assert!(form.contains(part), "{part}: {form}");
    }
    assert!(invoked.uri.contains("/functions/arn%3Aaws%3Alambda"), "{}", invoked.uri);
    assert_eq!(invoked.headers["x-amz-invocation-type"], "Event");
    assert_eq!(invoked.body, b"{\"b\": 2}");
}

#[tokio::test(start_paused = true)]
async fn errors_are_told_by_what_is_wrong() {
    type IsRight = fn(&PublishError) -> bool;
    let topics: [(u16, &str, IsRight); 5] = [
        (404, "NotFound", |error| matches!(error, PublishError::NotFound { .. })),
        (403, "AuthorizationError", |error| matches!(error, PublishError::AccessDenied(_))),
        (400, "InvalidParameter", |error| matches!(error, PublishError::Refused(_))),
        (400, "Throttling", |error| matches!(error, PublishError::Unavailable(_))),
        (500, "InternalError", |error| matches!(error, PublishError::Unavailable(_))),
    ];
    for (status, code, is_right) in topics {
        let script = Script::new(move |_, _| sns_refusal(status, code));
        let error = publisher(&script).publish(TOPIC, "s", "m").await.unwrap_err();
        assert!(is_right(&error), "{code}: {error:?}");
    }
    let functions: [(u16, &str, IsRight); 4] = [
        (404, "ResourceNotFoundException", |error| matches!(error, PublishError::NotFound { .. })),
        (403, "AccessDeniedException", |error| matches!(error, PublishError::AccessDenied(_))),
        (400, "InvalidRequestContentException", |error| matches!(error, PublishError::Refused(_))),
        (429, "TooManyRequestsException", |error| matches!(error, PublishError::Unavailable(_))),
    ];
    for (status, code, is_right) in functions {
        let script = Script::new(move |_, _| refusal(status, code));
        let error = publisher(&script).invoke(FUNCTION, "{}").await.unwrap_err();
        assert!(is_right(&error), "{code}: {error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_delivery_is_tried_again_after_a_passing_trouble() {
    let script = Script::new(|number, _| if number == 0 { Answer::Lost } else { published() });
    publisher(&script).publish(TOPIC, "s", "m").await.unwrap();
    assert_eq!(script.sent().len(), 2);
}

#[tokio::test]
async fn a_message_that_is_too_long_is_not_sent() {
    let script = Script::new(|_, _| published());
    let long = "x".repeat(MAX_MESSAGE_BYTES + 1);
    assert!(matches!(publisher(&script).publish(TOPIC, "s", &long).await, Err(PublishError::Invalid(_))));
    assert!(matches!(publisher(&script).invoke(FUNCTION, &long).await, Err(PublishError::Invalid(_))));
    assert_eq!(script.sent(), []);
}
