//! Are two repositories the same, bit for bit?

use crate::git::{Git, Repo};
use std::path::Path;

/// Checks that the clone is sound (`git fsck --full --strict`).
pub fn assert_sound(clone: &Repo) {
    clone.ok(&["fsck", "--full", "--strict", "--no-dangling", "--no-progress"]);
}

/// Checks that the service has exactly the refs of `local`, and that a mirror of it has exactly the objects they reach.
/// The mirror is left in `scratch`, which must not exist yet.
pub fn assert_same(local: &Repo, url: &str, scratch: &Path) -> Repo {
    let git = local.git();
    assert_eq!(advertised(git, url), refs(local), "the service's refs differ from those that were pushed");
    let mirror = git.clone_to(url, scratch, &["--mirror"]);
    assert_sound(&mirror);
    assert_eq!(refs(&mirror), refs(local), "the mirror's refs differ");
    assert_eq!(all_objects(&mirror), reachable(local), "the mirror's objects differ");
    mirror
}

/// What `git ls-remote` tells, without `HEAD` and peeled tags: "id name" lines, sorted.
pub fn advertised(git: &Git, url: &str) -> Vec<String> {
    let told = git.ok(git.home(), &["ls-remote", url]);
    let lines = told.lines().filter(|line| !line.ends_with("\tHEAD") && !line.ends_with("^{}"));
    sorted(lines.map(|line| line.replace('\t', " ")))
}

/// A local repository's refs: "id name" lines, sorted; without those that only remember what a service had.
pub fn refs(repo: &Repo) -> Vec<String> {
    let told = repo.ok(&["for-each-ref", "--format=%(objectname) %(refname)"]);
    sorted(told.lines().filter(|line| !line.contains(" refs/remotes/")).map(str::to_owned))
}

/// The ids of all objects that a repository stores.
pub fn all_objects(repo: &Repo) -> Vec<String> {
    let ids = repo.ok(&["cat-file", "--batch-all-objects", "--batch-check=%(objectname)", "--unordered"]);
    sorted(ids.lines().map(str::to_owned))
}

/// The ids of all objects that these refs reach.
pub fn reachable(repo: &Repo) -> Vec<String> {
    let ids = repo.ok(&["rev-list", "--exclude=refs/remotes/*", "--all", "--objects", "--no-object-names"]);
    sorted(ids.lines().map(str::to_owned))
}

fn sorted(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut lines: Vec<String> = lines.collect();
    lines.sort_unstable();
    lines.dedup();
    lines
}
