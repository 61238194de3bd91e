//! `PutRefProtection`: says what may not be done to some refs of a repository, whatever policies allow.

use super::wire::{self, protection_name};
use crate::inputs::invalid;
use api::ErrorCode;
use api::own::{PutRefProtectionInput, PutRefProtectionOutput};
use domain::protection::{MOST_BYPASSING, MOST_PATTERNS, MOST_REQUIRED_APPROVALS};
use domain::{Protection, RefPattern, StatusContext};
use service::{Authorized, Context, Failure, Result};
use std::collections::BTreeSet;
use store::{PutProtectionError, Repository};

/// Puts a protection, in place of an earlier one of this name.
pub(crate) async fn put_ref_protection(
    cx: Context,
    repository: Authorized<Repository>,
    mut input: PutRefProtectionInput,
) -> Result<PutRefProtectionOutput> {
    let name = protection_name(input.protection_name.take())?;
    let rules = protection(input)?;
    let protection = repository.put_protection(&cx.actor(), &name, &rules).await.map_err(|error| match error {
        PutProtectionError::Store(error) => error.into(),
        error => Failure::new(ErrorCode::MaximumRefProtectionsExceededException, error.to_string()),
    })?;
    Ok(PutRefProtectionOutput { ref_protection: Some(wire::ref_protection(protection)) })
}

/// What the input demands. Unless it says otherwise, history can neither be rewritten nor be lost.
fn protection(input: PutRefProtectionInput) -> Result<Protection> {
    let rules = Protection {
        patterns: patterns(input.ref_patterns.unwrap_or_default())?,
        fast_forward_only: input.fast_forward_only.unwrap_or(true),
        deletion_forbidden: input.deletion_forbidden.unwrap_or(true),
        creation_forbidden: input.creation_forbidden.unwrap_or(false),
        pull_request_required: input.pull_request_required.unwrap_or(false),
        required_approvals: approvals(input.required_approvals.unwrap_or(0))?,
        required_statuses: contexts(input.required_statuses.unwrap_or_default())?,
        bypass: principals(input.bypass_principals.unwrap_or_default())?,
    };
    match rules.loophole() {
        Some(words) => Err(invalid("deletionForbidden", words)),
        None => Ok(rules),
    }
}

fn patterns(given: Vec<String>) -> Result<Vec<RefPattern>> {
    if !(1..=MOST_PATTERNS).contains(&given.len()) {
        return Err(invalid("refPatterns", format!("it has 1 to {MOST_PATTERNS} entries")));
    }
    let mut patterns = Vec::with_capacity(given.len());
    for text in given {
        let pattern = RefPattern::parse(text).map_err(|error| invalid("refPatterns", error))?;
        if !patterns.contains(&pattern) {
            patterns.push(pattern);
        }
    }
    Ok(patterns)
}

fn approvals(given: i32) -> Result<u32> {
    let number = u32::try_from(given).ok().filter(|number| *number <= MOST_REQUIRED_APPROVALS);
    number.ok_or_else(|| invalid("requiredApprovals", format!("it is a number from 0 to {MOST_REQUIRED_APPROVALS}")))
}

fn contexts(given: Vec<String>) -> Result<BTreeSet<StatusContext>> {
    let contexts = given.into_iter().map(StatusContext::parse);
    contexts.collect::<std::result::Result<_, _>>().map_err(|error| invalid("requiredStatuses", error))
}

/// Principals are named one by one: a pattern could come to fit somebody whom nobody had in mind.
fn principals(given: Vec<String>) -> Result<BTreeSet<String>> {
    let is_principal = |arn: &String| {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let plain = arn.chars().all(|letter| letter.is_ascii_graphic() && !matches!(letter, '*' | '?'));
        plain
            && matches!(parts[..], ["arn", _, "iam" | "sts", "", account, name] if !account.is_empty() && !name.is_empty())
    };
    if given.len() > MOST_BYPASSING {
        return Err(invalid("bypassPrincipals", format!("it has at most {MOST_BYPASSING} entries")));
    }
    match given.iter().find(|arn| !is_principal(arn)) {
        Some(arn) => Err(invalid("bypassPrincipals", format!("'{}' is no ARN of one principal", arn.escape_debug()))),
        None => Ok(given.into_iter().collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn principals_are_named_by_whole_arns() {
        let arn = |text: &str| principals(vec![text.to_owned()]).is_ok();
        assert!(arn("arn:aws:iam::123456789012:user/coldforge/ana"));
        assert!(arn("arn:aws:sts::123456789012:assumed-role/ci/run-7"));
        for wrong in
            ["", "*", "ana", "arn:aws:iam::123456789012:user/*", "arn:aws:iam:::user/ana", "arn:aws:s3:::bucket"]
        {
            assert!(!arn(wrong), "{wrong}");
        }
    }
}
