//! `coldforge credential-process`: keys of a session in exchange for keys that stay, or for an identity of AWS IAM, in the form in
//! which AWS's clients ask a program for keys (AWS SDKs and tools reference guide, "Process credential provider").

use super::{CommandError, Connection, EXIT_CODES, print_json, with_exit_codes};
use clap::Args;
use client::{CallError, Client, QueryApi, element};
use serde_json::{Value, json};
use std::path::PathBuf;

/// The session to ask for.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES, after_long_help = with_exit_codes(EXAMPLE))]
pub(crate) struct CredentialProcess {
    /// How long the keys are good, in seconds: 900 to 129600
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    duration: u32,

    /// A file with a policy: the session may do what your policies and this one both allow
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,

    /// Sign in with AWS keys, of an IAM user or role that is a user here; the endpoint is the service's address in API Gateway, the
    /// output `ApiUrl` of its stack, and sessions last at most 43200 seconds
    #[arg(long)]
    iam: bool,

    #[command(flatten)]
    connection: Connection,
}

const EXAMPLE: &str = "\
Example (~/.aws/config): the AWS CLI, the SDKs, boto3, git-remote-codecommit and the credential helper use the profile 'work', \
and only coldforge reads the keys of 'work-keys':

  [profile work-keys]
  region = eu-west-1
  aws_access_key_id = CFKA...
  aws_secret_access_key = cfs_...
  services = coldforge
  [profile work]
  region = eu-west-1
  credential_process = coldforge credential-process --profile work-keys
  services = coldforge
  [services coldforge]
  codecommit =
    endpoint_url = https://git.example.com

With the identity that you have in AWS, no keys of the service are needed at all. 'aws-work' is a profile with AWS keys; for one \
that gets them by single sign-on or by assuming a role, give the command the environment that 'aws configure export-credentials' \
prints:

  [profile work]
  credential_process = coldforge credential-process --iam --profile aws-work --endpoint https://abc123.execute-api.eu-west-1.\
amazonaws.com/live

Prints the keys as JSON: Version, AccessKeyId, SecretAccessKey, SessionToken, Expiration.";

impl CredentialProcess {
    /// Asks for a session and prints its keys.
    pub(crate) async fn run(self) -> Result<(), CommandError> {
        let policy = self.policy.as_ref().map(|file| {
            let read = std::fs::read_to_string(file);
            read.map_err(|error| CommandError::Usage(format!("--policy: '{}': {error}", file.display())))
        });
        let policy = policy.transpose()?;
        let client = self.connection.client()?;
        let keys = if self.iam {
            iam_session(&client, self.duration, policy.as_deref()).await?
        } else {
            session(&client, self.duration, policy.as_deref()).await?
        };
        print_json(&keys)
    }
}

/// The keys of a session in exchange for keys of the service.
async fn session(client: &Client, duration: u32, policy: Option<&str>) -> Result<Value, CallError> {
    let duration = duration.to_string();
    let mut parameters = vec![("DurationSeconds", duration.as_str())];
    parameters.extend(policy.map(|policy| ("Policy", policy)));
    let xml = client.query(QueryApi::Sts, "GetSessionToken", &parameters).await?;
    let text = |name: &str| {
        let endpoint = client.configuration().endpoint.to_string();
        element(&xml, name).ok_or(CallError::Foreign { endpoint, status: 200 })
    };
    Ok(json!({
        "Version": 1,
        "AccessKeyId": text("AccessKeyId")?,
        "SecretAccessKey": text("SecretAccessKey")?,
        "SessionToken": text("SessionToken")?,
        "Expiration": text("Expiration")?,
    }))
}

/// The keys of a session in exchange for an identity of AWS IAM.
async fn iam_session(client: &Client, duration: u32, policy: Option<&str>) -> Result<Value, CallError> {
    let made = client.iam_session(&json!({ "durationSeconds": duration, "policy": policy })).await?;
    let keys = &made["credentials"];
    Ok(json!({
        "Version": 1,
        "AccessKeyId": keys["accessKeyId"],
        "SecretAccessKey": keys["secretAccessKey"],
        "SessionToken": keys["sessionToken"],
        "Expiration": keys["expiration"],
    }))
}
