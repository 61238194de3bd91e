//! Records of what was done, among the log lines: CloudWatch Logs keeps them for as long as the log group says, and has a query
//! language to look at them again.

use ports::AuditSink;
use std::io::{self, Write};

/// Prints records. Lambda has taken over what was printed when the process is frozen or ends.
pub(crate) struct PrintedRecords;

impl AuditSink for PrintedRecords {
    fn append(&self, record: &str) -> io::Result<()> {
        write(&mut io::stdout().lock(), record)
    }
}

/// One line that log queries tell apart from others by its field `audit`.
fn write(out: &mut impl Write, record: &str) -> io::Result<()> {
    out.write_all(format!("{{\"audit\":{record}}}\n").as_bytes())?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_one_line_of_json() {
        let mut out = Vec::new();
        write(&mut out, r#"{"eventName":"GetRepository"}"#).unwrap();
        let line: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(line["audit"]["eventName"], "GetRepository");
        assert_eq!(out.iter().filter(|byte| **byte == b'\n').count(), 1);
    }
}
