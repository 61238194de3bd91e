//! What is no policy, and the place that the message names.

use auth::policy::{MOST_CHARACTERS, Policy};

const GOOD: &str = r#""Effect":"Allow","Action":"codecommit:GitPull","Resource":"*""#;

fn refused(document: &str, place: &str, word: &str) {
    let error = Policy::parse(document).expect_err(document).to_string();
    assert!(error.starts_with(&format!("{place}: ")) && error.contains(word), "{document}: {error}");
}

/// A document with one statement of these members.
fn statement(members: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{{{GOOD}}},{{{members}}}]}}"#)
}

fn condition(condition: &str) -> String {
    statement(&format!(r#"{GOOD},"Condition":{condition}"#))
}

#[test]
fn good_documents_are_accepted() {
    for document in [
        format!(r#"{{"Statement":{{{GOOD}}}}}"#),
        format!(r#"{{"Version":"2008-10-17","Id":"x","Statement":[{{"Sid":"a",{GOOD}}},{{"Sid":"b",{GOOD}}}]}}"#),
        statement(
            r#""Effect":"Deny","NotAction":["s3:*","iam:Get?ser"],"NotResource":["arn:aws:s3:::b/*","arn:aws:sqs"]"#,
        ),
        condition("{}"),
        condition(r#"{"Bool":{"aws:SecureTransport":true},"NumericLessThan":{"aws:EpochTime":[1,"2"]}}"#),
        condition(
            r#"{"ForAllValues:StringLikeIfExists":{"aws:TagKeys":["a","${aws:username}","${*}","${aws:x, 'y}'}"]}}"#,
        ),
        condition(r#"{"StringEquals":{"aws:RequestTag/Cost Center":"1"}}"#),
    ] {
        Policy::parse(&document).unwrap_or_else(|error| panic!("{document}: {error}"));
    }
}

#[test]
fn a_document_must_be_json_of_the_right_form() {
    let whole = "the policy document";
    refused("", whole, "JSON");
    refused("{", whole, "JSON");
    refused("[]", whole, "an object is expected, not a list");
    refused("{}", whole, "Statement is missing");
    refused(&format!(r#"{{"Version":"2012-10-17","Statement":{{{GOOD}}}}} x"#), whole, "JSON");
    refused(&format!(r#"{{"Statement":{{{GOOD}}},"Statement":{{{GOOD}}}}}"#), whole, "occurs twice");
    refused(&format!(r#"{{"statement":{{{GOOD}}}}}"#), whole, "no element 'statement'");
    refused(&format!(r#"{{"Version":"2012-10-18","Statement":{{{GOOD}}}}}"#), "Version", "2012-10-17");
    refused(&format!(r#"{{"Version":2012,"Statement":{{{GOOD}}}}}"#), "Version", "a string is expected, not a number");
    refused(&format!(r#"{{"Id":null,"Statement":{{{GOOD}}}}}"#), "Id", "not null");
    refused(r#"{"Statement":[]}"#, "Statement", "empty");
    refused(r#"{"Statement":["x"]}"#, "Statement[0]", "an object is expected");
    refused(&format!("{}1{}", "[".repeat(500), "]".repeat(500)), whole, "JSON");
}

#[test]
fn a_statement_must_say_all_it_needs_and_nothing_else() {
    let second = "Statement[1]";
    refused(&statement(r#""Action":"s3:*","Resource":"*""#), second, "Effect is missing");
    refused(&statement(r#""Effect":"allow","Action":"s3:*","Resource":"*""#), "Statement[1].Effect", "Allow or Deny");
    refused(&statement(r#""Effect":true,"Action":"s3:*","Resource":"*""#), "Statement[1].Effect", "not a boolean");
    refused(&statement(r#""Effect":"Allow","Resource":"*""#), second, "Action or NotAction is missing");
    refused(&statement(r#""Effect":"Allow","Action":"s3:*""#), second, "Resource or NotResource is missing");
    refused(&statement(&format!(r#"{GOOD},"NotAction":"s3:*""#)), second, "only one");
    refused(&statement(&format!(r#"{GOOD},"NotResource":"*""#)), second, "only one");
    refused(&statement(&format!(r#"{GOOD},"Principal":"*""#)), second, "Principal has no place");
    refused(&statement(&format!(r#"{GOOD},"NotPrincipal":"*""#)), second, "NotPrincipal has no place");
    refused(&statement(&format!(r#"{GOOD},"Effect":"Deny""#)), "the policy document", "occurs twice");
    refused(&statement(&format!(r#"{GOOD},"Conditions":{{}}"#)), second, "no element 'Conditions'");
    refused(&statement(&format!(r#"{GOOD},"Sid":"a b""#)), "Statement[1].Sid", "letters and digits");
    let twice = format!(r#"{{"Statement":[{{"Sid":"a",{GOOD}}},{{"Sid":"a",{GOOD}}}]}}"#);
    refused(&twice, "Statement[1].Sid", "the same Sid");
}

#[test]
fn actions_and_resources_must_look_like_it() {
    for wrong in ["", "GitPull", "codecommit:", ":GitPull", "code*:GitPull", "codecommit:Git Pull", "a:b:c", "*:*"] {
        let members = format!(r#""Effect":"Allow","Action":["s3:*","{wrong}"],"Resource":"*""#);
        refused(&statement(&members), "Statement[1].Action", &format!("'{wrong}'"));
    }
    refused(&statement(r#""Effect":"Allow","NotAction":[],"Resource":"*""#), "Statement[1].NotAction", "empty");
    refused(&statement(r#""Effect":"Allow","Action":[1],"Resource":"*""#), "Statement[1].Action", "not a number");
    for wrong in ["", "demo", "**", "arn", "ARN:aws:s3:::b", "arn::codecommit:*:*:*", "arn:aws::x", "*:aws:s3:::b"] {
        let members = format!(r#""Effect":"Allow","Action":"s3:*","Resource":"{wrong}""#);
        refused(&statement(&members), "Statement[1].Resource", &format!("'{wrong}'"));
    }
    for wrong in ["${aws:username", "${}", "${username}", "${aws:username, x}", "${aws:username, 'x}", "${ }", "${&}"] {
        let members = format!(r#""Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::{wrong}""#);
        refused(&statement(&members), "Statement[1].Resource", "${".trim_end_matches('{'));
    }
}

#[test]
fn conditions_must_have_known_operators_keys_and_values() {
    let place = "Statement[1].Condition";
    refused(&condition("[]"), place, "an object is expected");
    refused(&condition(r#"{"StringIs":{"aws:username":"a"}}"#), place, "'StringIs' is no condition operator");
    refused(&condition(r#"{"stringequals":{"aws:username":"a"}}"#), place, "did you mean 'StringEquals'?");
    for wrong in ["NullIfExists", "ForAnyValue:Null", "ForSomeValues:StringEquals", "IfExists", "ForAnyValue:"] {
        refused(&condition(&format!(r#"{{"{wrong}":{{"aws:username":"a"}}}}"#)), place, "no condition operator");
    }
    refused(&condition(r#"{"StringEquals":"a"}"#), "Statement[1].Condition.StringEquals", "an object is expected");
    for wrong in ["", "username", ":x", "aws:", "aws:a b", "aws:RequestTag/"] {
        let document = condition(&format!(r#"{{"StringEquals":{{"{wrong}":"a"}}}}"#));
        refused(&document, "Statement[1].Condition.StringEquals", "no condition key");
    }
    for (operator, wrong) in [
        ("StringEquals", r#"{"a":1}"#),
        ("StringEquals", "null"),
        ("StringEquals", "[]"),
        ("StringEquals", r#"[["a"]]"#),
        ("StringLike", r#""${x""#),
        ("NumericEquals", r#""ten""#),
        ("NumericEquals", r#""inf""#),
        ("NumericEquals", r#""${aws:EpochTime}""#),
        ("DateLessThan", r#""tomorrow""#),
        ("Bool", r#""yes""#),
        ("Null", r#""maybe""#),
        ("BinaryEquals", r#""?""#),
        ("IpAddress", r#""10.0.0.0/40""#),
        ("NotIpAddress", r#""localhost""#),
        ("ArnLike", r#""demo""#),
        ("ArnEquals", r#"["*","arn"]"#),
    ] {
        let document = condition(&format!(r#"{{"{operator}":{{"aws:username":{wrong}}}}}"#));
        let error = Policy::parse(&document).expect_err(&document).to_string();
        let at = format!("Statement[1].Condition.{operator}.aws:username: ");
        assert!(error.starts_with(&at), "{document}: {error}");
    }
}

#[test]
fn a_document_has_a_largest_size_in_which_white_space_does_not_count() {
    let sized = |letters: usize, spaces: usize| {
        let head = r#"{"Id":""#;
        let tail = format!(r#"","Statement":{{{GOOD}}}}}"#);
        let fill = "x".repeat(letters - head.len() - tail.len());
        format!("{}{head}{fill}{tail}", " ".repeat(spaces))
    };
    Policy::parse(&sized(MOST_CHARACTERS, 5000)).unwrap();
    refused(&sized(MOST_CHARACTERS + 1, 0), "the policy document", "6145 characters");
}
