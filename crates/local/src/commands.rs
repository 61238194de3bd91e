//! The commands that call a service, here or elsewhere, and how they end.

mod audit;
mod call;
mod connection;
mod credential_process;
mod git_credential;
mod iam_principal;
mod notification;
mod protection;
mod status;
mod token;
mod webhook;

pub(crate) use audit::Audit;
pub(crate) use call::Call;
pub(crate) use connection::Connection;
pub(crate) use credential_process::CredentialProcess;
pub(crate) use git_credential::GitCredential;
pub(crate) use iam_principal::IamPrincipal;
pub(crate) use notification::Notification;
pub(crate) use protection::Protection;
pub(crate) use status::Status;
pub(crate) use token::Token;
pub(crate) use webhook::Webhook;

use client::{Api, CallError, ConfigurationError};
use serde_json::{Map, Value};
use std::future::Future;
use std::io::{self, Write};
use std::process::ExitCode;

/// What the help of these commands says of how they end.
pub(crate) const EXIT_CODES: &str = "Exit codes: 0 done; 1 the service refused it (its error is on standard error); \
    2 the arguments are wrong; 3 it is not known where the service is or with which keys; 4 the service cannot be reached.";

/// The long help of a command that shows an example.
fn with_exit_codes(example: &str) -> String {
    format!("{example}\n\n{EXIT_CODES}")
}

/// Why a command has no result.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommandError {
    #[error("{0}")]
    Usage(String),
    #[error(transparent)]
    Configuration(#[from] ConfigurationError),
    #[error(transparent)]
    Call(#[from] CallError),
    #[error("{0}")]
    Io(#[from] io::Error),
}

impl CommandError {
    fn exit_code(&self) -> u8 {
        match self {
            Self::Call(CallError::Refused(_)) | Self::Io(_) => 1,
            Self::Usage(_) => 2,
            Self::Configuration(_) => 3,
            Self::Call(_) => 4,
        }
    }
}

/// Runs a command to its end.
pub(crate) fn run(command: impl Future<Output = Result<(), CommandError>>) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return crate::fail(&format!("the runtime cannot be started: {error}")),
    };
    match runtime.block_on(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            _ = crate::fail(&error.to_string());
            ExitCode::from(error.exit_code())
        }
    }
}

/// Calls one of the service's own operations.
async fn call(connection: &Connection, operation: &str, input: &Value) -> Result<Value, CommandError> {
    Ok(connection.client()?.json(Api::Coldforge, operation, input).await?)
}

/// Calls one of the service's own operations, and prints what it gives, if anything.
async fn call_and_print(
    connection: &Connection,
    operation: &str,
    input: Map<String, Value>,
) -> Result<(), CommandError> {
    let output = call(connection, operation, &Value::Object(input)).await?;
    if output.as_object().is_none_or(Map::is_empty) { Ok(()) } else { print_json(&output) }
}

/// Prints JSON for people and programs alike.
pub(crate) fn print_json(json: &Value) -> Result<(), CommandError> {
    print(&format!("{json:#}\n"))
}

/// Prints a result.
pub(crate) fn print(text: &str) -> Result<(), CommandError> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}
