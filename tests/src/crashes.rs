//! A server that is killed again and again while people push.

use crate::compare;
use crate::journey::{Journey, PROTOCOLS};
use crate::load::Pusher;
use crate::random::Random;
use serde_json::json;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Kills the server `kills` times while `people` push, each to a branch of their own. After every kill: each acknowledged push
/// is there, no ref points to a missing object, and a clone is sound.
pub fn kill_under_load(kills: usize, people: usize) {
    let mut journey = Journey::begin();
    let url = journey.server.create_repository("crashes");
    let mut random = Random::of_this_run();
    let mut pushers: Vec<Pusher> = (0..people)
        .map(|person| {
            let git = journey.git.speaking(PROTOCOLS[person % PROTOCOLS.len()]);
            Pusher::new(&journey, &git, &url, &format!("person/{person}"))
        })
        .collect();
    for kill in 0..kills {
        let moment = Duration::from_millis(random.below(700) as u64);
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for pusher in &mut pushers {
                let stop = &stop;
                scope.spawn(move || pusher.push_until(stop));
            }
            std::thread::sleep(moment);
            journey.server.kill();
            stop.store(true, Ordering::Relaxed);
        });
        journey.server.start_again();
        check(&journey, &url, &mut pushers);
        if kill % 10 == 9 {
            // The API sees what git sees.
            let branches = journey.server.api_ok("ListBranches", json!({ "repositoryName": "crashes" }));
            let pushed = pushers.iter().filter(|pusher| pusher.acknowledged.is_some()).count();
            assert_eq!(branches["branches"].as_array().map(Vec::len), Some(pushed));
        }
    }
    let pushes: usize = pushers.iter().map(|pusher| pusher.pushes).sum();
    assert!(pushes > kills / 2, "only {pushes} pushes were acknowledged between {kills} kills: that is no load");
}

fn check(journey: &Journey, url: &str, pushers: &mut [Pusher]) {
    let told = compare::advertised(&journey.git, url);
    let tips: HashMap<&str, &str> =
        told.iter().filter_map(|line| line.split_once(" refs/heads/")).map(|(id, branch)| (branch, id)).collect();
    for pusher in pushers {
        let tip = tips.get(pusher.branch.as_str()).copied();
        pusher.check(tip);
    }
    let path = journey.path("mirror");
    let mirror = journey.git.clone_to(url, &path, &["--mirror"]);
    compare::assert_sound(&mirror);
    assert_eq!(compare::refs(&mirror), told);
    std::fs::remove_dir_all(path).unwrap();
}
