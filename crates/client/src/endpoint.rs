//! Where the service is.

use http::Uri;
use http::uri::{Authority, Scheme};
use std::net::{IpAddr, SocketAddr};

/// The service's URL: HTTPS anywhere, or plain HTTP on this machine. It may have a path, such as a gateway's stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    https: bool,
    authority: Authority,
    /// Without the slash at its end.
    path: String,
}

/// Why a URL is no endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{}' is no endpoint: {reason}", .url.escape_debug())]
pub struct EndpointError {
    url: String,
    reason: &'static str,
}

impl Endpoint {
    /// Reads a URL.
    pub fn parse(url: &str) -> Result<Self, EndpointError> {
        let refuse = |reason| EndpointError { url: url.to_owned(), reason };
        let parts = url.parse::<Uri>().map_err(|_| refuse("it is no URL"))?.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return Err(refuse("it must begin with https:// or http://"));
        };
        let https = scheme == Scheme::HTTPS;
        if !https && scheme != Scheme::HTTP {
            return Err(refuse("it must begin with https:// or http://"));
        }
        if authority.as_str().contains('@') {
            return Err(refuse("it must not contain a user name"));
        }
        if parts.path_and_query.as_ref().is_some_and(|path| path.query().is_some()) {
            return Err(refuse("it must not have a query"));
        }
        let path = parts.path_and_query.map(|path| path.path().trim_end_matches('/').to_owned()).unwrap_or_default();
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

    /// Host and port as they stand in the URL: what signatures are for.
    pub fn authority(&self) -> &str {
        self.authority.as_str()
    }

    /// The path of something below it.
    pub fn path_of(&self, below: &str) -> String {
        format!("{}{below}", self.path)
    }

    /// The host's name or address, without the brackets around an address of version 6.
    pub(crate) fn host(&self) -> &str {
        let host = self.authority.host();
        host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
    }

    pub(crate) fn port(&self) -> u16 {
        self.authority.port_u16().unwrap_or(if self.https { 443 } else { 80 })
    }

    /// Whether it may be reached at this address: what is sent in the clear must not leave the machine, whatever the name of
    /// the host resolves to.
    pub(crate) fn may_be_at(&self, address: &SocketAddr) -> bool {
        self.https || address.ip().is_loopback()
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
    fn a_url_keeps_its_host_port_and_path() {
        let endpoint = Endpoint::parse("https://git.example.com:8443/prod/").unwrap();
        assert_eq!(
            (endpoint.authority(), endpoint.host(), endpoint.port()),
            ("git.example.com:8443", "git.example.com", 8443)
        );
        assert_eq!(
            (endpoint.path_of("/"), endpoint.to_string().as_str()),
            ("/prod/".to_owned(), "https://git.example.com:8443/prod")
        );
        let plain = Endpoint::parse("http://[::1]:7420").unwrap();
        assert_eq!((plain.host(), plain.port(), plain.path_of("/").as_str()), ("::1", 7420, "/"));
    }

    #[test]
    fn what_is_in_the_clear_stays_on_the_machine() {
        for url in [
            "http://example.com",
            "http://10.0.0.1/",
            "http://localhost.example.com",
            "ftp://localhost",
            "localhost",
            "https://a@b/",
            "https://a/?b",
        ] {
            assert!(Endpoint::parse(url).is_err(), "{url}");
        }
        let plain = Endpoint::parse("http://localhost/").unwrap();
        assert!(plain.may_be_at(&"127.0.0.1:80".parse().unwrap()) && !plain.may_be_at(&"10.0.0.1:80".parse().unwrap()));
    }
}
