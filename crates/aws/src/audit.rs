//! The port `AuditSink` on standard output, which Lambda hands to `CloudWatch` Logs line by line.
//!
//! Whether records may be lost is up to `CloudWatch` Logs, and how long they are kept to the retention of its log groups. They are
//! looked up there: `fields @timestamp, eventName, userIdentity.arn | filter ispresent(errorCode)` is a query of Logs Insights.

use ports::AuditSink;
use std::io::{self, Write};

/// Prints records.
#[derive(Debug, Clone, Copy, Default)]
pub struct StdoutAudit;

impl AuditSink for StdoutAudit {
    fn append(&self, record: &str) -> io::Result<()> {
        // In one piece, so that no other line comes between.
        io::stdout().lock().write_all(format!("{record}\n").as_bytes())
    }
}
