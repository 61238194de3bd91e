//! What holds for every policy and every request.

use crate::strategies::{action, keys, resource, statement};
use crate::table::verdict;
use auth::policy::Verdict;
use proptest::prelude::*;
use serde_json::{Value, json};

fn policy(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// How much a verdict gives.
fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::ExplicitDeny => 0,
        Verdict::ImplicitDeny => 1,
        Verdict::Allowed => 2,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn one_more_allow_never_takes_and_one_more_deny_never_gives(
        statements in prop::collection::vec(statement(&["Allow", "Deny"]), 1..5),
        allow in statement(&["Allow"]),
        deny in statement(&["Deny"]),
        (action, resource, keys) in (action(), resource(), keys()),
    ) {
        let decide = |statements: &[Value]| rank(verdict(&[policy(statements)], action, resource, &keys));
        let before = decide(&statements);
        let with = |more: &Value| decide(&[statements.as_slice(), std::slice::from_ref(more)].concat());
        prop_assert!(with(&allow) >= before);
        prop_assert!(with(&deny) <= before);
    }

    #[test]
    fn order_and_division_into_policies_make_no_difference(
        statements in prop::collection::vec(statement(&["Allow", "Deny"]), 1..6),
        (action, resource, keys) in (action(), resource(), keys()),
        cut in 0usize..6,
    ) {
        let whole = verdict(&[policy(&statements)], action, resource, &keys);
        let mut other_way = statements.clone();
        other_way.reverse();
        prop_assert_eq!(verdict(&[policy(&other_way)], action, resource, &keys), whole);
        let (first, second) = statements.split_at(cut.min(statements.len()));
        let parts: Vec<Value> = [second, first].into_iter().filter(|part| !part.is_empty()).map(policy).collect();
        prop_assert_eq!(verdict(&parts, action, resource, &keys), whole);
    }

    #[test]
    fn the_value_of_a_variable_is_never_a_pattern(value in "[a*?$]{1,6}", found in "[a*?$]{1,6}") {
        let keys = json!({"aws:username": value, "codecommit:References": found});
        let same = |operator: &str| json!({operator: {"codecommit:References": "${aws:username}"}});
        for operator in ["StringEquals", "StringLike"] {
            let statement = json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": same(operator)});
            let allowed = verdict(&[policy(&[statement])], "s3:GetObject", "*", &keys) == Verdict::Allowed;
            prop_assert_eq!(allowed, value == found);
        }
        let statement = json!({"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::${aws:username}"});
        let allowed = verdict(&[policy(&[statement])], "s3:GetObject", &format!("arn:aws:s3:::{found}"), &keys);
        prop_assert_eq!(allowed == Verdict::Allowed, value == found);
    }
}
