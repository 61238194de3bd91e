//! Ref protections as the API shows and names them.

use crate::inputs::invalid;
use api::{ErrorCode, own};
use domain::ProtectionName;
use service::{Failure, Result};
use store::RefProtection;

/// A protection.
pub(crate) fn ref_protection(protection: RefProtection) -> own::RefProtection {
    let RefProtection { name, rules, modified_by, modified } = protection;
    own::RefProtection {
        protection_name: Some(name.to_string()),
        ref_patterns: Some(rules.patterns.into_iter().map(String::from).collect()),
        fast_forward_only: Some(rules.fast_forward_only),
        deletion_forbidden: Some(rules.deletion_forbidden),
        creation_forbidden: Some(rules.creation_forbidden),
        pull_request_required: Some(rules.pull_request_required),
        required_approvals: Some(i32::try_from(rules.required_approvals).unwrap_or(i32::MAX)),
        required_statuses: Some(rules.required_statuses.into_iter().map(String::from).collect()),
        bypass_principals: Some(rules.bypass.into_iter().collect()),
        last_modified_date: Some(modified.into()),
        last_modified_arn: Some(modified_by),
    }
}

/// The name of a protection.
pub(crate) fn protection_name(given: Option<String>) -> Result<ProtectionName> {
    ProtectionName::parse(given.unwrap_or_default()).map_err(|error| invalid("protectionName", error))
}

/// The failure for a protection that is not there.
pub(crate) fn missing_protection(name: &ProtectionName) -> Failure {
    Failure::new(ErrorCode::RefProtectionDoesNotExistException, format!("there is no ref protection '{name}'"))
}
