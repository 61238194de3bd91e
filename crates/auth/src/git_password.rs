//! Generated Git passwords and tokens: never chosen by a person, checked for their form before anything is looked up.

use crate::secret::{RandomError, Secret, checksum, random_base62};
use domain::TokenKind;

const PREFIX: &str = "cfp_";
const ID: usize = 10;
const RANDOM: usize = 30;
const CHECKSUM: usize = 6;

/// What a password is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordKind {
    /// A Git password, which may do what its owner may (`git`).
    Git,
    /// A token with a scope (`pat`, `dep`).
    Token(TokenKind),
}

impl PasswordKind {
    const ALL: [Self; 3] = [Self::Git, Self::Token(TokenKind::Personal), Self::Token(TokenKind::Deploy)];

    fn word(self) -> &'static str {
        match self {
            Self::Git => "git",
            Self::Token(TokenKind::Personal) => "pat",
            Self::Token(TokenKind::Deploy) => "dep",
        }
    }
}

/// A password for git over HTTPS: `cfp_`, a word for its kind, `_`, an id of 10, `_`, 30 random characters (178 bits), `_` and a
/// checksum of 6.
pub struct GitPassword {
    /// What it is.
    pub kind: PasswordKind,
    /// Finds the stored credential; not a secret.
    pub id: String,
    /// The whole password.
    pub secret: Secret,
}

impl GitPassword {
    /// A fresh password of a kind.
    pub fn generate(kind: PasswordKind) -> Result<Self, RandomError> {
        let id = random_base62(ID)?;
        let body = format!("{PREFIX}{}_{id}_{}", kind.word(), random_base62(RANDOM)?);
        Ok(Self { kind, id, secret: Secret::new(format!("{body}_{}", checksum(&body))) })
    }

    /// The password in `text`, if it has the form and the checksum of one.
    pub fn parse(text: &str) -> Option<Self> {
        let (body, check) = text.rsplit_once('_')?;
        let (word, rest) = body.strip_prefix(PREFIX)?.split_once('_')?;
        let kind = PasswordKind::ALL.into_iter().find(|kind| kind.word() == word)?;
        let (id, random) = rest.split_once('_')?;
        let plain = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let well_formed = plain(id, ID) && plain(random, RANDOM) && plain(check, CHECKSUM);
        (well_formed && checksum(body) == check).then(|| Self { kind, id: id.to_owned(), secret: Secret::new(text) })
    }

    /// The key under which the stored credential is found. It cannot be that of an access key.
    pub fn credential_id(&self) -> String {
        format!("{}-{}", self.kind.word(), self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_generated_password_parses() {
        for kind in PasswordKind::ALL {
            let password = GitPassword::generate(kind).unwrap();
            let parsed = GitPassword::parse(password.secret.expose()).unwrap();
            assert_eq!((parsed.kind, &parsed.id), (kind, &password.id));
            assert_eq!(parsed.credential_id(), format!("{}-{}", kind.word(), password.id));
        }
    }

    proptest! {
        #[test]
        fn a_changed_password_is_refused(kind in 0usize..3, at in 0usize..64, to in "[A-Za-z0-9_]") {
            let password = GitPassword::generate(PasswordKind::ALL[kind]).unwrap();
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
