//! Lambda: starts a process for an invocation when none of its function is idle, and keeps it for the next one.
//!
//! A process is not used again once users or their credentials were changed. Lambda would use it, and what it remembers of them would
//! hold for up to 30 seconds; here, journeys need not wait for that.

use super::faults::Faults;
use super::runtime_api::{Invocation, MOST_PAYLOAD_BYTES, Outcome, RuntimeApi};
use super::template::Function;
use bytes::Bytes;
use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;

/// How long Lambda waits before it invokes a function again that failed while nobody waited. It is a minute there.
const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// Who invokes a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// API Gateway, for a request.
    Gateway,
    /// An event source mapping, for records of the table's stream.
    Stream,
    /// A rule with a schedule.
    Clock,
    /// Another function.
    Function,
}

impl Caller {
    fn as_str(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Stream => "stream",
            Self::Clock => "clock",
            Self::Function => "function",
        }
    }
}

/// How long a process may take to ask for its first invocation. Lambda gives it 10 seconds; the machine may be busy.
const INIT: Duration = Duration::from_secs(60);

/// All functions of an account.
pub struct Lambda {
    functions: HashMap<String, Deployed>,
    program: PathBuf,
    environment: Vec<(String, String)>,
    prefix: String,
    faults: Arc<Faults>,
    count: AtomicU64,
    changes_of_identities: AtomicU64,
}

struct Deployed {
    function: Function,
    key_id: String,
    idle: Arc<Mutex<Vec<Process>>>,
}

/// A process of a function, which ends with it.
struct Process {
    api: RuntimeApi,
    child: Child,
    /// How often users or their credentials had been changed when it started.
    knows_changes: u64,
}

impl Lambda {
    /// These functions, run by `program` with `environment` besides their own.
    pub fn new(
        functions: Vec<Function>,
        program: PathBuf,
        environment: Vec<(String, String)>,
        (region, account): (&str, &str),
        faults: Arc<Faults>,
    ) -> Self {
        let deployed = functions.into_iter().enumerate().map(|(number, function)| {
            let key_id = format!("ASIAREHEARSAL{number:07}");
            (function.name.clone(), Deployed { function, key_id, idle: Arc::default() })
        });
        let prefix = format!("arn:aws:lambda:{region}:{account}:function");
        let (functions, count, changes_of_identities) = (deployed.collect(), AtomicU64::new(0), AtomicU64::new(0));
        Self { functions, program, environment, prefix, faults, count, changes_of_identities }
    }

    /// The function whose role's credentials have this access key id.
    pub fn with_key(&self, key_id: &str) -> Option<&Function> {
        let found = self.functions.values().find(|deployed| deployed.key_id == key_id);
        found.map(|deployed| &deployed.function)
    }

    /// The function of this name or ARN.
    pub fn function(&self, name: &str) -> Option<&Function> {
        self.functions.get(short(name)).map(|deployed| &deployed.function)
    }

    /// Invokes a function, by its name or ARN, without waiting for what it gives; again, if it fails and the template says so.
    pub fn invoke_without_waiting(self: Arc<Self>, name: &str, event: impl Into<Bytes>, caller: Caller) {
        let (name, event) = (name.to_owned(), event.into());
        tokio::spawn(async move {
            let retries = self.function(&name).map_or(0, |function| function.retries);
            for _ in 0..=retries {
                match self.invoke(&name, event.clone(), caller).await {
                    Outcome::Failed(kind, message) => tell_failure(&name, &kind, &message),
                    Outcome::Buffered(_) | Outcome::Streamed(..) => return,
                }
                tokio::time::sleep(RETRY_PAUSE).await;
            }
        });
    }

    /// Invokes a function, by its name or ARN, and waits until its answer begins.
    pub async fn invoke(&self, name: &str, event: impl Into<Bytes>, caller: Caller) -> Outcome {
        let (name, event) = (short(name), event.into());
        let Some(deployed) = self.functions.get(name) else {
            return failed("ResourceNotFoundException", &format!("there is no function {name}"));
        };
        if event.len() > MOST_PAYLOAD_BYTES {
            return failed("RequestTooLargeException", "the event has more bytes than Lambda takes");
        }
        let (handler, by) = (&deployed.function.handler, caller.as_str());
        eprintln!(r#"{{"rehearsal":"invoked","function":"{handler}","by":"{by}"}}"#);
        let process = match self.idle(deployed) {
            Some(process) => process,
            None => match self.start(deployed).await {
                Some(process) => process,
                None => return failed("Runtime.ExitError", "the process did not start; its output tells why"),
            },
        };
        let within = Duration::from_secs(deployed.function.timeout_seconds);
        let id = format!("00000000-0000-4000-8000-{:012}", self.count.fetch_add(1, Ordering::Relaxed));
        let (sender, outcome) = oneshot::channel();
        let arn = format!("{}:{name}", self.prefix);
        if process.api.invocations.send(Invocation { id, event, arn, within, outcome: sender }).await.is_err() {
            return failed("Runtime.ExitError", "the process has ended");
        }
        // It is watched until it is done, which may be long after its answer began.
        tokio::spawn(watch(process, within, self.faults.of_invocation(), deployed.idle.clone()));
        let outcome =
            outcome.await.unwrap_or_else(|_| failed("Runtime.ExitError", "the process ended before it answered"));
        if deployed.function.changes_identities {
            self.changes_of_identities.fetch_add(1, Ordering::SeqCst);
        }
        outcome
    }

    /// A process of a function that is idle and knows of every change; others are ended.
    fn idle(&self, deployed: &Deployed) -> Option<Process> {
        let changes = self.changes_of_identities.load(Ordering::SeqCst);
        let mut idle = deployed.idle.lock().unwrap();
        idle.retain(|process| process.knows_changes == changes);
        idle.pop()
    }

    async fn start(&self, deployed: &Deployed) -> Option<Process> {
        let Deployed { function, key_id, .. } = deployed;
        let api = RuntimeApi::start().await;
        let (began, knows_changes) = (Instant::now(), self.changes_of_identities.load(Ordering::SeqCst));
        let child = Command::new(&self.program)
            .env_clear()
            .envs(&function.environment)
            .envs(self.environment.iter().cloned())
            .env("_HANDLER", &function.handler)
            .env("AWS_LAMBDA_RUNTIME_API", &api.address)
            .env("AWS_LAMBDA_FUNCTION_NAME", &function.name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", function.memory_mb.to_string())
            .env("AWS_ACCESS_KEY_ID", key_id)
            .env("AWS_SECRET_ACCESS_KEY", "rehearsal")
            .env("AWS_SESSION_TOKEN", "rehearsal")
            .stdin(Stdio::null())
            .stdout(std::io::stderr())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{} cannot be started: {error}", self.program.display()));
        let mut process = Process { api, child, knows_changes };
        tokio::select! {
            () = process.api.is_idle() => {
                let millis = began.elapsed().as_secs_f64() * 1000.0;
                eprintln!(r#"{{"rehearsal":"started","function":"{}","milliseconds":{millis:.1}}}"#, function.handler);
                return Some(process);
            }
            _ = process.child.wait() => {}
            () = tokio::time::sleep(INIT) => {}
        }
        None
    }
}

/// Waits until a process is done with its invocation, and keeps it; ends it when it takes too long.
async fn watch(mut process: Process, within: Duration, life: Option<Duration>, idle: Arc<Mutex<Vec<Process>>>) {
    tokio::select! {
        () = tokio::time::sleep(life.unwrap_or(within)), if life.is_some() => {
            eprintln!(r#"{{"rehearsal":"killed"}}"#);
            process.api.fail("Runtime.ExitError", "the process was killed");
        }
        () = process.api.is_idle() => return idle.lock().unwrap().push(process),
        _ = process.child.wait() => process.api.fail("Runtime.ExitError", "the process ended"),
        () = tokio::time::sleep(within) => {
            process.api.fail("Sandbox.Timedout", &format!("Task timed out after {} seconds", within.as_secs()));
        }
    }
    _ = process.child.kill().await;
}

/// The name in an ARN of a function, which may also be a name.
fn short(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or_default()
}

/// Tells that a function failed.
pub fn tell_failure(function: &str, kind: &str, message: &str) {
    let error = serde_json::json!(format!("{kind}: {message}"));
    eprintln!(r#"{{"rehearsal":"failed","function":"{}","error":{error}}}"#, short(function));
}

fn failed(kind: &str, message: &str) -> Outcome {
    Outcome::Failed(kind.to_owned(), message.to_owned())
}
