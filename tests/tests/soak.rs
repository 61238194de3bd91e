//! The journeys that take long: `make soak`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "functions beside the tests belong to them"
)]

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use tests::history::History;
use tests::pack::{EntryType, PackBytes};
use tests::push::{self, NULL};
use tests::random::Random;
use tests::{Journey, PROTOCOLS, Repo, compare, crashes};

/// How much memory a push or clone of any size may take beyond what an idle server has.
const MEMORY: u64 = 128 << 20;

/// What the server needed at most since `reset_peak_memory`, beyond `idle`.
fn assert_memory_is_flat(journey: &Journey, idle: u64, after: &str) {
    let used = journey.server.memory("VmHWM").saturating_sub(idle);
    eprintln!("{} MB of memory beyond idle after {after}", used >> 20);
    assert!(used < MEMORY, "{} MB of memory beyond idle after {after}", used >> 20);
}

fn idle_memory(journey: &Journey) -> u64 {
    journey.server.reset_peak_memory();
    journey.server.memory("VmRSS")
}

#[test]
fn every_acknowledged_push_survives_two_hundred_kills() {
    crashes::kill_under_load(200, 4);
}

#[test]
fn a_file_of_a_gigabyte_goes_both_ways() {
    let journey = Journey::begin();
    let repo = journey.repo_with_origin("gigabyte");
    let (mut random, path) = (Random::new(1), repo.path.join("large.bin"));
    let mut file = File::create(&path).unwrap();
    for _ in 0..1024 {
        file.write_all(&random.bytes(1 << 20)).unwrap();
    }
    drop(file);
    repo.ok(&["add", "large.bin"]);
    repo.ok(&["commit", "--quiet", "-m", "a gigabyte"]);
    let idle = idle_memory(&journey);
    repo.ok(&["push", "--quiet", "origin", "main"]);
    assert_memory_is_flat(&journey, idle, "push");
    let clone = journey.git.clone_to(&journey.server.url("gigabyte"), &journey.path("clone"), &[]);
    journey.assert_clone_equals(&clone, &repo);
    assert!(same_content(&path, &clone.path.join("large.bin")), "the file differs");
    assert_memory_is_flat(&journey, idle, "clone");
    // One line more must not mean a gigabyte more.
    clone.commit_file("small", "x\n");
    clone.ok(&["push", "--quiet", "origin", "main"]);
    repo.ok(&["pull", "--quiet", "--ff-only", "origin", "main"]);
    assert_memory_is_flat(&journey, idle, "a small push");
}

fn same_content(one: &Path, other: &Path) -> bool {
    let (mut one, mut other) = (File::open(one).unwrap(), File::open(other).unwrap());
    let (mut a, mut b) = (vec![0; 1 << 20], vec![0; 1 << 20]);
    loop {
        let read = one.read(&mut a).unwrap();
        if read == 0 {
            return other.read(&mut b).unwrap() == 0;
        }
        if other.read_exact(&mut b[..read]).is_err() || a[..read] != b[..read] {
            return false;
        }
    }
}

#[test]
fn a_history_of_fifty_thousand_commits_goes_both_ways() {
    let journey = Journey::begin();
    let repo = journey.git.init_bare(&journey.path("history"));
    let history =
        History { commits: 50_000, files: 150, file_bytes: 400, changes: 2, tag_every: 500, ..History::default() };
    history.import(&repo);
    let url = journey.server.create_repository("history");
    let idle = idle_memory(&journey);
    repo.ok(&["push", "--quiet", "--mirror", &url]);
    assert_memory_is_flat(&journey, idle, "push");
    journey.assert_same(&repo, "history");
    assert_memory_is_flat(&journey, idle, "clone --mirror");
    for protocol in PROTOCOLS {
        let git = journey.git.speaking(protocol);
        let shallow = git.clone_to(&url, &journey.path("shallow"), &["--bare", "--depth", "100"]);
        compare::assert_sound(&shallow);
        shallow.ok(&["fetch", "--quiet", "--unshallow"]);
        assert_memory_is_flat(&journey, idle, "shallow clone and fetch --unshallow");
        assert_eq!(shallow.ok(&["rev-list", "--count", "HEAD"]), repo.ok(&["rev-list", "--count", "main"]));
        let filtered = git.clone_to(&url, &journey.path("filtered"), &["--bare", "--filter=blob:none"]);
        assert_memory_is_flat(&journey, idle, "clone --filter=blob:none");
        assert_eq!(filtered.ok(&["rev-list", "--count", "--all"]), repo.ok(&["rev-list", "--count", "--all"]));
        let behind = behind(&journey, &repo, 100);
        behind.with(&git).ok(&["fetch", "--quiet", &url, "main"]);
        assert_eq!(behind.id("FETCH_HEAD"), repo.id("main"));
        compare::assert_sound(&behind);
        assert_memory_is_flat(&journey, idle, "fetch of the last 100 commits");
    }
}

/// A repository that lacks the last commits of `repo`'s main.
fn behind(journey: &Journey, repo: &Repo, commits: usize) -> Repo {
    let behind = journey.git.init_bare(&journey.path("behind"));
    let path = repo.path.to_str().unwrap();
    repo.ok(&["update-ref", "refs/heads/behind", &format!("main~{commits}")]);
    behind.ok(&["fetch", "--quiet", path, "refs/heads/behind:refs/heads/main"]);
    repo.ok(&["update-ref", "-d", "refs/heads/behind"]);
    behind
}

#[test]
fn ten_thousand_refs_go_both_ways() {
    let journey = Journey::begin();
    let repo = journey.git.init_bare(&journey.path("refs"));
    History::default().import(&repo);
    let commits: Vec<String> = repo.ok(&["rev-list", "main"]).lines().map(str::to_owned).collect();
    let lines: String = (0..10_000)
        .map(|number| {
            let kind = ["heads/team", "tags/build", "heads"][number % 3];
            format!("create refs/{kind}/{}/name-{number} {}\n", number % 97, commits[number % commits.len()])
        })
        .collect();
    repo.feed(&["update-ref", "--stdin"], lines.as_bytes());
    let url = journey.server.create_repository("refs");
    let told = repo.refused(&["push", "--mirror", &url]);
    assert!(told.contains("max_refs_per_push"), "{told}");
    for part in ["refs/heads/team/*", "refs/tags/*", "refs/heads/*"] {
        repo.ok(&["push", "--quiet", &url, &format!("{part}:{part}")]);
    }
    journey.assert_same(&repo, "refs");
    for protocol in PROTOCOLS {
        let git = journey.git.speaking(protocol);
        assert_eq!(compare::advertised(&git, &url), compare::refs(&repo));
        let one = git.ok(journey.directory(), &["ls-remote", &url, "refs/heads/team/1/*"]);
        assert_eq!(one.lines().count(), repo.ok(&["for-each-ref", "refs/heads/team/1"]).lines().count());
    }
    let clone = journey.git.clone_to(&url, &journey.path("clone"), &[]);
    clone.commit_file("one-more", "x\n");
    clone.ok(&["push", "--quiet", "origin", "HEAD:main"]);
    repo.ok(&["fetch", "--quiet", &url, "main:main"]);
    journey.assert_same(&repo, "refs");
}

#[test]
fn five_thousand_damaged_packs_do_no_harm() {
    let journey = Journey::begin();
    journey.server.create_repository("damaged");
    let main = push::push_by_hand(&journey.server, "damaged", "main", b"innocent\n");
    let content = b"content that is long enough to be damaged in many places\n".repeat(30);
    let mut pack = PackBytes::default();
    let tree = tests::pack::tree(&[("100644", b"file", tests::pack::object_id("blob", &content))]);
    let commit = tests::pack::commit(tests::pack::object_id("tree", &tree));
    let at = pack.object(EntryType::Blob, &content);
    let delta = [tests::pack::delta_header(content.len() as u64, 40), tests::pack::copy(7, 40)].concat();
    pack.ofs_delta(at, &delta);
    pack.object(EntryType::Tree, &tree);
    pack.object(EntryType::Commit, &commit);
    let (tip, pack) = (tests::pack::object_hex("commit", &commit), pack.finish());
    let mut random = Random::of_this_run();
    let idle = idle_memory(&journey);
    for _ in 0..5000 {
        let mut damaged = pack[..pack.len() - 20].to_vec();
        for _ in 0..=random.below(4) {
            let at = random.below(damaged.len());
            match random.below(3) {
                0 => damaged[at] ^= 1 << random.below(8),
                1 => damaged[at] = random.below(256) as u8,
                _ => drop(damaged.remove(at)),
            }
        }
        tests::pack::seal(&mut damaged);
        let report = push::push(&journey.server, "damaged", &[(NULL, &tip, "refs/heads/evil")], &damaged);
        assert!(report.status < 500, "{}", report.words());
        if !report.is_refusal() {
            let undo = push::push(&journey.server, "damaged", &[(&tip, NULL, "refs/heads/evil")], &[]);
            assert_eq!(undo.refs, [("refs/heads/evil".to_owned(), None)], "{}", undo.words());
        }
    }
    assert!(!journey.server.log().contains("panicked"));
    assert_memory_is_flat(&journey, idle, "5,000 damaged packs");
    let mirror = journey.git.clone_to(&journey.server.url("damaged"), &journey.path("mirror"), &["--mirror"]);
    compare::assert_sound(&mirror);
    assert_eq!(compare::refs(&mirror), [format!("{main} refs/heads/main")]);
}
