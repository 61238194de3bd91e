//! `coldforge status`: how the checks of a commit went.

use super::{CommandError, Connection, EXIT_CODES, call, print_json};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

/// What to do with the statuses of a commit.
#[derive(Debug, Args)]
pub(crate) struct Status {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Say how a check went, in place of what was said of it before.
    #[command(after_help = EXIT_CODES)]
    Put {
        #[command(flatten)]
        commit: Commit,

        /// Which check it is, such as `ci/build`
        #[arg(long, value_name = "CONTEXT")]
        context: String,

        /// How it went
        #[arg(long, value_enum)]
        state: State,

        /// A line about it for people
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,

        /// Where people find more about it
        #[arg(long, value_name = "URL")]
        url: Option<String>,
    },
    /// List what is said of a commit: the newest word on each check.
    #[command(after_help = EXIT_CODES)]
    List(Commit),
}

#[derive(Debug, Args)]
struct Commit {
    /// The full id of the commit
    #[arg(value_name = "COMMIT")]
    commit: String,

    /// The repository
    #[arg(long, value_name = "NAME")]
    repository: String,

    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum State {
    /// It is not known yet.
    Pending,
    /// The commit is good.
    Success,
    /// The commit is not.
    Failure,
    /// The check itself did not work.
    Error,
}

impl Status {
    /// Does it, and prints what the service answers.
    pub(crate) async fn run(self) -> Result<(), CommandError> {
        match self.action {
            Action::Put { commit, context, state, description, url } => {
                let state = match state {
                    State::Pending => "pending",
                    State::Success => "success",
                    State::Failure => "failure",
                    State::Error => "error",
                };
                let said = json!({ "context": context, "state": state, "description": description, "targetUrl": url });
                print_json(&commit.call("PutCommitStatus", said).await?)
            }
            Action::List(commit) => {
                let mut statuses = Vec::new();
                let mut next = Value::Null;
                loop {
                    let mut page = commit.call("ListCommitStatuses", json!({ "nextToken": next })).await?;
                    if let Value::Array(some) = page["commitStatuses"].take() {
                        statuses.extend(some);
                    }
                    next = page["nextToken"].take();
                    if next.is_null() {
                        break;
                    }
                }
                print_json(&json!({ "commitStatuses": statuses }))
            }
        }
    }
}

impl Commit {
    async fn call(&self, operation: &str, mut input: Value) -> Result<Value, CommandError> {
        input["repositoryName"] = self.repository.as_str().into();
        input["commitId"] = self.commit.as_str().into();
        call(&self.connection, operation, &input).await
    }
}
