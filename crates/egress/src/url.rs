//! The URLs that may be posted to.

use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};
use ports::PostError;
use std::net::IpAddr;

/// How long a URL may be, in bytes.
const MOST_BYTES: usize = 2048;

/// A URL, taken apart.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    https: bool,
    authority: Authority,
    path: PathAndQuery,
}

impl Target {
    /// Reads a URL. What others may understand otherwise than we do is refused: a user name, an address that is not written in the
    /// usual way.
    pub(crate) fn parse(url: &str) -> Result<Self, PostError> {
        let refuse = |reason| PostError::Url { url: url.chars().take(200).collect(), reason };
        if url.len() > MOST_BYTES {
            return Err(refuse("it is longer than 2048 bytes"));
        }
        let uri: Uri = url.parse().map_err(|_| refuse("it is malformed"))?;
        let parts = uri.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return Err(refuse("it must begin with https://"));
        };
        let https = scheme == Scheme::HTTPS;
        if !https && scheme != Scheme::HTTP {
            return Err(refuse("it must begin with https://"));
        }
        if authority.as_str().contains('@') {
            return Err(refuse("it must not contain a user name"));
        }
        let path = parts.path_and_query.unwrap_or_else(|| PathAndQuery::from_static("/"));
        let target = Self { https, authority, path };
        if target.host().is_empty() || target.port() == 0 {
            return Err(refuse("it names no host"));
        }
        if target.literal().is_none() && !is_name(target.host()) {
            return Err(refuse("its host is neither a name nor an address in the usual form"));
        }
        Ok(target)
    }

    pub(crate) fn is_https(&self) -> bool {
        self.https
    }

    /// The host, without the brackets around an address of version 6.
    pub(crate) fn host(&self) -> &str {
        let host = self.authority.host();
        host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
    }

    pub(crate) fn port(&self) -> u16 {
        match self.authority.port() {
            Some(port) => port.as_u16(),
            None if self.authority.as_str().ends_with(':') => 0,
            None => {
                if self.https {
                    443
                } else {
                    80
                }
            }
        }
    }

    /// The value of the `Host` field.
    pub(crate) fn authority(&self) -> &str {
        self.authority.as_str()
    }

    pub(crate) fn path(&self) -> &str {
        self.path.as_str()
    }

    /// The address, if the host is one.
    pub(crate) fn literal(&self) -> Option<IpAddr> {
        self.host().parse().ok()
    }
}

/// Whether a host is a name as hosts have them (RFC 1123). A name whose last part is a number is none: it may be taken for an
/// address, as in `127.1`, `0x7f.1` or `2130706433`.
fn is_name(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let is_part = |part: &str| {
        (1..=63).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_number = last.starts_with(|first: char| first.is_ascii_digit())
        && (last.bytes().all(|byte| byte.is_ascii_digit()) || last.starts_with("0x") || last.starts_with("0X"));
    host.len() <= 253 && host.split('.').all(is_part) && !is_number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_are_hosts() {
        for (url, host, port) in [
            ("https://hooks.example.com/a?b=c", "hooks.example.com", 443),
            ("https://hooks.example.com.:8443", "hooks.example.com.", 8443),
            ("http://127.0.0.1:9000/", "127.0.0.1", 9000),
            ("https://[2a00::1]/", "2a00::1", 443),
            ("https://xn--bcher-kva.example/", "xn--bcher-kva.example", 443),
        ] {
            let target = Target::parse(url).unwrap();
            assert_eq!((target.host(), target.port()), (host, port), "{url}");
        }
    }
}
