//! Journeys of everyday git: every way to push and every way to clone, over each version of the protocol.

use tests::compare::{all_objects, assert_sound};
use tests::history::History;
use tests::random::Random;
use tests::{Journey, PROTOCOLS, Repo};

/// A local repository with merges, tags, folders, binary files, a symlink and an executable file.
fn project(journey: &Journey) -> Repo {
    let repo = journey.repo();
    History::default().import(&repo);
    repo
}

#[test]
fn everything_pushed_is_cloned_bit_for_bit() {
    let journey = Journey::begin();
    let local = project(&journey);
    for protocol in PROTOCOLS {
        let git = journey.git.speaking(protocol);
        let local = local.with(&git);
        let name = format!("all-{protocol}");
        let url = journey.server.create_repository(&name);
        local.ok(&["push", "--quiet", "--all", &url]);
        local.ok(&["push", "--quiet", "--tags", &url]);
        let mirror = journey.assert_same(&local, &name);
        assert_eq!(mirror.ok(&["symbolic-ref", "HEAD"]), "refs/heads/main");

        let clone = git.clone_to(&url, &journey.path("plain"), &[]);
        journey.assert_clone_equals(&clone, &local);
        assert_eq!(clone.id("HEAD"), local.id("main"));
        assert_eq!(clone.ok(&["status", "--porcelain"]), "");
    }
}

#[test]
fn a_mirror_is_pushed_and_follows_deletions() {
    let journey = Journey::begin();
    for protocol in PROTOCOLS {
        let local = project(&journey).with(&journey.git.speaking(protocol));
        local.ok(&["update-ref", "refs/custom/deep/er", "main~1"]);
        let name = format!("mirror-{protocol}");
        let url = journey.server.create_repository(&name);
        local.ok(&["push", "--quiet", "--mirror", &url]);
        journey.assert_same(&local, &name);

        local.ok(&["branch", "--quiet", "-D", "side"]);
        local.ok(&["tag", "-d", "v20"]);
        local.ok(&["branch", "added", "v40"]);
        local.ok(&["push", "--quiet", "--mirror", &url]);
        let advertised = tests::compare::advertised(local.git(), &url);
        assert_eq!(advertised, tests::compare::refs(&local));
        assert_sound(&local.git().clone_to(&url, &journey.path("again"), &["--mirror"]));
    }
}

#[test]
fn a_clone_takes_what_it_was_asked_for() {
    let journey = Journey::begin();
    let local = project(&journey);
    let url = journey.server.create_repository("asked");
    local.ok(&["push", "--quiet", "--mirror", &url]);
    for protocol in PROTOCOLS {
        let git = journey.git.speaking(protocol);

        let single = git.clone_to(&url, &journey.path("single"), &["--single-branch", "--branch", "topic"]);
        assert_sound(&single);
        assert_eq!(single.ok(&["branch", "--remotes", "--format=%(refname:short)"]), "origin/topic");
        assert_eq!(single.id("HEAD"), local.id("topic"));
        single.refused(&["cat-file", "-e", &local.id("main")]);

        let tagless = git.clone_to(&url, &journey.path("tagless"), &["--no-tags"]);
        assert_sound(&tagless);
        assert_eq!(tagless.ok(&["tag", "--list"]), "");
        assert_eq!(tagless.id("HEAD"), local.id("main"));

        let tagged = git.clone_to(&url, &journey.path("tagged"), &["--branch", "v40"]);
        assert_sound(&tagged);
        assert_eq!(tagged.id("HEAD"), local.id("v40^{commit}"));
    }
}

#[test]
fn a_fetch_brings_only_what_is_new() {
    let journey = Journey::begin();
    for protocol in PROTOCOLS {
        let git = journey.git.speaking(protocol);
        let local = project(&journey).with(&git);
        let url = journey.server.create_repository(&format!("fetch-{protocol}"));
        local.ok(&["push", "--quiet", "--mirror", &url]);
        let clone = git.clone_to(&url, &journey.path("clone"), &[]);

        let before = all_objects(&clone).len();
        for round in 0..5 {
            local.commit_file(&format!("round{round}.txt"), format!("{protocol} {round}\n"));
            local.ok(&["push", "--quiet", &url, "main"]);
        }
        clone.ok(&["fetch", "--quiet"]);
        assert_sound(&clone);
        assert_eq!(clone.id("origin/main"), local.id("main"));
        assert_eq!(all_objects(&clone).len() - before, 15, "five times a commit, a tree and a blob, and nothing twice");

        // A tag comes along because what it names is fetched.
        local.ok(&["tag", "-a", "-m", "follow", "followed"]);
        local.commit_file("after.txt", "after the tag\n");
        local.ok(&["push", "--quiet", &url, "main", "followed"]);
        clone.ok(&["fetch", "--quiet"]);
        assert_eq!(clone.id("refs/tags/followed"), local.id("refs/tags/followed"));

        local.ok(&["push", "--quiet", &url, "--delete", "side"]);
        clone.ok(&["fetch", "--quiet", "--prune"]);
        clone.refused(&["rev-parse", "--quiet", "--verify", "origin/side"]);
        assert_sound(&clone);
    }
}

#[test]
fn a_commit_is_fetched_by_its_id() {
    let journey = Journey::begin();
    let local = project(&journey);
    let url = journey.server.create_repository("by-id");
    local.ok(&["push", "--quiet", "--mirror", &url]);
    for protocol in PROTOCOLS {
        let git = journey.git.speaking(protocol);
        for id in [local.id("side"), local.id("main~9")] {
            let fresh = git.init(&journey.path("fresh"));
            fresh.ok(&["fetch", "--quiet", &url, &id]);
            assert_eq!(fresh.id("FETCH_HEAD"), id);
            assert_sound(&fresh);
            let listed = |repo: &Repo| repo.ok(&["rev-list", "--objects", "--no-object-names", &id]).lines().count();
            assert_eq!(listed(&fresh), listed(&local));
        }
        let said = git.init(&journey.path("none")).refused(&["fetch", &url, &"0123456789".repeat(4)]);
        assert!(said.contains("not our ref"), "{said}");
    }
}

#[test]
fn an_empty_repository_is_cloned_and_then_pushed_to() {
    let journey = Journey::begin();
    for protocol in PROTOCOLS {
        let git = journey.git.speaking(protocol);
        let name = format!("empty-{protocol}");
        let url = journey.server.create_repository(&name);
        let path = journey.path("clone");
        let cloned = git.run(journey.directory(), &["clone", &url, path.to_str().unwrap()]);
        let said = String::from_utf8_lossy(&cloned.stderr);
        assert!(cloned.status.success() && said.contains("empty repository"), "{said}");
        let clone = git.open(&path);
        clone.commit_file("a", "a\n");
        clone.ok(&["push", "--quiet", "--set-upstream", "origin", "HEAD"]);
        let again = git.clone_to(&url, &journey.path("again"), &[]);
        assert_sound(&again);
        assert_eq!(again.id("HEAD"), clone.id("HEAD"));
    }
}

#[test]
fn a_forced_push_replaces_and_a_lease_protects() {
    let journey = Journey::begin();
    for protocol in PROTOCOLS {
        let local = journey.repo_with_origin(&format!("force-{protocol}")).with(&journey.git.speaking(protocol));
        History::default().import(&local);
        local.ok(&["push", "--quiet", "--all", "origin"]);
        let before = local.id("main");
        local.ok(&["commit", "--quiet", "--amend", "-m", "amended"]);

        let said = local.refused(&["push", "origin", "main"]);
        assert!(said.contains("non-fast-forward"), "{said}");
        assert_eq!(remote(&local, "refs/heads/main"), before);

        local.ok(&["push", "--quiet", "--force", "origin", "main"]);
        let amended = local.id("main");
        assert_eq!(remote(&local, "refs/heads/main"), amended);

        local.ok(&["commit", "--quiet", "--amend", "-m", "amended again"]);
        let stale = local.refused(&["push", &format!("--force-with-lease=main:{before}"), "origin", "main"]);
        assert!(stale.contains("stale info"), "{stale}");
        assert_eq!(remote(&local, "refs/heads/main"), amended);

        local.ok(&["push", "--quiet", &format!("--force-with-lease=main:{amended}"), "origin", "main"]);
        assert_eq!(remote(&local, "refs/heads/main"), local.id("main"));
        assert_sound(&local.git().clone_to(&remote_url(&local), &journey.path("mirror"), &["--mirror"]));
    }
}

#[test]
fn an_atomic_push_updates_all_its_refs() {
    let journey = Journey::begin();
    for protocol in PROTOCOLS {
        let local = journey.repo_with_origin(&format!("atomic-{protocol}")).with(&journey.git.speaking(protocol));
        History::default().import(&local);
        local.ok(&["push", "--quiet", "--atomic", "origin", "main", "side", "v20"]);
        local.ok(&["push", "--quiet", "--atomic", "origin", "main~1:refs/heads/other", ":side", "v40"]);
        let advertised = tests::compare::advertised(local.git(), &remote_url(&local));
        let names: Vec<&str> = advertised.iter().filter_map(|line| line.split(' ').nth(1)).collect();
        let mut expected = ["refs/heads/main", "refs/heads/other", "refs/tags/v20", "refs/tags/v40"];
        let mut found = names.clone();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected);
    }
}

#[test]
fn refs_are_deleted_by_a_push() {
    let journey = Journey::begin();
    for protocol in PROTOCOLS {
        let name = format!("delete-{protocol}");
        let local = journey.repo_with_origin(&name).with(&journey.git.speaking(protocol));
        History::default().import(&local);
        local.ok(&["branch", "dir/one", "main~3"]);
        local.ok(&["branch", "dir/two", "main~4"]);
        local.ok(&["push", "--quiet", "--mirror", "origin"]);

        local.ok(&["push", "--quiet", "origin", "--delete", "dir/one", "refs/tags/v20"]);
        local.ok(&["branch", "--quiet", "-D", "dir/one"]);
        local.ok(&["tag", "-d", "v20"]);
        assert_eq!(tests::compare::advertised(local.git(), &remote_url(&local)), tests::compare::refs(&local));

        // When the directory is empty, a branch may have its name.
        local.ok(&["push", "--quiet", "origin", "--delete", "dir/two"]);
        local.ok(&["push", "--quiet", "origin", "main:refs/heads/dir"]);
        assert_eq!(remote(&local, "refs/heads/dir"), local.id("main"));
    }
}

#[test]
fn push_options_are_taken() {
    let journey = Journey::begin();
    let local = journey.repo_with_origin("options");
    local.commit_file("a", "a\n");
    for protocol in PROTOCOLS {
        let local = local.with(&journey.git.speaking(protocol));
        let branch = format!("main:refs/heads/b{protocol}");
        local.ok(&["push", "--quiet", "-o", "ci.skip", "--push-option=note=with a space", "origin", &branch]);
    }
    assert_eq!(local.ok(&["ls-remote", "--heads", "origin"]).lines().count(), 3);
}

#[test]
fn a_large_push_comes_in_chunks_and_a_long_fetch_request_compressed() {
    let journey = Journey::begin();
    let local = journey.repo_with_origin("chunks");
    local.commit_file("noise.bin", Random::new(7).bytes(3 << 20));
    // Above this many bytes git sends a probe first and then chunks without a length.
    local.ok(&["-c", "http.postBuffer=65536", "push", "--quiet", "origin", "main"]);
    let mirror = journey.assert_same(&local, "chunks");

    // Enough haves that git compresses its request.
    for number in 0..60 {
        let own = mirror.empty_commit(&[], &format!("own {number}"));
        mirror.ok(&["update-ref", &format!("refs/heads/x{number}"), &own]);
    }
    local.commit_file("more", "more\n");
    local.ok(&["push", "--quiet", "origin", "main"]);
    for protocol in PROTOCOLS {
        let mirror = mirror.with(&journey.git.speaking(protocol));
        let into = format!("main:refs/heads/fetched{protocol}");
        mirror.ok(&["fetch", "--quiet", &remote_url(&local), &into]);
        assert_eq!(mirror.id(&format!("fetched{protocol}")), local.id("main"));
    }
}

#[test]
fn an_address_may_end_in_dot_git_or_a_slash() {
    let journey = Journey::begin();
    let local = journey.repo_with_origin("address");
    local.commit_file("a", "a\n");
    local.ok(&["push", "--quiet", "origin", "main"]);
    let url = remote_url(&local);
    let expected = local.ok(&["ls-remote", &url]);
    assert_eq!(local.ok(&["ls-remote", &format!("{url}.git")]), expected);
    assert_eq!(local.ok(&["ls-remote", &format!("{url}/")]), expected);
    let said = local.refused(&["ls-remote", &journey.server.url("absent")]);
    assert!(said.contains("not found"), "{said}");
}

#[test]
fn progress_is_shown_unless_the_person_wants_quiet() {
    let journey = Journey::begin();
    let local = journey.repo_with_origin("quiet");
    History::default().import(&local);
    let pushed = local.run(&["push", "--quiet", "origin", "main"]);
    assert_eq!(String::from_utf8_lossy(&pushed.stderr), "");
    let url = remote_url(&local);
    let clone = |how: &str, name: &str| {
        let path = journey.path(name);
        let ran = journey.git.run(journey.directory(), &["clone", how, &url, path.to_str().unwrap()]);
        String::from_utf8_lossy(&ran.stderr).into_owned()
    };
    assert!(clone("--progress", "loud").contains("remote: "));
    assert_eq!(clone("--quiet", "quiet"), "");
}

fn remote(repo: &Repo, name: &str) -> String {
    repo.ok(&["ls-remote", "origin", name]).split('\t').next().unwrap_or_default().to_owned()
}

fn remote_url(repo: &Repo) -> String {
    repo.ok(&["remote", "get-url", "origin"])
}
