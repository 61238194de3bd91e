//! Tokens while they are used: until when, and when that was.

use crate::failure::{Failure, Result};
use crate::pipeline::Service;
use auth::{AuthenticationFailure, Credential, Reason, TokenGrant};
use std::time::{Duration, UNIX_EPOCH};
use store::StoredCredential;

/// How much later than the noted use of a token the next one is noted. Every note is a write.
const NOTED_EVERY: Duration = Duration::from_secs(15 * 60);

impl Service {
    /// Refuses a token whose time is over. Only who has the right token learns that.
    pub(crate) fn require_not_over(&self, grant: &TokenGrant) -> Result<()> {
        if self.seconds() < grant.expires {
            return Ok(());
        }
        Err(AuthenticationFailure::new(Reason::Expired, "the token has expired: make a new one").into())
    }

    /// Notes that a token is used, unless that was noted a little while ago. When that fails, nobody is the worse for it.
    pub(crate) async fn note_use(&self, credential: &Credential, grant: &TokenGrant, stored: &StoredCredential) {
        let now = self.seconds();
        if grant.used.is_some_and(|used| now.saturating_sub(used) < NOTED_EVERY.as_secs()) {
            return;
        }
        let noted = self.note(credential.clone().used(now), stored);
        self.notes_paused.attempt(now, &credential.id, "the use of a token was not noted", noted).await;
    }

    /// Whoever changed the token meanwhile has noted the use or something better.
    async fn note(&self, used: Credential, stored: &StoredCredential) -> Result<()> {
        let body = used.to_json().map_err(Failure::internal)?;
        self.components.store.credentials().replace(&used.id, stored, body.into()).await?;
        Ok(())
    }

    /// The time in seconds since 1970.
    pub(crate) fn seconds(&self) -> u64 {
        self.components.clock.now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
    }
}
