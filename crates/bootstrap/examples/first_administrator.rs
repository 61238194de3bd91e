//! Makes an administrator in an account's table, with the account's own credentials: for rehearsals, which have no AWS identity to
//! sign in with, and to get back in when every key is lost. Prints the keys, as `coldforge serve` keeps them.
//!
//! Settings are those of the functions: `COLDFORGE_TABLE`, `COLDFORGE_KEY_ARN`, `COLDFORGE_ENDPOINT`, `COLDFORGE_ACCOUNT_ID`,
//! `AWS_REGION` and AWS credentials.

use aws::{Connection, DynamoTable, KmsKeys, S3Blobs};
use domain::{AccountId, Region};
use ports::clock::{Clock, SystemClock};
use service::{Administrator, AdministratorKeys, Vault};
use std::error::Error;
use std::io::Write;
use std::sync::Arc;
use store::Store;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (region, account) =
        (Region::parse(variable("AWS_REGION")?)?, AccountId::parse(variable("COLDFORGE_ACCOUNT_ID")?)?);
    let connection = Connection::from_environment()?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let store = store(&connection, clock.clone())?;
    let keys = Arc::new(KmsKeys::new(&connection, variable("COLDFORGE_KEY_ARN")?));
    let vault = Vault::new(store.clone(), keys, clock);
    let administrator = Administrator::new(&store, &vault, &region, &account)?;
    administrator.ensure().await?;
    let AdministratorKeys { access_key, git_username, git_password } = administrator.new_keys().await?;
    let made = serde_json::json!({
        "endpoint": variable("COLDFORGE_ENDPOINT")?,
        "region": region.to_string(),
        "accountId": account.to_string(),
        "accessKeyId": access_key.id,
        "secretAccessKey": access_key.secret.expose(),
        "gitUsername": git_username,
        "gitPassword": git_password.secret.expose(),
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
