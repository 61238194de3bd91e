//! Where a service is reached.

use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};
use std::net::{IpAddr, SocketAddr};

/// An HTTP endpoint: HTTPS anywhere, or plain HTTP on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    https: bool,
    authority: Authority,
    path: PathAndQuery,
}

/// Why a URL is no endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{}' is no endpoint: {reason}", .url.escape_debug())]
pub struct EndpointError {
    url: String,
    reason: &'static str,
}

impl EndpointError {
    /// That `url` cannot be used because of `reason`.
    pub fn new(url: impl Into<String>, reason: &'static str) -> Self {
        Self { url: url.into(), reason }
    }
}

impl Endpoint {
    /// Reads a URL.
    pub fn parse(url: &str) -> Result<Self, EndpointError> {
        let refuse = |reason| EndpointError::new(url, reason);
        let uri: Uri = url.parse().map_err(|_| refuse("it is no URL"))?;
        let parts = uri.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return Err(refuse("it must begin with https:// or http://"));
        };
        if authority.as_str().contains('@') {
            return Err(refuse("it must not contain a user name"));
        }
        let https = scheme == Scheme::HTTPS;
        if !https && scheme != Scheme::HTTP {
            return Err(refuse("it must begin with https:// or http://"));
        }
        let path = parts.path_and_query.unwrap_or_else(|| PathAndQuery::from_static("/"));
        let endpoint = Self { https, authority, path };
        if !https && !endpoint.names_this_machine() {
            return Err(refuse("plain http:// is for this machine only (localhost, 127.0.0.1); use https://"));
        }
        Ok(endpoint)
    }

    /// Whether it speaks TLS.
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// The host's name or address, without the brackets around an address of version 6.
    pub fn host(&self) -> &str {
        let host = self.authority.host();
        host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
    }

    /// The port, which may go without saying.
    pub fn port(&self) -> u16 {
        self.authority.port_u16().unwrap_or(if self.https { 443 } else { 80 })
    }

    /// Whether it may be reached at this address: what is sent in the clear must not leave the machine, whatever the name of
    /// the host resolves to.
    pub fn may_be_at(&self, address: &SocketAddr) -> bool {
        self.https || address.ip().is_loopback()
    }

    /// Host and port as they stand in the URL.
    pub fn authority(&self) -> &str {
        self.authority.as_str()
    }

    /// The path with the query, if there is one.
    pub fn path(&self) -> &str {
        self.path.as_str()
    }

    fn names_this_machine(&self) -> bool {
        let host = self.host();
        host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

impl std::fmt::Display for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}://{}{}", if self.https { "https" } else { "http" }, self.authority, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_is_possible_everywhere_and_http_on_this_machine() {
        for (url, host, port) in [
            ("https://hooks.example.com/a?b=c", "hooks.example.com", 443),
            ("https://10.0.0.1:8443/", "10.0.0.1", 8443),
            ("http://127.0.0.1:9000/2015-03-31/functions/function/invocations", "127.0.0.1", 9000),
            ("http://[::1]:9000/", "::1", 9000),
            ("http://localhost/", "localhost", 80),
        ] {
            let endpoint = Endpoint::parse(url).unwrap();
            assert_eq!((endpoint.host(), endpoint.port()), (host, port));
            assert_eq!(endpoint.to_string(), url);
        }
    }

    #[test]
    fn other_urls_are_refused() {
        for url in [
            "",
            "localhost:9000",
            "/path",
            "ftp://localhost/",
            "http://example.com/",
            "http://10.0.0.1/",
            "http://169.254.169.254/",
            "http://localhost.example.com/",
            "https://user:password@example.com/",
            "http://127.0.0.1@example.com/",
        ] {
            assert!(Endpoint::parse(url).is_err(), "{url}");
        }
    }

    #[test]
    fn what_is_in_the_clear_stays_on_the_machine() {
        let (plain, encrypted) =
            (Endpoint::parse("http://localhost/").unwrap(), Endpoint::parse("https://a/").unwrap());
        let (near, far) = ("127.0.0.1:80".parse().unwrap(), "10.0.0.1:80".parse().unwrap());
        assert!(plain.may_be_at(&near) && !plain.may_be_at(&far));
        assert!(encrypted.may_be_at(&near) && encrypted.may_be_at(&far));
    }
}
