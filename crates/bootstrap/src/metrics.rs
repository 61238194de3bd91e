//! Metrics in CloudWatch's embedded metric format: one line of JSON for each request that was answered, which CloudWatch Logs turns into
//! values of metrics (CloudWatch user guide, "Specification: Embedded metric format").
//!
//! The metrics have the dimensions `Stack` and `Api` alone, and not the operation: CloudWatch charges for each combination, and
//! Lambda has metrics of each function, which is each operation, for nothing. The operation stands in the line beside them.

use serde_json::{Value, json};
use std::fmt::Debug;
use std::io::{self, Write};
use std::time::{SystemTime, UNIX_EPOCH};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

/// The namespace of the metrics, as `infra/lib/watch.ts` has it.
const NAMESPACE: &str = "Coldforge";

/// What the log line of a request says (`service::record`).
const OF_A_REQUEST: &str = "request";

/// Prints the metrics of each request that the log is told of.
pub(crate) struct Metrics {
    /// The deployment's name.
    pub(crate) stack: String,
    /// Which API the function is of.
    pub(crate) api: &'static str,
}

impl<S: Subscriber> Layer<S> for Metrics {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let mut request = Request::default();
        event.record(&mut request);
        if request.message == OF_A_REQUEST {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
            let line = format!("{}\n", self.line(&request, now));
            // Nobody is told when the log cannot be written to: it is where that would be told.
            _ = io::stdout().lock().write_all(line.as_bytes());
        }
    }
}

impl Metrics {
    /// The line for a request at a time in milliseconds since 1970.
    fn line(&self, request: &Request, millis: u64) -> Value {
        json!({
            "_aws": {
                "Timestamp": millis,
                "CloudWatchMetrics": [{
                    "Namespace": NAMESPACE,
                    "Dimensions": [["Stack", "Api"]],
                    "Metrics": [
                        { "Name": "Requests", "Unit": "Count" },
                        { "Name": "Faults", "Unit": "Count" },
                        { "Name": "Latency", "Unit": "Milliseconds" },
                    ],
                }],
            },
            "Stack": self.stack,
            "Api": self.api,
            "Operation": request.operation,
            "Requests": 1,
            "Faults": u8::from(request.status >= 500),
            "Latency": request.duration_ms,
        })
    }
}

/// What the log is told of a request.
#[derive(Default)]
struct Request {
    message: String,
    operation: String,
    status: u64,
    duration_ms: u64,
}

impl Visit for Request {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            self.message = format!("{value:?}");
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "operation" {
            value.clone_into(&mut self.operation);
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        match field.name() {
            "status" => self.status = value,
            "duration_ms" => self.duration_ms = value,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};
    use tracing_subscriber::layer::SubscriberExt;

    fn metrics() -> Metrics {
        Metrics { stack: "coldforge".to_owned(), api: "git" }
    }

    /// Keeps what the log is told of requests.
    struct Kept(Arc<Mutex<Vec<Request>>>);

    impl<S: Subscriber> Layer<S> for Kept {
        fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
            let mut request = Request::default();
            event.record(&mut request);
            self.0.lock().unwrap().push(request);
        }
    }

    #[test]
    fn the_log_line_of_a_request_is_understood() {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let subscriber = tracing_subscriber::registry().with(Kept(kept.clone()));
        tracing::subscriber::with_default(subscriber, || {
            let (operation, status, duration_ms) = ("git-upload-pack".to_owned(), 503_u16, 12_u64);
            tracing::info!(operation, status, duration_ms, bytes_in = 3_u64, "request");
        });
        let kept = kept.lock().unwrap();
        let request = &kept[0];
        assert_eq!((request.message.as_str(), request.operation.as_str()), ("request", "git-upload-pack"));
        assert_eq!((request.status, request.duration_ms), (503, 12));
    }

    /// What the specification demands of a line.
    #[test]
    fn a_line_is_as_the_embedded_metric_format_demands() {
        let request =
            Request { operation: "git-upload-pack".to_owned(), status: 200, duration_ms: 12, ..Request::default() };
        let line = metrics().line(&request, 1_795_872_593_000);
        assert!(!line.to_string().contains('\n'));
        assert_eq!(line["_aws"]["Timestamp"], 1_795_872_593_000_u64);
        let directives = line["_aws"]["CloudWatchMetrics"].as_array().unwrap();
        for directive in directives {
            let namespace = directive["Namespace"].as_str().unwrap();
            assert!((1..=1024).contains(&namespace.len()));
            for set in directive["Dimensions"].as_array().unwrap() {
                let set = set.as_array().unwrap();
                assert!(set.len() <= 30);
                for name in set {
                    let value = line[name.as_str().unwrap()].as_str().unwrap();
                    assert!((1..=1024).contains(&value.len()), "{name}");
                }
            }
            let metrics = directive["Metrics"].as_array().unwrap();
            assert!((1..=100).contains(&metrics.len()));
            for metric in metrics {
                assert!(line[metric["Name"].as_str().unwrap()].is_u64(), "{metric}");
                let unit = metric["Unit"].as_str().unwrap();
                assert!(["Count", "Milliseconds"].contains(&unit), "{unit}");
            }
        }
    }

    #[test]
    fn a_fault_of_ours_is_counted_and_a_refusal_is_none() {
        let faults = |status| metrics().line(&Request { status, ..Request::default() }, 0)["Faults"].clone();
        assert_eq!((faults(200), faults(404), faults(500), faults(503)), (json!(0), json!(0), json!(1), json!(1)));
    }
}
