//! Identities as IAM names them: paths, unique ids, ARNs.

use crate::account::{AccountId, Region};
use crate::names::{GroupName, PolicyName, UserName};
use serde::{Deserialize, Serialize};

/// Whose managed policies are the same in every account (`arn:aws:iam::aws:policy/…`).
pub const AWS_OWNED: &str = "aws";

/// A text that is no path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{}' is no path: it must begin and end with '/', and have at most 512 printable characters", .0.escape_debug())]
pub struct PathError(String);

/// Where an identity stands in the account, such as `/division/team/`; `/` when nothing is said. It is part of the ARN.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IdentityPath(String);

impl IdentityPath {
    /// Checks a path: `/`, or something between two of them (AWS IAM API reference, `CreateUser`).
    ///
    /// Stricter than AWS in one thing: `*` and `?` are refused, so that no ARN can be read as a pattern.
    pub fn parse(path: impl Into<String>) -> Result<Self, PathError> {
        let path = path.into();
        let printable = path.bytes().all(|byte| matches!(byte, 0x21..=0x7e) && !matches!(byte, b'*' | b'?'));
        let between = path == "/" || (path.len() > 2 && path.starts_with('/') && path.ends_with('/'));
        if printable && between && path.len() <= 512 { Ok(Self(path)) } else { Err(PathError(path)) }
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for IdentityPath {
    fn default() -> Self {
        Self("/".to_owned())
    }
}

impl TryFrom<String> for IdentityPath {
    type Error = PathError;

    fn try_from(path: String) -> Result<Self, PathError> {
        Self::parse(path)
    }
}

impl From<IdentityPath> for String {
    fn from(path: IdentityPath) -> Self {
        path.0
    }
}

/// What a unique id is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UniqueIdKind {
    /// A user.
    User,
    /// A group.
    Group,
    /// A managed policy.
    Policy,
    /// A Git user name and password.
    ServiceCredential,
}

/// Names an identity for ever: a name that is used again after a deletion has another one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UniqueId(String);

impl UniqueId {
    /// An id of 80 random bits. Its prefix is not one of AWS's, so that it is never taken for an AWS id.
    pub fn from_random(kind: UniqueIdKind, random: [u8; 10]) -> Self {
        const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let prefix = match kind {
            UniqueIdKind::User => "CFUA",
            UniqueIdKind::Group => "CFGA",
            UniqueIdKind::Policy => "CFPA",
            UniqueIdKind::ServiceCredential => "CFCA",
        };
        let bits = random.iter().fold(0u128, |bits, byte| bits << 8 | u128::from(*byte));
        let letters = (0..16).rev().map(|at| char::from(ALPHABET[(bits >> (5 * at)) as usize & 31]));
        Self(prefix.chars().chain(letters).collect())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for UniqueId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The ARN of a user. Users that this service made stand below a path of their own, so that none is ever taken for a user of
/// the AWS account with the same name.
pub fn user_arn(region: &Region, account: &AccountId, path: &IdentityPath, name: &UserName) -> String {
    format!("arn:{}:iam::{account}:user/coldforge{}{name}", region.partition(), path.as_str())
}

/// The ARN of a group.
pub fn group_arn(region: &Region, account: &AccountId, path: &IdentityPath, name: &GroupName) -> String {
    format!("arn:{}:iam::{account}:group{}{name}", region.partition(), path.as_str())
}

/// The ARN of a managed policy of this account.
pub fn policy_arn(region: &Region, account: &AccountId, path: &IdentityPath, name: &PolicyName) -> String {
    format!("arn:{}:iam::{account}:policy{}{name}", region.partition(), path.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stands_between_slashes() {
        let longest = format!("/{}/", "x".repeat(510));
        for good in ["/", "/a/", "/division/team-1/", longest.as_str()] {
            assert_eq!(IdentityPath::parse(good).unwrap().as_str(), good);
        }
        let too_long = format!("/{}/", "x".repeat(511));
        for wrong in ["", "a", "/a", "a/", "//", "/a b/", "/*/", "/caf\u{e9}/", too_long.as_str()] {
            assert!(IdentityPath::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_unique_id_has_a_prefix_and_all_random_bits() {
        assert_eq!(UniqueId::from_random(UniqueIdKind::User, [0; 10]).as_str(), "CFUAAAAAAAAAAAAAAAAA");
        assert_eq!(UniqueId::from_random(UniqueIdKind::Group, [0xff; 10]).as_str(), "CFGA7777777777777777");
        let mut low_bit = [0; 10];
        low_bit[9] = 1;
        assert_eq!(UniqueId::from_random(UniqueIdKind::Policy, low_bit).as_str(), "CFPAAAAAAAAAAAAAAAAB");
    }

    #[test]
    fn arns_tell_partition_account_and_path() {
        let (region, account) = (Region::parse("cn-north-1").unwrap(), AccountId::parse("123456789012").unwrap());
        let path = IdentityPath::parse("/dev/").unwrap();
        let (user, group) = (UserName::parse("ana").unwrap(), GroupName::parse("team").unwrap());
        assert_eq!(
            user_arn(&region, &account, &IdentityPath::default(), &user),
            "arn:aws-cn:iam::123456789012:user/coldforge/ana"
        );
        assert_eq!(user_arn(&region, &account, &path, &user), "arn:aws-cn:iam::123456789012:user/coldforge/dev/ana");
        assert_eq!(group_arn(&region, &account, &path, &group), "arn:aws-cn:iam::123456789012:group/dev/team");
    }
}
