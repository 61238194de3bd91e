//! Random policies and requests that have something to do with each other.

use proptest::prelude::*;
use serde_json::{Value, json};

pub(crate) const ACTIONS: [&str; 5] =
    ["codecommit:GitPull", "codecommit:GitPush", "codecommit:GetBranch", "iam:CreateUser", "iam:GetUser"];
pub(crate) const RESOURCES: [&str; 4] = [
    "arn:aws:codecommit:eu-west-1:123456789012:demo",
    "arn:aws:codecommit:eu-west-1:123456789012:other",
    "arn:aws:iam::123456789012:user/coldforge/ana",
    "*",
];
const KEYS: [&str; 4] = ["aws:username", "codecommit:References", "aws:TagKeys", "aws:PrincipalTag/team"];
const VALUES: [&str; 4] = ["ana", "refs/heads/main", "team", "*"];

fn one_of(texts: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop::sample::select(texts)
}

fn some_of(texts: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(one_of(texts), 1..3)
}

fn condition() -> impl Strategy<Value = Value> {
    let operators: &'static [&'static str] = &[
        "StringEquals",
        "StringNotEquals",
        "StringLike",
        "StringNotLike",
        "StringEqualsIfExists",
        "ForAnyValue:StringEquals",
        "ForAllValues:StringLike",
        "ForAnyValue:StringNotEquals",
    ];
    let values: &'static [&'static str] =
        &["ana", "refs/heads/*", "refs/heads/main", "team", "*", "${aws:username}", "${aws:PrincipalTag/team}"];
    let compare = (one_of(operators), one_of(&KEYS), some_of(values))
        .prop_map(|(operator, key, values)| json!({ operator: { key: values } }));
    let null = (one_of(&KEYS), any::<bool>()).prop_map(|(key, absent)| json!({"Null": {key: absent}}));
    prop_oneof![2 => Just(json!({})), 3 => compare, 1 => null]
}

/// A statement of one of these effects.
pub(crate) fn statement(effects: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let actions: &'static [&'static str] =
        &["*", "codecommit:*", "codecommit:Git*", "codecommit:GitPush", "iam:?etUser"];
    let resources: &'static [&'static str] = &[
        "*",
        "arn:aws:codecommit:*:*:*",
        "arn:aws:codecommit:*:*:demo",
        "arn:aws:iam::*:user/coldforge/${aws:username}",
        "arn:aws:codecommit:*:*:${aws:PrincipalTag/team}",
    ];
    let actions = (any::<bool>(), some_of(actions));
    let resources = (any::<bool>(), some_of(resources));
    (one_of(effects), actions, resources, condition()).prop_map(
        |(effect, (not_action, actions), (not, resources), condition)| {
            let action = if not_action { "NotAction" } else { "Action" };
            let resource = if not { "NotResource" } else { "Resource" };
            json!({"Effect": effect, action: actions, resource: resources, "Condition": condition})
        },
    )
}

/// What a request says.
pub(crate) fn keys() -> impl Strategy<Value = Value> {
    let value = prop_oneof![
        3 => one_of(&VALUES).prop_map(|value| json!(value)),
        1 => some_of(&VALUES).prop_map(|values| json!(values)),
    ];
    prop::collection::btree_map(one_of(&KEYS), value, 0..4).prop_map(|keys| json!(keys))
}

pub(crate) fn action() -> impl Strategy<Value = &'static str> {
    one_of(&ACTIONS)
}

pub(crate) fn resource() -> impl Strategy<Value = &'static str> {
    one_of(&RESOURCES)
}
