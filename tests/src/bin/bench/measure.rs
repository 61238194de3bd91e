//! What a server spent, as the kernel accounts for it.

use std::time::{Duration, Instant};

/// The kernel counts processor time in these (`CLK_TCK`, 100 on every Linux that matters).
const TICKS_PER_SECOND: f64 = 100.0;

/// One run of an operation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    /// Processor seconds of the server.
    pub(crate) cpu: f64,
    /// Seconds on the client's clock.
    pub(crate) wall: f64,
    /// Bytes of memory above idle at the peak; 0 when not measured.
    pub(crate) peak: u64,
}

/// The middle one of the values.
pub(crate) fn median(samples: &[Sample], value: impl Fn(&Sample) -> f64) -> f64 {
    let mut values: Vec<f64> = samples.iter().map(value).collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// The processor seconds of a process and of the children it has waited for.
pub(crate) fn cpu_seconds(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The fields behind the name, which may hold spaces; utime is field 14, then stime, cutime, cstime.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks: f64 = fields.split_whitespace().skip(11).take(4).filter_map(|field| field.parse::<f64>().ok()).sum();
    ticks / TICKS_PER_SECOND
}

/// How long `work` takes.
pub(crate) fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}
