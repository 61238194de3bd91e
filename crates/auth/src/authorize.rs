//! The one place where it is decided what a caller may do.

use crate::principal::Principal;

/// The user that the first start makes.
pub(crate) const ADMINISTRATOR: &str = "admin";

/// The outcome of an authorisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The caller may.
    Allow,
    /// The caller may not.
    Deny,
}

/// Whether the caller may perform an action (such as `codecommit:GitPush`) on a resource (an ARN, or `*`).
///
/// The administrator may do everything, and nobody else exists yet who may do anything.
pub fn authorize(principal: &Principal, _action: &str, _resource: &str) -> Decision {
    if principal.name() == ADMINISTRATOR { Decision::Allow } else { Decision::Deny }
}
