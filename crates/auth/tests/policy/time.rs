//! The largest policies take little time, whatever they say.

use auth::policy::{MOST_CHARACTERS, Policy, Request, RequestContext, evaluate};
use serde_json::json;

#[test]
fn the_worst_patterns_are_decided_without_exploding() {
    let mut pattern = "arn:aws:s3:::".to_owned();
    while pattern.len() < MOST_CHARACTERS - 200 {
        pattern.push_str("*a");
    }
    let statement = json!({"Effect": "Allow", "Action": "*", "Resource": format!("{pattern}b")});
    let policy = Policy::parse(&json!({"Version": "2012-10-17", "Statement": statement}).to_string()).unwrap();
    let context = RequestContext::new();
    let resource = format!("arn:aws:s3:::{}", "a".repeat(4000));
    for _ in 0..20 {
        evaluate([&policy], &Request { action: "s3:GetObject", resource: &resource, context: &context });
    }
}
