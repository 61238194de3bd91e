//! Managed policies in IAM's shapes.

use super::inputs::{encoded_document, failure};
use super::wire::{self, time};
use service::managed::ManagedPolicy as AwsPolicy;
use service::{AnyPolicy, Context, QueryError, QueryInput, Result, Xml};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use store::{ManagedPolicy, ManagedPolicySummary};

/// The most versions of a managed policy (AWS IAM quotas).
pub(crate) const MOST_VERSIONS: usize = 5;

/// The most managed policies of the account (AWS IAM quotas, "customer managed policies in an account").
pub(crate) const MOST_POLICIES: usize = 1500;

/// When AWS's policies were written here: 2026-11-28. Each has one version, which never changes.
const WRITTEN: Duration = Duration::from_secs(1_795_824_000);

/// A version of a policy, whoever's it is.
pub(crate) struct Version<'a> {
    number: u32,
    document: &'a str,
    default: bool,
    created: SystemTime,
}

/// All versions of a policy, the newest first.
pub(crate) fn versions(policy: &AnyPolicy) -> Vec<Version<'_>> {
    match policy {
        AnyPolicy::Aws(policy) => {
            vec![Version { number: 1, document: policy.document, default: true, created: UNIX_EPOCH + WRITTEN }]
        }
        AnyPolicy::Own(policy) => own_versions(policy).collect(),
    }
}

/// The newest version of a policy of the account.
pub(crate) fn newest(policy: &ManagedPolicy) -> Xml {
    own_versions(policy).next().map_or_else(Xml::new, |version| version.told())
}

fn own_versions(policy: &ManagedPolicy) -> impl Iterator<Item = Version<'_>> {
    policy.versions.iter().rev().map(|version| Version {
        number: version.number,
        document: &version.document,
        default: version.number == policy.summary.default,
        created: version.created,
    })
}

impl Version<'_> {
    /// What is told of it, without the document.
    pub(crate) fn told(&self) -> Xml {
        let version = Xml::new().text("VersionId", format!("v{}", self.number));
        version.text("IsDefaultVersion", self.default).text("CreateDate", time(self.created))
    }

    /// What is told of it, with the document.
    pub(crate) fn told_whole(&self) -> Xml {
        self.told().text("Document", encoded_document(self.document))
    }

    /// Whether it has this number.
    pub(crate) fn is(&self, number: u32) -> bool {
        self.number == number
    }
}

/// The number of the version that `VersionId` names, such as `v2`.
pub(crate) fn version_number(input: &QueryInput) -> Result<u32> {
    let given = input.required("VersionId")?;
    let number =
        given.strip_prefix('v').filter(|digits| !digits.starts_with('+')).and_then(|digits| digits.parse().ok());
    let wrong = || failure(QueryError::ValidationError, format!("'{}' names no version", given.escape_debug()));
    number.ok_or_else(wrong)
}

/// There is no version of this number.
pub(crate) fn no_version(number: u32) -> service::Failure {
    failure(QueryError::NoSuchEntity, format!("the policy has no version v{number}"))
}

/// What is told of a policy of AWS's.
pub(crate) fn aws(policy: &AwsPolicy) -> Xml {
    Xml::new()
        .text("PolicyName", policy.name)
        .text("Arn", policy.arn())
        .text("Path", "/")
        .text("DefaultVersionId", "v1")
        .text("IsAttachable", true)
        .text("Description", policy.description)
        .text("CreateDate", time(UNIX_EPOCH + WRITTEN))
        .text("UpdateDate", time(UNIX_EPOCH + WRITTEN))
}

/// What listings tell of a policy of the account.
pub(crate) fn own_summary(cx: &Context, policy: &ManagedPolicySummary) -> Xml {
    Xml::new()
        .text("PolicyName", &policy.name)
        .text("PolicyId", &policy.id)
        .text("Arn", cx.policy_arn(policy))
        .text("Path", policy.path.as_str())
        .text("DefaultVersionId", format!("v{}", policy.default))
        .text("AttachmentCount", policy.attachments)
        .text("IsAttachable", true)
        .text("CreateDate", time(policy.created))
        .text("UpdateDate", time(policy.updated))
}

/// What is told of a policy of the account, with description and tags.
pub(crate) fn own(cx: &Context, policy: &ManagedPolicy) -> Xml {
    let told = own_summary(cx, &policy.summary).text_if("Description", policy.description.as_ref());
    if policy.tags.is_empty() { told } else { told.list("Tags", wire::tags(&policy.tags)) }
}
