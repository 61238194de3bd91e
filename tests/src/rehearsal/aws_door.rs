//! The door to AWS: lets those calls through to the emulator that the caller's role allows, and tells of all others.

use super::aws_calls::{self, Here};
use super::faults::{Fault, Faults};
use super::lambda::Lambda;
use super::wire::{self, Body, answer, collect, full, incoming, send};
use super::{policies, wire::text};
use http::{HeaderMap, HeaderValue, Request, Response};
use hyper::body::Incoming;
use std::sync::Arc;
use tokio::net::TcpListener;

/// The largest body of a call: a part of a multipart upload.
const MOST_BYTES: usize = 64 << 20;

/// Opens the door on `listener`, in front of the emulator at `emulator`.
pub async fn open(listener: TcpListener, emulator: String, here: Here, lambda: Arc<Lambda>, faults: Arc<Faults>) {
    wire::serve(listener, move |request, _| {
        let (emulator, here, lambda, faults) = (emulator.clone(), here.clone(), lambda.clone(), faults.clone());
        async move { pass(&emulator, &here, &lambda, &faults, request).await }
    })
    .await;
}

async fn pass(
    emulator: &str,
    here: &Here,
    lambda: &Lambda,
    faults: &Faults,
    request: Request<Incoming>,
) -> Response<Body> {
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
    match send(emulator, Request::from_parts(parts, full(body))).await {
        Ok(answered) => match instead {
            None => answered.map(incoming),
            // What was asked is done before its answer is lost.
            Some(lost) => {
                collect(answered.into_body(), MOST_BYTES).await;
                lost
            }
        },
        Err(error) => answer(503, HeaderMap::new(), format!("the emulator does not answer: {error}")),
    }
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
