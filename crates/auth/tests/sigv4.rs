//! Signatures made by AWS's own signer are accepted, and every change to what was signed is refused.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use auth::sigv4::{Expected, SignedRequest};
use auth::{ClaimedKey, Reason, Secret, Signer};
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use http::{HeaderName, HeaderValue, Request};
use proptest::prelude::*;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const KEY_ID: &str = "CFKAABCDEFGHIJKLMNOP";
const SECRET: &str = "cfs_0123456789abcdefghijABCDEFGHIJ012345";
const HOST: &str = "git.example.com:7420";

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_795_000_000)
}

/// A request as an AWS client makes it, signed by AWS's signer.
fn signed(path: &str, headers: &[(&str, &str)], body: &[u8], region: &str, at: SystemTime) -> Request<()> {
    let identity = Credentials::new(KEY_ID, SECRET, None, None, "test").into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("codecommit")
        .time(at)
        .settings(SigningSettings::default())
        .build()
        .unwrap()
        .into();
    let mut all = vec![
        ("host", HOST),
        ("content-type", "application/x-amz-json-1.1"),
        ("x-amz-target", "CodeCommit_20150413.GetRepository"),
    ];
    all.extend(headers);
    let uri = format!("http://{HOST}{path}");
    let signable = SignableRequest::new("POST", &uri, all.iter().copied(), SignableBody::Bytes(body)).unwrap();
    let (instructions, _) = sign(signable, &params).unwrap().into_parts();
    let mut request = Request::post(path);
    for (name, value) in all {
        request = request.header(name, value);
    }
    let mut request = request.body(()).unwrap();
    instructions.apply_to_request_http1x(&mut request);
    request
}

fn check(request: Request<()>, body: &[u8], at: SystemTime) -> Result<(), Reason> {
    let (parts, ()) = request.into_parts();
    let hosts = [HOST.to_owned()];
    let expected = Expected { regions: &["eu-west-1"], service: "codecommit", hosts: &hosts };
    let signed = SignedRequest::parse(&parts).map_err(|failure| failure.reason)?;
    assert_eq!(signed.claimed_key().map_err(|failure| failure.reason)?, ClaimedKey::Static(KEY_ID));
    signed.verify(&Secret::new(SECRET), body, at, &expected).map_err(|failure| failure.reason)
}

fn good() -> Request<()> {
    signed("/", &[], b"{}", "eu-west-1", now())
}

#[test]
fn a_request_signed_by_the_sdk_is_accepted() {
    assert_eq!(check(good(), b"{}", now()), Ok(()));
}

#[test]
fn a_changed_body_is_refused() {
    assert_eq!(check(good(), b"{ }", now()), Err(Reason::Invalid));
}

#[test]
fn changed_headers_path_and_method_are_refused() {
    let mut target = good();
    target.headers_mut().insert("x-amz-target", HeaderValue::from_static("CodeCommit_20150413.DeleteRepository"));
    assert_eq!(check(target, b"{}", now()), Err(Reason::Invalid));
    let mut path = good();
    *path.uri_mut() = "/other".parse().unwrap();
    assert_eq!(check(path, b"{}", now()), Err(Reason::Invalid));
    let mut query = good();
    *query.uri_mut() = "/?a=b".parse().unwrap();
    assert_eq!(check(query, b"{}", now()), Err(Reason::Invalid));
    let mut method = good();
    *method.method_mut() = http::Method::PUT;
    assert_eq!(check(method, b"{}", now()), Err(Reason::Invalid));
}

#[test]
fn the_clock_may_be_off_by_five_minutes() {
    for (offset, accepted) in [(299, true), (300, true), (301, false), (1200, false)] {
        let offset = Duration::from_secs(offset);
        assert_eq!(check(good(), b"{}", now() + offset).is_ok(), accepted);
        assert_eq!(check(good(), b"{}", now() - offset).is_ok(), accepted);
    }
}

#[test]
fn another_region_host_or_secret_is_refused() {
    assert_eq!(check(signed("/", &[], b"{}", "us-east-1", now()), b"{}", now()), Err(Reason::Invalid));
    let mut host = good();
    host.headers_mut().insert("host", HeaderValue::from_static("other.example.com"));
    assert_eq!(check(host, b"{}", now()), Err(Reason::Invalid));
    let (parts, ()) = good().into_parts();
    let hosts = [HOST.to_owned()];
    let expected = Expected { regions: &["eu-west-1"], service: "codecommit", hosts: &hosts };
    let other = SignedRequest::parse(&parts).unwrap().verify(&Secret::new("other"), b"{}", now(), &expected);
    assert_eq!(other.unwrap_err().reason, Reason::Invalid);
}

#[test]
fn what_matters_must_be_signed_and_occur_once() {
    let mut unsigned = good();
    unsigned.headers_mut().insert("x-amz-extra", HeaderValue::from_static("1"));
    assert_eq!(check(unsigned, b"{}", now()), Err(Reason::Incomplete));
    for name in ["authorization", "x-amz-date", "x-amz-target", "content-type", "host"] {
        let mut twice = good();
        let name = HeaderName::from_static(name);
        let value = twice.headers()[&name].clone();
        twice.headers_mut().append(name.clone(), value);
        assert!(check(twice, b"{}", now()).is_err(), "{name} twice");
    }
    let mut gateway = good();
    gateway.headers_mut().insert("x-amzn-trace-id", HeaderValue::from_static("Root=1"));
    assert_eq!(check(gateway, b"{}", now()), Ok(()));
}

#[test]
fn a_session_token_beside_a_long_term_key_is_refused() {
    let request = signed("/", &[("x-amz-security-token", "t")], b"{}", "eu-west-1", now());
    assert_eq!(check(request, b"{}", now()), Err(Reason::Unknown));
}

#[test]
fn an_unsigned_request_is_told_so() {
    let (parts, ()) = Request::post("/").header("host", HOST).body(()).unwrap().into_parts();
    assert_eq!(SignedRequest::parse(&parts).unwrap_err().reason, Reason::Missing);
}

/// A request as our own signer makes it.
fn signed_by_us(path: &str, headers: &[(&str, &str)], body: &[u8]) -> Request<()> {
    let mut request = Request::post(path)
        .header("host", HOST)
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", "CodeCommit_20150413.GetRepository");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (mut parts, ()) = request.body(()).unwrap().into_parts();
    let secret = Secret::new(SECRET);
    let signer = Signer {
        access_key_id: KEY_ID,
        secret: &secret,
        session_token: None,
        region: "eu-west-1",
        service: "codecommit",
    };
    signer.sign(&mut parts, body, now()).unwrap();
    Request::from_parts(parts, ())
}

proptest! {
    #[test]
    fn our_signatures_are_those_of_the_sdk(
        path in "/([a-zA-Z0-9_~-]|%20|%C3%A9){0,6}",
        value in "[!-~]([ -~]{0,20}[!-~])?",
        body in proptest::collection::vec(any::<u8>(), 0..64),
    ) {
        prop_assume!(format!("http://{HOST}{path}").parse::<http::Uri>().is_ok());
        let headers = [("x-amz-meta", value.as_str())];
        let (ours, theirs) = (signed_by_us(&path, &headers, &body), signed(&path, &headers, &body, "eu-west-1", now()));
        let authorization = |request: &Request<()>| request.headers()["authorization"].to_str().unwrap().to_owned();
        let signature = |request: &Request<()>| authorization(request).rsplit_once("Signature=").unwrap().1.to_owned();
        prop_assert_eq!(signature(&ours), signature(&theirs), "{} and {}", authorization(&ours), authorization(&theirs));
        prop_assert_eq!(check(ours, &body, now()), Ok(()));
    }

    #[test]
    fn whatever_the_sdk_signs_is_accepted(
        path in "/([a-zA-Z0-9_~-]|%20|%C3%A9){0,6}",
        value in "[!-~]([ -~]{0,20}[!-~])?",
        body in proptest::collection::vec(any::<u8>(), 0..64),
    ) {
        prop_assume!(format!("http://{HOST}{path}").parse::<http::Uri>().is_ok());
        let request = signed(&path, &[("x-amz-meta", &value)], &body, "eu-west-1", now());
        prop_assert_eq!(check(request, &body, now()), Ok(()));
    }

    #[test]
    fn a_changed_request_is_accepted_only_if_the_sdk_would_sign_it_the_same(
        path in "/[ab]{0,2}",
        other_path in "/[ab]{0,2}",
        value in "[xy]( {0,2}[xy]){0,2}",
        other_value in " {0,1}[xy]( {0,2}[xy]){0,2} {0,1}",
        body in "[01]{0,1}",
        other_body in "[01]{0,1}",
    ) {
        let original = signed(&path, &[("x-amz-meta", &value)], body.as_bytes(), "eu-west-1", now());
        let anew = signed(&other_path, &[("x-amz-meta", other_value.trim())], other_body.as_bytes(), "eu-west-1", now());
        let mut changed = original.clone();
        *changed.uri_mut() = other_path.parse().unwrap();
        changed.headers_mut().insert("x-amz-meta", HeaderValue::from_str(&other_value).unwrap());
        let same = original.headers()["authorization"] == anew.headers()["authorization"];
        prop_assert_eq!(check(changed, other_body.as_bytes(), now()).is_ok(), same);
    }

    #[test]
    fn arbitrary_authorization_headers_never_panic(value in "[ -~]{0,200}", date in "[ -~]{0,20}") {
        let request = Request::post("/")
            .header("host", HOST)
            .header("authorization", format!("AWS4-HMAC-SHA256 {value}"))
            .header("x-amz-date", date)
            .body(())
            .unwrap();
        _ = SignedRequest::parse(&request.into_parts().0);
    }
}
