//! The function behind the one route that asks for a signature of AWS IAM. API Gateway has checked it, and says who signed.
//!
//! No other function looks at what the gateway says of IAM; and this one believes it only of its own route in its own API, where the
//! template turns IAM authorization on.

use crate::function::Function;
use crate::gateway::BodyBytes;
use crate::gateway::{Event, from_edge, refusal, streamed};
use domain::IamPrincipal;
use http::{Method, Request};
use lambda_runtime::StreamResponse;
use service::{IamCaller, Response, Service};

/// The route, as the API's document has it (`infra/lib/openapi.ts`).
const ROUTE: &str = "/auth/iam-session";

/// Makes sessions for principals of IAM.
pub(crate) struct IamSessions {
    service: Service,
    administrator: Option<IamPrincipal>,
    hosts: Vec<String>,
}

impl IamSessions {
    /// Sessions of a service whose API has one of these hosts. Whoever is `administrator` is let in without having been mapped.
    pub(crate) fn new(service: Service, administrator: Option<IamPrincipal>, hosts: Vec<String>) -> Self {
        Self { service, administrator, hosts }
    }

    /// Answers one event. What is wrong with it is told to the client as an HTTP status; nothing makes the invocation fail.
    pub(crate) async fn answer(&self, event: Event) -> StreamResponse<BodyBytes> {
        streamed(self.respond(event).await)
    }

    async fn respond(&self, event: Event) -> Response {
        let caller = match caller(&event, &self.hosts, self.administrator.as_ref()) {
            Ok(caller) => caller,
            Err(refused) => return refusal(&refused, Function::CreateIamSession),
        };
        match from_edge(event, Function::CreateIamSession, None) {
            Ok((request, peer)) => {
                let (parts, body) = request.into_parts();
                self.service.sign_in_with_iam(Request::from_parts(parts, body), peer, &caller).await
            }
            Err(refused) => refusal(&refused.to_string(), Function::CreateIamSession),
        }
    }
}

/// The principal for which the gateway vouches.
pub(crate) fn caller(
    event: &Event,
    hosts: &[String],
    administrator: Option<&IamPrincipal>,
) -> Result<IamCaller, String> {
    let context = &event.request_context;
    let is_its_route = context.resource_path == ROUTE && hosts.contains(&context.domain_name);
    if !is_its_route || event.http_method != Method::POST.as_str() {
        return Err("the request is for another operation than the address that it was sent to".to_owned());
    }
    let (Some(arn), Some(caller)) = (&context.identity.user_arn, &context.identity.caller) else {
        return Err("the gateway does not say which IAM principal signed the request".to_owned());
    };
    let principal = IamPrincipal::of_arn(arn).map_err(|error| error.to_string())?;
    let unique_id = caller.split(':').next().unwrap_or_default();
    if unique_id.is_empty() {
        return Err("the gateway does not say which IAM principal signed the request".to_owned());
    }
    let is_administrator = administrator == Some(&principal);
    Ok(IamCaller { principal, arn: arn.clone(), unique_id: unique_id.to_owned(), is_administrator })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const HOST: &str = "abcdef1234.execute-api.eu-central-1.amazonaws.com";

    fn told(change: &dyn Fn(&mut Value)) -> Result<IamCaller, String> {
        let mut event = json!({
            "httpMethod": "POST",
            "path": "/auth/iam-session",
            "requestContext": {
                "resourcePath": "/auth/iam-session",
                "domainName": HOST,
                "identity": {
                    "sourceIp": "203.0.113.9",
                    "userArn": "arn:aws:sts::111122223333:assumed-role/Deploy/ana",
                    "caller": "AROAEXAMPLE:ana",
                },
            },
        });
        change(&mut event);
        let event: Event = serde_json::from_value(event).unwrap();
        let administrator = IamPrincipal::of_arn("arn:aws:iam::111122223333:role/admins/Root").unwrap();
        caller(&event, &[HOST.to_owned()], Some(&administrator))
    }

    #[test]
    fn the_gateway_says_who_signed() {
        let caller = told(&|_| ()).unwrap();
        assert_eq!((caller.unique_id.as_str(), caller.is_administrator), ("AROAEXAMPLE", false));
        assert_eq!(caller.principal.to_string(), "111122223333:role/Deploy");
        let root = |event: &mut Value| {
            event["requestContext"]["identity"]["userArn"] = json!("arn:aws:sts::111122223333:assumed-role/Root/ana");
        };
        assert!(told(&root).unwrap().is_administrator);
        let elsewhere = |event: &mut Value| {
            event["requestContext"]["identity"]["userArn"] = json!("arn:aws:sts::444455556666:assumed-role/Root/ana");
        };
        assert!(!told(&elsewhere).unwrap().is_administrator, "a role of the same name in another account");
    }

    #[test]
    fn nobody_else_is_believed() {
        for (name, forged) in [
            ("resourcePath", json!("/op/GetRepository")),
            ("resourcePath", json!("/v1/repos/{name}/info/refs")),
            ("domainName", json!("another.execute-api.eu-central-1.amazonaws.com")),
        ] {
            assert!(told(&|event| event["requestContext"][name] = forged.clone()).is_err(), "{name} {forged}");
        }
        for (name, forged) in [
            ("userArn", Value::Null),
            ("userArn", json!("arn:aws:iam::111122223333:root")),
            ("userArn", json!("arn:aws:sts::111122223333:federated-user/ana")),
            ("caller", Value::Null),
            ("caller", json!(":ana")),
        ] {
            let told = told(&|event| event["requestContext"]["identity"][name] = forged.clone());
            assert!(told.is_err(), "{name} {forged}");
        }
        assert!(told(&|event| event["httpMethod"] = json!("GET")).is_err());
    }
}
