//! The AWS Query protocol, which IAM and STS speak: a form-encoded request with an `Action`, an XML answer.

mod answer;
mod entry;
mod error;
mod input;
mod managed_policy;
mod resources;
mod serve;
mod xml;

pub(crate) use answer::name_of;
pub use entry::QueryEntry;
pub use error::QueryError;
pub use input::QueryInput;
pub use managed_policy::{AnyPolicy, OwnPolicy};
pub use resources::{PolicySource, UserOrCaller};
pub use xml::Xml;

use crate::audit::EventSource;
use domain::Region;
use http::header::CONTENT_TYPE;
use http::request::Parts;

/// An API that speaks this protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QueryApi {
    /// AWS Identity and Access Management.
    Iam,
    /// AWS Security Token Service.
    Sts,
}

impl QueryApi {
    /// The API that a request is for, by the version it names. Requests without a known version are taken for IAM's.
    pub(crate) fn of(input: &QueryInput) -> Self {
        if input.text("Version") == Some(Self::Sts.version()) { Self::Sts } else { Self::Iam }
    }

    /// What signatures call it, and what actions begin with.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Iam => "iam",
            Self::Sts => "sts",
        }
    }

    /// What records name it.
    pub(crate) fn event_source(self) -> EventSource {
        match self {
            Self::Iam => EventSource::Iam,
            Self::Sts => EventSource::Sts,
        }
    }

    fn version(self) -> &'static str {
        match self {
            Self::Iam => "2010-05-08",
            Self::Sts => "2011-06-15",
        }
    }

    fn namespace(self) -> String {
        format!("https://{}.amazonaws.com/doc/{}/", self.name(), self.version())
    }

    /// The regions that signatures may be for: the one that AWS keeps the global service in, and the service's own, which
    /// some clients take when they are given an endpoint.
    pub(crate) fn regions(self, own: &Region) -> [&str; 2] {
        let global = match own.partition() {
            "aws-cn" => "cn-north-1",
            "aws-us-gov" => "us-gov-west-1",
            _ => "us-east-1",
        };
        [global, own.as_str()]
    }
}

/// Whether a request to `/` speaks this protocol.
pub(crate) fn is_query(parts: &Parts) -> bool {
    let content_type = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}
