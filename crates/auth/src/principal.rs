//! The identity behind a request.

/// Who is calling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    account: String,
    name: String,
    /// The key or password that was used.
    key_id: String,
}

impl Principal {
    /// The service user `name`, who showed the credential `key_id`.
    pub fn service_user(account: impl Into<String>, name: impl Into<String>, key_id: impl Into<String>) -> Self {
        Self { account: account.into(), name: name.into(), key_id: key_id.into() }
    }

    /// The user's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The credential that was used; not a secret.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The ARN. Users that this service made have a path of their own, so that they are never taken for IAM users.
    pub fn arn(&self) -> String {
        format!("arn:aws:iam::{}:user/coldforge/{}", self.account, self.name)
    }
}
