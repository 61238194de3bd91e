//! Where the service is.

use outbound::EndpointError;

/// The service's URL: HTTPS anywhere, or plain HTTP on this machine. It may have a path, such as a gateway's stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(outbound::Endpoint);

impl Endpoint {
    /// Reads a URL.
    pub fn parse(url: &str) -> Result<Self, EndpointError> {
        let endpoint = outbound::Endpoint::parse(url)?;
        if endpoint.path().contains('?') {
            return Err(EndpointError::new(url, "it must not have a query"));
        }
        Ok(Self(endpoint))
    }

    /// Whether it speaks TLS.
    pub fn is_https(&self) -> bool {
        self.0.is_https()
    }

    /// Host and port as they stand in the URL: what signatures are for.
    pub fn authority(&self) -> &str {
        self.0.authority()
    }

    /// The path of something below it.
    pub fn path_of(&self, below: &str) -> String {
        format!("{}{below}", self.0.path().trim_end_matches('/'))
    }

    /// Where to connect to.
    pub(crate) fn place(&self) -> &outbound::Endpoint {
        &self.0
    }
}

impl std::fmt::Display for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.to_string().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_keeps_its_host_port_and_path() {
        let endpoint = Endpoint::parse("https://git.example.com:8443/prod/").unwrap();
        assert_eq!(
            (endpoint.authority(), endpoint.place().host(), endpoint.place().port()),
            ("git.example.com:8443", "git.example.com", 8443)
        );
        assert_eq!(
            (endpoint.path_of("/"), endpoint.to_string().as_str()),
            ("/prod/".to_owned(), "https://git.example.com:8443/prod")
        );
        let plain = Endpoint::parse("http://[::1]:7420").unwrap();
        assert_eq!((plain.place().host(), plain.place().port(), plain.path_of("/").as_str()), ("::1", 7420, "/"));
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
        let may_be_at = |address: &str| plain.place().may_be_at(&address.parse().unwrap());
        assert!(may_be_at("127.0.0.1:80") && !may_be_at("10.0.0.1:80"));
    }
}
