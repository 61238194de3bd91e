//! Makes an administrator in an account's table, with the account's own credentials: for rehearsals, which have no AWS identity to
//! sign in with, and to get back in when every key is lost. Prints the keys, as `coldforge serve` keeps them.
//!
//! Settings are those of the functions: `COLDFORGE_TABLE`, `COLDFORGE_KEY_ARN`, `COLDFORGE_ENDPOINT`, `COLDFORGE_ACCOUNT_ID`,
//! `AWS_REGION` and AWS credentials.

use auth::policy::managed::ADMINISTRATOR_ACCESS;
use auth::{AccessKey, Credential, GitPassword};
use aws::{Connection, DynamoTable, KmsKeys, S3Blobs};
use domain::identity::user_arn;
use domain::{AccountId, Actor, IdentityPath, Region, UniqueIdKind, UserName};
use ports::clock::{Clock, SystemClock};
use service::Vault;
use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;
use std::sync::Arc;
use std::time::SystemTime;
use store::{AccessKeyRecord, GitCredentialRecord, IdentityError, NewUser, Store, UserEdit};

/// The user's name.
const NAME: &str = "admin";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (region, account) =
        (Region::parse(variable("AWS_REGION")?)?, AccountId::parse(variable("COLDFORGE_ACCOUNT_ID")?)?);
    let connection = Connection::from_environment()?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let store = store(&connection, clock.clone())?;
    let keys = Arc::new(KmsKeys::new(&connection, variable("COLDFORGE_KEY_ARN")?));
    let sealing = Vault::new(store.clone(), keys, clock).newest().await?;

    let name = UserName::parse(NAME)?;
    let path = IdentityPath::default();
    let actor = Actor::new(user_arn(&region, &account, &path, &name));
    let new = NewUser { name: name.clone(), path, tags: BTreeMap::new() };
    store.create_first_user(&actor, new, [ADMINISTRATOR_ACCESS.to_owned()].into()).await?;

    let (key, password) = (AccessKey::generate()?, GitPassword::generate()?);
    let git = Credential::of_git_password(&password, NAME, &sealing)?;
    let git_username = format!("{NAME}-at-{account}");
    let created = SystemTime::now();
    let edits = vec![
        UserEdit::PutAccessKey {
            key: AccessKeyRecord { id: key.id.clone(), active: true, created, sessions_valid_after: None },
            sealed: Credential::of_access_key(&key, NAME, &sealing)?.to_json()?.into(),
        },
        UserEdit::PutGitCredential {
            credential: GitCredentialRecord {
                id: store::unique_id(UniqueIdKind::ServiceCredential)?.to_string(),
                user_name: git_username.clone(),
                credential: git.id.clone(),
                active: true,
                created,
            },
            sealed: git.to_json()?.into(),
        },
    ];
    store.change_user(&actor, &name, |_user| Ok::<_, IdentityError>(edits.clone())).await?;
    let made = serde_json::json!({
        "endpoint": variable("COLDFORGE_ENDPOINT")?,
        "region": region.to_string(),
        "accountId": account.to_string(),
        "accessKeyId": key.id,
        "secretAccessKey": key.secret.expose(),
        "gitUsername": git_username,
        "gitPassword": password.secret.expose(),
    });
    Ok(writeln!(std::io::stdout(), "{made}")?)
}

fn variable(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|_| format!("the environment variable {name} is not set"))
}

fn store(connection: &Connection, clock: Arc<dyn Clock>) -> Result<Store, String> {
    Ok(Store::new(store::Components {
        table: Arc::new(DynamoTable::new(connection, variable("COLDFORGE_TABLE")?, clock.clone())),
        feed: None,
        // Nothing is done with packs.
        blobs: Arc::new(S3Blobs::new(connection, "none")),
        clock,
        scratch: std::env::temp_dir(),
        block_size: 1,
        block_cache_bytes: 0,
        object_cache_bytes: 0,
    }))
}
