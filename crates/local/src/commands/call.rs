//! `coldforge call`: any operation, JSON in and JSON out.

use super::{CommandError, Connection, EXIT_CODES, print_json};
use clap::{Args, ValueEnum};
use client::Api;
use serde_json::Value;
use std::io::Read;

/// An operation and its input.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Call {
    /// The operation's name, such as `ListRepositories`
    #[arg(value_name = "OPERATION")]
    operation: String,

    /// The operation's input, a JSON object; `-` reads it from standard input
    #[arg(long, value_name = "JSON", default_value = "{}")]
    json: String,

    /// The API that the operation belongs to
    #[arg(long, value_enum, default_value_t = WhichApi::Coldforge)]
    api: WhichApi,

    #[command(flatten)]
    connection: Connection,
}

/// The APIs that speak JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum WhichApi {
    /// The service's own operations, for what AWS has no words for.
    Coldforge,
    /// The operations of AWS CodeCommit.
    Codecommit,
}

impl Call {
    /// Calls the operation and prints its output.
    pub(crate) async fn run(self) -> Result<(), CommandError> {
        let input = self.input()?;
        let api = match self.api {
            WhichApi::Coldforge => Api::Coldforge,
            WhichApi::Codecommit => Api::CodeCommit,
        };
        print_json(&self.connection.client()?.json(api, &self.operation, &input).await?)
    }

    fn input(&self) -> Result<Value, CommandError> {
        let mut text = self.json.clone();
        if text == "-" {
            text.clear();
            std::io::stdin().read_to_string(&mut text)?;
        }
        match serde_json::from_str(&text) {
            Ok(input @ Value::Object(_)) => Ok(input),
            Ok(_) => {
                Err(CommandError::Usage("--json: it must be a JSON object, such as {\"name\": \"value\"}".to_owned()))
            }
            Err(error) => Err(CommandError::Usage(format!("--json: it is no JSON: {error}"))),
        }
    }
}
