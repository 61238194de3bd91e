//! Users and what is theirs, in IAM's shapes.

pub(crate) use service::iso_time as time;
use service::{Context, Xml};
use std::collections::BTreeMap;
use store::{AccessKeyRecord, GitCredentialRecord, GroupSummary, User, UserSummary};

/// The service that Git user names and passwords are for.
pub(crate) const GIT_SERVICE: &str = "codecommit.amazonaws.com";

/// The word for a credential that may be used, or may not.
pub(crate) fn status(active: bool) -> &'static str {
    if active { "Active" } else { "Inactive" }
}

/// A user as listings show it.
pub(crate) fn user_summary(cx: &Context, user: &UserSummary) -> Xml {
    Xml::new()
        .text("Path", user.path.as_str())
        .text("UserName", &user.name)
        .text("UserId", &user.id)
        .text("Arn", cx.user_arn(user))
        .text("CreateDate", time(user.created))
}

/// A user with tags.
pub(crate) fn user(cx: &Context, user: &User) -> Xml {
    let summary = user_summary(cx, &user.summary);
    if user.tags.is_empty() { summary } else { summary.list("Tags", tags(&user.tags)) }
}

/// A group.
pub(crate) fn group(cx: &Context, group: &GroupSummary) -> Xml {
    Xml::new()
        .text("Path", group.path.as_str())
        .text("GroupName", &group.name)
        .text("GroupId", &group.id)
        .text("Arn", cx.group_arn(group))
        .text("CreateDate", time(group.created))
}

/// Tags, in the order of their keys.
pub(crate) fn tags(tags: &BTreeMap<String, String>) -> Vec<Xml> {
    tags.iter().map(|(key, value)| Xml::new().text("Key", key).text("Value", value)).collect()
}

/// An access key, without its secret.
pub(crate) fn access_key(user: &User, key: &AccessKeyRecord) -> Xml {
    Xml::new()
        .text("UserName", &user.summary.name)
        .text("AccessKeyId", &key.id)
        .text("Status", status(key.active))
        .text("CreateDate", time(key.created))
}

/// A Git user name, without the password.
pub(crate) fn git_credential(user: &User, credential: &GitCredentialRecord) -> Xml {
    Xml::new()
        .text("UserName", &user.summary.name)
        .text("Status", status(credential.active))
        .text("ServiceUserName", &credential.user_name)
        .text("CreateDate", time(credential.created))
        .text("ServiceSpecificCredentialId", &credential.id)
        .text("ServiceName", GIT_SERVICE)
}
