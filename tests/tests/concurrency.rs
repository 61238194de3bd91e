//! Thirty-two people at once.
#![allow(clippy::unwrap_used, clippy::panic, reason = "functions beside the tests belong to them")]

use std::collections::HashSet;
use std::sync::Barrier;
use tests::{Journey, PROTOCOLS, Repo, compare, push};

const PEOPLE: usize = 32;

/// Clones of one repository for everybody.
fn people(journey: &Journey, url: &str) -> Vec<Repo> {
    (0..PEOPLE)
        .map(|person| {
            let git = journey.git.speaking(PROTOCOLS[person % PROTOCOLS.len()]);
            git.clone_to(url, &journey.path("person"), &[])
        })
        .collect()
}

/// What a person who came too late is told: a rejection, and no failure of the service.
fn assert_clean_rejection(told: &str) {
    assert!(told.contains("rejected]"), "{told}");
    for fault in ["fatal:", "HTTP 5", "internal", "hung up", "the service failed"] {
        assert!(!told.contains(fault), "{told}");
    }
}

#[test]
fn everybody_pushes_to_one_branch_until_it_is_in() {
    let journey = Journey::begin();
    let url = journey.server.create_repository("one-branch");
    push::push_by_hand(&journey.server, "one-branch", "main", b"begin\n");
    let start = Barrier::new(PEOPLE);
    let acknowledged: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = people(&journey, &url)
            .into_iter()
            .enumerate()
            .map(|(person, repo)| {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    push_until_it_is_in(&repo, person)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let clone = journey.git.clone_to(&url, &journey.path("clone"), &[]);
    compare::assert_sound(&clone);
    let history: HashSet<String> = clone.ok(&["rev-list", "main"]).lines().map(str::to_owned).collect();
    for commit in &acknowledged {
        assert!(history.contains(commit), "{commit} was acknowledged and is not in the history");
    }
    assert_eq!(history.len(), PEOPLE + 1, "the history has commits that nobody was told of");
}

/// Pushes one commit; after each rejection puts it on top of what is there now. Gives the commit that was acknowledged.
fn push_until_it_is_in(repo: &Repo, person: usize) -> String {
    let mut base = repo.id("origin/main");
    for _ in 0..20 * PEOPLE {
        let commit = repo.empty_commit(&[&base], &format!("by {person}"));
        let output = repo.run(&["push", "origin", &format!("{commit}:refs/heads/main")]);
        if output.status.success() {
            return commit;
        }
        assert_clean_rejection(&String::from_utf8_lossy(&output.stderr));
        repo.ok(&["fetch", "--quiet", "origin"]);
        base = repo.id("origin/main");
    }
    panic!("{person} never got through");
}

#[test]
fn of_everybody_who_pushes_at_the_same_moment_one_wins() {
    let journey = Journey::begin();
    let server = &journey.server;
    server.create_repository("race");
    let base = push::push_by_hand(server, "race", "main", b"begin\n");
    let repo = journey.git.clone_to(&server.url("race"), &journey.path("clone"), &[]);
    let offers: Vec<(String, Vec<u8>)> = (0..PEOPLE)
        .map(|person| {
            let commit = repo.empty_commit(&[&base], &format!("by {person}"));
            let pack = repo.feed(&["pack-objects", "--stdout", "--quiet"], format!("{commit}\n").as_bytes());
            (commit, pack)
        })
        .collect();
    let start = Barrier::new(PEOPLE);
    let reports: Vec<push::Report> = std::thread::scope(|scope| {
        let threads: Vec<_> = offers
            .iter()
            .map(|(commit, pack)| {
                let (start, base) = (&start, &base);
                scope.spawn(move || {
                    start.wait();
                    push::push(server, "race", &[(base, commit, "refs/heads/main")], pack)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let winners: Vec<usize> = (0..PEOPLE).filter(|person| !reports[*person].is_refusal()).collect();
    assert_eq!(winners.len(), 1, "{winners:?}");
    let winner = &offers[winners[0]].0;
    for report in reports.iter().filter(|report| report.is_refusal()) {
        assert_eq!(report.status, 200, "{}", report.words());
        let reason = report.refs[0].1.clone().unwrap();
        assert!(reason.contains(winner.as_str()), "the loser does not learn what is there now: {reason}");
    }
    assert_eq!(compare::advertised(&journey.git, &server.url("race")), [format!("{winner} refs/heads/main")]);
}

#[test]
fn everybody_pushes_to_an_own_branch_and_nobody_waits_in_vain() {
    let journey = Journey::begin();
    let url = journey.server.create_repository("own-branches");
    push::push_by_hand(&journey.server, "own-branches", "main", b"begin\n");
    let start = Barrier::new(PEOPLE);
    let mut expected: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = people(&journey, &url)
            .into_iter()
            .enumerate()
            .map(|(person, repo)| {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    for round in 0..3 {
                        repo.commit_file(&format!("of-{person}"), format!("{round}\n"));
                        repo.ok(&["push", "--quiet", "origin", &format!("HEAD:refs/heads/team/{person}")]);
                    }
                    format!("{} refs/heads/team/{person}", repo.id("HEAD"))
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let mirror = journey.git.clone_to(&url, &journey.path("mirror"), &["--mirror"]);
    compare::assert_sound(&mirror);
    expected.push(format!("{} refs/heads/main", mirror.id("refs/heads/main")));
    expected.sort_unstable();
    assert_eq!(compare::refs(&mirror), expected);
}

#[test]
fn a_name_and_its_directory_are_never_both_made() {
    let journey = Journey::begin();
    let server = &journey.server;
    server.create_repository("names");
    let commit = push::push_by_hand(server, "names", "main", b"begin\n");
    let pack = tests::pack::PackBytes::default().finish();
    for round in 0..12 {
        let names = [format!("refs/heads/d{round}"), format!("refs/heads/d{round}/below")];
        let start = Barrier::new(8);
        std::thread::scope(|scope| {
            for person in 0..8 {
                let (start, name, commit, pack) = (&start, &names[person % 2], &commit, &pack);
                scope.spawn(move || {
                    start.wait();
                    push::push(server, "names", &[(push::NULL, commit, name)], pack)
                });
            }
        });
        let refs = compare::advertised(&journey.git, &server.url("names"));
        let made = names.iter().filter(|name| refs.iter().any(|line| line.ends_with(&format!(" {name}")))).count();
        assert_eq!(made, 1, "{refs:?}");
    }
    // Git could not keep both.
    compare::assert_sound(&journey.git.clone_to(&server.url("names"), &journey.path("mirror"), &["--mirror"]));
}

#[test]
fn reading_goes_on_while_others_write() {
    let journey = Journey::begin();
    let repo = journey.repo_with_origin("busy");
    tests::history::History::default().import(&repo);
    repo.ok(&["push", "--quiet", "--mirror", "origin"]);
    let url = journey.server.url("busy");
    let clones: Vec<Repo> = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for round in 0..15 {
                repo.commit_file("busy", format!("{round}\n"));
                repo.ok(&["push", "--quiet", "--force", "origin", "main", &format!("main:refs/heads/r{round}")]);
            }
        });
        let readers: Vec<_> = (0..8)
            .map(|_| {
                let (journey, url) = (&journey, &url);
                scope.spawn(move || {
                    let clone = || journey.git.clone_to(url, &journey.path("clone"), &["--mirror"]);
                    [clone(), clone(), clone()]
                })
            })
            .collect();
        let clones = readers.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        writer.join().unwrap();
        clones
    });
    for clone in &clones {
        compare::assert_sound(clone);
    }
}
