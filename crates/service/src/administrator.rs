//! The first administrator: a user who may do everything, and keys for them.

use crate::vault::{Vault, VaultError};
use auth::policy::managed::ADMINISTRATOR_ACCESS;
use auth::{AccessKey, Credential, CredentialError, GitPassword, PasswordKind, RandomError};
use domain::identity::user_arn;
use domain::{AccountId, Actor, IdentityPath, NameError, Region, UniqueIdKind, UserName};
use std::collections::BTreeMap;
use std::time::SystemTime;
use store::{AccessKeyRecord, GitCredentialRecord, IdentityError, NewUser, Store, UserEdit};

/// The user's name.
const NAME: &str = "admin";

/// The administrator of an account, who may be there or not.
pub struct Administrator<'a> {
    store: &'a Store,
    vault: &'a Vault,
    account: &'a AccountId,
    name: UserName,
    actor: Actor,
}

/// Keys that are shown once.
pub struct AdministratorKeys {
    /// Signs requests.
    pub access_key: AccessKey,
    /// The user name for git.
    pub git_username: String,
    /// The password for git.
    pub git_password: GitPassword,
}

/// Why there is no administrator.
#[derive(Debug, thiserror::Error)]
pub enum AdministratorError {
    /// The keys cannot be made.
    #[error("the administrator's keys cannot be made: {0}")]
    Credential(#[from] CredentialError),
    /// There is no randomness.
    #[error("the administrator's keys cannot be made: {0}")]
    Random(#[from] RandomError),
    /// The keys cannot be sealed.
    #[error("the administrator's keys cannot be sealed: {0}")]
    Sealing(#[from] VaultError),
    /// The store failed.
    #[error("the administrator cannot be stored: {0}")]
    Store(#[from] store::Error),
    /// The user cannot be made or changed.
    #[error("the administrator cannot be stored: {0}")]
    Identity(#[from] IdentityError),
    /// The name is none.
    #[error(transparent)]
    Name(#[from] NameError),
}

impl<'a> Administrator<'a> {
    /// The administrator of `account`.
    pub fn new(
        store: &'a Store,
        vault: &'a Vault,
        region: &Region,
        account: &'a AccountId,
    ) -> Result<Self, AdministratorError> {
        let name = UserName::parse(NAME)?;
        let actor = Actor::new(user_arn(region, account, &IdentityPath::default(), &name));
        Ok(Self { store, vault, account, name, actor })
    }

    /// The user's name.
    pub fn name(&self) -> &UserName {
        &self.name
    }

    /// Makes the user, unless a first user was made before, even if they were deleted since.
    pub async fn ensure(&self) -> Result<(), AdministratorError> {
        let new = NewUser { name: self.name.clone(), path: IdentityPath::default(), tags: BTreeMap::new() };
        self.store.create_first_user(&self.actor, new, [ADMINISTRATOR_ACCESS.to_owned()].into()).await?;
        Ok(())
    }

    /// Gives the user an access key and a password for git.
    pub async fn new_keys(&self) -> Result<AdministratorKeys, AdministratorError> {
        let sealing = self.vault.newest().await?;
        let (access_key, git_password) = (AccessKey::generate()?, GitPassword::generate(PasswordKind::Git)?);
        let git_username = format!("{NAME}-at-{}", self.account);
        let git = Credential::of_git_password(&git_password, NAME, &sealing)?;
        let created = SystemTime::now();
        let edits = vec![
            UserEdit::PutAccessKey {
                key: AccessKeyRecord { id: access_key.id.clone(), active: true, created, sessions_valid_after: None },
                sealed: Credential::of_access_key(&access_key, NAME, &sealing)?.to_json()?.into(),
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
        self.store.change_user(&self.actor, &self.name, |_user| Ok::<_, IdentityError>(edits.clone())).await?;
        Ok(AdministratorKeys { access_key, git_username, git_password })
    }
}
