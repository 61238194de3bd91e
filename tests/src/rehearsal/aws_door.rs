//! The door to AWS: lets those calls through to the emulator that the caller's role allows, and tells of all others.

use super::aws_calls::{self, Asked, Here};
use super::destinations::Destinations;
use super::faults::{Fault, Faults};
use super::lambda::{Caller, Lambda};
use super::wire::{self, Body, answer, collect, full, incoming, send};
use super::{policies, wire::text};
use http::{HeaderMap, HeaderValue, Request, Response};
use hyper::body::Incoming;
use std::sync::Arc;
use tokio::net::TcpListener;

/// The largest body of a call: a part of a multipart upload.
const MOST_BYTES: usize = 64 << 20;

/// What is behind the door.
pub struct Behind {
    /// Where the emulator is.
    pub emulator: String,
    /// Where the called services are.
    pub here: Here,
    /// The functions.
    pub lambda: Arc<Lambda>,
    /// What stands in for functions that are not the deployment's, and for buses.
    pub destinations: Destinations,
    /// What goes wrong on purpose.
    pub faults: Arc<Faults>,
}

/// Opens the door on `listener`.
pub async fn open(listener: TcpListener, behind: Behind) {
    let behind = Arc::new(behind);
    wire::serve(listener, move |request, _| {
        let behind = behind.clone();
        async move { pass(&behind, request).await }
    })
    .await;
}

async fn pass(behind: &Behind, request: Request<Incoming>) -> Response<Body> {
    let Behind { emulator, here, lambda, destinations, faults } = behind;
    let (mut parts, body) = request.into_parts();
    let Some(body) = collect(body, MOST_BYTES).await else {
        return answer(400, HeaderMap::new(), "the body is too large or broke off");
    };
    let asked = aws_calls::asked(here, &parts.method, &parts.uri, &parts.headers, &body);
    let caller = lambda.with_key(&aws_calls::caller(&parts.headers));
    let handler = caller.map_or("nobody", |function| function.handler.as_str());
    let actions: Vec<&str> = asked.iter().map(|asked| asked.action.as_str()).collect();
    eprintln!(r#"{{"rehearsal":"called","function":"{handler}","actions":"{}"}}"#, actions.join(" "));
    let statements = caller.map(|function| function.statements.as_slice()).unwrap_or_default();
    let forbidden =
        asked.iter().find(|asked| !policies::allow(statements, &asked.action, &asked.resource, &asked.facts));
    if let Some(forbidden) = forbidden {
        let told = format!("{} on {} with {:?}", forbidden.action, forbidden.resource, forbidden.facts);
        eprintln!(r#"{{"rehearsal":"forbidden","function":"{handler}","call":{}}}"#, serde_json::json!(told));
        return refusal(&parts.headers, &forbidden.action);
    }
    parts.headers.remove("connection");
    let fault = faults.of_call();
    let instead = fault.and_then(|fault| fault.answer(&parts.headers));
    if let Some(fault) = fault {
        eprintln!(
            r#"{{"rehearsal":"fault","function":"{handler}","fault":"{fault:?}","actions":"{}"}}"#,
            actions.join(" ")
        );
        tokio::time::sleep(fault.delay()).await;
    }
    let instead = match (fault, instead) {
        (Some(Fault::Throttled), Some(refused)) => return refused,
        (_, instead) => instead,
    };
    let answered = match on(&asked, "lambda:InvokeFunction") {
        Some(arn) if lambda.function(arn).is_some() => {
            lambda.clone().invoke_without_waiting(arn, body, Caller::Function);
            Ok(answer(202, HeaderMap::new(), ""))
        }
        Some(arn) if destinations.has(arn) => destinations.call(arn, body).await,
        _ if let Some(bus) = on(&asked, "events:PutEvents") => destinations.put_events(bus, &body, here).await,
        _ => send(emulator, Request::from_parts(parts, full(body))).await.map(|answered| answered.map(incoming)),
    };
    match answered {
        Ok(answered) => match instead {
            None => answered,
            // What was asked is done before its answer is lost.
            Some(lost) => {
                collect(answered.into_body(), MOST_BYTES).await;
                lost
            }
        },
        Err(error) => answer(503, HeaderMap::new(), format!("the emulator does not answer: {error}")),
    }
}

/// What a call does this action on.
fn on<'a>(asked: &'a [Asked], action: &str) -> Option<&'a str> {
    asked.iter().find(|asked| asked.action == action).map(|asked| asked.resource.as_str())
}

/// A refusal in the form of the service that was called.
fn refusal(headers: &HeaderMap, action: &str) -> Response<Body> {
    let message = format!("the role does not allow {action}");
    let mut answered = HeaderMap::new();
    if text(headers, "x-amz-target").is_empty() {
        answered.insert("content-type", HeaderValue::from_static("application/xml"));
        let body = format!("<Error><Code>AccessDenied</Code><Message>{message}</Message></Error>");
        return answer(403, answered, body);
    }
    answered.insert("content-type", HeaderValue::from_static("application/x-amz-json-1.1"));
    let body = serde_json::json!({ "__type": "AccessDeniedException", "message": message });
    answer(400, answered, body.to_string())
}
