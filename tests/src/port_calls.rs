//! What a server's requests cost in calls of its ports, as it tells in its log. The counts do not depend on the machine.

use crate::server::Server;
use serde_json::Value;
use std::time::{Duration, Instant};

/// The environment variable that makes a server tell them.
pub const RECORDING: (&str, &str) = ("COLDFORGE_RECORD_PORTS", "1");

/// How long the line of a request may take to be written on a busy machine.
const PATIENCE: Duration = Duration::from_secs(10);

/// The calls of one or more requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PortCalls {
    /// Rows or ranges of rows read from the table.
    pub table_reads: u64,
    /// Commits on the table.
    pub table_commits: u64,
    /// Ranges read from the blob store.
    pub blob_reads: u64,
    /// Blobs written.
    pub blob_writes: u64,
    /// The longest chain of calls of which each waited for the one before; of several requests, one after the other.
    pub depth: u64,
}

/// The sum of what a log tells behind its first `start` bytes, and how many requests it tells of.
pub fn told(log: &str, start: usize) -> (PortCalls, usize) {
    let lines = log.get(start..).unwrap_or_default().lines();
    let lines = lines.filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let (mut sum, mut requests) = (PortCalls::default(), 0);
    for line in lines.filter(|line| line["message"] == "ports") {
        let count = |name: &str| line[name].as_u64().unwrap_or_default();
        sum.table_reads += count("table_reads");
        sum.table_commits += count("table_commits");
        sum.blob_reads += count("blob_reads");
        sum.blob_writes += count("blob_writes");
        sum.depth += count("depth");
        requests += 1;
    }
    (sum, requests)
}

/// The calls of the one request that `work` makes.
pub fn of_request(server: &Server, work: impl FnOnce()) -> PortCalls {
    let start = server.log().len();
    work();
    // The line is written when the last byte of the answer is on the way, which the client may see first.
    let asked = Instant::now();
    loop {
        let (calls, requests) = told(&server.log(), start);
        if requests > 0 {
            assert_eq!(requests, 1, "the server had other requests meanwhile");
            return calls;
        }
        assert!(asked.elapsed() < PATIENCE, "the server does not tell its calls: {}", server.log());
        std::thread::sleep(Duration::from_millis(2));
    }
}
