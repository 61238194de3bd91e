//! Made-up policy documents: anything at all, what looks like a policy, and policies with a fault. The same seed makes the same ones.

use serde_json::{Map, Value, json};

const OPERATORS: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "NumericEquals",
    "NumericLessThanEquals",
    "DateGreaterThan",
    "DateEquals",
    "Bool",
    "BinaryEquals",
    "IpAddress",
    "NotIpAddress",
    "ArnLike",
    "ArnNotEquals",
    "Null",
    "stringequals",
];
const QUANTIFIERS: &[&str] =
    &["", "", "", "", "", "", "ForAnyValue:", "ForAnyValue:", "ForAllValues:", "ForAllValues:", "ForAll:"];
const KEYS: &[&str] = &[
    "aws:username",
    "aws:TagKeys",
    "AWS:tagkeys",
    "aws:CurrentTime",
    "aws:EpochTime",
    "aws:SourceIp",
    "aws:SecureTransport",
    "aws:PrincipalArn",
    "aws:PrincipalTag/team",
    "aws:ResourceTag/é",
    "codecommit:References",
    "none",
];
const VALUES: &[&str] = &[
    "ana",
    "",
    "*",
    "refs/heads/*",
    "*a*?*b*",
    "${aws:username}",
    "${aws:PrincipalTag/team, 'a}b'}",
    "${*}${?}${$}",
    "${",
    "1e309",
    "-0.0",
    "12",
    "2026-02-30T25:61:00Z",
    "2026-01-31T12:00:00.5+01:00",
    "true",
    "10.0.0.0/8",
    "::ffff:10.0.0.1/129",
    "AAAA=",
    "arn:aws:iam::123456789012:user/coldforge/${aws:username}",
    "arn:aws",
];
const ACTIONS: &[&str] =
    &["*", "codecommit:*", "codecommit:Git*", "CODECOMMIT:git?ull", "iam:CreateUser", "iam:", "git pull", "**"];
const RESOURCES: &[&str] = &[
    "*",
    "arn:aws:codecommit:*:*:*",
    "arn:aws:codecommit:eu-west-1:123456789012:demo",
    "arn:*:*:*:*:*a*b*?",
    "arn:aws:codecommit:*:*:${aws:username}",
    "arn:aws:iam::*:user/${aws:PrincipalTag/team, 'x'}/*",
    "arn:aws:s3",
    "arn:aws::::",
    "demo",
];
/// What the words of policies consist of, and what JSON stumbles over.
const TOKENS: &[&str] = &[
    "\"",
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "${",
    "*",
    "?",
    "'",
    "\\u0000",
    "\\ud800",
    "\u{e9}",
    "\u{0}",
    "null",
    "1e999",
    "arn:",
    "Deny",
    "Not",
    "Statement",
    "Effect",
    "Version",
    "2012-10-17",
    "\\",
    "\u{10ffff}",
    "-",
    " ",
];

/// A source of made-up documents.
pub(crate) struct MadeUp(u64);

impl MadeUp {
    /// Starts from a seed.
    pub(crate) fn new(seed: u64) -> Self {
        // Two seeds that are next to each other have to have nothing in common, and a generator at zero stays there.
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 16) % end as u64) as usize
    }

    /// One of these.
    pub(crate) fn one_of<'a>(&mut self, texts: &[&'a str]) -> &'a str {
        texts[self.below(texts.len())]
    }

    /// A document: in equal parts letters and tokens without sense, any JSON, a policy, and a policy with up to three faults; one
    /// of some hundreds is as large as policies can be.
    pub(crate) fn document(&mut self) -> String {
        match self.below(4) {
            _ if self.below(400) == 0 => self.policy(60).to_string(),
            0 => self.letters(),
            1 => self.json(4).to_string(),
            2 => self.policy(3).to_string(),
            _ => {
                let policy = self.policy(2).to_string();
                self.spoilt(&policy)
            }
        }
    }

    /// A value that a request may have for a condition key.
    pub(crate) fn value(&mut self) -> String {
        self.one_of(VALUES).to_owned()
    }

    fn letters(&mut self) -> String {
        let count = self.below(60);
        let mut text = String::new();
        for _ in 0..count {
            match self.below(3) {
                0 => text.extend(char::from_u32(self.below(0x11_0000) as u32)),
                _ => text.push_str(self.one_of(TOKENS)),
            }
        }
        text
    }

    fn json(&mut self, depth: usize) -> Value {
        match self.below(if depth == 0 { 5 } else { 8 }) {
            0 => Value::Null,
            1 => json!(self.below(2) == 0),
            2 => json!(self.below(1 << 40)),
            3 => json!(-(self.below(1000) as f64) / 7.0),
            4 => json!(self.one_of(&[VALUES, KEYS, TOKENS, ACTIONS].concat())),
            5 => (0..self.below(4)).map(|_| self.json(depth - 1)).collect(),
            _ => {
                let names: &[&str] =
                    &["Version", "Statement", "Effect", "Action", "Resource", "Condition", "Null", "x"];
                (0..self.below(5)).map(|_| (self.one_of(names).to_owned(), self.json(depth - 1))).collect()
            }
        }
    }

    /// What has the form of a policy; most are some.
    fn policy(&mut self, most_statements: usize) -> Value {
        let count = 1 + self.below(most_statements);
        let statements: Vec<Value> = (0..count).map(|_| self.statement()).collect();
        json!({"Version": if self.below(8) == 0 { "2008-10-17" } else { "2012-10-17" }, "Statement": statements})
    }

    fn statement(&mut self) -> Value {
        let mut statement = Map::new();
        statement.insert("Effect".to_owned(), json!(if self.below(3) == 0 { "Deny" } else { "Allow" }));
        let action = if self.below(5) == 0 { "NotAction" } else { "Action" };
        statement.insert(action.to_owned(), self.some_of(ACTIONS, 6));
        let resource = if self.below(5) == 0 { "NotResource" } else { "Resource" };
        statement.insert(resource.to_owned(), self.some_of(RESOURCES, 7));
        if self.below(2) == 0 {
            let conditions: Map<String, Value> = (0..self.below(4)).map(|_| self.condition()).collect();
            statement.insert("Condition".to_owned(), conditions.into());
        }
        statement.into()
    }

    fn condition(&mut self) -> (String, Value) {
        let if_exists = if self.below(4) == 0 { "IfExists" } else { "" };
        let operator = format!("{}{}{if_exists}", self.one_of(QUANTIFIERS), self.one_of(OPERATORS));
        // Values that are right for the operator more often than not.
        let values: &[&str] = match operator.as_str() {
            operator if operator.contains("Numeric") => &["1", "12", "-3.5"],
            operator if operator.contains("Date") => &["2026-01-31T12:00:00Z", "2026-01-31", "1795000000"],
            operator if operator.contains("Ip") => &["10.0.0.0/8", "2001:db8::/32", "192.0.2.1"],
            operator if operator.contains("Arn") => &["arn:aws:iam::*:user/*", "arn:aws:s3:::${aws:username}"],
            operator if operator.contains("Binary") => &["AAAA", "YQ=="],
            operator if operator.contains("Bool") || operator.contains("Null") => &["true", "false"],
            _ => VALUES,
        };
        let values = if self.below(12) == 0 { VALUES } else { values };
        let named = if self.below(20) == 0 { KEYS } else { &KEYS[..KEYS.len() - 1] };
        let keys: Map<String, Value> =
            (0..=self.below(2)).map(|_| (self.one_of(named).to_owned(), self.some_of(values, values.len()))).collect();
        (operator, keys.into())
    }

    /// One text or a list of some; mostly from the first `good` ones.
    fn some_of(&mut self, texts: &[&str], good: usize) -> Value {
        let texts = if self.below(40) == 0 { texts } else { &texts[..good.min(texts.len())] };
        if self.below(2) == 0 {
            return json!(self.one_of(texts));
        }
        (0..=self.below(3)).map(|_| self.one_of(texts)).collect()
    }

    /// A document with one to three letters left out, replaced, or added as a token.
    fn spoilt(&mut self, document: &str) -> String {
        let mut letters: Vec<char> = document.chars().collect();
        for _ in 0..=self.below(3) {
            let at = self.below(letters.len());
            match self.below(3) {
                0 => _ = letters.remove(at),
                1 => letters[at] = char::from(self.below(0x60) as u8 + 0x20),
                _ => _ = letters.splice(at..at, self.one_of(TOKENS).chars()),
            }
        }
        letters.into_iter().collect()
    }
}
