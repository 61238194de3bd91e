//! Clones that take a part: of the history (shallow) or of the objects (filters), and what they fetch later.

use tests::compare::{all_objects, assert_sound};
use tests::history::History;
use tests::{Journey, PROTOCOLS, Repo};

/// A project on the service, and the same one here.
fn published(journey: &Journey, name: &str) -> (Repo, String) {
    let local = journey.repo();
    History::default().import(&local);
    let url = journey.server.create_repository(name);
    local.ok(&["push", "--quiet", "--mirror", &url]);
    (local, url)
}

/// What C git's own upload-pack answers to the same request.
fn by_c_git(journey: &Journey, local: &Repo, protocol: u8, arguments: &[&str]) -> Repo {
    local.ok(&["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", local.path.display());
    journey.git.speaking(protocol).clone_to(&url, &journey.path("c-git"), arguments)
}

fn commits(repo: &Repo, revision: &str) -> usize {
    repo.ok(&["rev-list", revision]).lines().count()
}

fn kinds(repo: &Repo, kind: &str) -> usize {
    let listed = repo.ok(&["cat-file", "--batch-all-objects", "--batch-check=%(objecttype)"]);
    listed.lines().filter(|line| *line == kind).count()
}

#[test]
fn a_shallow_clone_has_as_many_commits_as_asked() {
    let journey = Journey::begin();
    let (local, url) = published(&journey, "depth");
    for protocol in PROTOCOLS {
        let git = journey.git.speaking(protocol);
        for depth in [1, 2, 5] {
            let how = format!("--depth={depth}");
            let shallow = git.clone_to(&url, &journey.path("shallow"), &[&how]);
            assert_sound(&shallow);
            assert_eq!(shallow.id("HEAD"), local.id("main"));
            assert_eq!(shallow.ok(&["status", "--porcelain"]), "");
            let expected = within(&local, "main", depth);
            let mut found: Vec<String> = shallow.ok(&["rev-list", "HEAD"]).lines().map(str::to_owned).collect();
            found.sort_unstable();
            assert_eq!(found, expected, "depth {depth}, protocol {protocol}");
        }
    }
}

#[test]
fn a_shallow_clone_gets_deeper_until_it_is_whole() {
    let journey = Journey::begin();
    let (local, url) = published(&journey, "deepen");
    for protocol in PROTOCOLS {
        let git = journey.git.speaking(protocol);
        let shallow = git.clone_to(&url, &journey.path("shallow"), &["--depth=2", "--no-single-branch"]);
        assert_sound(&shallow);
        shallow.ok(&["fetch", "--quiet", "--deepen=3"]);
        assert_sound(&shallow);
        let expected = by_c_git(&journey, &local, protocol, &["--depth=2", "--no-single-branch"]);
        expected.ok(&["fetch", "--quiet", "--deepen=3"]);
        assert_eq!(all_objects(&shallow), all_objects(&expected), "protocol {protocol}");

        shallow.ok(&["fetch", "--quiet", "--depth=1"]);
        shallow.ok(&["fetch", "--quiet", "--unshallow", "--tags"]);
        assert!(!shallow.path.join(".git/shallow").exists());
        journey.assert_clone_equals(&shallow, &local);
    }
}

#[test]
fn a_shallow_clone_reaches_back_to_a_date() {
    let journey = Journey::begin();
    let (local, url) = published(&journey, "since");
    // The commit dates of the history only grow, so a date cuts it clean.
    let seconds: i64 = local.ok(&["log", "-1", "--format=%ct", "main~10"]).parse().unwrap();
    for protocol in PROTOCOLS {
        let git = journey.git.speaking(protocol);
        let how = format!("--shallow-since={seconds}");
        let shallow = git.clone_to(&url, &journey.path("since"), &[&how]);
        assert_sound(&shallow);
        assert_eq!(
            shallow.ok(&["rev-list", "HEAD"]),
            local.ok(&["rev-list", &format!("--since={seconds}"), "main"]),
            "protocol {protocol}"
        );
    }
}

#[test]
fn a_shallow_clone_leaves_out_what_a_tag_has() {
    let journey = Journey::begin();
    let (local, url) = published(&journey, "exclude");
    for protocol in PROTOCOLS {
        let git = journey.git.speaking(protocol);
        let shallow = git.clone_to(&url, &journey.path("exclude"), &["--shallow-exclude=v40"]);
        assert_sound(&shallow);
        let expected = by_c_git(&journey, &local, protocol, &["--shallow-exclude=v40"]);
        assert_eq!(shallow.ok(&["rev-list", "HEAD"]), expected.ok(&["rev-list", "HEAD"]), "protocol {protocol}");
        assert_eq!(all_objects(&shallow), all_objects(&expected), "protocol {protocol}");
        for repo in [&shallow, &expected] {
            repo.ok(&["fetch", "--quiet", "--shallow-exclude=v20"]);
        }
        assert_sound(&shallow);
        assert_eq!(shallow.ok(&["rev-list", "HEAD"]), expected.ok(&["rev-list", "HEAD"]), "protocol {protocol}");
        let path = journey.path("none");
        let arguments = ["clone", "--shallow-exclude=no-such-ref", &url, path.to_str().unwrap()];
        let said = git.refused(journey.directory(), &arguments);
        assert!(said.contains("no-such-ref"), "{said}");
    }
}

#[test]
fn one_may_work_in_a_shallow_clone() {
    let journey = Journey::begin();
    let (local, url) = published(&journey, "work");
    for protocol in PROTOCOLS {
        let git = journey.git.speaking(protocol);
        let shallow = git.clone_to(&url, &journey.path("shallow"), &["--depth=1"]);
        for round in 0..3 {
            let name = format!("from-shallow-{protocol}-{round}");
            let id = shallow.commit_file(&name, &name);
            shallow.ok(&["push", "--quiet", "origin", "main"]);
            local.ok(&["fetch", "--quiet", &url, "main"]);
            assert_eq!(local.id("FETCH_HEAD"), id);
            assert_eq!(commits(&local, "FETCH_HEAD"), commits(&local, "main") + 1);
            local.ok(&["merge", "--quiet", "--ff-only", "FETCH_HEAD"]);
        }
        let other = local.commit_file(&format!("other-{protocol}"), "other");
        local.ok(&["push", "--quiet", &url, "main"]);
        shallow.ok(&["pull", "--quiet", "--ff-only"]);
        assert_eq!(shallow.id("HEAD"), other);
        assert_sound(&shallow);
        assert_eq!(commits(&shallow, "HEAD"), 5);
    }
}

#[test]
fn a_push_from_a_shallow_clone_to_an_empty_repository_is_refused_in_words() {
    let journey = Journey::begin();
    let (_, url) = published(&journey, "source");
    let shallow = journey.git.clone_to(&url, &journey.path("shallow"), &["--depth=1"]);
    let empty = journey.server.create_repository("target");
    let said = shallow.refused(&["push", &empty, "main"]);
    assert!(said.contains("main"), "{said}");
    assert_eq!(shallow.ok(&["ls-remote", &empty]), "");
}

#[test]
fn a_blobless_clone_fetches_blobs_when_it_needs_them() {
    let journey = Journey::begin();
    let (local, url) = published(&journey, "blobless");
    for protocol in PROTOCOLS {
        let git = journey.git.speaking(protocol);
        let blobless = git.clone_to(&url, &journey.path("blobless"), &["--filter=blob:none"]);
        assert_sound(&blobless);
        assert_eq!(commits(&blobless, "--all"), commits(&local, "--all"));
        let in_tree = local.ok(&["ls-tree", "-r", "main"]).lines().count();
        let before = kinds(&blobless, "blob");
        assert!(before <= in_tree, "{before} blobs for {in_tree} files");

        for revision in ["main~30", "v20", "origin/side"] {
            blobless.ok(&["checkout", "--quiet", revision]);
            assert_eq!(blobless.ok(&["status", "--porcelain"]), "");
            let there = revision.trim_start_matches("origin/");
            assert_eq!(blobless.id("HEAD^{tree}"), local.id(&format!("{there}^{{tree}}")));
        }
        assert!(kinds(&blobless, "blob") > before);
        // A diff of two old commits asks for many blobs in one request.
        let diff = ["-c", "diff.renames=false", "diff", "main~40", "main~10"];
        assert_eq!(blobless.ok(&diff), local.ok(&diff));
        assert_sound(&blobless);
    }
}

#[test]
fn a_bare_blobless_clone_has_no_blob() {
    let journey = Journey::begin();
    let (local, url) = published(&journey, "bare");
    for protocol in PROTOCOLS {
        let git = journey.git.speaking(protocol);
        let bare = git.clone_to(&url, &journey.path("bare"), &["--bare", "--filter=blob:none"]);
        assert_eq!(kinds(&bare, "blob"), 0);
        assert_eq!(kinds(&bare, "tree"), kinds(&local, "tree"));
        assert_sound(&bare);
    }
}

#[test]
fn a_size_limit_leaves_out_the_large_blobs_only() {
    let journey = Journey::begin();
    let (local, url) = published(&journey, "limit");
    for protocol in PROTOCOLS {
        let git = journey.git.speaking(protocol);
        let bare = git.clone_to(&url, &journey.path("bare"), &["--bare", "--filter=blob:limit=1k"]);
        let expected = by_c_git(&journey, &local, protocol, &["--bare", "--filter=blob:limit=1k"]);
        assert!(kinds(&bare, "blob") > 0);
        assert_eq!(all_objects(&bare), all_objects(&expected), "protocol {protocol}");
        assert_sound(&bare);
        let clone = git.clone_to(&url, &journey.path("clone"), &["--filter=blob:limit=1k"]);
        clone.ok(&["checkout", "--quiet", "main~25"]);
        assert_eq!(clone.ok(&["status", "--porcelain"]), "");
        assert_sound(&clone);
    }
}

#[test]
fn a_treeless_clone_fetches_trees_when_it_needs_them() {
    let journey = Journey::begin();
    let (local, url) = published(&journey, "treeless");
    for protocol in PROTOCOLS {
        let git = journey.git.speaking(protocol);
        let bare = git.clone_to(&url, &journey.path("bare"), &["--bare", "--filter=tree:0"]);
        assert_eq!((kinds(&bare, "tree"), kinds(&bare, "blob")), (0, 0));
        assert_eq!(kinds(&bare, "commit"), kinds(&local, "commit"));
        assert_eq!(kinds(&bare, "tag"), kinds(&local, "tag"));

        let clone = git.clone_to(&url, &journey.path("clone"), &["--filter=tree:0"]);
        for revision in ["main~30", "v40"] {
            clone.ok(&["checkout", "--quiet", revision]);
            assert_eq!(clone.ok(&["status", "--porcelain"]), "");
            assert_eq!(clone.id("HEAD^{tree}"), local.id(&format!("{revision}^{{tree}}")));
        }
        assert_sound(&clone);

        let tops = git.clone_to(&url, &journey.path("tops"), &["--bare", "--filter=tree:1"]);
        let mut roots: Vec<String> = local.ok(&["log", "--all", "--format=%T"]).lines().map(str::to_owned).collect();
        roots.sort_unstable();
        roots.dedup();
        assert_eq!(kinds(&tops, "tree"), roots.len(), "protocol {protocol}");
    }
}

#[test]
fn a_filter_and_a_depth_go_together() {
    let journey = Journey::begin();
    let (local, url) = published(&journey, "both");
    for protocol in PROTOCOLS {
        let git = journey.git.speaking(protocol);
        let both = git.clone_to(&url, &journey.path("both"), &["--bare", "--depth=1", "--filter=blob:none"]);
        assert_eq!(kinds(&both, "blob"), 0);
        let expected = by_c_git(&journey, &local, protocol, &["--bare", "--depth=1", "--filter=blob:none"]);
        assert_eq!(all_objects(&both), all_objects(&expected), "protocol {protocol}");
    }
}

/// The commits at most `depth` - 1 steps from a revision, sorted.
fn within(repo: &Repo, revision: &str, depth: usize) -> Vec<String> {
    let mut found = vec![repo.id(revision)];
    let mut edge = found.clone();
    for _ in 1..depth {
        let mut arguments = vec!["rev-list", "--no-walk", "--parents"];
        arguments.extend(edge.iter().map(String::as_str));
        let listed = repo.ok(&arguments);
        let parents = listed.lines().flat_map(|line| line.split(' ').skip(1)).map(str::to_owned);
        let next: Vec<String> = parents.filter(|id| !found.contains(id)).collect();
        found.extend(next.iter().cloned());
        edge = next;
        if edge.is_empty() {
            break;
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}
