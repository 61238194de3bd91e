//! `coldforge git-credential`: a credential helper for git (gitcredentials(7), git-credential(1) "INPUT/OUTPUT FORMAT").

use super::{CommandError, Connection, EXIT_CODES, print};
use auth::Signer;
use clap::Args;
use client::Configuration;
use std::collections::BTreeMap;
use std::io::Read;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long the service takes a signature for good.
const LASTING: Duration = Duration::from_secs(15 * 60);

/// What git asks for.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES, after_long_help = EXAMPLE)]
pub(crate) struct GitCredential {
    /// What git wants: `get` answers with a signature; `store` and `erase` have nothing to do, as nothing is kept
    #[arg(value_name = "OPERATION")]
    operation: String,

    #[command(flatten)]
    connection: Connection,
}

const EXAMPLE: &str = "\
Example (~/.gitconfig), with the keys and the endpoint of a profile in ~/.aws/config:

  [credential \"https://git.example.com\"]
    helper =
    helper = \"!coldforge git-credential --profile work\"
    useHttpPath = true

Reads git's question from standard input and answers as git expects it: username, password and password_expiry_utc. The password \
is a signature for that one repository, good for 15 minutes. For other hosts it answers nothing.

Exit codes: 0 done; 2 the arguments or git's question are wrong; 3 it is not known where the service is or with which keys.";

impl GitCredential {
    /// Answers git.
    pub(crate) async fn run(self) -> Result<(), CommandError> {
        let mut question = String::new();
        std::io::stdin().read_to_string(&mut question)?;
        // Git may invent further operations, which a helper is to pass over in silence.
        if self.operation != "get" {
            return Ok(());
        }
        let question = asked(&question);
        let get = |name: &str| question.get(name).copied().unwrap_or_default();
        let configuration = self.connection.configuration()?;
        if !is_ours(&configuration, get("protocol"), get("host")) {
            return Ok(());
        }
        if get("path").is_empty() {
            let url = &configuration.endpoint;
            return Err(CommandError::Usage(format!(
                "git does not say which repository it means: git config --global credential.{url}.useHttpPath true"
            )));
        }
        let now = SystemTime::now();
        let credentials = &configuration.credentials;
        let signer = Signer {
            access_key_id: &credentials.access_key_id,
            secret: &credentials.secret_access_key,
            session_token: credentials.session_token.as_ref(),
            region: &configuration.region,
            service: "codecommit",
        };
        let path = format!("/{}", get("path"));
        let login =
            signer.git_login(get("host"), &path, now).map_err(|error| CommandError::Usage(error.to_string()))?;
        let expiry = (now + LASTING).duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let (user, password) = (login.user, login.password.expose());
        print(&format!("username={user}\npassword={password}\npassword_expiry_utc={expiry}\n"))
    }
}

/// What git says, by name; of what it says several times, the last. It ends with an empty line.
fn asked(question: &str) -> BTreeMap<&str, &str> {
    question.lines().take_while(|line| !line.is_empty()).filter_map(|line| line.split_once('=')).collect()
}

/// Whether git asks about the service. A signature for another host would be of no use there, but nobody is to have one.
fn is_ours(configuration: &Configuration, protocol: &str, host: &str) -> bool {
    let endpoint = &configuration.endpoint;
    let scheme = if endpoint.is_https() { "https" } else { "http" };
    protocol == scheme && host.eq_ignore_ascii_case(endpoint.authority())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_says_is_read_up_to_the_empty_line() {
        let question = "capability[]=authtype\nprotocol=https\nhost=git.example.com\npath=v1/repos/a=b\n\nhost=other\n";
        let asked = asked(question);
        assert_eq!((asked["protocol"], asked["host"], asked["path"]), ("https", "git.example.com", "v1/repos/a=b"));
    }
}
