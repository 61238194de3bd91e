//! The main job on a large input: a project of a hundred megabytes goes up and comes back, bit for bit the same.
#![allow(clippy::unwrap_used, reason = "functions beside the tests belong to them")]

use std::path::Path;
use std::process::id;
use tests::history::History;
use tests::{Journey, Repo};

/// What a push or a clone may take beyond an idle server, whatever the size of the repository.
const MEMORY: u64 = 128 << 20;

/// A project of at least a hundred megabytes, made once for all runs.
fn project(journey: &Journey) -> Repo {
    let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join("project-of-100-mb.git");
    if !made.exists() {
        // Made beside its place and moved there, so that a run that is cut off leaves no half project.
        let draft = made.with_file_name(format!("draft-{}.git", id()));
        let repo = journey.git.init_bare(&draft);
        History {
            commits: 4000,
            files: 1500,
            file_bytes: 3000,
            changes: 5,
            merge_every: 9,
            tag_every: 200,
            binary_bytes: 95 << 20,
            seed: 100,
        }
        .import(&repo);
        if std::fs::rename(&draft, &made).is_err() {
            // Another run was faster; its project is the same.
            std::fs::remove_dir_all(&draft).unwrap();
        }
    }
    journey.git.open(&made)
}

/// How much more memory than when idle the server has used since its peak was reset.
fn used(journey: &Journey, idle: u64) -> u64 {
    journey.server.memory("VmHWM").saturating_sub(idle)
}

#[test]
fn a_hundred_megabytes_go_both_ways_in_little_memory() {
    tests::only_serve!("such a push is too large for the gateway");
    let journey = Journey::begin();
    let local = project(&journey);
    let url = journey.server.create_repository("big");
    let idle = journey.server.memory("VmRSS");

    journey.server.reset_peak_memory();
    local.ok(&["push", "--quiet", "--mirror", &url]);
    let pushing = used(&journey, idle);
    assert!(pushing < MEMORY, "the push took {pushing} bytes");

    journey.server.reset_peak_memory();
    let mirror = journey.assert_same(&local, "big");
    let cloning = used(&journey, idle);
    assert!(cloning < MEMORY, "the clone took {cloning} bytes");

    let packed = mirror.ok(&["count-objects", "-v"]);
    let kib = packed.lines().find_map(|line| line.strip_prefix("size-pack: ")).unwrap().parse::<u64>().unwrap();
    assert!(kib > 100 << 10, "the project has only {kib} KiB");
}
