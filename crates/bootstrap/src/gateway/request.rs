//! The HTTP request that an event tells of.

use super::event::Event;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use service::{Body, MountedAt, Peer};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

/// What stands in a query as it is (RFC 3986, "unreserved").
const IN_QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Why an event is no request.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EventError {
    #[error("the request has the method '{}', which there is not", .0.escape_debug())]
    Method(String),
    #[error("the request has a path or query that cannot be read: {0}")]
    Uri(#[from] http::uri::InvalidUri),
    #[error("the request's header '{}' cannot be read", .0.escape_debug())]
    Header(String),
    #[error("the request's body cannot be read: {0}")]
    Body(#[from] base64::DecodeError),
    #[error("the gateway does not say where the request comes from")]
    Source,
}

/// The request, and who sent it: the other end of the gateway's connection, whatever the headers claim. Where
/// `at_the_root` holds, clients sent it to `/`.
pub(crate) fn from_gateway(event: Event, at_the_root: bool) -> Result<(Request<Body>, Peer), EventError> {
    let address: IpAddr = event.request_context.identity.source_ip.parse().map_err(|_| EventError::Source)?;
    let method = Method::from_bytes(event.http_method.as_bytes()).map_err(|_| EventError::Method(event.http_method))?;
    let path = if at_the_root { "/" } else { event.path.as_str() };
    let uri: Uri =
        format!("{path}{}", query(&event.multi_value_query_string_parameters.unwrap_or_default())).parse()?;
    let body = match event.body {
        None => Body::empty(),
        Some(text) if event.is_base64_encoded => Body::from(STANDARD.decode(text)?),
        Some(text) => Body::from(text),
    };
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    *request.headers_mut() = headers(event.multi_value_headers.unwrap_or_default())?;
    if let Some(stage) = event.request_context.path.strip_suffix(&event.path).filter(|stage| stage.starts_with('/')) {
        request.extensions_mut().insert(MountedAt(stage.to_owned()));
    }
    // The gateway speaks HTTPS only, and tells no port.
    Ok((request, Peer { address: SocketAddr::new(address, 0), secure: true }))
}

/// The query, as clients encode it, with its question mark; nothing if there is none.
fn query(parameters: &BTreeMap<String, Vec<String>>) -> String {
    let mut query = String::new();
    for (name, values) in parameters {
        for value in values {
            query.push(if query.is_empty() { '?' } else { '&' });
            query.extend(utf8_percent_encode(name, IN_QUERY));
            query.push('=');
            query.extend(utf8_percent_encode(value, IN_QUERY));
        }
    }
    query
}

/// All headers, byte for byte. One that HTTP does not allow makes the request unreadable: leaving it out could change what
/// the request means.
fn headers(given: BTreeMap<String, Vec<String>>) -> Result<HeaderMap, EventError> {
    let mut headers = HeaderMap::new();
    for (name, values) in given {
        let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| EventError::Header(name.clone()))?;
        for value in values {
            let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| EventError::Header(name.clone()))?;
            headers.append(parsed.clone(), value);
        }
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn event(changes: Value) -> Event {
        let mut event = json!({
            "httpMethod": "POST", "path": "/v1/repos/site/git-upload-pack", "body": null, "isBase64Encoded": false,
            "requestContext": { "path": "/prod/v1/repos/site/git-upload-pack", "identity": { "sourceIp": "192.0.2.7" } }
        });
        event.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        serde_json::from_value(event).unwrap()
    }

    fn read(changes: Value) -> Result<(Request<Body>, Peer), EventError> {
        from_gateway(event(changes), false)
    }

    async fn body(changes: Value) -> bytes::Bytes {
        read(changes).unwrap().0.into_body().collect(1 << 20).await.unwrap()
    }

    #[test]
    fn all_headers_arrive_byte_for_byte_also_those_of_one_name() {
        let (request, _) = read(json!({
            "headers": { "Authorization": "Basic YTpi" },
            "multiValueHeaders": { "Authorization": ["Basic YTph", "Basic YTpi"], "X-Name": ["Schönste  Szene, mit Komma"] }
        }))
        .unwrap();
        let all: Vec<&[u8]> = request.headers().get_all("authorization").iter().map(HeaderValue::as_bytes).collect();
        assert_eq!(all, [b"Basic YTph", b"Basic YTpi"]);
        assert_eq!(request.headers()["x-name"].as_bytes(), "Schönste  Szene, mit Komma".as_bytes());
        let refused = read(json!({ "multiValueHeaders": { "X-Name": ["a\nAuthorization: b"] } })).err().unwrap();
        assert_eq!(refused.to_string(), "the request's header 'X-Name' cannot be read");
    }

    #[tokio::test]
    async fn bodies_come_as_text_or_in_base64() {
        assert_eq!(body(json!({ "body": null })).await, "");
        assert_eq!(body(json!({ "body": "{\"a\": \"é\"}" })).await, "{\"a\": \"é\"}".as_bytes());
        assert_eq!(body(json!({ "body": "H4sIAA==", "isBase64Encoded": true })).await, &[0x1f, 0x8b, 8, 0][..]);
        assert!(read(json!({ "body": "H4sI AA==", "isBase64Encoded": true })).is_err());
    }

    #[test]
    fn the_source_address_is_the_gateways_whatever_headers_claim() {
        let forged = json!({ "multiValueHeaders": { "X-Forwarded-For": ["10.0.0.1"], "CloudFront-Viewer-Address": ["10.0.0.1:1"] } });
        let (_, peer) = read(forged).unwrap();
        assert_eq!(peer.address.ip().to_string(), "192.0.2.7");
        assert!(peer.secure);
        let no_address = json!({ "requestContext": { "identity": { "sourceIp": "" } } });
        assert!(matches!(read(no_address), Err(EventError::Source)));
    }

    #[test]
    fn path_query_and_stage_are_those_that_the_client_wrote() {
        let query =
            json!({ "multiValueQueryStringParameters": { "service": ["git-upload-pack"], "a b": ["c&d", "é"] } });
        let (request, _) = read(query).unwrap();
        assert_eq!(
            request.uri().to_string(),
            "/v1/repos/site/git-upload-pack?a%20b=c%26d&a%20b=%C3%A9&service=git-upload-pack"
        );
        assert_eq!(request.extensions().get::<MountedAt>().unwrap().0, "/prod");
        let (request, _) = from_gateway(event(json!({ "path": "/op/GetRepository" })), true).unwrap();
        assert_eq!(request.uri(), "/");
        assert!(request.extensions().get::<MountedAt>().is_none());
    }
}
