//! What is told of a request when it has been answered: a line in the log, and a record of what was done.

use crate::audit::{AuditEvent, EventSource, Notes};
use crate::context::Settings;
use crate::failure::Code;
use crate::pipeline::Peer;
use crate::query;
use auth::{Principal, Reason};
use domain::{RepositoryArn, RepositoryName};
use ports::AuditSink;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime};

/// The longest words on a failure that are recorded, in bytes.
const MOST_WORDS: usize = 1024;

/// What becomes known of a request on its way.
#[derive(Default)]
pub(crate) struct Record {
    pub(crate) source: EventSource,
    /// The name for the log; empty as long as nothing is known that could be done.
    pub(crate) operation: String,
    /// The permission's name, for Git requests, where several operations share one.
    pub(crate) git: Option<&'static str>,
    pub(crate) read_only: bool,
    pub(crate) repository: String,
    pub(crate) principal: Option<Principal>,
    /// The credential that was claimed by somebody who was not authenticated.
    pub(crate) claimed: Option<String>,
    pub(crate) error: &'static str,
    pub(crate) words: String,
    /// What was asked for, without what is hidden.
    pub(crate) parameters: Value,
    /// What came of it, without what is hidden.
    pub(crate) response: Value,
    pub(crate) notes: Notes,
}

impl Record {
    /// Notes why the request fails.
    pub(crate) fn fails(&mut self, code: &'static str, message: &str) {
        self.error = code;
        message[..message.floor_char_boundary(MOST_WORDS)].clone_into(&mut self.words);
    }

    /// Whether something was done or tried that is worth a record. A request without credentials, which is how every conversation
    /// of git begins, tries nothing; and of failed sign-ins there is a record until their limit is reached, so that nobody fills the
    /// disk with them.
    fn is_worth_keeping(&self) -> bool {
        let passed_by = [Code::Authentication(Reason::Missing), Code::Throttled];
        let is_error = |code: Code| [code.as_str(), query::name_of(code)].contains(&self.error);
        !self.operation.is_empty() && !passed_by.into_iter().any(is_error)
    }
}

/// A request that has been answered.
pub(crate) struct Answered {
    pub(crate) record: Record,
    pub(crate) settings: Arc<Settings>,
    pub(crate) sink: Arc<dyn AuditSink>,
    pub(crate) peer: Peer,
    pub(crate) agent: String,
    pub(crate) request_id: String,
    pub(crate) time: SystemTime,
    pub(crate) started: Instant,
    pub(crate) status: u16,
    pub(crate) bytes_in: Arc<AtomicU64>,
}

impl Answered {
    /// Tells of it, when so many bytes of the answer have been sent.
    pub(crate) fn tell(self, bytes_out: u64) {
        let bytes_in = self.bytes_in.load(Ordering::Relaxed);
        if self.record.is_worth_keeping() {
            self.keep(bytes_in, bytes_out);
        }
        let Record { operation, repository, principal, error, .. } = self.record;
        tracing::info!(
            request_id = self.request_id,
            peer = %self.peer.address.ip(),
            principal = principal.map(|principal| principal.arn()).unwrap_or_default(),
            operation,
            repository,
            status = self.status,
            error,
            duration_ms = self.started.elapsed().as_millis() as u64,
            bytes_in,
            bytes_out,
            "request"
        );
    }

    fn keep(&self, bytes_in: u64, bytes_out: u64) {
        let record = &self.record;
        let Settings { region, account, .. } = &*self.settings;
        let name = RepositoryName::parse(record.repository.as_str()).ok();
        let arn = name.map(|name| RepositoryArn { region: region.clone(), account: account.clone(), name }.to_string());
        let event = AuditEvent {
            time: self.time,
            region,
            account,
            source: record.source,
            name: record.git.unwrap_or(&record.operation),
            read_only: record.read_only,
            principal: record.principal.as_ref(),
            claimed: record.claimed.as_deref(),
            address: self.peer.address.ip(),
            agent: &self.agent,
            error: (!record.error.is_empty()).then_some((record.error, record.words.as_str())),
            parameters: record.parameters.clone(),
            response: record.response.clone(),
            repository: arn,
            request_id: &self.request_id,
            git: record.git.map(|_| (record.notes.take(), bytes_in, bytes_out)),
        };
        let kept = event.to_json().map_err(std::io::Error::from).and_then(|json| self.sink.append(&json));
        if let Err(error) = kept {
            tracing::error!(request_id = self.request_id, %error, "the record of a request could not be kept");
        }
    }
}
