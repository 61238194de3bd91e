//! Records of what was done, in the shape that AWS `CloudTrail` gives its own (its user guide, "`CloudTrail` record contents").

mod hidden;
mod look_up;
mod notes;
mod record;

pub use look_up::{AuditLookUp, AuditRecord, AuditRecords};
pub use notes::{AuditedReference, Notes};
pub(crate) use record::{AuditEvent, EventSource};

pub(crate) use hidden::hidden;
