//! The first administrator of a rehearsed deployment.

use super::template::Function;
use crate::server::AdminCredentials;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The program that makes an administrator with the account's own credentials: `COLDFORGE_ADMINISTRATOR`, or the one built beside
/// this.
fn program() -> PathBuf {
    match std::env::var_os("COLDFORGE_ADMINISTRATOR") {
        Some(program) => program.into(),
        None => std::env::current_exe().unwrap().with_file_name("examples").join("first_administrator"),
    }
}

/// Makes the administrator straight in the emulator at `address`, with the settings of one of the functions.
pub fn make(function: &Function, address: &str, region: &str) -> AdminCredentials {
    let program = program();
    let output = Command::new(&program)
        .env_clear()
        .envs(&function.environment)
        .env("AWS_REGION", region)
        .env("AWS_ACCESS_KEY_ID", "AKIAREHEARSAL")
        .env("AWS_SECRET_ACCESS_KEY", "rehearsal")
        .env("AWS_ENDPOINT_URL", format!("http://{address}"))
        .stderr(Stdio::inherit())
        .output()
        .unwrap_or_else(|error| panic!("{} cannot be started: {error}", program.display()));
    assert!(output.status.success(), "the administrator was not made: {}", output.status);
    serde_json::from_slice(&output.stdout).unwrap()
}
