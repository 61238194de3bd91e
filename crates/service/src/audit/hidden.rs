//! What records do not say: secrets, contents of files and comments, and what is too long.

use serde_json::{Map, Value};

/// The longest text that is kept whole, in bytes; a policy of a user is not longer.
const MOST_TEXT: usize = 8 * 1024;

/// The most entries of a list that are kept.
const MOST_ENTRIES: usize = 100;

/// How large parameters or a result may be altogether, in bytes, to be kept at all.
const MOST_BYTES: usize = 64 * 1024;

/// What stands in place of what is hidden, as in `CloudTrail`.
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// The names of members that hold what users wrote into files and comments.
const CONTENTS: &[&str] = &["content", "filecontent", "rawcontent"];

/// The parameters or the result of a request without what is nobody's business. `Null` if it is too large even so.
pub(crate) fn hidden(value: Value) -> Value {
    let value = hide(value);
    if value.to_string().len() > MOST_BYTES { Value::Null } else { value }
}

fn hide(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.into_iter().map(|(name, value)| {
                let value = if is_hidden(&name) && !value.is_null() { HIDDEN.into() } else { hide(value) };
                (name, value)
            });
            Value::Object(members.collect::<Map<_, _>>())
        }
        Value::Array(entries) => entries.into_iter().take(MOST_ENTRIES).map(hide).collect(),
        Value::String(text) if text.len() > MOST_TEXT => {
            let end = text.floor_char_boundary(MOST_TEXT);
            format!("{}… ({} bytes)", &text[..end], text.len()).into()
        }
        other => other,
    }
}

/// Whether a member is hidden because of its name. Tokens of all kinds are, also those that are no secrets.
fn is_hidden(name: &str) -> bool {
    let name = name.rsplit('.').next().unwrap_or(name).to_ascii_lowercase();
    CONTENTS.contains(&name.as_str()) || ["secret", "password", "token"].iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_and_contents_are_hidden_wherever_they_are() {
        let shown = hidden(json!({
            "repositoryName": "demo",
            "putFiles": [{ "filePath": "a", "fileContent": "aGVsbG8=" }],
            "Hook.member.1.SigningSecret": "s3cr3t",
            "accessToken": "t",
            "password": null,
            "comment": { "content": "hello" },
        }));
        assert_eq!(shown["putFiles"][0], json!({ "filePath": "a", "fileContent": HIDDEN }));
        assert_eq!((&shown["repositoryName"], &shown["password"]), (&json!("demo"), &Value::Null));
        for name in ["Hook.member.1.SigningSecret", "accessToken"] {
            assert_eq!(shown[name], HIDDEN);
        }
        assert_eq!(shown["comment"]["content"], HIDDEN);
    }

    #[test]
    fn what_is_long_is_cut_and_what_is_huge_is_left_out() {
        let shown = hidden(json!({ "text": "é".repeat(5000), "list": vec![1; 1000] }));
        assert!(shown["text"].as_str().unwrap().ends_with("… (10000 bytes)"));
        assert_eq!(shown["list"].as_array().unwrap().len(), 100);
        assert_eq!(hidden(json!(vec!["x".repeat(8000); 100])), Value::Null);
    }
}
