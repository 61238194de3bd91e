//! What the statements of a role allow: as much of IAM's evaluation as the template uses. What it does not know makes it panic,
//! so that nothing is let through by mistake.

use serde_json::Value;
use std::collections::BTreeMap;

/// What is known of a call: the keys of conditions with their values.
pub type Facts = BTreeMap<String, Vec<String>>;

/// Whether statements allow an action on a resource.
pub fn allow(statements: &[Value], action: &str, resource: &str, facts: &Facts) -> bool {
    let concerning: Vec<&Value> =
        statements.iter().filter(|statement| concerns(statement, action, resource, facts)).collect();
    let is = |statement: &&&Value, effect: &str| statement["Effect"] == effect;
    concerning.iter().any(|statement| is(&statement, "Allow"))
        && !concerning.iter().any(|statement| is(&statement, "Deny"))
}

fn concerns(statement: &Value, action: &str, resource: &str, facts: &Facts) -> bool {
    for unknown in ["NotAction", "NotResource", "Principal"] {
        assert!(statement.get(unknown).is_none(), "the rehearsal does not know {unknown}");
    }
    let names = |key: &str, what: &str, any_case: bool| {
        texts(&statement[key]).iter().any(|pattern| match any_case {
            true => matches(&pattern.to_lowercase(), &what.to_lowercase()),
            false => matches(pattern, what),
        })
    };
    let conditions = statement["Condition"].as_object();
    names("Action", action, true)
        && names("Resource", resource, false)
        && conditions.into_iter().flatten().all(|(operator, wanted)| {
            wanted
                .as_object()
                .into_iter()
                .flatten()
                .all(|(key, wanted)| holds(operator, facts.get(key), &texts(wanted)))
        })
}

fn holds(operator: &str, given: Option<&Vec<String>>, wanted: &[String]) -> bool {
    if operator == "Null" {
        return given.is_none_or(Vec::is_empty) == (wanted == ["true"]);
    }
    let (set, operator) = operator.split_once(':').map_or(("", operator), |(set, operator)| (set, operator));
    let one = |given: &String| {
        wanted.iter().any(|wanted| match operator {
            "StringEquals" => given == wanted,
            "StringLike" | "ArnLike" => matches(wanted, given),
            unknown => panic!("the rehearsal does not know the condition operator {unknown}"),
        })
    };
    match (set, given) {
        ("ForAllValues", given) => given.into_iter().flatten().all(one),
        ("ForAnyValue" | "", given) => given.into_iter().flatten().any(one),
        (unknown, _) => panic!("the rehearsal does not know {unknown}"),
    }
}

/// Whether a text is as a pattern with `*` and `?` says.
pub fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        if pattern.get(p) == Some(&'*') {
            star = Some((p, t));
            p += 1;
        } else if pattern.get(p).is_some_and(|wanted| *wanted == '?' || *wanted == text[t]) {
            (p, t) = (p + 1, t + 1);
        } else if let Some((at, from)) = star {
            (p, t) = (at + 1, from + 1);
            star = Some((at, from + 1));
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|letter| *letter == '*')
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().map(super::template::text).collect(),
        Value::Null => Vec::new(),
        value => vec![super::template::text(value)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn facts(key: &str, values: &[&str]) -> Facts {
        [(key.to_owned(), values.iter().map(|value| (*value).to_owned()).collect())].into()
    }

    #[test]
    fn a_statement_allows_what_it_names_and_a_denial_beats_it() {
        let statements = [
            json!({"Effect": "Allow", "Action": ["dynamodb:PutItem", "dynamodb:DeleteItem"], "Resource": "arn:table",
                   "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["REPO#*", "EVENT#*"]}}}),
            json!({"Effect": "Deny", "Action": "dynamodb:DeleteItem", "Resource": "arn:table",
                   "Condition": {"ForAnyValue:StringLike": {"dynamodb:LeadingKeys": ["EVENT#*"]}}}),
            json!({"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "arn:key/*",
                   "Condition": {"Null": {"kms:EncryptionContextKeys": "false"}}}),
        ];
        let on =
            |action: &str, keys: &[&str]| allow(&statements, action, "arn:table", &facts("dynamodb:LeadingKeys", keys));
        assert!(on("dynamodb:PutItem", &["REPO#1"]));
        assert!(on("dynamodb:DeleteItem", &["REPO#1"]));
        assert!(!on("dynamodb:DeleteItem", &["EVENT#1"]));
        assert!(!on("dynamodb:PutItem", &["USER#1"]));
        assert!(!on("dynamodb:GetItem", &["REPO#1"]));
        assert!(!allow(&statements, "dynamodb:PutItem", "arn:other", &facts("dynamodb:LeadingKeys", &["REPO#1"])));
        assert!(allow(&statements, "kms:Decrypt", "arn:key/1", &facts("kms:EncryptionContextKeys", &["a"])));
        assert!(!allow(&statements, "kms:Decrypt", "arn:key/1", &Facts::new()));
    }

    #[test]
    fn patterns_match_as_iams_do() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abcd", false),
            ("a?c", "abc", true),
            ("*b*b", "abab", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
