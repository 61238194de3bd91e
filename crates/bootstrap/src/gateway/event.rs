//! The event that API Gateway invokes a function with (API Gateway developer guide, "Input format of a Lambda function for proxy
//! integration"), as far as anything here depends on it.

use serde::Deserialize;
use std::collections::BTreeMap;

/// A request of a client.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Event {
    /// The method.
    pub(crate) http_method: String,
    /// The path, without the stage.
    pub(crate) path: String,
    /// All values of each header. `headers`, which has one value of each, is not looked at.
    #[serde(default)]
    pub(crate) multi_value_headers: Option<BTreeMap<String, Vec<String>>>,
    /// All values of each query parameter, decoded.
    #[serde(default)]
    pub(crate) multi_value_query_string_parameters: Option<BTreeMap<String, Vec<String>>>,
    /// The body, as text or in base64.
    #[serde(default)]
    pub(crate) body: Option<String>,
    /// Whether the body is in base64.
    #[serde(default)]
    pub(crate) is_base64_encoded: bool,
    /// What the gateway says of the request; no client can write here.
    pub(crate) request_context: RequestContext,
}

/// What the gateway knows of a request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestContext {
    /// Who sent it.
    pub(crate) identity: Identity,
    /// The path with the stage before it, as the client wrote it.
    #[serde(default)]
    pub(crate) path: String,
    /// The path of the route, as the API's document has it.
    #[serde(default)]
    pub(crate) resource_path: String,
    /// The host of the API.
    #[serde(default)]
    pub(crate) domain_name: String,
}

/// The other end of the gateway's connection.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Identity {
    /// Its IP address.
    pub(crate) source_ip: String,
    /// On a route with IAM authorization: the ARN of the principal that signed the request.
    #[serde(default)]
    pub(crate) user_arn: Option<String>,
    /// On such a route: the principal's unique id, with the name of its session behind a colon if it is a role.
    #[serde(default)]
    pub(crate) caller: Option<String>,
}
