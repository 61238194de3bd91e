//! Keys from the program that a profile names (AWS SDKs and tools reference guide, "Process credential provider").

use crate::configuration::{Credentials, Environment};
use crate::error::ConfigurationError;
use auth::Secret;
use serde::Deserialize;
use std::process::{Command, Stdio};

/// Set for the program, which must not be asked again by itself.
const RUNNING: &str = "COLDFORGE_CREDENTIAL_PROCESS";

/// What the program prints, as far as it is used here.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Printed<'a> {
    version: u32,
    access_key_id: &'a str,
    secret_access_key: &'a str,
    session_token: Option<&'a str>,
}

/// Runs the program in a shell and reads what it prints.
pub(crate) fn keys(profile: &str, command: &str, environment: &Environment) -> Result<Credentials, ConfigurationError> {
    let failed = |reason: String| ConfigurationError::Process { profile: profile.to_owned(), reason };
    if environment.get(RUNNING).is_some() {
        return Err(failed("it asks for the keys of a profile that gets its keys by asking".to_owned()));
    }
    let output = Command::new("sh")
        .args(["-c", command])
        .env(RUNNING, "1")
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(output.status.to_string()));
    }
    let text =
        String::from_utf8(output.stdout).map(Secret::new).map_err(|_| failed("it printed no text".to_owned()))?;
    // What serde says could quote the text, so only the place is told.
    let printed: Printed<'_> =
        serde_json::from_str(text.expose()).map_err(|error| failed(format!("line {} of its output", error.line())))?;
    if printed.version != 1 {
        return Err(failed(format!("it printed version {} instead of 1", printed.version)));
    }
    Ok(Credentials {
        access_key_id: printed.access_key_id.to_owned(),
        secret_access_key: Secret::new(printed.secret_access_key),
        session_token: printed.session_token.filter(|token| !token.is_empty()).map(Secret::new),
    })
}
