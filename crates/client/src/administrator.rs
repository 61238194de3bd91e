//! The file in a data directory that holds the administrator's keys, for who works on the service's own machine.

use crate::configuration::Credentials;
use crate::error::ConfigurationError;
use auth::Secret;
use serde::Deserialize;
use std::path::Path;

/// What is used of the file.
pub(crate) struct Administrator {
    pub(crate) endpoint: String,
    pub(crate) region: String,
    pub(crate) credentials: Credentials,
}

/// Borrows from the file's text, so that no copy of the secret is left behind.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AdminCredentials<'a> {
    endpoint: &'a str,
    region: &'a str,
    access_key_id: &'a str,
    secret_access_key: &'a str,
}

/// Reads `admin-credentials.json` in a data directory.
pub(crate) fn read(directory: &Path) -> Result<Administrator, ConfigurationError> {
    let file = directory.join("admin-credentials.json");
    let json = std::fs::read_to_string(&file).map(Secret::new);
    let json = json.map_err(|source| ConfigurationError::File { file: file.clone(), source })?;
    // What serde says could quote the text, so only the place is told.
    let found: AdminCredentials<'_> = serde_json::from_str(json.expose())
        .map_err(|error| ConfigurationError::Malformed { file, reason: format!("line {}", error.line()) })?;
    Ok(Administrator {
        endpoint: found.endpoint.to_owned(),
        region: found.region.to_owned(),
        credentials: Credentials {
            access_key_id: found.access_key_id.to_owned(),
            secret_access_key: Secret::new(found.secret_access_key),
            session_token: None,
        },
    })
}
