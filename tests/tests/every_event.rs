//! Every kind of event, made through the public doors, is told by all announcers as the golden files in `tests/golden/events` say:
//! by `coldforge serve`, and by the synthesized template (`COLDFORGE_DOOR=rehearsal`), which takes minutes and is a part of `make rehearse`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "functions beside the tests belong to them")]

mod announced;

use announced::{Announced, Calls, account, golden, pull_requests, repositories};
use tests::door::Door;
use tests::rehearsal::template::Template;
use tests::server::Options;

/// Makes every kind of event, and holds what was told against the golden files.
fn make_every_event(options: Options, calls: Calls) {
    let mut told = Announced::begin(options, calls);
    told.put_up();
    account::make_ben(&mut told);
    let repo = repositories::change_refs(&mut told);
    repositories::merge_branches(&mut told, &repo);
    repositories::change_settings(&mut told, &repo);
    repositories::comment(&mut told, &repo);
    account::make_template(&mut told);
    pull_requests::live(&mut told, &repo);
    account::remove_template(&mut told);
    pull_requests::close(&mut told, &repo);
    account::change_announcers(&mut told, &repo);
    account::change_identities(&mut told);
    let happenings = told.end(|_| {
        repo.ok(&["push", "--quiet", "origin", "main:refs/heads/last"]);
    });
    golden::compare(happenings);
}

/// What a rehearsal takes in place of the usual template.
fn with_event_bus() -> (String, String) {
    ("COLDFORGE_TEMPLATE".to_owned(), Template::file_with_event_bus().display().to_string())
}

#[test]
fn every_kind_of_event_is_told_by_all_announcers() {
    let calls = match Door::of_this_run() {
        Door::Rehearsal => Calls::PerhapsLate,
        Door::Serve => Calls::Answered,
    };
    make_every_event(Options { environment: vec![with_event_bus()], ..Options::default() }, calls);
}
