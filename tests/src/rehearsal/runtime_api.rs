//! Lambda's runtime interface (Lambda developer guide, "Using the Lambda runtime API for custom runtimes"), as one process of a
//! function sees it.

use super::wire::{self, Body, answer, collect};
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Method, Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::{Value, json};
use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::net::TcpListener;
use tokio::sync::{Mutex as AsyncMutex, mpsc, oneshot};
use tokio::task::JoinHandle;

/// The most bytes of an answer that is not streamed (Lambda quota "invocation payload": 6 MB), and of an event.
pub const MOST_PAYLOAD_BYTES: usize = 6 << 20;

/// The most bytes of an answer that is streamed (Lambda quota: 200 MB).
const MOST_STREAMED_BYTES: u64 = 200 << 20;

/// The most bytes of the metadata before a streamed body.
const MOST_METADATA_BYTES: usize = 16 << 10;

/// What stands between the metadata and the body of a streamed answer.
const SEPARATOR: [u8; 8] = [0; 8];

/// What a function gives.
#[derive(Debug)]
pub enum Outcome {
    /// An answer that is whole.
    Buffered(Bytes),
    /// Status and headers, and a body that may still be made.
    Streamed(Value, mpsc::Receiver<io::Result<Bytes>>),
    /// The function failed.
    Failed(String, String),
}

/// Something to do for a function.
pub struct Invocation {
    /// Its id.
    pub id: String,
    /// The event.
    pub event: Bytes,
    /// The function's ARN.
    pub arn: String,
    /// How long the function has.
    pub within: Duration,
    /// Where the outcome goes.
    pub outcome: oneshot::Sender<Outcome>,
}

/// The interface of one process.
pub struct RuntimeApi {
    /// Host and port, for the process's environment.
    pub address: String,
    /// Gives the process something to do.
    pub invocations: mpsc::Sender<Invocation>,
    done: AsyncMutex<mpsc::Receiver<()>>,
    state: Arc<State>,
    serving: JoinHandle<()>,
}

struct State {
    waiting: AsyncMutex<mpsc::Receiver<Invocation>>,
    running: Mutex<Option<(String, oneshot::Sender<Outcome>)>>,
    done: mpsc::Sender<()>,
}

impl RuntimeApi {
    /// A fresh interface.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (invocations, waiting) = mpsc::channel(1);
        let (done_sender, done) = mpsc::channel(1);
        let state = Arc::new(State { waiting: AsyncMutex::new(waiting), running: Mutex::new(None), done: done_sender });
        let answering = state.clone();
        let serving = tokio::spawn(wire::serve(listener, move |request, _| respond(answering.clone(), request)));
        Self { address, invocations, done: AsyncMutex::new(done), state, serving }
    }

    /// Waits until the process asks for something to do.
    pub async fn is_idle(&self) {
        self.done.lock().await.recv().await;
    }

    /// Lets the invocation that is running fail, if its answer has not begun.
    pub fn fail(&self, kind: &str, message: &str) {
        if let Some(outcome) = take(&self.state, None) {
            _ = outcome.send(Outcome::Failed(kind.to_owned(), message.to_owned()));
        }
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn respond(state: Arc<State>, request: Request<Incoming>) -> Response<Body> {
    let path = request.uri().path().to_owned();
    let path = path.strip_prefix("/2018-06-01/runtime/").unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    match (request.method(), parts.as_slice()) {
        (&Method::GET, ["invocation", "next"]) => next(&state).await,
        (&Method::POST, ["invocation", id, "response"]) => response(&state, id, request).await,
        (&Method::POST, ["invocation", _, "error"] | ["init", "error"]) => failure(&state, request).await,
        _ => answer(404, HeaderMap::new(), "no such path of the runtime interface"),
    }
}

/// Hands the process what there is to do, when there is something.
async fn next(state: &State) -> Response<Body> {
    // The process says by asking again that it is done with what it did.
    _ = state.done.try_send(());
    let Some(invocation) = state.waiting.lock().await.recv().await else {
        return answer(500, HeaderMap::new(), "the function is not needed any more");
    };
    let Invocation { id, event, arn, within, outcome } = invocation;
    let deadline = (SystemTime::now() + within).duration_since(UNIX_EPOCH).unwrap().as_millis();
    let mut headers = HeaderMap::new();
    let mut set = |name: &'static str, value: &str| {
        headers.insert(name, HeaderValue::from_str(value).unwrap());
    };
    set("lambda-runtime-aws-request-id", &id);
    set("lambda-runtime-deadline-ms", &deadline.to_string());
    set("lambda-runtime-invoked-function-arn", &arn);
    set("lambda-runtime-trace-id", "Root=1-00000000-000000000000000000000000;Sampled=0");
    *state.running.lock().unwrap() = Some((id, outcome));
    answer(200, headers, event)
}

/// Takes the answer to the invocation that is running.
async fn response(state: &State, id: &str, request: Request<Incoming>) -> Response<Body> {
    let Some(outcome) = take(state, Some(id)) else {
        return answer(
            400,
            HeaderMap::new(),
            r#"{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}"#,
        );
    };
    let is_streamed = wire::text(request.headers(), "lambda-runtime-function-response-mode") == "streaming";
    if is_streamed {
        stream(request.into_body(), outcome).await;
    } else {
        let whole = collect(request.into_body(), MOST_PAYLOAD_BYTES).await;
        let too_large =
            || Outcome::Failed("Function.ResponseSizeTooLarge".to_owned(), "the answer is too large".to_owned());
        _ = outcome.send(whole.map_or_else(too_large, Outcome::Buffered));
    }
    answer(202, HeaderMap::new(), r#"{"status":"OK"}"#)
}

async fn failure(state: &State, request: Request<Incoming>) -> Response<Body> {
    let told = collect(request.into_body(), MOST_PAYLOAD_BYTES).await.unwrap_or_default();
    let told: Value = serde_json::from_slice(&told).unwrap_or_else(|_| json!({}));
    let text = |key: &str| told[key].as_str().unwrap_or_default().to_owned();
    if let Some(outcome) = take(state, None) {
        _ = outcome.send(Outcome::Failed(text("errorType"), text("errorMessage")));
    }
    answer(202, HeaderMap::new(), r#"{"status":"OK"}"#)
}

fn take(state: &State, id: Option<&str>) -> Option<oneshot::Sender<Outcome>> {
    let mut running = state.running.lock().unwrap();
    let is_it = running.as_ref().is_some_and(|(running, _)| id.is_none_or(|id| id == running));
    running.take_if(|_| is_it).map(|(_, outcome)| outcome)
}

/// Passes a streamed answer on: first the metadata, then the body as it comes.
async fn stream(mut body: Incoming, outcome: oneshot::Sender<Outcome>) {
    let mut head = BytesMut::new();
    let at = loop {
        if let Some(at) = head.windows(SEPARATOR.len()).position(|bytes| bytes == SEPARATOR) {
            break at;
        }
        let data = body.frame().await.and_then(Result::ok).and_then(|frame| frame.into_data().ok());
        let Some(data) = data.filter(|_| head.len() <= MOST_METADATA_BYTES) else {
            _ = outcome.send(Outcome::Failed("Runtime.InvalidResponse".to_owned(), "there are no metadata".to_owned()));
            return;
        };
        head.extend_from_slice(&data);
    };
    let first = head.split_off(at + SEPARATOR.len()).freeze();
    let metadata = serde_json::from_slice(&head[..at]).unwrap_or_default();
    let (sender, receiver) = mpsc::channel(4);
    _ = outcome.send(Outcome::Streamed(metadata, receiver));
    let mut sent = first.len() as u64;
    if !first.is_empty() && sender.send(Ok(first)).await.is_err() {
        return;
    }
    while let Some(frame) = body.frame().await {
        let data = frame.map_err(io::Error::other).map(|frame| frame.into_data().unwrap_or_default());
        sent += data.as_ref().map_or(0, Bytes::len) as u64;
        let data = if sent > MOST_STREAMED_BYTES { Err(io::Error::other("more than Lambda streams")) } else { data };
        let is_over = data.is_err();
        if sender.send(data).await.is_err() || is_over {
            return;
        }
    }
}
