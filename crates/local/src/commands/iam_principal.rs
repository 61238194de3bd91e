//! `coldforge iam-principal`: which users and roles of AWS IAM sign in as which user here.

use super::{CommandError, Connection, EXIT_CODES, call_and_print, with_exit_codes};
use clap::{Args, Subcommand};
use serde_json::{Map, Value};

/// What to do with IAM principals.
#[derive(Debug, Args)]
pub(crate) struct IamPrincipal {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Let an IAM user or role sign in as a user, without keys of its own here.
    #[command(after_help = EXIT_CODES, after_long_help = with_exit_codes(EXAMPLE))]
    Map(Mapping),
    /// Let it sign in no longer. Its sessions end within 30 seconds.
    #[command(after_help = EXIT_CODES)]
    Unmap(Mapping),
    /// List those that sign in as a user.
    #[command(after_help = EXIT_CODES)]
    List {
        /// The user's name here
        #[arg(value_name = "USER")]
        user: String,

        #[command(flatten)]
        connection: Connection,
    },
}

#[derive(Debug, Args)]
struct Mapping {
    /// The user's name here
    #[arg(value_name = "USER")]
    user: String,

    /// The ARN of the IAM role or user, such as `arn:aws:iam::123456789012:role/Developers`
    #[arg(value_name = "ARN")]
    arn: String,

    #[command(flatten)]
    connection: Connection,
}

const EXAMPLE: &str = "\
Example, everybody with the role 'Developers' of the AWS account signs in as 'dev':

  $ coldforge iam-principal map dev arn:aws:iam::123456789012:role/Developers

They get keys by 'coldforge credential-process --iam'.";

impl IamPrincipal {
    /// Does it.
    pub(crate) async fn run(self) -> Result<(), CommandError> {
        match self.action {
            Action::Map(mapping) => mapping.call("MapIamPrincipal").await,
            Action::Unmap(mapping) => mapping.call("UnmapIamPrincipal").await,
            Action::List { user, connection } => {
                let input = Map::from_iter([("userName".to_owned(), user.into())]);
                call_and_print(&connection, "ListIamPrincipals", input).await
            }
        }
    }
}

impl Mapping {
    async fn call(self, operation: &str) -> Result<(), CommandError> {
        let input: [(String, Value); 2] =
            [("userName".to_owned(), self.user.into()), ("principalArn".to_owned(), self.arn.into())];
        call_and_print(&self.connection, operation, Map::from_iter(input)).await
    }
}
