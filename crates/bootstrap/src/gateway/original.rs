//! Headers that the edge carried past the gateway under other names.
//!
//! A REST API drops an `Authorization` that holds a SigV4 signature, puts its own name into `Host`, and may take
//! `X-Amz-Target` for its own. So the edge (`infra/cloudfront/route.js`) renames them, after it removed what a client sent under those
//! names. They are believed only together with the secret that the edge alone knows. A signature must still verify over what they
//! say, so that whoever got hold of the secret could sign for nobody.

use http::{HeaderMap, HeaderName, HeaderValue};
use std::net::IpAddr;
use subtle::ConstantTimeEq;

/// What the names begin with that only the edge may use.
const PREFIX: &str = "x-cf-";

/// The secret of the edge.
const SECRET: &str = "x-cf-origin-secret";

/// The address of the client.
const CLIENT: &str = "x-cf-source-ip";

/// What headers are called at the edge, and what they were.
const RENAMED: [(&str, &str); 4] = [
    ("x-cf-authorization", "authorization"),
    ("x-cf-host", "host"),
    ("x-cf-target", "x-amz-target"),
    ("x-cf-security-token", "x-amz-security-token"),
];

/// Gives the headers their original names if they come from the edge, and removes all of its names. Returns the address of the
/// client that the edge names: to the gateway, all requests come from the edge.
pub(crate) fn restore(headers: &mut HeaderMap, secret: Option<&str>) -> Option<IpAddr> {
    let is_from_the_edge = secret.is_some_and(|secret| has_secret(headers, secret));
    let client = headers.get(CLIENT).filter(|_| is_from_the_edge).and_then(|client| client.to_str().ok()?.parse().ok());
    for (renamed, original) in RENAMED.iter().filter(|_| is_from_the_edge) {
        let values: Vec<HeaderValue> = headers.get_all(*renamed).iter().cloned().collect();
        if values.is_empty() {
            continue;
        }
        headers.remove(*original);
        for value in values {
            headers.append(*original, value);
        }
    }
    let names: Vec<HeaderName> = headers.keys().filter(|name| name.as_str().starts_with(PREFIX)).cloned().collect();
    for name in names {
        headers.remove(name);
    }
    client
}

fn has_secret(headers: &HeaderMap, secret: &str) -> bool {
    let mut given = headers.get_all(SECRET).iter();
    match (given.next(), given.next()) {
        (Some(given), None) => given.as_bytes().ct_eq(secret.as_bytes()).into(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn restored(given: &[(&str, &str)], secret: Option<&str>) -> Vec<(String, String)> {
        let mut headers = HeaderMap::new();
        for (name, value) in given {
            headers.append(HeaderName::try_from(*name).unwrap(), HeaderValue::from_str(value).unwrap());
        }
        let client = restore(&mut headers, secret);
        assert_eq!(client.is_some(), secret == Some("s3cret") && headers.contains_key("x-amz-target"));
        let mut left: Vec<_> =
            headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
        left.sort();
        left
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    const FROM_THE_EDGE: &[(&str, &str)] = &[
        ("host", "abc.execute-api.eu-central-1.amazonaws.com"),
        ("x-cf-host", "git.example.com"),
        ("x-cf-authorization", "AWS4-HMAC-SHA256 …"),
        ("x-cf-authorization", "a second one"),
        ("x-cf-target", "CodeCommit_20150413.GetRepository"),
        ("x-cf-security-token", "token"),
        ("x-cf-source-ip", "203.0.113.9"),
        ("x-cf-anything", "else"),
    ];

    #[test]
    fn the_edge_is_believed_when_it_knows_the_secret() {
        let given = [&[("x-cf-origin-secret", "s3cret")], FROM_THE_EDGE].concat();
        let expected = [
            pair("authorization", "AWS4-HMAC-SHA256 …"),
            pair("authorization", "a second one"),
            pair("host", "git.example.com"),
            pair("x-amz-security-token", "token"),
            pair("x-amz-target", "CodeCommit_20150413.GetRepository"),
        ];
        assert_eq!(restored(&given, Some("s3cret")), expected);
    }

    #[test]
    fn nobody_else_is_believed() {
        let untouched = [pair("host", "abc.execute-api.eu-central-1.amazonaws.com")];
        assert_eq!(restored(FROM_THE_EDGE, Some("s3cret")), untouched, "without the secret");
        assert_eq!(restored(FROM_THE_EDGE, None), untouched, "where there is no edge");
        for wrong in ["", "s3cre", "s3cret2", "S3CRET"] {
            let given = [&[("x-cf-origin-secret", wrong)], FROM_THE_EDGE].concat();
            assert_eq!(restored(&given, Some("s3cret")), untouched, "with the secret '{wrong}'");
            assert_eq!(restored(&given, None), untouched, "with '{wrong}' where there is no secret");
        }
        let twice = [&[("x-cf-origin-secret", "s3cret"), ("x-cf-origin-secret", "guess")], FROM_THE_EDGE].concat();
        assert_eq!(restored(&twice, Some("s3cret")), untouched, "with the secret and a guess");
    }

    #[test]
    fn what_the_edge_left_alone_stays() {
        let given = [("x-cf-origin-secret", "s3cret"), ("authorization", "Basic YTpi"), ("git-protocol", "version=2")];
        let expected = [pair("authorization", "Basic YTpi"), pair("git-protocol", "version=2")];
        assert_eq!(restored(&given, Some("s3cret")), expected);
    }
}
