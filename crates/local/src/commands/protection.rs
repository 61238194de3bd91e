//! `coldforge protection`: what may not be done to refs, whatever policies allow.

use super::{CommandError, Connection, EXIT_CODES, call, print_json, with_exit_codes};
use clap::{Args, Subcommand};
use serde_json::json;

/// What to do with the protections of a repository.
#[derive(Debug, Args)]
pub(crate) struct Protection {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a protection, or replace the one of this name.
    ///
    /// Unless told otherwise, history can neither be rewritten nor be lost: only fast-forwards, no deletion.
    #[command(after_help = EXIT_CODES, after_long_help = with_exit_codes(EXAMPLE))]
    Put {
        #[command(flatten)]
        named: Named,

        /// A ref that it is about, by its full name, such as `refs/heads/main`; `*` and `?` are wildcards, and the option may be
        /// given several times
        #[arg(long = "ref", value_name = "PATTERN", required = true)]
        refs: Vec<String>,

        /// Let refs be moved to what does not contain them
        #[arg(long)]
        allow_force: bool,

        /// Let refs be deleted
        #[arg(long)]
        allow_deletion: bool,

        /// Let no more refs be created
        #[arg(long)]
        forbid_creation: bool,

        /// Let refs be moved by merging pull requests alone
        #[arg(long)]
        pull_request: bool,

        /// Require so many approvals of the merged revision, and so a pull request
        #[arg(long, value_name = "N", default_value_t = 0)]
        approvals: u32,

        /// Require the status `success` in this context; may be given several times
        #[arg(long = "status", value_name = "CONTEXT")]
        statuses: Vec<String>,

        /// The ARN of a principal to whom it does not apply; may be given several times
        #[arg(long = "bypass", value_name = "ARN")]
        bypass: Vec<String>,
    },
    /// Show a protection.
    #[command(after_help = EXIT_CODES)]
    Get(Named),
    /// List the protections of a repository.
    #[command(after_help = EXIT_CODES)]
    List(Where),
    /// Delete a protection.
    #[command(after_help = EXIT_CODES)]
    Delete(Named),
}

#[derive(Debug, Args)]
struct Where {
    /// The repository
    #[arg(long, value_name = "NAME")]
    repository: String,

    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Args)]
struct Named {
    /// The name of the protection
    #[arg(value_name = "NAME")]
    name: String,

    #[command(flatten)]
    place: Where,
}

const EXAMPLE: &str = "\
Example, a branch that changes by approved pull requests whose build succeeded:

  $ coldforge protection put main --repository demo --ref refs/heads/main --approvals 1 --status ci/build";

impl Protection {
    /// Does it, and prints what the service answers.
    pub(crate) async fn run(self) -> Result<(), CommandError> {
        let (place, operation, input) = match self.action {
            Action::Put {
                named: Named { name, place },
                refs,
                allow_force,
                allow_deletion,
                forbid_creation,
                pull_request,
                approvals,
                statuses,
                bypass,
            } => {
                let input = json!({
                    "protectionName": name,
                    "refPatterns": refs,
                    "fastForwardOnly": !allow_force,
                    "deletionForbidden": !allow_deletion,
                    "creationForbidden": forbid_creation,
                    "pullRequestRequired": pull_request,
                    "requiredApprovals": approvals,
                    "requiredStatuses": statuses,
                    "bypassPrincipals": bypass,
                });
                (place, "PutRefProtection", input)
            }
            Action::Get(named) => (named.place, "GetRefProtection", json!({ "protectionName": named.name })),
            Action::Delete(named) => (named.place, "DeleteRefProtection", json!({ "protectionName": named.name })),
            Action::List(place) => (place, "ListRefProtections", json!({})),
        };
        let mut input = input;
        input["repositoryName"] = place.repository.into();
        print_json(&call(&place.connection, operation, &input).await?)
    }
}
