//! Names that stand for what is another one each time: ids, times, hosts.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What stands for what. Ids get a name by the member in which they are met first, and a number.
pub(crate) struct Names {
    hosts: Vec<(String, String)>,
    known: BTreeMap<String, String>,
    counts: BTreeMap<String, usize>,
}

impl Names {
    /// Names for these hosts.
    pub(crate) fn new(hosts: &[(String, &str)]) -> Self {
        let hosts = hosts.iter().map(|(url, name)| (url.clone(), format!("<{name}>"))).collect();
        Self { hosts, known: BTreeMap::new(), counts: BTreeMap::new() }
    }

    /// Gives an id a name, if it has none.
    pub(crate) fn give(&mut self, id: &str, name: &str) {
        self.known.entry(id.to_owned()).or_insert_with(|| format!("<{name}>"));
    }

    /// The value with names in it, in the order of its members.
    pub(crate) fn put_into(&mut self, value: &Value, member: &str) -> Value {
        match value {
            Value::Object(members) => {
                let named = members.iter().map(|(name, value)| (name.clone(), self.put_into(value, name)));
                Value::Object(named.collect::<Map<_, _>>())
            }
            Value::Array(values) => values.iter().map(|value| self.put_into(value, member)).collect(),
            // Those who expect numbers are told a number that is made of an id.
            Value::Number(number) if number.as_u64().is_some_and(|number| number > 1 << 40) => {
                Value::String(self.of(&number.to_string(), member))
            }
            Value::String(text) => Value::String(self.put_into_text(text, member)),
            other => other.clone(),
        }
    }

    fn put_into_text(&mut self, text: &str, member: &str) -> String {
        if is_time(text) {
            return "<time>".to_owned();
        }
        // KMS names keys by their ARNs, a key file by their ids.
        let mut text = text.replace("arn:aws:kms:eu-west-1:123456789012:key/", "");
        for (host, name) in &self.hosts {
            text = text.replace(host, name);
        }
        let mut named = String::new();
        for word in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '-') {
            let end = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && c != '-');
            // Two ids with dots between them are one word, when a page compares them.
            named.push_str(&if is_id(end) { self.of(end, member) } else { self.short(end) });
            named.push_str(&word[end.len()..]);
        }
        named
    }

    fn of(&mut self, id: &str, member: &str) -> String {
        if let Some(name) = self.known.get(id) {
            return name.clone();
        }
        let count = self.counts.entry(member.to_owned()).or_default();
        *count += 1;
        let name = format!("<{member} {count}>");
        self.known.insert(id.to_owned(), name.clone());
        name
    }

    /// The name of what begins with these seven digits, if they are the beginning of anything.
    fn short(&self, word: &str) -> String {
        let is_short = word.len() == 7 && is_hex(word);
        let found = self.known.iter().find(|(id, _)| is_short && id.len() == 40 && id.starts_with(word));
        found.map_or_else(|| word.to_owned(), |(_, name)| format!("{name} in short"))
    }
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// An object's or a revision's id, a UUID, an id of IAM's kind, or a token's.
fn is_id(word: &str) -> bool {
    let is_object = matches!(word.len(), 40 | 64) && is_hex(word) && word.bytes().any(|byte| byte != b'0');
    let parts: Vec<usize> = word.split('-').map(str::len).collect();
    let is_uuid = parts == [8, 4, 4, 4, 12] && is_hex(&word.replace('-', ""));
    let is_of_iam = word.len() >= 16 && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    is_object || is_uuid || is_of_iam || word.starts_with("pat-")
}

/// `2025-11-24T08:30:05.125Z` and the like, or `Wed Nov 06 19:10:58 UTC 2019`.
fn is_time(text: &str) -> bool {
    let digits =
        |range: std::ops::Range<usize>| text.get(range).is_some_and(|part| part.bytes().all(|b| b.is_ascii_digit()));
    let is_iso = text.get(10..11) == Some("T") && digits(0..4) && digits(5..7) && digits(8..10) && digits(11..13);
    is_iso || text.len() == 28 && text.get(20..23) == Some("UTC") && digits(24..28)
}
