//! A record, as it is written.

use super::notes::{AuditedReference, Noted};
use crate::iso_time::iso_time;
use api::JsonApi;
use auth::Principal;
use domain::{AccountId, Region};
use serde::Serialize;
use serde_json::Value;
use std::net::IpAddr;
use std::time::SystemTime;

/// The version of the shape.
const VERSION: &str = "1.11";

/// The longest user agent that is kept.
const MOST_AGENT: usize = 256;

/// Which API a request was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum EventSource {
    #[default]
    CodeCommit,
    Coldforge,
    Iam,
    Sts,
}

/// What is known of a request when it has been answered.
pub(crate) struct AuditEvent<'a> {
    pub(crate) time: SystemTime,
    pub(crate) region: &'a Region,
    pub(crate) account: &'a AccountId,
    pub(crate) source: EventSource,
    /// The operation, or `GitPull` and `GitPush`.
    pub(crate) name: &'a str,
    pub(crate) read_only: bool,
    pub(crate) principal: Option<&'a Principal>,
    /// The id of the credential that was claimed by somebody who could not be authenticated.
    pub(crate) claimed: Option<&'a str>,
    pub(crate) address: IpAddr,
    pub(crate) agent: &'a str,
    pub(crate) error: Option<(&'a str, &'a str)>,
    pub(crate) parameters: Value,
    pub(crate) response: Value,
    pub(crate) repository: Option<String>,
    pub(crate) request_id: &'a str,
    /// For Git requests: what was noted, and how many bytes came in and went out.
    pub(crate) git: Option<(Noted, u64, u64)>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    event_version: &'static str,
    user_identity: UserIdentity<'a>,
    event_time: String,
    event_source: &'static str,
    event_name: &'a str,
    aws_region: &'a str,
    #[serde(rename = "sourceIPAddress")]
    source_ip_address: IpAddr,
    user_agent: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<&'a str>,
    request_parameters: Value,
    response_elements: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_event_data: Option<GitData>,
    #[serde(rename = "requestID")]
    request_id: &'a str,
    #[serde(rename = "eventID")]
    event_id: &'a str,
    read_only: bool,
    resources: Vec<AuditedResource<'a>>,
    event_type: &'static str,
    management_event: bool,
    recipient_account_id: &'a str,
    event_category: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserIdentity<'a> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_key_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_context: Option<SessionContext>,
}

#[derive(Serialize)]
struct SessionContext {
    attributes: SessionAttributes,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionAttributes {
    creation_date: String,
    mfa_authenticated: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GitData {
    protocol: &'static str,
    data_transferred: bool,
    bytes_in: u64,
    bytes_out: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AuditedResource<'a> {
    #[serde(rename = "ARN")]
    arn: &'a str,
    account_id: &'a str,
    r#type: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GitParameters {
    references: Vec<AuditedReference>,
}

impl EventSource {
    /// The source of the events of a JSON API.
    pub(crate) fn of(api: JsonApi) -> Self {
        match api {
            JsonApi::CodeCommit => Self::CodeCommit,
            JsonApi::Coldforge => Self::Coldforge,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::CodeCommit => "codecommit.amazonaws.com",
            Self::Coldforge => "coldforge",
            Self::Iam => "iam.amazonaws.com",
            Self::Sts => "sts.amazonaws.com",
        }
    }
}

impl AuditEvent<'_> {
    /// The record: one line of JSON.
    pub(crate) fn to_json(&self) -> serde_json::Result<String> {
        let account = self.account.as_str();
        let (git, parameters) = match &self.git {
            None => (None, self.parameters.clone()),
            Some((noted, bytes_in, bytes_out)) => {
                let data_transferred = noted.data_transferred;
                let data = GitData { protocol: "HTTP", data_transferred, bytes_in: *bytes_in, bytes_out: *bytes_out };
                let references = noted.references.clone();
                let parameters = match references.is_empty() {
                    true => Value::Null,
                    false => serde_json::to_value(GitParameters { references })?,
                };
                (Some(data), parameters)
            }
        };
        let resource = |arn| AuditedResource { arn, account_id: account, r#type: "AWS::CodeCommit::Repository" };
        serde_json::to_string(&Record {
            event_version: VERSION,
            user_identity: self.user_identity(),
            event_time: iso_time(self.time),
            event_source: self.source.as_str(),
            event_name: self.name,
            aws_region: self.region.as_str(),
            source_ip_address: self.address.to_canonical(),
            user_agent: &self.agent[..self.agent.floor_char_boundary(MOST_AGENT)],
            error_code: self.error.map(|(code, _)| code),
            error_message: self.error.map(|(_, message)| message),
            request_parameters: parameters,
            response_elements: self.response.clone(),
            additional_event_data: git,
            request_id: self.request_id,
            event_id: self.request_id,
            read_only: self.read_only,
            resources: self.repository.as_deref().map(resource).into_iter().collect(),
            event_type: "AwsApiCall",
            management_event: true,
            recipient_account_id: account,
            event_category: "Management",
        })
    }

    fn user_identity(&self) -> UserIdentity<'_> {
        let Some(principal) = self.principal else {
            return UserIdentity {
                r#type: "Unknown",
                principal_id: None,
                arn: None,
                account_id: None,
                access_key_id: self.claimed,
                user_name: None,
                session_context: None,
            };
        };
        UserIdentity {
            r#type: "IAMUser",
            principal_id: Some(principal.id().as_str()),
            arn: Some(principal.arn()),
            account_id: Some(principal.account().as_str()),
            access_key_id: Some(principal.key_id()),
            user_name: Some(principal.name()),
            session_context: principal.session_issued().map(|issued| SessionContext {
                attributes: SessionAttributes { creation_date: iso_time(issued), mfa_authenticated: "false" },
            }),
        }
    }
}
