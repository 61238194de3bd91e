//! The ARNs of principals that lists are filtered by.

use service::Context;

/// What an ARN is.
pub(crate) enum Principal {
    /// One that there may be in this account; `None` when none was given.
    Known(Option<String>),
    /// No ARN of a principal, for this reason.
    Malformed(String),
    /// That of a principal of another account, as this says.
    Elsewhere(String),
}

/// Looks at the ARN of a user, a role's session or the account itself. Whether it acts here is not asked: those who are gone have
/// left pull requests behind.
pub(crate) fn principal(cx: &Context, given: Option<String>) -> Principal {
    let Some(arn) = given.filter(|arn| !arn.is_empty()) else { return Principal::Known(None) };
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts[..] {
        ["arn", _, "iam" | "sts", "", account, who] if !who.is_empty() => {
            if account != cx.settings.account.as_str() {
                return Principal::Elsewhere(format!(
                    "'{}' is not of account {}",
                    arn.escape_debug(),
                    cx.settings.account
                ));
            }
            Principal::Known(Some(arn))
        }
        _ => Principal::Malformed(format!("'{}' is no ARN of a user or a role's session", arn.escape_debug())),
    }
}
