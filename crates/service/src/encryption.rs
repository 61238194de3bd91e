//! Keys that repositories are encrypted under, as clients name them.

use crate::cause;
use crate::context::Context;
use crate::failure::{Failure, Result};
use api::ErrorCode;
use ports::KeyError;

/// How clients name the service's own key (AWS user guide, "Encryption").
pub const OWN_KEY_ALIAS: &str = "alias/aws/codecommit";

impl Context {
    /// The id of the key that a client names by its id, its ARN or an alias; `None` for the service's own key. The key must be
    /// there and enabled.
    pub async fn encryption_key(&self, name: &str) -> Result<Option<String>> {
        let name = self.local_name(name);
        let own = name == OWN_KEY_ALIAS;
        let found = self.keys.describe((!own).then_some(name)).await.map_err(|error| key_failure(name, error))?;
        if !found.enabled {
            return Err(key_failure(name, KeyError::Disabled(found.id)));
        }
        Ok((!own).then_some(found.id))
    }

    /// What the ARN of a key or an alias of this account and region names; any other text is the name itself.
    fn local_name<'a>(&self, name: &'a str) -> &'a str {
        let (region, account) = (&self.settings.region, &self.settings.account);
        let resource = name.strip_prefix(&format!("arn:{}:kms:{region}:{account}:", region.partition()));
        resource.map_or(name, |resource| resource.strip_prefix("key/").unwrap_or(resource))
    }
}

fn key_failure(name: &str, error: KeyError) -> Failure {
    let code = cause::of_key(&error);
    let state = match code {
        ErrorCode::EncryptionKeyNotFoundException => "does not exist",
        ErrorCode::EncryptionKeyDisabledException => "is disabled",
        ErrorCode::EncryptionKeyAccessDeniedException => "may not be used by this service",
        ErrorCode::EncryptionKeyUnavailableException => "cannot be reached at the moment; try again",
        _ => return Failure::internal(error),
    };
    Failure::new(code, format!("key '{}' {state}", name.escape_debug()))
}
