//! The first administrator: made on the first start, its keys shown once and kept in a file for their owner.

use domain::{AccountId, Region};
use serde::{Deserialize, Serialize};
use service::{Administrator, AdministratorKeys, Vault};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use store::Store;

/// The file beside the data that holds the keys, readable by its owner alone.
const FILE: &str = "admin-credentials.json";

/// The credential id that is taken once the administrator has been made.
const MADE: &str = "administrator-was-made";

/// What the file holds.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AdminCredentials {
    pub(crate) endpoint: String,
    pub(crate) region: String,
    pub(crate) account_id: String,
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) git_username: String,
    pub(crate) git_password: String,
}

/// Where the service is, as the file tells it.
pub(crate) struct Place<'a> {
    pub(crate) endpoint: &'a str,
    pub(crate) region: &'a Region,
    pub(crate) account: &'a AccountId,
}

/// Why there is no administrator.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AdministratorError {
    #[error(transparent)]
    Keys(#[from] service::AdministratorError),
    #[error("the administrator cannot be stored: {0}")]
    Store(#[from] store::Error),
    #[error("the file '{}' cannot be written: {source}", .file.display())]
    File { file: PathBuf, source: io::Error },
}

/// Makes the administrator unless that was done before: a user who may do everything, with an access key and a Git password.
/// Returns the keys when they are new.
///
/// The mark that it was done is set last: when the process ends on the way, the next start makes other keys, and nobody ever
/// knew the first ones.
pub(crate) async fn ensure(
    store: &Store,
    vault: &Vault,
    directory: &Path,
    place: &Place<'_>,
) -> Result<Option<AdminCredentials>, AdministratorError> {
    let administrator = Administrator::new(store, vault, place.region, place.account)?;
    administrator.ensure().await?;

    let file = directory.join(FILE);
    let credentials = store.credentials();
    if credentials.find(MADE).await?.is_some() {
        refresh(&file, place).map_err(|source| AdministratorError::File { file, source })?;
        return Ok(None);
    }
    let AdministratorKeys { access_key, git_username, git_password } = administrator.new_keys().await?;
    let made = AdminCredentials {
        endpoint: place.endpoint.to_owned(),
        region: place.region.to_string(),
        account_id: place.account.to_string(),
        access_key_id: access_key.id,
        secret_access_key: access_key.secret.expose().to_owned(),
        git_username,
        git_password: git_password.secret.expose().to_owned(),
    };
    write(&file, &made).map_err(|source| AdministratorError::File { file, source })?;
    credentials.create(MADE, "{}".into()).await?;
    Ok(Some(made))
}

/// Keeps the file true when the service now listens elsewhere. A file that was removed stays removed.
fn refresh(file: &Path, place: &Place<'_>) -> io::Result<()> {
    let json = match std::fs::read(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        json => json?,
    };
    let Ok(old) = serde_json::from_slice::<AdminCredentials>(&json) else { return Ok(()) };
    let new = AdminCredentials {
        endpoint: place.endpoint.to_owned(),
        region: place.region.to_string(),
        account_id: place.account.to_string(),
        ..old.clone()
    };
    if new == old { Ok(()) } else { write(file, &new) }
}

/// Writes the file whole or not at all, never readable by others.
fn write(file: &Path, credentials: &AdminCredentials) -> io::Result<()> {
    let partial = file.with_extension("json.new");
    match std::fs::remove_file(&partial) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut out = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&partial)?;
    serde_json::to_writer_pretty(&mut out, credentials)?;
    out.write_all(b"\n")?;
    out.sync_all()?;
    std::fs::rename(&partial, file)
}

/// What the first start shows: the keys, and lines to paste.
pub(crate) fn welcome(credentials: &AdminCredentials, file: &Path) -> String {
    let AdminCredentials { endpoint, region, access_key_id, secret_access_key, git_username, git_password, .. } =
        credentials;
    let (scheme, host) = endpoint.split_once("://").unwrap_or(("http", endpoint));
    let remote_helper = if scheme == "https" {
        format!(
            "git-remote-codecommit\n\n    CODE_COMMIT_ENDPOINT={host} git clone codecommit::{region}://coldforge@my-repository\n"
        )
    } else {
        "git-remote-codecommit speaks HTTPS only: start with --tls-certificate and --tls-key to use it.\n".to_owned()
    };
    format!(
        "The administrator has been made. These keys are shown only now; they are also in\n{file}\n\n\
         AWS CLI and SDKs (add to ~/.aws/config)\n\n\
         \x20   [profile coldforge]\n\
         \x20   region = {region}\n\
         \x20   aws_access_key_id = {access_key_id}\n\
         \x20   aws_secret_access_key = {secret_access_key}\n\
         \x20   services = coldforge\n\
         \x20   [services coldforge]\n\
         \x20   codecommit =\n\
         \x20     endpoint_url = {endpoint}\n\n\
         \x20   aws --profile coldforge codecommit create-repository --repository-name my-repository\n\n\
         git with a password\n\n\
         \x20   user name  {git_username}\n\
         \x20   password   {git_password}\n\n\
         \x20   git clone {endpoint}/v1/repos/my-repository\n\n\
         git with the AWS CLI's credential helper (add to ~/.gitconfig)\n\n\
         \x20   [credential \"{endpoint}\"]\n\
         \x20       helper =\n\
         \x20       helper = \"!f(){{ test \\\"$1\\\" = get && aws --profile coldforge codecommit credential-helper \
         --ignore-host-check get; }}; f\"\n\
         \x20       useHttpPath = true\n\n\
         {remote_helper}",
        file = file.display(),
    )
}

/// Where the keys are, for the message.
pub(crate) fn file(directory: &Path) -> PathBuf {
    directory.join(FILE)
}
