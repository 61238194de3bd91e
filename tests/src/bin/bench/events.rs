//! How soon after its commit a push is announced: 1,000 pushes a minute to 200 repositories, one webhook that hears of all.

use crate::contestant::{Contestant, Ours};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tests::receiver::Receiver;
use tests::{Git, Repo};

const REPOSITORIES: usize = 200;
const PUSHES_PER_MINUTE: usize = 1_000;
/// Long enough to tell memory that grows from caches that fill.
const MINUTES: usize = 5;
const PUSHES: usize = PUSHES_PER_MINUTE * MINUTES;
/// How often each repository is pushed to.
const ROUNDS: usize = PUSHES.div_ceil(REPOSITORIES);
/// How many people push at the same time.
const PUSHERS: usize = 6;
/// How long the last announcements may take before they count as lost.
const PATIENCE: Duration = Duration::from_secs(60);

/// Prints what the announcements took, and what the server's memory did meanwhile.
pub(crate) fn run(git: &Git, place: &Path) {
    let project = linear(git, &place.join("events.git"));
    let mut ours = Ours::start_with(&place.join("events"), false, &["--webhook-allow", "127.0.0.1/32"]);
    let urls: Vec<String> = (0..REPOSITORIES).map(|number| ours.create(&format!("demo{number}"))).collect();
    let delays = Arc::new(Mutex::new(Vec::with_capacity(PUSHES)));
    let noted = delays.clone();
    let receiver = Receiver::deciding(move |received| {
        let now = Timestamp::now();
        let told: Value = serde_json::from_str(&received.body).unwrap();
        let at: Timestamp = told["timestamp"].as_str().unwrap().parse().unwrap();
        noted.lock().unwrap().push(now.duration_since(at).as_secs_f64());
        "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".to_owned()
    });
    let webhook = json!({"url": receiver.url("/"), "events": ["branch.*"]});
    ours.server().api_ok("CreateWebhook", webhook);

    println!(
        "\n{PUSHES_PER_MINUTE} pushes a minute to {REPOSITORIES} repositories for {MINUTES} minutes, announced to a webhook:\n"
    );
    let (idle, cpu) = (ours.server().memory("VmRSS"), ours.cpu());
    let late = push(&project, &urls, ours.server());
    let start = Instant::now();
    while delays.lock().unwrap().len() < PUSHES && start.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(50));
    }
    let mut delays = delays.lock().unwrap().clone();
    delays.sort_unstable_by(f64::total_cmp);
    let share = |percent: usize| delays[(delays.len() * percent / 100).min(delays.len() - 1)] * 1e3;
    println!("announced {} of {PUSHES}; pushes that began more than a second late: {late}", delays.len());
    println!("from commit to arrival: median {:.0} ms, p99 {:.0} ms, most {:.0} ms", share(50), share(99), share(100));
    let (peak, cpu) = (ours.server().memory("VmHWM"), ours.cpu() - cpu);
    println!("memory: {:.0} MB idle, {:.0} MB at most; server cpu: {cpu:.1} s", idle as f64 / 1e6, peak as f64 / 1e6);
}

/// Pushes at an even pace. How many pushes began late, because this machine could not keep up.
fn push(project: &Repo, urls: &[String], server: &tests::server::Server) -> usize {
    let (next, late, start) = (AtomicUsize::new(0), AtomicUsize::new(0), Instant::now());
    let pace = Duration::from_secs(60) / u32::try_from(PUSHES_PER_MINUTE).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..PUSHERS {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= PUSHES {
                        return;
                    }
                    let due = pace * u32::try_from(number).unwrap();
                    std::thread::sleep(due.saturating_sub(start.elapsed()));
                    if start.elapsed() > due + Duration::from_secs(1) {
                        late.fetch_add(1, Ordering::Relaxed);
                    }
                    if number > 0 && number.is_multiple_of(PUSHES_PER_MINUTE) {
                        println!("after {number} pushes: {:.0} MB", server.memory("VmRSS") as f64 / 1e6);
                    }
                    let commit = format!("main~{}:refs/heads/main", ROUNDS - 1 - number / REPOSITORIES);
                    project.ok(&["push", "--quiet", &urls[number % REPOSITORIES], &commit]);
                }
            });
        }
    });
    late.into_inner()
}

/// A repository with a commit for each round.
fn linear(git: &Git, path: &Path) -> Repo {
    let mut stream = String::new();
    for round in 0..ROUNDS {
        let text = format!("round {round}\n").repeat(50);
        let _ = write!(
            stream,
            "commit refs/heads/main\ncommitter A U Thor <author@example.com> {round} +0000\ndata 0\nM 100644 inline file{}\ndata {}\n{text}\n",
            round % 3,
            text.len()
        );
    }
    let repo = git.init_bare(path);
    repo.feed(&["fast-import", "--quiet"], stream.as_bytes());
    repo
}
