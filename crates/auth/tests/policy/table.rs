//! Cases: a policy, a request, and what is decided over it.

use auth::policy::{Policy, Request, RequestContext, Verdict, evaluate};
use serde_json::{Value, json};

const REPOSITORY: &str = "arn:aws:codecommit:eu-west-1:123456789012:demo";

/// What the request says besides action and resource: `{"key": "value"}`, a list for keys with several values.
pub(crate) fn context(keys: &Value) -> RequestContext {
    let mut context = RequestContext::new();
    for (key, value) in keys.as_object().unwrap() {
        match value {
            Value::Array(values) => {
                context.set_many(key, values.iter().map(|value| value.as_str().unwrap().to_owned()).collect());
            }
            value => context.set(key, value.as_str().unwrap()),
        }
    }
    context
}

pub(crate) fn verdict(policies: &[Value], action: &str, resource: &str, keys: &Value) -> Verdict {
    let policies: Vec<Policy> = policies
        .iter()
        .map(|policy| Policy::parse(&policy.to_string()).unwrap_or_else(|error| panic!("{policy}: {error}")))
        .collect();
    evaluate(&policies, &Request { action, resource, context: &context(keys) }).verdict
}

/// The cases of a file: policy, what the request says, and for each what is decided.
#[test]
fn every_case_is_decided_as_it_says() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("cases.json")).unwrap();
    let (mut wrong, mut count) = (Vec::new(), 0);
    for case in &cases {
        let name = case["case"].as_str().unwrap();
        let statements = &case["statements"];
        let version = case["version"].as_str().unwrap_or("2012-10-17");
        let policy = json!({"Version": version, "Statement": statements});
        for request in case["requests"].as_array().unwrap() {
            count += 1;
            let text = |member: &str, default: &str| request[member].as_str().unwrap_or(default).to_owned();
            let (action, resource) = (text("action", "codecommit:GitPull"), text("resource", REPOSITORY));
            let empty = json!({});
            let keys = request.get("keys").unwrap_or(&empty);
            let expected = match text("is", "").as_str() {
                "allowed" => Verdict::Allowed,
                "denied" => Verdict::ExplicitDeny,
                "nothing" => Verdict::ImplicitDeny,
                other => panic!("{name}: '{other}' is no verdict"),
            };
            let found = verdict(std::slice::from_ref(&policy), &action, &resource, keys);
            if found != expected {
                wrong.push(format!("{name}: {request} is {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 150, "only {count} cases");
}
