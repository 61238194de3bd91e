//! How many policies there may be, and which of them are there.

use super::inputs::{failure, path_prefix};
use super::page;
use service::{Failure, QueryError, QueryInput, Result, Xml};

/// The most policies of one user or group, inline and attached ones together.
pub(crate) const MOST: usize = 20;

/// Refuses when a user or group has as many policies as there may be.
pub(crate) fn require_room(policies: usize) -> Result<()> {
    if policies < MOST {
        return Ok(());
    }
    Err(failure(QueryError::LimitExceeded, format!("a user or group has at most {MOST} policies")))
}

/// A policy that is not attached.
pub(crate) fn not_attached(arn: &str) -> Failure {
    failure(QueryError::NoSuchEntity, format!("the policy {} is not attached", arn.escape_debug()))
}

/// The page of attached policies that the request asks for.
pub(crate) fn attached<'a>(input: &QueryInput, arns: impl Iterator<Item = &'a String>) -> Result<Xml> {
    let prefix = path_prefix(input)?;
    let policy = |arn: &String| {
        let (path, name) = path_and_name(arn)?;
        let xml = Xml::new().text("PolicyName", name).text("PolicyArn", arn);
        path.starts_with(prefix).then(|| (arn.clone(), xml))
    };
    page::of("AttachedPolicies", input, arns.filter_map(policy).collect())
}

/// The path and the name in the ARN of a managed policy.
fn path_and_name(arn: &str) -> Option<(&str, &str)> {
    let resource = arn.split_once(":policy")?.1;
    let name = resource.rfind('/')? + 1;
    Some((&resource[..name], &resource[name..]))
}
