//! What is measured.

use crate::contestant::Contestant;
use crate::measure::{Sample, timed};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use tests::{Git, Repo};

/// How many clones run at once.
const AT_ONCE: usize = 16;

/// How many branches the repository of many refs has.
const REFS: usize = 10_000;

/// The repositories and the place to work in.
pub(crate) struct Bench {
    pub(crate) git: Git,
    pub(crate) project: Repo,
    pub(crate) place: PathBuf,
}

/// One operation.
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    /// How often it is done for one sample: the kernel counts processor time in hundredths of a second, in which something
    /// short cannot be measured.
    times: usize,
    kind: Kind,
}

enum Kind {
    /// `git clone` with these options.
    Clone(&'static [&'static str]),
    /// Sixteen of them.
    Clones,
    /// A clone that lacks the last 100 commits fetches them.
    Fetch,
    /// `git ls-remote` on this repository.
    LsRemote(&'static str),
    /// Everything to an empty repository.
    PushAll,
    /// One commit on top.
    PushOne,
}

impl Operation {
    /// Whether several clients run at the same time.
    pub(crate) fn at_once(&self) -> bool {
        matches!(self.kind, Kind::Clones)
    }
}

/// All operations, in the order of the table.
pub(crate) const OPERATIONS: &[Operation] = &[
    Operation { name: "full clone", times: 1, kind: Kind::Clone(&["--bare"]) },
    Operation { name: "shallow clone", times: 10, kind: Kind::Clone(&["--bare", "--depth=1"]) },
    Operation { name: "blobless clone", times: 1, kind: Kind::Clone(&["--bare", "--filter=blob:none"]) },
    Operation { name: "fetch of 100 commits", times: 1, kind: Kind::Fetch },
    Operation { name: "ls-remote", times: 10, kind: Kind::LsRemote("project") },
    Operation { name: "ls-remote, 10000 refs", times: 5, kind: Kind::LsRemote("many") },
    Operation { name: "push of everything", times: 1, kind: Kind::PushAll },
    Operation { name: "push of one commit", times: 10, kind: Kind::PushOne },
    Operation { name: "16 clones at once", times: 1, kind: Kind::Clones },
];

impl Bench {
    /// Pushes the repositories to a contestant.
    pub(crate) fn fill(&self, contestant: &mut dyn Contestant) {
        self.push_all(&contestant.create("project"));
        // The first push decides with us, and in a bare repository of git its settings do: both are to send the same.
        let head = self.project.ok(&["symbolic-ref", "--short", "HEAD"]);
        contestant.set_default_branch("project", head.trim());
        let url = contestant.create("many");
        let small = self.git.init_bare(&self.place.join(self.fresh()));
        let tree = String::from_utf8(small.feed(&["mktree"], b"")).unwrap();
        let commit = small.ok(&["commit-tree", "-m", "one", tree.trim()]);
        small.ok(&["push", "--quiet", &url, &format!("{commit}:refs/heads/main")]);
        contestant.add_branches("many", &commit, REFS - 1);
    }

    /// One sample of an operation: what doing it once costs, and the highest of the peaks.
    pub(crate) fn sample(&self, operation: &Operation, contestant: &mut dyn Contestant) -> Sample {
        let runs: Vec<Sample> = (0..operation.times).map(|_| self.run(operation, contestant)).collect();
        let mean = |value: fn(&Sample) -> f64| runs.iter().map(value).sum::<f64>() / runs.len() as f64;
        let peak = runs.iter().map(|run| run.peak).max().unwrap_or_default();
        Sample { cpu: mean(|run| run.cpu), wall: mean(|run| run.wall), peak }
    }

    /// Runs one operation and measures it.
    pub(crate) fn run(&self, operation: &Operation, contestant: &mut dyn Contestant) -> Sample {
        let url = contestant.url("project");
        match operation.kind {
            Kind::Clone(options) => self.measure(contestant, || self.clone_to(&url, options)),
            Kind::Clones => self.measure(contestant, || {
                std::thread::scope(|scope| {
                    for _ in 0..AT_ONCE {
                        scope.spawn(|| self.clone_to(&url, &["--bare"]));
                    }
                });
            }),
            Kind::Fetch => {
                let clone = self.behind(&url);
                self.measure(contestant, || {
                    clone.ok(&["fetch", "--quiet", "origin", "+refs/heads/*:refs/heads/*"]);
                })
            }
            Kind::LsRemote(name) => {
                let url = contestant.url(name);
                self.measure(contestant, || {
                    self.git.ok(&self.place, &["ls-remote", &url]);
                })
            }
            Kind::PushAll => {
                let url = contestant.create(&self.fresh());
                self.measure(contestant, || self.push_all(&url))
            }
            Kind::PushOne => {
                let branch = self.fresh();
                let tip = self.project.ok(&["rev-parse", "HEAD"]);
                let tree = self.project.ok(&["rev-parse", "HEAD^{tree}"]);
                let message = format!("commit {branch}");
                let commit = self.project.ok(&["commit-tree", "-p", &tip, "-m", &message, &tree]);
                let refspec = format!("{commit}:refs/heads/{branch}");
                self.measure(contestant, || {
                    self.project.ok(&["push", "--quiet", &url, &refspec]);
                })
            }
        }
    }

    fn measure(&self, contestant: &mut dyn Contestant, work: impl FnOnce()) -> Sample {
        contestant.reset_peak();
        let before = contestant.cpu();
        let wall = timed(work);
        Sample { cpu: contestant.cpu() - before, wall: wall.as_secs_f64(), peak: contestant.peak() }
    }

    /// Branches and tags: what an ordinary clone takes.
    fn push_all(&self, url: &str) {
        self.project.ok(&["push", "--quiet", url, "refs/heads/*:refs/heads/*", "refs/tags/*:refs/tags/*"]);
    }

    fn clone_to(&self, url: &str, options: &[&str]) {
        let path = self.place.join(self.fresh());
        let path_text = path.to_str().unwrap();
        self.git.ok(&self.place, &[&["clone", "--quiet"], options, &[url, path_text]].concat());
        std::fs::remove_dir_all(path).unwrap();
    }

    /// A clone of the main branch as it was 100 commits ago.
    fn behind(&self, url: &str) -> Repo {
        let clone = self.git.init_bare(&self.place.join(self.fresh()));
        let old = self.project.ok(&["rev-parse", "HEAD~100"]);
        let local = self.project.path.to_str().unwrap();
        clone.ok(&[
            "-c",
            "uploadpack.allowAnySHA1InWant=true",
            "fetch",
            "--quiet",
            local,
            &format!("{old}:refs/heads/main"),
        ]);
        clone.ok(&["remote", "add", "origin", url]);
        clone
    }

    /// A name that was not used before.
    fn fresh(&self) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        format!("n{}", NEXT.fetch_add(1, Ordering::Relaxed))
    }
}
