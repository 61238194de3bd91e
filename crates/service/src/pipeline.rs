//! The way of a request through the house.

use crate::Response;
use crate::api_request;
use crate::audit::{EventSource, hidden};
use crate::authenticate::Caller;
use crate::body::{Body, BodyError};
use crate::context::{Context, Settings};
use crate::entry::{Entry, GitEntries};
use crate::failed_sign_ins::FailedSignIns;
use crate::failure::{Code, Failure, GitFailure, Result};
use crate::git_request::{self, GitAction, GitProtocol, GitRequest, GitTarget};
use crate::iam_session::IamCaller;
use crate::identities::Identities;
use crate::paused::PausedUntil;
use crate::query::{self, QueryEntry};
use crate::record::{Answered, Record};
use crate::resource;
use crate::vault::Vault;
use api::JsonApi;
use auth::claimed_credential_id;
use domain::{EventId, RepositoryName};
use futures_util::FutureExt;
use futures_util::future::join;
use http::header::{AUTHORIZATION, CONTENT_TYPE, DATE, USER_AGENT, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderValue, Method, Request, StatusCode};
use ports::clock::Clock;
use ports::{AuditSink, AuditTrail, Keys, Poster, Publisher};
use serde_json::Value;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime};
use store::{Repository, Store};

/// The longest result that is looked at to be recorded, in bytes.
const MOST_RECORDED: usize = 256 * 1024;

/// The other end of a connection.
#[derive(Debug, Clone)]
pub struct Peer {
    /// Its address.
    pub address: SocketAddr,
    /// Whether the connection is encrypted.
    pub secure: bool,
}

/// What the service stands on.
#[derive(Clone)]
pub struct Components {
    /// All state.
    pub store: Store,
    /// Unwraps the key that secrets are sealed under, and knows the keys that repositories may be encrypted under.
    pub keys: Arc<dyn Keys>,
    /// Tells others what happens.
    pub publisher: Arc<dyn Publisher>,
    /// Posts to URLs that users name.
    pub poster: Arc<dyn Poster>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Keeps records of what was done.
    pub audit: Arc<dyn AuditSink>,
    /// The same records, where they can be looked at again.
    pub trail: Option<Arc<dyn AuditTrail>>,
}

/// Everything that the service can do.
pub struct Operations {
    /// The operations of the CodeCommit API, and our own.
    pub api: Vec<Entry>,
    /// The operations of IAM and STS.
    pub query: Vec<QueryEntry>,
    /// Git's smart HTTP.
    pub git: GitEntries,
}

/// The service: answers requests.
pub struct Service {
    pub(crate) components: Components,
    pub(crate) settings: Arc<Settings>,
    pub(crate) identities: Arc<Identities>,
    pub(crate) vault: Arc<Vault>,
    pub(crate) resealing_paused: PausedUntil,
    pub(crate) notes_paused: PausedUntil,
    pub(crate) failed_sign_ins: FailedSignIns,
    operations: HashMap<(JsonApi, &'static str), Entry>,
    pub(crate) queries: HashMap<(&'static str, &'static str), QueryEntry>,
    git: GitEntries,
}

impl Service {
    /// A service with these operations.
    pub fn new(components: Components, settings: Settings, operations: Operations) -> Self {
        let Operations { api, query, git } = operations;
        let operations = api.into_iter().map(|entry| ((entry.api(), entry.name()), entry)).collect();
        let queries = query.into_iter().map(|entry| (entry.place(), entry)).collect();
        let vault = Vault::new(components.store.clone(), components.keys.clone(), components.clock.clone());
        Self {
            components,
            settings: Arc::new(settings),
            identities: Arc::default(),
            vault: Arc::new(vault),
            resealing_paused: PausedUntil::default(),
            notes_paused: PausedUntil::default(),
            failed_sign_ins: FailedSignIns::default(),
            operations,
            queries,
            git,
        }
    }

    /// Answers one request.
    pub async fn handle(&self, request: Request<Body>, peer: Peer) -> Response {
        self.respond(request, peer, None).await
    }

    /// Answers a request for keys of a session, from somebody for whose identity AWS IAM vouches.
    pub async fn sign_in_with_iam(&self, request: Request<Body>, peer: Peer, caller: &IamCaller) -> Response {
        self.respond(request, peer, Some(caller)).await
    }

    async fn respond(&self, request: Request<Body>, peer: Peer, iam: Option<&IamCaller>) -> Response {
        let started = Instant::now();
        let now = self.components.clock.now();
        let request_id = request_id(now);
        let bytes_in = Arc::new(AtomicU64::new(0));
        let counted = bytes_in.clone();
        let (parts, body) = request.into_parts();
        let body = body.at_end(move |bytes| counted.store(bytes, Ordering::Relaxed));

        let mut record = Record::default();
        let routed = async {
            match iam {
                Some(caller) => {
                    json(self.create_iam_session(caller, body, &mut record).await, &request_id, &mut record)
                }
                None => self.route((&parts, &peer), body, &request_id, &mut record).await,
            }
        };
        let answered = AssertUnwindSafe(routed).catch_unwind().await;
        let mut response = answered.unwrap_or_else(|_panic| {
            record.fails(Code::Internal.as_str(), "an operation panicked");
            tracing::error!(request_id, "an operation panicked");
            api_request::failure(&Failure::internal("an operation panicked"))
        });
        let headers = response.headers_mut();
        if let Ok(id) = HeaderValue::from_str(&request_id) {
            headers.insert("x-amzn-requestid", id);
        }
        if let Ok(date) = HeaderValue::from_str(&http_date(now)) {
            headers.insert(DATE, date);
        }
        if is_probe(&parts) {
            return response;
        }
        if record.principal.is_none() && record.claimed.is_none() && !record.error.is_empty() {
            record.claimed = claimed_credential_id(&parts);
        }
        let agent = parts.headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default().to_owned();
        let answered = Answered {
            record,
            settings: self.settings.clone(),
            sink: self.components.audit.clone(),
            peer,
            agent,
            request_id,
            time: now,
            started,
            status: response.status().as_u16(),
            bytes_in,
        };
        response.map(|body| body.at_end(move |bytes_out| answered.tell(bytes_out)))
    }

    async fn route(&self, from: (&Parts, &Peer), body: Body, request_id: &str, record: &mut Record) -> Response {
        let (parts, _) = from;
        if is_probe(parts) {
            return Response::new(Body::from("ok\n"));
        }
        if parts.method == Method::POST && parts.uri.path() == "/" && query::is_query(parts) {
            return self.query(from, body, request_id, record).await;
        }
        if parts.method == Method::POST && parts.uri.path() == "/" {
            let answered = self.api(from, body, request_id, record).await;
            return json(answered, request_id, record);
        }
        let Some(target) = git_request::target(parts) else {
            return text(StatusCode::NOT_FOUND, "there is nothing here; repositories are at /v1/repos/<name>\n");
        };
        self.git(from, body, target, request_id, record).await.unwrap_or_else(|failure| {
            log_fault(request_id, failure.source.as_deref());
            record.fails(failure.code, &failure.message);
            git_failure(&failure)
        })
    }

    async fn api(&self, from: (&Parts, &Peer), body: Body, request_id: &str, record: &mut Record) -> Result<Vec<u8>> {
        let (parts, _) = from;
        let (api, operation) = api_request::operation(&parts.headers);
        record.source = EventSource::of(api);
        if is_known(api, operation) {
            record.operation = operation.to_owned();
            record.read_only = api_request::is_read(operation);
        }
        let body = body.collect(api_request::MOST_BODY_BYTES).await.map_err(uncollected)?;
        let region = self.settings.region.as_str();
        let caller = self.authenticate_api(from, &body, api.signing_name(), &[region]).await?;
        record.principal = Some(caller.principal.clone());
        let Some(entry) = self.operations.get(&(api, operation)) else {
            return Err(no_function(api, operation));
        };
        let input: Value = serde_json::from_slice(&body).unwrap_or_default();
        record.repository = named_repository(&input);
        record.parameters = hidden(input);
        let done = entry.run(self.context(request_id, caller, record), body.into()).await;
        match &done {
            Ok(output) if !record.read_only && output.len() <= MOST_RECORDED => {
                record.response = hidden(serde_json::from_slice(output).unwrap_or_default());
            }
            Ok(_) => {}
            Err(failure) => {
                debug_assert!(entry.declares(failure.code), "{operation} does not declare {}", failure.code.as_str());
            }
        }
        done
    }

    async fn git(
        &self,
        from: (&Parts, &Peer),
        body: Body,
        target: GitTarget,
        request_id: &str,
        record: &mut Record,
    ) -> std::result::Result<Response, GitFailure> {
        record.operation = target.action.map_or("git", GitAction::name).to_owned();
        record.git = target.action.and_then(|action| action.permission().strip_prefix("codecommit:"));
        record.read_only = target.action.is_none_or(|action| !action.is_push());
        let name = RepositoryName::parse(target.repository);
        // Each look-up of the one waits for none of the other's, so that a request waits for the longer one alone.
        let (caller, sought) =
            join(self.authenticate_git(from, &target.signed_paths), self.sought(from.0, name.as_ref().ok())).await;
        let caller = caller?;
        record.principal = Some(caller.principal.clone());
        let Some(action) = target.action else {
            record.operation = String::new();
            return Err(GitFailure::refused(StatusCode::NOT_FOUND, "only Git's smart HTTP protocol is spoken here"));
        };
        let name = name.map_err(|error| GitFailure::refused(StatusCode::NOT_FOUND, error.to_string()))?;
        record.repository = name.to_string();
        let cx = self.context(request_id, caller, record);
        let repository = resource::sought_repository(&cx, action.permission(), &name, sought).await?;
        let request = GitRequest { protocol: GitProtocol::of(&from.0.headers), body };
        let function = match action {
            GitAction::AdvertiseFetch => self.git.advertise_upload_pack,
            GitAction::Fetch => self.git.upload_pack,
            GitAction::AdvertisePush => self.git.advertise_receive_pack,
            GitAction::Push => self.git.receive_pack,
        };
        function(cx, repository, request).await
    }

    /// Looks for the repository that a request is about, unless nobody claims to send it.
    async fn sought(
        &self,
        parts: &Parts,
        name: Option<&RepositoryName>,
    ) -> std::result::Result<Option<Repository>, store::Error> {
        match name.filter(|_| parts.headers.contains_key(AUTHORIZATION)) {
            Some(name) => self.components.store.find_repository(name).await,
            None => Ok(None),
        }
    }

    pub(crate) fn context(&self, request_id: &str, caller: Caller, record: &Record) -> Context {
        let Caller { principal, access } = caller;
        Context {
            request_id: request_id.to_owned(),
            principal,
            access,
            store: self.components.store.clone(),
            settings: self.settings.clone(),
            publisher: self.components.publisher.clone(),
            poster: self.components.poster.clone(),
            keys: self.components.keys.clone(),
            vault: self.vault.clone(),
            identities: self.identities.clone(),
            trail: self.components.trail.clone(),
            notes: record.notes.clone(),
            clock: self.components.clock.clone(),
        }
    }
}

/// The answer in JSON.
fn json(answered: Result<Vec<u8>>, request_id: &str, record: &mut Record) -> Response {
    answered.map_or_else(
        |failure| {
            log_fault(request_id, failure.source.as_deref());
            record.fails(failure.code.as_str(), failure.recorded());
            api_request::failure(&failure)
        },
        api_request::success,
    )
}

/// Health checks are answered without a trace, or the log would hold little else.
fn is_probe(parts: &Parts) -> bool {
    parts.method == Method::GET && parts.uri.path() == "/healthz"
}

/// A body that did not arrive whole.
pub(crate) fn uncollected(error: BodyError) -> Failure {
    let code = if matches!(error, BodyError::TooLarge(_)) { Code::TooLarge } else { Code::Serialization };
    Failure::with_code(code, error.to_string())
}

/// Whether the API's model has the operation.
fn is_known(api: JsonApi, operation: &str) -> bool {
    let operations = match api {
        JsonApi::CodeCommit => api::operations::OPERATIONS,
        JsonApi::Coldforge => api::own::operations::OPERATIONS,
    };
    operations.contains(&operation)
}

fn no_function(api: JsonApi, operation: &str) -> Failure {
    if is_known(api, operation) {
        return Failure::with_code(
            Code::NotImplemented,
            format!("{operation} is not available yet in this version of Coldforge"),
        );
    }
    let prefix = api.target_prefix();
    Failure::with_code(Code::UnknownOperation, format!("the X-Amz-Target header names no operation of {prefix}"))
}

/// The repository that an input names, for the log and the record; nothing relies on it.
fn named_repository(input: &Value) -> String {
    let name = input.get("repositoryName").or_else(|| input.get("oldName")).and_then(Value::as_str);
    name.and_then(|name| RepositoryName::parse(name).ok()).map(|name| name.to_string()).unwrap_or_default()
}

/// Git shows the text of a failure to the person; without the challenge it would not even try to sign in.
fn git_failure(failure: &GitFailure) -> Response {
    let mut response = text(failure.status, format!("{}\n", failure.message));
    if failure.status == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Basic realm=\"coldforge\", charset=\"UTF-8\"");
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    api_request::say_when(&mut response, failure.retry_after);
    response
}

fn text(status: StatusCode, message: impl Into<bytes::Bytes>) -> Response {
    let mut response = Response::new(Body::from(message));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

/// Logs the chain of causes of a fault of our own, once.
pub(crate) fn log_fault(request_id: &str, source: Option<&(dyn std::error::Error + Send + Sync + 'static)>) {
    let Some(source) = source else { return };
    let mut chain = source.to_string();
    let mut next = source.source();
    while let Some(cause) = next {
        chain.push_str(": ");
        chain.push_str(&cause.to_string());
        next = cause.source();
    }
    tracing::error!(request_id, cause = chain, "the service failed");
}

/// A fresh id, sortable by time.
fn request_id(now: SystemTime) -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let mut random = [0u8; 10];
    random[..8].copy_from_slice(&COUNTER.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    random[8..].copy_from_slice(&(std::process::id() as u16).to_be_bytes());
    EventId::new(now, random).to_string()
}

/// The `Date` header (RFC 9110, section 5.6.7); AWS clients correct their clock by it.
fn http_date(now: SystemTime) -> String {
    jiff::Timestamp::try_from(now).map(|now| now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()).unwrap_or_default()
}
