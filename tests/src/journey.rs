//! The start of most journeys: a server, a person's git, and a place to work in.

use crate::compare;
use crate::git::{Git, Repo};
use crate::server::{Options, Server};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;

/// The protocol versions that git speaks.
pub const PROTOCOLS: [u8; 3] = [0, 1, 2];

/// A server with a person who uses it. Everything is gone when it is dropped.
pub struct Journey {
    /// The server.
    pub server: Server,
    /// A git that knows the administrator's password.
    pub git: Git,
    taken: AtomicU32,
    directory: TempDir,
}

impl Journey {
    /// A fresh server and a fresh home.
    pub fn begin() -> Self {
        Self::begin_with(&Options::default())
    }

    /// A server with more arguments.
    pub fn begin_with(options: &Options) -> Self {
        let directory = TempDir::with_prefix("coldforge-").unwrap();
        let server = Server::start_with(directory.path(), options);
        let git = Git::new(&directory.path().join("home")).with_password(&server.credentials);
        Self { server, git, taken: AtomicU32::new(0), directory }
    }

    /// A path that nothing is at yet.
    pub fn path(&self, name: &str) -> PathBuf {
        let number = self.taken.fetch_add(1, Ordering::Relaxed);
        self.directory.path().join(format!("{number}-{name}"))
    }

    /// Where everything of this journey is.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// A new local repository with a working tree.
    pub fn repo(&self) -> Repo {
        self.git.init(&self.path("work"))
    }

    /// A new repository of the service, and a local one with `origin` set to it.
    pub fn repo_with_origin(&self, name: &str) -> Repo {
        let url = self.server.create_repository(name);
        let repo = self.repo();
        repo.ok(&["remote", "add", "origin", &url]);
        repo
    }

    /// Checks that the service's repository and `local` are the same, bit for bit; gives a mirror clone.
    pub fn assert_same(&self, local: &Repo, name: &str) -> Repo {
        compare::assert_same(local, &self.server.url(name), &self.path("mirror"))
    }

    /// Checks that what a clone's remote-tracking branches and tags reach is sound, and equals `local`'s branches and tags.
    pub fn assert_clone_equals(&self, clone: &Repo, local: &Repo) {
        compare::assert_sound(clone);
        let format = |prefix: &'static str| {
            let strip = prefix.matches('/').count() + 1;
            vec![
                "for-each-ref".to_owned(),
                format!("--format=%(objectname) %(refname:lstrip={strip})"),
                prefix.to_owned(),
            ]
        };
        let without_head = |refs: String| -> Vec<String> {
            refs.lines().filter(|line| !line.ends_with(" HEAD")).map(str::to_owned).collect()
        };
        let (tracking, heads, tags) = (format("refs/remotes/origin"), format("refs/heads"), format("refs/tags"));
        assert_eq!(without_head(clone.ok(&tracking)), without_head(local.ok(&heads)), "branches differ");
        assert_eq!(clone.ok(&tags), local.ok(&tags), "tags differ");
        let listed = |repo: &Repo, what: &str| -> Vec<String> {
            let ids = repo.ok(&["rev-list", "--objects", "--no-object-names", what, "--tags"]);
            let mut ids: Vec<String> = ids.lines().map(str::to_owned).collect();
            ids.sort_unstable();
            ids
        };
        assert_eq!(listed(clone, "--remotes=origin"), listed(local, "--branches"), "objects differ");
    }
}
