//! The ports `AuditSink` and `AuditTrail`: where records of what was done go, and how they are looked at again.
//!
//! They are two, as not every sink can be asked: what AWS's functions print is kept by `CloudWatch` Logs, which has a query
//! language of its own.

use async_trait::async_trait;
use std::io;
use std::sync::Arc;
use std::time::SystemTime;

/// Keeps records of what was done.
pub trait AuditSink: Send + Sync {
    /// Keeps a record, which is one line of text. When this returns, the record outlives the process; when it outlives the
    /// machine's power is for the adapter to say.
    fn append(&self, record: &str) -> io::Result<()>;
}

/// Looks at the records that were kept.
#[async_trait]
pub trait AuditTrail: Send + Sync {
    /// The newest records, as far as they are wanted, from the newest to the oldest.
    async fn look_back(&self, look: LookBack) -> io::Result<AuditPage>;
}

/// Which records are wanted.
#[derive(Clone)]
pub struct LookBack {
    /// None that was kept on an earlier day (UTC) than this time. Records of the day itself may be earlier.
    pub from: Option<SystemTime>,
    /// None that was kept on a later day (UTC) than this time.
    pub until: Option<SystemTime>,
    /// Only those before this place, which [`AuditPage::next`] gave.
    pub before: Option<String>,
    /// At most so many; at least 1.
    pub limit: usize,
    /// Whether a record is one of them.
    pub wanted: Arc<dyn Fn(&str) -> bool + Send + Sync>,
}

/// Some records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditPage {
    /// From the newest to the oldest.
    pub records: Vec<String>,
    /// Go on before this; `None` when there are no more. There may be none before it either.
    pub next: Option<String>,
}
