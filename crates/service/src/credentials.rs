//! New credentials for users, and what becomes of old ones: the sealing that only this side of the house can do.

use crate::context::Context;
use crate::failure::{Failure, Result};
use auth::{AccessKey, Credential, CredentialError, GitPassword, Secret, Status};
use bytes::Bytes;
use domain::UserName;

/// A credential that was just made.
pub struct NewCredential {
    /// The id that it is stored under.
    pub id: String,
    /// The secret key or password, to be shown to its owner once.
    pub secret: Secret,
    /// What is stored of it.
    pub sealed: Bytes,
}

impl Context {
    /// A fresh access key for a user.
    pub async fn new_access_key(&self, user: &UserName) -> Result<NewCredential> {
        let key = AccessKey::generate().map_err(Failure::internal)?;
        let credential =
            Credential::of_access_key(&key, user.as_str(), &*self.keys).await.map_err(Failure::internal)?;
        new_credential(&credential, key.secret).map_err(Failure::internal)
    }

    /// A fresh Git password for a user.
    pub async fn new_git_password(&self, user: &UserName) -> Result<NewCredential> {
        let password = GitPassword::generate().map_err(Failure::internal)?;
        let credential =
            Credential::of_git_password(&password, user.as_str(), &*self.keys).await.map_err(Failure::internal)?;
        new_credential(&credential, password.secret).map_err(Failure::internal)
    }

    /// What is stored of the credential `id`, made active or inactive; `None` when there is no such credential.
    pub async fn credential_made(&self, id: &str, active: bool) -> Result<Option<Bytes>> {
        let Some(stored) = self.store.credentials().find(id).await? else { return Ok(None) };
        let status = if active { Status::Active } else { Status::Inactive };
        let credential = Credential::from_json(id, &stored).map_err(Failure::internal)?.with_status(status);
        credential.to_json().map(|json| Some(json.into())).map_err(Failure::internal)
    }
}

fn new_credential(credential: &Credential, secret: Secret) -> std::result::Result<NewCredential, CredentialError> {
    Ok(NewCredential { id: credential.id.clone(), secret, sealed: credential.to_json()?.into() })
}
