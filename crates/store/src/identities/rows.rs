//! The bodies of identity rows.

use crate::rows::Millis;
use domain::{GroupName, IdentityPath, PolicyName, TokenKind, UniqueId, UserName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `ACCOUNT` / `USER#<name>`: what listings show. The name in the key is in lower case, as names that differ only in case are
/// the same.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct UserSummaryRow {
    #[serde(rename = "n")]
    pub(super) name: UserName,
    #[serde(rename = "p")]
    pub(super) path: IdentityPath,
    #[serde(rename = "i")]
    pub(super) id: UniqueId,
    #[serde(rename = "c")]
    pub(super) created: Millis,
}

/// `USER#<name>` / `META`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct UserRow {
    #[serde(flatten)]
    pub(super) summary: UserSummaryRow,
    #[serde(rename = "t", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) tags: BTreeMap<String, String>,
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub(super) sessions_valid_after: Option<Millis>,
}

/// `USER#<name>` or `GROUP#<name>` / `POLICY#<policy name>`: an inline policy.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct InlinePolicyRow {
    #[serde(rename = "n")]
    pub(super) name: PolicyName,
    #[serde(rename = "d")]
    pub(super) document: String,
}

/// `USER#<name>` or `GROUP#<name>` / `ATTACHED#<policy ARN>`: that it is there says it all.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct AttachedRow {}

/// `USER#<name>` / `GROUP#<group name>`: the user is a member.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct MembershipRow {
    #[serde(rename = "n")]
    pub(super) group: GroupName,
}

/// `ACCOUNT` / `GROUP#<name>`, and `GROUP#<name>` / `META`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct GroupRow {
    #[serde(rename = "n")]
    pub(super) name: GroupName,
    #[serde(rename = "p")]
    pub(super) path: IdentityPath,
    #[serde(rename = "i")]
    pub(super) id: UniqueId,
    #[serde(rename = "c")]
    pub(super) created: Millis,
}

/// `GROUP#<name>` / `MEMBER#<user name>`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct MemberRow {
    #[serde(rename = "n")]
    pub(super) user: UserName,
}

/// `USER#<name>` / `KEY#<key id>`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct AccessKeyRow {
    #[serde(rename = "a")]
    pub(super) active: bool,
    #[serde(rename = "c")]
    pub(super) created: Millis,
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub(super) sessions_valid_after: Option<Millis>,
}

/// `USER#<name>` / `GIT#<id>`: a Git user name and password.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct GitCredentialRow {
    #[serde(rename = "u")]
    pub(super) user_name: String,
    #[serde(rename = "k")]
    pub(super) credential: String,
    #[serde(rename = "a")]
    pub(super) active: bool,
    #[serde(rename = "c")]
    pub(super) created: Millis,
}

/// `USER#<name>` / `TOKEN#<id>`: a token. What it may do is kept with its HMAC, where it is looked up.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct TokenRow {
    #[serde(rename = "n")]
    pub(super) name: String,
    #[serde(rename = "d")]
    pub(super) kind: TokenKind,
    #[serde(rename = "a")]
    pub(super) active: bool,
    #[serde(rename = "c")]
    pub(super) created: Millis,
}

/// `USER#<name>` / `IAM#<principal>`: an IAM principal that the user is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct IamPrincipalRow {
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    pub(super) unique_id: Option<String>,
    #[serde(rename = "c")]
    pub(super) created: Millis,
}

/// `CREDENTIAL#iam:<principal>` / `META`: whose user the IAM principal is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct IamPrincipalUserRow {
    #[serde(rename = "u")]
    pub(super) user: UserName,
}

/// `ACCOUNT` / `POLICY#<name>`: what listings show.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct PolicySummaryRow {
    #[serde(rename = "n")]
    pub(super) name: PolicyName,
    #[serde(rename = "p")]
    pub(super) path: IdentityPath,
    #[serde(rename = "i")]
    pub(super) id: UniqueId,
    #[serde(rename = "c")]
    pub(super) created: Millis,
    #[serde(rename = "u")]
    pub(super) updated: Millis,
    /// The number of the version that holds.
    #[serde(rename = "f")]
    pub(super) default: u32,
    /// To how many users and groups it is attached.
    #[serde(rename = "a")]
    pub(super) attachments: u32,
}

/// `POLICY#<name>` / `META`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct PolicyRow {
    #[serde(flatten)]
    pub(super) summary: PolicySummaryRow,
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    #[serde(rename = "t", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) tags: BTreeMap<String, String>,
    /// The number of the newest version there ever was; numbers are not used again.
    #[serde(rename = "w")]
    pub(super) newest: u32,
    /// The document that holds, so that whoever is decided over costs one read for it.
    #[serde(rename = "d")]
    pub(super) document: String,
}

/// `POLICY#<name>` / `VERSION#<number>`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct PolicyVersionRow {
    #[serde(rename = "d")]
    pub(super) document: String,
    #[serde(rename = "c")]
    pub(super) created: Millis,
}

/// `POLICY#<name>` / `USER#<name>`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct AttachedUserRow {
    #[serde(rename = "u")]
    pub(super) user: UserName,
}

/// `POLICY#<name>` / `GROUP#<name>`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct AttachedGroupRow {
    #[serde(rename = "g")]
    pub(super) group: GroupName,
}

/// `ACCOUNT` / `FIRST-USER`: that the first user was made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct FirstUserRow {}
