//! Principals of AWS IAM, who sign in here with their AWS identity.

use crate::account::{AccountError, AccountId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The most IAM principals that one user can be.
pub const MOST_IAM_PRINCIPALS: usize = 20;

/// The longest name of an IAM user or role (AWS IAM API reference, `CreateRole`).
const MOST_NAME: usize = 64;

/// What a principal of AWS IAM is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IamPrincipalKind {
    /// An IAM user.
    User,
    /// An IAM role, whoever has assumed it.
    Role,
}

/// A user or role of an AWS account, by its name: the names of each kind are unique in an account whatever their paths, and the
/// ARN of an assumed role does not tell the role's path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IamPrincipal {
    account: AccountId,
    kind: IamPrincipalKind,
    name: String,
}

/// Why a text names no principal of IAM.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IamPrincipalError {
    /// The ARN is of nothing that can sign in.
    #[error(
        "'{}' is the ARN of neither an IAM role (arn:aws:iam::<account>:role/<name>), an assumed role, nor an IAM user",
        .0.escape_debug()
    )]
    Arn(String),
    /// The account is none.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// The name is none.
    #[error("'{}' is no name of an IAM user or role: it has 1 to {MOST_NAME} letters, digits and characters of _+=,.@-", .0.escape_debug())]
    Name(String),
}

impl IamPrincipal {
    /// Reads the ARN of a user, of a role, or of a role that was assumed (AWS IAM user guide, "IAM identifiers").
    pub fn of_arn(arn: &str) -> Result<Self, IamPrincipalError> {
        let unknown = || IamPrincipalError::Arn(arn.to_owned());
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let ["arn", partition, service, "", account, resource] = parts[..] else { return Err(unknown()) };
        let (kind, rest) = resource.split_once('/').ok_or_else(unknown)?;
        // A path may stand before the name of a user or role, and the name of a session behind that of an assumed role.
        let (kind, name) = match (service, kind) {
            ("iam", "user") => (IamPrincipalKind::User, rest.rsplit('/').next()),
            ("iam", "role") => (IamPrincipalKind::Role, rest.rsplit('/').next()),
            ("sts", "assumed-role") => (
                IamPrincipalKind::Role,
                rest.split_once('/').filter(|(_, session)| !session.is_empty()).map(|(name, _)| name),
            ),
            _ => return Err(unknown()),
        };
        if partition != "aws" && !partition.starts_with("aws-") {
            return Err(unknown());
        }
        Self::new(AccountId::parse(account)?, kind, name.ok_or_else(unknown)?)
    }

    fn new(account: AccountId, kind: IamPrincipalKind, name: &str) -> Result<Self, IamPrincipalError> {
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
        if !(1..=MOST_NAME).contains(&name.len()) || !name.bytes().all(is_letter) {
            return Err(IamPrincipalError::Name(name.to_owned()));
        }
        Ok(Self { account, kind, name: name.to_owned() })
    }

    /// What it is.
    pub fn kind(&self) -> IamPrincipalKind {
        self.kind
    }
}

/// As in `123456789012:role/Deploy`.
impl fmt::Display for IamPrincipal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            IamPrincipalKind::User => "user",
            IamPrincipalKind::Role => "role",
        };
        write!(f, "{}:{kind}/{}", self.account, self.name)
    }
}

impl TryFrom<String> for IamPrincipal {
    type Error = IamPrincipalError;

    fn try_from(text: String) -> Result<Self, IamPrincipalError> {
        let unknown = || IamPrincipalError::Arn(text.clone());
        let (account, rest) = text.split_once(':').ok_or_else(unknown)?;
        let (kind, name) = match rest.split_once('/') {
            Some(("user", name)) => (IamPrincipalKind::User, name),
            Some(("role", name)) => (IamPrincipalKind::Role, name),
            _ => return Err(unknown()),
        };
        Self::new(AccountId::parse(account)?, kind, name)
    }
}

impl From<IamPrincipal> for String {
    fn from(principal: IamPrincipal) -> Self {
        principal.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_the_same_by_its_own_arn_and_by_that_of_its_sessions() {
        for arn in [
            "arn:aws:iam::123456789012:role/Deploy",
            "arn:aws:iam::123456789012:role/teams/build/Deploy",
            "arn:aws:sts::123456789012:assumed-role/Deploy/ana@example.com",
            "arn:aws-cn:sts::123456789012:assumed-role/Deploy/i-0123",
        ] {
            let principal = IamPrincipal::of_arn(arn).unwrap();
            assert_eq!(
                (principal.to_string().as_str(), principal.kind()),
                ("123456789012:role/Deploy", IamPrincipalKind::Role)
            );
            assert_eq!(IamPrincipal::try_from(principal.to_string()), Ok(principal));
        }
        let user = IamPrincipal::of_arn("arn:aws:iam::123456789012:user/a/Deploy").unwrap();
        assert_eq!(user.to_string(), "123456789012:user/Deploy");
    }

    #[test]
    fn nothing_else_signs_in() {
        for arn in [
            "",
            "Deploy",
            "arn:aws:iam::123456789012:root",
            "arn:aws:sts::123456789012:federated-user/ana",
            "arn:aws:sts::123456789012:assumed-role/Deploy",
            "arn:aws:sts::123456789012:assumed-role/Deploy/",
            "arn:aws:iam::12345:role/Deploy",
            "arn:aws:iam:eu-west-1:123456789012:role/Deploy",
            "arn:evil:iam::123456789012:role/Deploy",
            "arn:aws:iam::123456789012:role/",
            "arn:aws:iam::123456789012:role/*",
            "arn:aws:iam::123456789012:role/a/b c",
            "arn:aws:iam::123456789012:group/Deploy",
        ] {
            assert!(IamPrincipal::of_arn(arn).is_err(), "{arn}");
        }
    }
}
