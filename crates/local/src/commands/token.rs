//! `coldforge token`: tokens for git that may do less than their owner.

use super::{CommandError, Connection, EXIT_CODES, call, print, print_json, with_exit_codes};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

/// What to do with tokens.
#[derive(Debug, Args)]
pub(crate) struct Token {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a token, and print it with what is known of it. It is shown only now.
    #[command(after_help = EXIT_CODES, after_long_help = with_exit_codes(EXAMPLE))]
    Create {
        /// What to call it
        #[arg(value_name = "NAME")]
        name: String,

        /// Whom it is for
        #[arg(long, value_enum, default_value_t = Kind::Personal)]
        kind: Kind,

        /// A repository that it is for; `*` and `?` are wildcards, and the option may be given several times. A deploy token needs
        /// one; a personal one is for all repositories without.
        #[arg(long = "repository", value_name = "NAME")]
        repositories: Vec<String>,

        /// Let it push, not only fetch
        #[arg(long)]
        write: bool,

        /// A ref that it may push to, such as `refs/heads/ci/*`; may be given several times [default: all]
        #[arg(long = "ref", value_name = "PATTERN", requires = "write")]
        refs: Vec<String>,

        /// How many days it is good for [default: 90 for a personal, 365 for a deploy token]
        #[arg(long, value_name = "N")]
        days: Option<i32>,

        /// Print the token alone, for scripts
        #[arg(long)]
        bare: bool,

        #[command(flatten)]
        owner: Owner,
    },
    /// List tokens: what they may do, until when, and when they were last used.
    #[command(after_help = EXIT_CODES)]
    List {
        #[command(flatten)]
        owner: Owner,
    },
    /// Take a token out of use for a while.
    #[command(after_help = EXIT_CODES)]
    Disable(Named),
    /// Put a token into use again.
    #[command(after_help = EXIT_CODES)]
    Enable(Named),
    /// Revoke a token for good.
    #[command(after_help = EXIT_CODES)]
    Delete(Named),
}

/// Whose token, and where.
#[derive(Debug, Args)]
struct Owner {
    /// The user that it belongs to [default: you]
    #[arg(long, value_name = "NAME")]
    user: Option<String>,

    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Args)]
struct Named {
    /// The id of the token, such as `dep-Ab3dEf6hIj`
    #[arg(value_name = "ID")]
    id: String,

    #[command(flatten)]
    owner: Owner,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// A person, on their own machine.
    Personal,
    /// A machine, such as a build server.
    Deploy,
}

const EXAMPLE: &str = "\
Example, a build server that can only read one repository:

  $ coldforge token create build-server --kind deploy --repository demo --user ci --bare > token
  $ git clone https://ci:$(cat token)@git.example.com/v1/repos/demo";

impl Token {
    /// Does it.
    pub(crate) async fn run(self) -> Result<(), CommandError> {
        match self.action {
            Action::Create { name, kind, repositories, write, refs, days, bare, owner } => {
                let input = json!({
                    "userName": owner.user,
                    "tokenName": name,
                    "tokenType": match kind { Kind::Personal => "personal", Kind::Deploy => "deploy" },
                    "repositories": (!repositories.is_empty()).then_some(repositories),
                    "access": if write { "write" } else { "read" },
                    "refPatterns": refs,
                    "expiresInDays": days,
                });
                let made = call(&owner.connection, "CreateToken", &input).await?;
                match made["tokenValue"].as_str().filter(|_| bare) {
                    Some(token) => print(&format!("{token}\n")),
                    None => print_json(&made),
                }
            }
            Action::List { owner } => {
                print_json(&call(&owner.connection, "ListTokens", &json!({ "userName": owner.user })).await?)
            }
            Action::Disable(named) => named.set_status("inactive").await,
            Action::Enable(named) => named.set_status("active").await,
            Action::Delete(named) => print_json(&named.call("DeleteToken", json!({})).await?),
        }
    }
}

impl Named {
    async fn set_status(self, status: &str) -> Result<(), CommandError> {
        print_json(&self.call("UpdateToken", json!({ "status": status })).await?)
    }

    async fn call(self, operation: &str, mut input: Value) -> Result<Value, CommandError> {
        input["tokenId"] = self.id.into();
        input["userName"] = self.owner.user.into();
        call(&self.owner.connection, operation, &input).await
    }
}
