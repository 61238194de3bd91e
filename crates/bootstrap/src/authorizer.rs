//! The function that the gateway asks about a request of Git before it lets it through (API Gateway developer guide, "Use API
//! Gateway Lambda authorizers", type REQUEST).
//!
//! A REST API renames the `WWW-Authenticate` of functions' answers, without which git does not ask for a password. Its own answer to
//! a request that an authorizer refuses can carry the header. So this function decides nothing but whether credentials are
//! good; what they are good for, the function behind it decides, which looks at everything again.

use crate::function::Function;
use crate::gateway::{self, from_edge};
use lambda_runtime::Diagnostic;
use serde::Deserialize;
use serde_json::{Value, json};
use service::Service;

/// What the gateway asks: about the request that it also sends to functions, but for its body.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Question {
    pub(crate) method_arn: String,
    #[serde(flatten)]
    pub(crate) request: gateway::Event,
}

/// The words at which the gateway answers 401; any others are a fault to it.
const UNAUTHORIZED: &str = "Unauthorized";

/// Lets a request through whose credentials are good, and names who sent it.
pub(crate) async fn answer(service: &Service, secret: Option<&str>, question: Question) -> Result<Value, Diagnostic> {
    let Question { method_arn, request } = question;
    let about = from_edge(request, Function::GitAuthorizer, secret);
    let (request, peer) = about.map_err(|error| unauthorized(&error.to_string()))?;
    let (parts, _body) = request.into_parts();
    let admitted = service.admit_to_git(&parts, &peer).await;
    match admitted {
        Ok(principal) => Ok(json!({
            "principalId": principal.arn(),
            "policyDocument": {
                "Version": "2012-10-17",
                "Statement": [{
                    "Effect": "Allow",
                    "Action": "execute-api:Invoke",
                    "Resource": every_git_route(&method_arn),
                }],
            },
        })),
        Err(failure) if failure.status() == http::StatusCode::UNAUTHORIZED => Err(unauthorized(&failure.to_string())),
        Err(failure) => {
            Err(Diagnostic { error_type: "ServiceUnavailable".to_owned(), error_message: failure.to_string() })
        }
    }
}

fn unauthorized(reason: &str) -> Diagnostic {
    tracing::info!(reason, "a request of Git was not let through");
    Diagnostic { error_type: UNAUTHORIZED.to_owned(), error_message: UNAUTHORIZED.to_owned() }
}

/// All routes of Git in the API and stage of a method's ARN (`arn:aws:execute-api:<region>:<account>:<api>/<stage>/GET/…`). The
/// gateway may remember the answer for the credentials, whichever route it asked about.
fn every_git_route(method_arn: &str) -> String {
    let stage: Vec<&str> = method_arn.splitn(3, '/').take(2).collect();
    format!("{}/*/v1/repos/*", stage.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_is_good_for_every_route_of_git_in_the_stage() {
        let arn = "arn:aws:execute-api:eu-central-1:111122223333:abcdef1234/prod/GET/v1/repos/site/info/refs";
        let all = "arn:aws:execute-api:eu-central-1:111122223333:abcdef1234/prod/*/v1/repos/*";
        assert_eq!(every_git_route(arn), all);
    }
}
