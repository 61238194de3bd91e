//! Generated Git passwords: never chosen by a person, checked for their form before anything is looked up.

use crate::secret::{RandomError, Secret, checksum, random_base62};

const PREFIX: &str = "cfp_git_";
const ID: usize = 10;
const RANDOM: usize = 30;
const CHECKSUM: usize = 6;

/// A password for git over HTTPS: `cfp_git_`, an id of 10, `_`, 30 random characters (178 bits), `_` and a checksum of 6.
pub struct GitPassword {
    /// Finds the stored credential; not a secret.
    pub id: String,
    /// The whole password.
    pub secret: Secret,
}

impl GitPassword {
    /// A fresh password.
    pub fn generate() -> Result<Self, RandomError> {
        let id = random_base62(ID)?;
        let body = format!("{PREFIX}{id}_{}", random_base62(RANDOM)?);
        Ok(Self { id, secret: Secret::new(format!("{body}_{}", checksum(&body))) })
    }

    /// The password in `text`, if it has the form and the checksum of one.
    pub fn parse(text: &str) -> Option<Self> {
        let (body, check) = text.rsplit_once('_')?;
        let (id, random) = body.strip_prefix(PREFIX)?.split_once('_')?;
        let plain = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let well_formed = plain(id, ID) && plain(random, RANDOM) && plain(check, CHECKSUM);
        (well_formed && checksum(body) == check).then(|| Self { id: id.to_owned(), secret: Secret::new(text) })
    }

    /// The key under which the stored credential is found. It cannot be that of an access key.
    pub fn credential_id(&self) -> String {
        format!("git-{}", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_generated_password_parses() {
        let password = GitPassword::generate().unwrap();
        assert_eq!(GitPassword::parse(password.secret.expose()).unwrap().id, password.id);
    }

    proptest! {
        #[test]
        fn a_changed_password_is_refused(at in 0usize..64, to in "[A-Za-z0-9_]") {
            let password = GitPassword::generate().unwrap();
            let mut changed = password.secret.expose().to_owned();
            prop_assume!(at < changed.len() && changed[at..=at] != to);
            changed.replace_range(at..=at, &to);
            prop_assert!(GitPassword::parse(&changed).is_none());
        }

        #[test]
        fn arbitrary_text_never_panics(text in ".*") {
            GitPassword::parse(&text);
        }
    }
}
