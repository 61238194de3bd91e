//! The signature that the AWS credential helper sends as a password, made by AWS's own signer.

use crate::server::Server;
use crate::signing::Keys;
use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::time::SystemTime;

/// What is signed for, and when.
#[derive(Debug, Clone)]
pub struct GitSigning {
    /// The host, with or without its port.
    pub host: String,
    /// The path of the repository.
    pub path: String,
    /// The region.
    pub region: String,
    /// When.
    pub at: SystemTime,
}

impl GitSigning {
    /// For a repository of a server, now.
    pub fn of(server: &Server, repository: &str) -> Self {
        Self {
            host: server.address().to_owned(),
            path: format!("/v1/repos/{repository}"),
            region: server.credentials.region.clone(),
            at: SystemTime::now(),
        }
    }

    /// The password.
    pub fn password(&self, keys: Keys<'_>) -> String {
        let time = Timestamp::try_from(self.at).unwrap().strftime("%Y%m%dT%H%M%S").to_string();
        let canonical = format!("GIT\n{}\n\nhost:{}\n\nhost\n", self.path, self.host);
        let digest: String = Sha256::digest(canonical).iter().map(|byte| format!("{byte:02x}")).collect();
        let scope = format!("{}/{}/codecommit/aws4_request", &time[..8], self.region);
        let key = generate_signing_key(keys.secret, self.at, &self.region, "codecommit");
        let signature = calculate_signature(key, format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{digest}").as_bytes());
        format!("{time}Z{signature}")
    }

    /// The value of a Basic `Authorization` header.
    pub fn authorization(&self, keys: Keys<'_>) -> String {
        let user = keys.token.map_or_else(|| keys.id.to_owned(), |token| format!("{}%{token}", keys.id));
        crate::server::basic(&user, &self.password(keys))
    }
}
