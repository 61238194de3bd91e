//! `make bench`: the service beside C git's `git http-backend` behind lighttpd, in one run, on the same repositories.
//!
//! Counted is what the *server* spends: processor time, memory above idle, and the calls of the ports, which do not depend on the
//! machine. `BENCH_REPO` names a repository to measure with; otherwise one of about 100 MB is made. A second table tells what the
//! operations of the API cost on a repository of 100,000 files and 50,000 commits, and a third part how soon pushes are announced;
//! `bench api` and `bench events` print those alone.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark ends when something is wrong, and prints its table"
)]

mod api;
mod contestant;
mod events;
mod measure;
mod operations;

use contestant::{CGit, Contestant, Ours};
use measure::{Sample, median};
use operations::{Bench, OPERATIONS, Operation};
use std::path::{Path, PathBuf};
use tests::history::History;
use tests::port_calls::PortCalls;
use tests::{Git, Repo};

/// How many samples there are of each operation; of many clients at once there is one, which is enough clients.
const RUNS: usize = 3;

fn main() {
    let place = tempfile::TempDir::with_prefix("coldforge-bench-").unwrap();
    let git = Git::new(&place.path().join("home"));
    match std::env::args().nth(1).as_deref() {
        Some("api") => return api::run(&git, place.path()),
        Some("events") => return events::run(&git, place.path()),
        _ => {}
    }
    let project = project(&git);
    println!("project: {} ({} objects)", project.path.display(), count_objects(&project));
    println!(
        "C git: {} behind lighttpd, gc.auto=0, repositories pushed to over HTTP\n",
        git.ok(place.path(), &["--version"])
    );

    let mut ours = Ours::start(&place.path().join("ours"), false);
    let mut theirs = CGit::start(&place.path().join("cgit"));
    let bench = Bench { git, project, place: place.path().to_owned() };
    bench.fill(&mut ours);
    bench.fill(&mut theirs);
    let mut recorded = Ours::start(&place.path().join("recorded"), true);
    bench.fill(&mut recorded);

    println!(
        "{:<22} {:>9} {:>9} {:>6} {:>9} {:>9} {:>6} {:>8}  {:>6} {:>7} {:>6} {:>6} {:>6}",
        "operation",
        "git cpu",
        "our cpu",
        "ratio",
        "git wall",
        "our wall",
        "ratio",
        "peak MB",
        "reads",
        "commits",
        "blobs",
        "writes",
        "depth"
    );
    for operation in OPERATIONS {
        let (git, own) = (bench.runs(operation, &mut theirs), bench.runs(operation, &mut ours));
        print_row(operation, &git, &own, &calls(&bench, operation, &mut recorded));
    }
    drop((ours, theirs, recorded));
    api::run(&bench.git, &bench.place);
    events::run(&bench.git, &bench.place);
}

impl Bench {
    /// Several runs of one operation.
    fn runs(&self, operation: &Operation, contestant: &mut dyn Contestant) -> Vec<Sample> {
        let samples = if operation.at_once() { 1 } else { RUNS };
        (0..samples).map(|_| self.sample(operation, contestant)).collect()
    }
}

/// The calls of the ports that one run makes.
fn calls(bench: &Bench, operation: &Operation, recorded: &mut Ours) -> PortCalls {
    if operation.at_once() {
        // The recorder cannot tell requests apart that run at the same time.
        return PortCalls::default();
    }
    let before = recorded.log_length();
    bench.run(operation, recorded);
    recorded.calls_since(before)
}

fn print_row(operation: &Operation, git: &[Sample], ours: &[Sample], calls: &PortCalls) {
    let (git_cpu, own_cpu) = (median(git, |sample| sample.cpu), median(ours, |sample| sample.cpu));
    let (git_wall, own_wall) = (median(git, |sample| sample.wall), median(ours, |sample| sample.wall));
    let peak = ours.iter().map(|sample| sample.peak).max().unwrap_or_default() as f64 / 1e6;
    let PortCalls { table_reads, table_commits, blob_reads, blob_writes, depth } = calls;
    println!(
        "{:<22} {git_cpu:>8.3}s {own_cpu:>8.3}s {:>6.2} {git_wall:>8.2}s {own_wall:>8.2}s {:>6.2} {peak:>8.1}  {table_reads:>6} \
         {table_commits:>7} {blob_reads:>6} {blob_writes:>6} {depth:>6}",
        operation.name,
        own_cpu / git_cpu.max(0.001),
        own_wall / git_wall.max(0.01),
    );
}

/// The repository that `BENCH_REPO` names, or one of about 100 MB, made once.
fn project(git: &Git) -> Repo {
    if let Some(named) = std::env::var_os("BENCH_REPO") {
        return git.open(&PathBuf::from(named).canonicalize().unwrap());
    }
    made_once(git, "project", "about 100 MB", |repo| {
        let history = History {
            commits: 6000,
            files: 2500,
            file_bytes: 4000,
            changes: 6,
            merge_every: 9,
            tag_every: 200,
            binary_bytes: 60 << 20,
            seed: 7,
        };
        history.import(repo);
    })
}

/// A repository that is kept from run to run.
fn made_once(git: &Git, name: &str, size: &str, make: impl FnOnce(&Repo)) -> Repo {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let made = top.join(format!("target/bench/{name}.git"));
    if !made.exists() {
        println!("making a repository of {size} in {} …", made.display());
        let draft = made.with_extension("draft");
        _ = std::fs::remove_dir_all(&draft);
        let repo = git.init_bare(&draft);
        make(&repo);
        repo.ok(&["repack", "-adfq"]);
        std::fs::rename(&draft, &made).unwrap();
    }
    git.open(&made)
}

fn count_objects(repo: &Repo) -> String {
    let told = repo.ok(&["count-objects", "-v"]);
    told.lines().find_map(|line| line.strip_prefix("in-pack: ")).unwrap_or("?").to_owned()
}
