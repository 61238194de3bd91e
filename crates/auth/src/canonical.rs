//! A request in canonical form (AWS General Reference, "Create a canonical request"): the same for who signs and who verifies.

use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderName, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Unreserved characters stay as they are (RFC 3986, section 2.3).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The canonical request up to and including the signed headers; the hash of the body follows. Otherwise what is wrong with
/// the headers.
pub(crate) fn head(parts: &Parts, signed_headers: &str, host: &str) -> Result<String, String> {
    let headers = canonical_headers(parts, signed_headers, host)?;
    let (path, query) = (canonical_path(&parts.uri), canonical_query(&parts.uri));
    Ok(format!("{}\n{path}\n{query}\n{headers}\n{signed_headers}\n", parts.method))
}

/// Whether a header decides what a request means, so that it has to be signed.
pub(crate) fn must_sign(name: &str) -> bool {
    name == CONTENT_TYPE.as_str() || (name.starts_with("x-amz-") && !name.starts_with("x-amzn-"))
}

/// The signed headers with their values. Everything that decides what the request means must be among them.
fn canonical_headers(parts: &Parts, signed: &str, host: &str) -> Result<String, String> {
    let names: Vec<&str> = signed.split(';').collect();
    if !names.is_sorted_by(|a, b| a < b) || names.iter().any(|name| *name != name.to_ascii_lowercase()) {
        return Err("SignedHeaders is not sorted, in lower case and without repetition".to_owned());
    }
    let unsigned = parts.headers.keys().map(HeaderName::as_str).find(|name| must_sign(name) && !names.contains(name));
    if let Some(name) = unsigned.or((!names.contains(&"host")).then_some("host")) {
        return Err(format!("the header {name} must be signed"));
    }
    let mut canonical = String::new();
    for name in names {
        let values: Vec<String> = match name {
            "host" => vec![host.to_owned()],
            name => parts.headers.get_all(name).iter().map(|value| folded(value.as_bytes())).collect(),
        };
        if values.is_empty() {
            return Err(format!("the signed header {name} is missing"));
        }
        if must_sign(name) && values.len() > 1 {
            return Err(format!("the header {name} occurs more than once"));
        }
        canonical.push_str(&format!("{name}:{}\n", values.join(",")));
    }
    Ok(canonical)
}

/// A header value with runs of spaces made one.
fn folded(value: &[u8]) -> String {
    let value = String::from_utf8_lossy(value);
    value.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Every segment of the path, encoded as it was sent and once more, as all services but S3 do it.
fn canonical_path(uri: &Uri) -> String {
    let path = uri.path();
    if path.is_empty() {
        return "/".to_owned();
    }
    path.split('/').map(|segment| utf8_percent_encode(segment, ENCODED).to_string()).collect::<Vec<_>>().join("/")
}

fn canonical_query(uri: &Uri) -> String {
    let Some(query) = uri.query() else { return String::new() };
    let encode = |text: &str| {
        let decoded: Vec<u8> = percent_decode_str(text).collect();
        percent_encoding::percent_encode(&decoded, ENCODED).to_string()
    };
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (encode(name), encode(value)))
        .collect();
    pairs.sort();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}
