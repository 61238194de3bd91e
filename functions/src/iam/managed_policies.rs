//! Managed policies in IAM's shapes. All there are have one version, which never changes.

use super::inputs::{encoded_document, failure};
use super::wire::time;
use service::managed::ManagedPolicy;
use service::{QueryError, QueryInput, Result, Xml};
use std::time::{Duration, UNIX_EPOCH};

/// The name of a policy's one version.
const VERSION: &str = "v1";

/// When the policies were written: 2026-11-28.
const WRITTEN: Duration = Duration::from_secs(1_795_824_000);

/// Checks that `VersionId` names the one version.
pub(crate) fn only_version(input: &QueryInput) -> Result<()> {
    match input.required("VersionId")? {
        VERSION => Ok(()),
        other => Err(failure(QueryError::NoSuchEntity, format!("there is no version {}", other.escape_debug()))),
    }
}

/// What is told of a policy.
pub(crate) fn policy(policy: &ManagedPolicy) -> Xml {
    Xml::new()
        .text("PolicyName", policy.name)
        .text("Arn", policy.arn())
        .text("Path", "/")
        .text("DefaultVersionId", VERSION)
        .text("IsAttachable", true)
        .text("Description", policy.description)
        .text("CreateDate", time(UNIX_EPOCH + WRITTEN))
        .text("UpdateDate", time(UNIX_EPOCH + WRITTEN))
}

/// What is told of its one version, without the document.
pub(crate) fn version() -> Xml {
    let version = Xml::new().text("VersionId", VERSION).text("IsDefaultVersion", true);
    version.text("CreateDate", time(UNIX_EPOCH + WRITTEN))
}

/// The document of a policy.
pub(crate) fn document(policy: &ManagedPolicy) -> String {
    encoded_document(policy.document)
}
