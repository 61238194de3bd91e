//! People who push at the same time, and what each of them was told.

use crate::git::{Git, Repo};
use crate::journey::Journey;
use std::process::Output;
use std::sync::atomic::{AtomicBool, Ordering};

/// Someone with an own repository who pushes commit after commit to one branch.
pub struct Pusher {
    /// The branch.
    pub branch: String,
    /// The last commit that the service acknowledged.
    pub acknowledged: Option<String>,
    /// The commit whose push was not answered, if the last one was not.
    pub unanswered: Option<String>,
    /// How many pushes were acknowledged.
    pub pushes: usize,
    repo: Repo,
    url: String,
    made: usize,
}

impl Pusher {
    /// Someone who pushes to `branch` of the repository at `url`, over this protocol version.
    pub fn new(journey: &Journey, git: &Git, url: &str, branch: &str) -> Self {
        let repo = git.init(&journey.path(&branch.replace('/', "-")));
        let (branch, url) = (branch.to_owned(), url.to_owned());
        Self { branch, acknowledged: None, unanswered: None, pushes: 0, repo, url, made: 0 }
    }

    /// Pushes until told to stop or until the service does not answer.
    pub fn push_until(&mut self, stop: &AtomicBool) {
        while !stop.load(Ordering::Relaxed) {
            let commit = self.commit();
            let output = self.push(&commit);
            if !output.status.success() {
                let told = String::from_utf8_lossy(&output.stderr).into_owned();
                assert!(!told.contains("rejected]"), "nobody else pushes to {}: {told}", self.branch);
                self.unanswered = Some(commit);
                return;
            }
            self.acknowledged = Some(commit);
            self.pushes += 1;
        }
    }

    /// Goes on from where the service is now, which must be what it acknowledged last or the push it did not answer.
    pub fn check(&mut self, tip: Option<&str>) {
        let (acknowledged, unanswered) = (self.acknowledged.as_deref(), self.unanswered.as_deref());
        assert!(
            tip == acknowledged || (tip.is_some() && tip == unanswered),
            "{} is at {tip:?}; acknowledged was {acknowledged:?}, not answered {unanswered:?}",
            self.branch
        );
        self.acknowledged = tip.map(str::to_owned);
        self.unanswered = None;
    }

    /// Makes a commit of a few files on top of what was acknowledged last.
    fn commit(&mut self) -> String {
        self.made += 1;
        if let Some(tip) = self.acknowledged.clone() {
            self.repo.ok(&["reset", "--quiet", "--hard", &tip]);
        }
        let content = format!("{} {}\n", self.branch, self.made).repeat(1 + self.made % 50 * 20);
        self.repo.commit_file(&format!("folder-{}/file", self.made % 7), content)
    }

    fn push(&self, commit: &str) -> Output {
        self.repo.run(&["push", "--quiet", &self.url, &format!("{commit}:refs/heads/{}", self.branch)])
    }
}
