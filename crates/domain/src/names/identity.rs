//! The names of users, groups and policies.

use super::{NameError, NameKind, name_as_text};
use serde::{Deserialize, Serialize};

macro_rules! identity_name {
    ($(#[$doc:meta])* $name:ident, $kind:expr, $most:literal, $length_rule:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        name_as_text!($name);

        impl $name {
            /// Checks a name against the rules.
            pub fn parse(name: impl Into<String>) -> Result<Self, NameError> {
                let name = name.into();
                let rule = if !(1..=$most).contains(&name.len()) {
                    $length_rule
                } else if !name.bytes().all(is_name_byte) {
                    "it must consist of letters, digits and _+=,.@-"
                } else {
                    return Ok(Self(name));
                };
                Err(NameError { kind: $kind, name, rule })
            }

            /// What makes the name different from others: names that differ only in the case of letters are the same.
            pub fn key(&self) -> String {
                self.0.to_ascii_lowercase()
            }
        }
    };
}

identity_name!(
    /// The name of a user: 1 to 64 ASCII letters, digits and `_+=,.@-` (AWS IAM API reference, `CreateUser`).
    UserName, NameKind::User, 64, "it must have 1 to 64 characters"
);
identity_name!(
    /// The name of a group: 1 to 128 ASCII letters, digits and `_+=,.@-` (AWS IAM API reference, `CreateGroup`).
    GroupName, NameKind::Group, 128, "it must have 1 to 128 characters"
);
identity_name!(
    /// The name of a policy: 1 to 128 ASCII letters, digits and `_+=,.@-` (AWS IAM API reference, `PutUserPolicy`).
    PolicyName, NameKind::Policy, 128, "it must have 1 to 128 characters"
);

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_identities_keep_to_the_rules_of_iam() {
        let longest = "x".repeat(64);
        for good in ["a", "Ana.Maria+1@example.com", "a_b=c,d-e", longest.as_str()] {
            assert_eq!(UserName::parse(good).unwrap().as_str(), good);
        }
        let too_long = "x".repeat(65);
        for wrong in ["", "a b", "a/b", "a:b", "a*", "caf\u{e9}", "a#b", too_long.as_str()] {
            assert!(UserName::parse(wrong).is_err(), "{wrong}");
        }
        assert!(GroupName::parse("x".repeat(128)).is_ok() && PolicyName::parse("x".repeat(128)).is_ok());
        assert!(GroupName::parse("x".repeat(129)).is_err() && PolicyName::parse("x".repeat(129)).is_err());
    }

    #[test]
    fn the_case_of_letters_makes_no_other_name() {
        assert_eq!(UserName::parse("Ana").unwrap().key(), UserName::parse("aNA").unwrap().key());
    }
}
