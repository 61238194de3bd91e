//! Pushes that should not be accepted: each is refused in words, nothing of it is stored, and memory stays flat.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "functions beside the tests belong to them")]

use std::io::{Read, repeat};
use std::path::Path;
use tests::pack::{EntryType, PackBytes, commit, copy, delta_header, hex, insert, object_hex, object_id, tree};
use tests::push::{self, Command, NULL, Report};
use tests::random::Random;
use tests::{Git, Journey, Repo, compare, http};

/// How much memory a refused push may take beyond what an idle server has.
const MEMORY: u64 = 96 << 20;

/// An id that no object has.
const NOWHERE: &str = "0123456789012345678901234567890123456789";

/// A server with one repository that holds one commit, and what must not change.
struct Target {
    journey: Journey,
    tip: String,
    stored: u64,
    idle: u64,
}

impl Target {
    fn new() -> Self {
        let journey = Journey::begin();
        journey.server.create_repository("target");
        let tip = push::push_by_hand(&journey.server, "target", "main", b"innocent\n");
        journey.server.reset_peak_memory();
        let (stored, idle) = (size_of(&journey.server.data_dir), journey.server.memory("VmRSS"));
        Self { journey, tip, stored, idle }
    }

    /// Pushes a pack as a new branch that points to `tip`.
    fn push(&self, tip: &str, pack: &[u8]) -> Report {
        push::push(&self.journey.server, "target", &[(NULL, tip, "refs/heads/evil")], pack)
    }

    /// Pushes a pack that must be refused with these words.
    fn refuses(&self, tip: &str, pack: &[u8], words: &[&str]) {
        let report = self.push(tip, pack);
        assert_refused(&report, words);
        self.assert_unharmed();
    }

    /// Checks that nothing of what was pushed is left, and that the repository works as before.
    fn assert_unharmed(&self) {
        let server = &self.journey.server;
        let refs = compare::advertised(&self.journey.git, &server.url("target"));
        assert_eq!(refs, [format!("{} refs/heads/main", self.tip)]);
        let stored = size_of(&server.data_dir);
        assert!(stored < self.stored + (2 << 20), "{} bytes more are stored", stored - self.stored);
        let used = server.memory("VmHWM").saturating_sub(self.idle);
        assert!(used < MEMORY, "{used} bytes of memory beyond idle");
        let clone = self.journey.git.clone_to(&server.url("target"), &self.journey.path("clone"), &[]);
        compare::assert_sound(&clone);
        assert!(!server.log().contains("panicked"), "{}", server.log());
    }
}

fn assert_refused(report: &Report, words: &[&str]) {
    assert!(report.is_refusal(), "this should be refused: {}", report.words());
    let said = report.words().to_lowercase();
    assert!(words.iter().any(|word| said.contains(&word.to_lowercase())), "none of {words:?} in {said}");
    for fault in ["panicked", "internal", "the service failed"] {
        assert!(!said.contains(fault), "{said}");
    }
}

/// How many bytes the files below a directory have.
fn size_of(directory: &Path) -> u64 {
    let entries = std::fs::read_dir(directory).unwrap().filter_map(Result::ok);
    entries
        .filter_map(|entry| {
            let metadata = entry.metadata().ok()?;
            Some(if metadata.is_dir() { size_of(&entry.path()) } else { metadata.len() })
        })
        .sum()
}

/// A pack with a commit of one file whose blob is `blob`; the blob itself is added by `add`.
fn pack_with_blob(blob: [u8; 20], add: impl FnOnce(&mut PackBytes)) -> (String, Vec<u8>) {
    let tree = tree(&[("100644", b"file", blob)]);
    let commit = commit(object_id("tree", &tree));
    let mut pack = PackBytes::default();
    add(&mut pack);
    pack.object(EntryType::Tree, &tree);
    pack.object(EntryType::Commit, &commit);
    (object_hex("commit", &commit), pack.finish())
}

/// A sound pack with one commit.
fn sound_pack() -> (String, Vec<u8>) {
    let content = Random::new(5).bytes(1 << 20);
    pack_with_blob(object_id("blob", &content), |pack| {
        pack.object(EntryType::Blob, &content);
    })
}

#[test]
fn the_same_bytes_without_the_fault_are_accepted() {
    let target = Target::new();
    let (tip, pack) = sound_pack();
    let report = target.push(&tip, &pack);
    assert_eq!(report.refs, [("refs/heads/evil".to_owned(), None)], "{}", report.words());
}

#[test]
fn a_wrong_checksum_is_refused() {
    let target = Target::new();
    let (tip, mut pack) = sound_pack();
    *pack.last_mut().unwrap() ^= 1;
    target.refuses(&tip, &pack, &["checksum"]);
}

#[test]
fn a_pack_that_ends_early_is_refused() {
    let target = Target::new();
    let (tip, pack) = sound_pack();
    for length in [0, 1, 11, 12, 13, 40, pack.len() / 2, pack.len() - 21, pack.len() - 1] {
        target.refuses(&tip, &pack[..length], &["incomplete", "too early", "truncated"]);
    }
}

#[test]
fn a_connection_that_breaks_leaves_nothing() {
    let target = Target::new();
    let server = &target.journey.server;
    let (tip, pack) = sound_pack();
    let body = push::body(&[(NULL, &tip, "refs/heads/evil")], &pack);
    for length in [0, 10, 100, body.len() / 2, body.len() - 1] {
        let head = format!(
            "POST /v1/repos/target/git-receive-pack HTTP/1.1\r\nHost: {}\r\nAuthorization: {}\r\nContent-Length: {}\r\n\
             Content-Type: application/x-git-receive-pack-request\r\n\r\n",
            server.address(),
            server.basic(),
            body.len()
        );
        let answer = http::exchange(server.address(), &[head.as_bytes(), &body[..length]].concat());
        if let Some(answer) = answer {
            assert!(push::report(&answer).is_refusal(), "{}", push::report(&answer).words());
        }
    }
    target.assert_unharmed();
}

#[test]
fn damaged_bytes_anywhere_are_refused() {
    let target = Target::new();
    let content = b"some content that is long enough\n".repeat(20);
    let (tip, pack) = pack_with_blob(object_id("blob", &content), |pack| {
        pack.object(EntryType::Blob, &content);
    });
    let mut random = Random::new(11);
    for _ in 0..150 {
        let mut damaged = pack[..pack.len() - 20].to_vec();
        let at = random.below(damaged.len());
        damaged[at] ^= 1 << random.below(8);
        // The checksum is right, so that the damage itself must be noticed.
        tests::pack::seal(&mut damaged);
        let report = target.push(&tip, &damaged);
        // A bit that only changes how something is compressed does no harm; then the objects are the same.
        if !report.is_refusal() {
            let url = target.journey.server.url("target");
            let clone = target.journey.git.clone_to(&url, &target.journey.path("clone"), &["--branch", "evil"]);
            compare::assert_sound(&clone);
            assert_eq!(clone.id("HEAD"), tip);
            clone.ok(&["push", "--quiet", "origin", "--delete", "evil"]);
        }
    }
    target.assert_unharmed();
}

#[test]
fn a_pack_that_is_no_pack_is_refused() {
    let target = Target::new();
    let (tip, pack) = sound_pack();
    let words =
        ["malformed", "incomplete", "protocol", "checksum", "too early", "is missing", "version", "max_objects"];
    let mut version = pack.clone();
    version[7] = 9;
    let garbage = Random::new(1).bytes(100_000);
    let mut more = PackBytes::default();
    more.object(EntryType::Blob, b"x");
    for wrong in [
        &b"not a pack at all"[..],
        &version,
        &garbage,
        &more.clone().finish_claiming(2),
        &more.finish_claiming(u32::MAX),
    ] {
        target.refuses(&tip, wrong, &words);
    }
}

#[test]
fn what_follows_the_pack_is_not_stored() {
    let target = Target::new();
    let (tip, mut pack) = sound_pack();
    pack.extend_from_slice(&Random::new(2).bytes(8 << 20));
    let report = target.push(&tip, &pack);
    if report.is_refusal() {
        target.assert_unharmed();
    } else {
        // C git ignores what follows. It must not have been kept.
        assert!(size_of(&target.journey.server.data_dir) < target.stored + (4 << 20));
    }
}

#[test]
fn a_size_that_is_a_lie_is_noticed() {
    let target = Target::new();
    for claimed in [10, 5_000] {
        let (tip, pack) = pack_with_blob(object_id("blob", &[0; 1000]), |pack| {
            pack.entry(EntryType::Blob, claimed, &[], &mut repeat(0).take(1000));
        });
        target.refuses(&tip, &pack, &["malformed", "size", "inflate"]);
    }
}

#[test]
fn a_zip_bomb_is_refused_as_soon_as_it_is_one() {
    let target = Target::new();
    // Says it is small and is not: 256 MB of zeros in a quarter of a megabyte.
    let (tip, pack) = pack_with_blob([1; 20], |pack| {
        pack.entry(EntryType::Blob, 100, &[], &mut repeat(0).take(256 << 20));
    });
    assert!(pack.len() < 4 << 20, "{} bytes are no bomb", pack.len());
    target.refuses(&tip, &pack, &["malformed", "size", "inflate"]);
    // Says that it is larger than any object may be.
    for claimed in [3 << 30, u64::MAX >> 4] {
        let (tip, pack) = pack_with_blob([1; 20], |pack| {
            pack.entry(EntryType::Blob, claimed, &[], &mut repeat(0).take(1 << 20));
        });
        target.refuses(&tip, &pack, &["max_object_bytes", "malformed"]);
    }
}

#[test]
fn a_large_tree_or_commit_is_refused() {
    let target = Target::new();
    for kind in [EntryType::Tree, EntryType::Commit, EntryType::Tag] {
        let mut pack = PackBytes::default();
        pack.entry(kind, 40 << 20, &[], &mut repeat(b'a').take(40 << 20));
        target.refuses(NOWHERE, &pack.finish(), &["max_metadata_object_bytes"]);
    }
}

#[test]
fn a_blob_that_grows_by_copying_takes_disk_but_no_memory() {
    let target = Target::new();
    // 1 MB of random bytes, copied 200 times by a delta of 1.4 kB: an honest, if odd, object of 200 MB.
    let (base, times) = (Random::new(9).bytes(1 << 20), 200);
    let mut delta = delta_header(base.len() as u64, (base.len() * times) as u64);
    for _ in 0..times {
        delta.extend(copy(0, base.len() as u32));
    }
    let (tip, pack) = pack_with_blob([2; 20], |pack| {
        let at = pack.object(EntryType::Blob, &base);
        pack.ofs_delta(at, &delta);
    });
    // The tree names another blob, so all of it is unpacked and then refused.
    target.refuses(&tip, &pack, &["is missing"]);
}

#[test]
fn deltas_that_make_no_sense_are_refused() {
    let target = Target::new();
    let base = b"0123456789".repeat(10);
    let header = |base: u64, result: u64| delta_header(base, result);
    let wrong: [(&str, Vec<u8>); 8] = [
        ("copies from beyond the base", [header(100, 50), copy(80, 50)].concat()),
        ("another base size", [header(99, 50), copy(0, 50)].concat()),
        ("a result that is too short", [header(100, 50), copy(0, 20)].concat()),
        ("a result that is too long", [header(100, 50), copy(0, 60)].concat()),
        ("the reserved instruction", [header(100, 50), vec![0]].concat()),
        ("an insertion that ends early", [header(100, 50), vec![50, 1, 2]].concat()),
        ("nothing at all", Vec::new()),
        ("a result of 3 GiB", [header(100, 3 << 30), copy(0, 50)].concat()),
    ];
    for (what, delta) in &wrong {
        let (tip, pack) = pack_with_blob([3; 20], |pack| {
            let at = pack.object(EntryType::Blob, &base);
            pack.ofs_delta(at, delta);
        });
        let report = target.push(&tip, &pack);
        assert!(report.is_refusal(), "{what}: {}", report.words());
    }
    // Bases that are not there, or not before.
    let (tip, pack) = pack_with_blob([3; 20], |pack| {
        pack.ref_delta([7; 20], &[header(100, 50), copy(0, 50)].concat());
    });
    target.refuses(&tip, &pack, &[&hex(&[7; 20])]);
    let (tip, pack) = pack_with_blob([3; 20], |pack| {
        pack.object(EntryType::Blob, &base);
        pack.entry(EntryType::OfsDelta, 4, &[5], &mut &[header(100, 50), copy(0, 50)].concat()[..4]);
    });
    target.refuses(&tip, &pack, &["malformed", "base"]);
}

/// A pack with a blob at the end of so many deltas, each of which adds a byte.
fn chain(depth: usize) -> (String, Vec<u8>) {
    let mut content = b"the start of a long chain\n".to_vec();
    let mut deltas = Vec::new();
    for step in 0..depth {
        let byte = b'a' + (step % 26) as u8;
        let size = content.len() as u64;
        deltas.push([delta_header(size, size + 1), copy(0, size as u32), insert(&[byte])].concat());
        content.push(byte);
    }
    pack_with_blob(object_id("blob", &content), |pack| {
        let mut at = pack.object(EntryType::Blob, b"the start of a long chain\n");
        for delta in &deltas {
            at = pack.ofs_delta(at, delta);
        }
    })
}

#[test]
fn a_chain_of_ten_thousand_deltas_is_refused() {
    let target = Target::new();
    let (tip, pack) = chain(10_000);
    target.refuses(&tip, &pack, &["max_delta_depth"]);
}

#[test]
fn a_chain_as_long_as_git_makes_them_is_accepted() {
    let target = Target::new();
    let (tip, pack) = chain(4000);
    let report = target.push(&tip, &pack);
    assert_eq!(report.refs, [("refs/heads/evil".to_owned(), None)], "{}", report.words());
    let url = target.journey.server.url("target");
    let clone = target.journey.git.clone_to(&url, &target.journey.path("clone"), &["--branch", "evil"]);
    compare::assert_sound(&clone);
    assert_eq!(std::fs::metadata(clone.path.join("file")).unwrap().len(), 26 + 4000);
}

#[test]
fn a_pack_that_lacks_an_object_is_refused_by_its_name() {
    let target = Target::new();
    let blob = object_id("blob", b"never sent\n");
    let (tip, pack) = pack_with_blob(blob, |_| ());
    target.refuses(&tip, &pack, &[&hex(&blob)]);

    let lonely = commit(object_id("tree", b"never sent"));
    let mut pack = PackBytes::default();
    pack.object(EntryType::Commit, &lonely);
    target.refuses(&object_hex("commit", &lonely), &pack.finish(), &[&object_hex("tree", b"never sent")]);

    let parent = object_hex("commit", b"never sent");
    let with_parent = String::from_utf8(commit(object_id("tree", b""))).unwrap();
    let with_parent = with_parent.replacen("author", &format!("parent {parent}\nauthor"), 1);
    let mut pack = PackBytes::default();
    pack.object(EntryType::Tree, b"");
    pack.object(EntryType::Commit, with_parent.as_bytes());
    target.refuses(&object_hex("commit", with_parent.as_bytes()), &pack.finish(), &[&parent]);

    let tag = format!("object {NOWHERE}\ntype commit\ntag t\ntagger A <a@example.com> 1700000000 +0000\n\nx\n");
    let mut pack = PackBytes::default();
    pack.object(EntryType::Tag, tag.as_bytes());
    let report = push::push(
        &target.journey.server,
        "target",
        &[(NULL, &object_hex("tag", tag.as_bytes()), "refs/tags/t")],
        &pack.finish(),
    );
    assert_refused(&report, &[NOWHERE]);

    // The ref itself points nowhere.
    target.refuses(NOWHERE, &PackBytes::default().finish(), &[NOWHERE, "missing", "does not exist"]);
}

#[test]
fn a_reference_to_an_object_of_the_wrong_kind_is_refused() {
    let target = Target::new();
    let blob = object_id("blob", b"x\n");
    let wrong = commit(blob);
    let mut pack = PackBytes::default();
    pack.object(EntryType::Blob, b"x\n");
    pack.object(EntryType::Commit, &wrong);
    target.refuses(&object_hex("commit", &wrong), &pack.finish(), &["tree", "kind", "type"]);
    // A branch points to a commit, and to nothing else.
    let mut pack = PackBytes::default();
    pack.object(EntryType::Blob, b"x\n");
    target.refuses(&hex(&blob), &pack.finish(), &["commit"]);
}

/// A local repository whose branch `main` is a commit of this tree, whatever it looks like.
fn repo_with_tree(journey: &Journey, tree: &[u8]) -> Repo {
    let repo = journey.repo();
    repo.object("blob", b"payload\n");
    let tree = repo.object("tree", tree);
    let who = "A U Thor <author@example.com> 1700000000 +0000";
    let commit = repo.object("commit", format!("tree {tree}\nauthor {who}\ncommitter {who}\n\nx\n").as_bytes());
    std::fs::write(repo.path.join(".git/refs/heads/main"), format!("{commit}\n")).unwrap();
    repo
}

#[test]
fn trees_that_would_leave_the_checkout_are_refused_in_the_terminal() {
    let target = Target::new();
    let url = target.journey.server.url("target");
    let blob = object_id("blob", b"payload\n");
    let names: [(&[u8], &str); 14] = [
        (b"..", "hasDotdot"),
        (b".", "hasDot"),
        (b".git", "hasDotgit"),
        (b".GIT", "hasDotgit"),
        (b".Git", "hasDotgit"),
        (b"git~1", "hasDotgit"),
        (b"GIT~1", "hasDotgit"),
        (b".git ", "hasDotgit"),
        (b".git...", "hasDotgit"),
        (b".git::$INDEX_ALLOCATION", "hasDotgit"),
        (".g\u{200c}it".as_bytes(), "hasDotgit"),
        (b"../evil", "fullPathname"),
        (b"a/b", "fullPathname"),
        (b"/etc", "fullPathname"),
    ];
    for (name, check) in names {
        let repo = repo_with_tree(&target.journey, &tree(&[("100644", name, blob)]));
        let told = repo.refused(&["push", &url, "main:refs/heads/evil"]);
        assert!(told.contains(check), "{}: {told}", name.escape_ascii());
        assert!(told.contains("remote") || told.contains("rejected"), "{told}");
    }
    target.assert_unharmed();
}

#[test]
fn trees_that_are_no_trees_are_refused() {
    let target = Target::new();
    let blob = object_id("blob", b"payload\n");
    let wrong: [(&str, Vec<u8>, &str); 5] = [
        ("twice the same name", tree(&[("100644", b"a", blob), ("100644", b"a", blob)]), "duplicateEntries"),
        ("not sorted", tree(&[("100644", b"b", blob), ("100644", b"a", blob)]), "treeNotSorted"),
        ("no object", tree(&[("100644", b"a", [0; 20])]), "nullSha1"),
        (".gitmodules as a link", tree(&[("120000", b".gitmodules", blob)]), "gitmodulesSymlink"),
        ("cut off", tree(&[("100644", b"a", blob)])[..15].to_vec(), "badTree"),
    ];
    for (what, bytes, check) in &wrong {
        // Git itself cannot send some of these, so they are sent by hand.
        let commit = commit(object_id("tree", bytes));
        let mut pack = PackBytes::default();
        pack.object(EntryType::Blob, b"payload\n");
        pack.object(EntryType::Tree, bytes);
        pack.object(EntryType::Commit, &commit);
        let tip = object_hex("commit", &commit);
        let report = target.push(&tip, &pack.finish());
        assert!(report.is_refusal(), "{what}: {}", report.words());
        assert!(report.words().contains(check), "{what}, not {check}: {}", report.words());
    }
    target.assert_unharmed();
}

#[test]
fn commits_and_tags_that_git_fsck_calls_errors_are_refused() {
    let target = Target::new();
    let tree_id = object_hex("tree", b"");
    let who = "A <a@example.com> 1700000000 +0000";
    let wrong: [(EntryType, &str, String); 8] = [
        (EntryType::Commit, "missingTree", format!("author {who}\ncommitter {who}\n\nx\n")),
        (EntryType::Commit, "missingAuthor", format!("tree {tree_id}\ncommitter {who}\n\nx\n")),
        (EntryType::Commit, "missingCommitter", format!("tree {tree_id}\nauthor {who}\n\nx\n")),
        (EntryType::Commit, "badTreeSha1", format!("tree xyz\nauthor {who}\ncommitter {who}\n\nx\n")),
        (EntryType::Commit, "missingEmail", format!("tree {tree_id}\nauthor A\ncommitter {who}\n\nx\n")),
        (EntryType::Commit, "badDate", format!("tree {tree_id}\nauthor A <a@b> x +0000\ncommitter {who}\n\nx\n")),
        (EntryType::Tag, "missingType", format!("object {}\ntag t\ntagger {who}\n\nx\n", target.tip)),
        (EntryType::Tag, "missingObject", format!("type commit\ntag t\ntagger {who}\n\nx\n")),
    ];
    for (kind, check, text) in &wrong {
        let mut pack = PackBytes::default();
        pack.object(EntryType::Tree, b"");
        pack.object(*kind, text.as_bytes());
        let (word, name) = match kind {
            EntryType::Tag => ("tag", "refs/tags/evil"),
            _ => ("commit", "refs/heads/evil"),
        };
        let tip = object_hex(word, text.as_bytes());
        let report = push::push(&target.journey.server, "target", &[(NULL, &tip, name)], &pack.finish());
        assert!(report.is_refusal() && report.words().contains(check), "{check}: {}", report.words());
    }
    target.assert_unharmed();
}

#[test]
fn requests_that_are_no_pushes_are_refused() {
    let target = Target::new();
    let server = &target.journey.server;
    let (tip, pack) = sound_pack();
    let one: [Command; 1] = [(NULL, &tip, "refs/heads/evil")];
    let good = push::body(&one, &pack);
    let twice: [Command; 2] = [one[0], one[0]];
    let mut bodies = vec![
        Vec::new(),
        b"0000".to_vec(),
        b"0001".to_vec(),
        b"0003".to_vec(),
        b"zzzz".to_vec(),
        b"fff0".to_vec(),
        b"0004".to_vec(),
        push::packet(b"hello"),
        push::packet(b"hello\0report-status"),
        push::body(&twice, &pack),
        push::body(&[(NULL, NULL, "refs/heads/evil")], &[]),
        push::body(&[(NULL, "short", "refs/heads/evil")], &[]),
        push::body(&[(NULL, &tip, "")], &[]),
        [b"0000", &good[..]].concat(),
    ];
    let mut random = Random::new(21);
    for _ in 0..40 {
        let length = random.below(300);
        bodies.push(random.bytes(length));
        let mut cut = good.clone();
        cut.truncate(random.below(200));
        bodies.push(cut);
    }
    for body in &bodies {
        let answer = push::post(server, "target", "git-receive-pack", body, &[]);
        assert!(answer.status < 500, "{} for {}", answer.status, body[..body.len().min(80)].escape_ascii());
        let report = push::report(&answer);
        assert!(report.refs.iter().all(|(_, reason)| reason.is_some()), "{}", report.words());
    }
    let headers = [("Content-Encoding", "gzip")];
    let answer = push::post(server, "target", "git-receive-pack", b"\x1f\x8b\x08\0garbage that is not gzip", &headers);
    assert!(push::report(&answer).refs.is_empty() && answer.status < 500, "{}", answer.status);
    target.assert_unharmed();
}

#[test]
fn a_gzipped_bomb_is_refused() {
    tests::only_serve!("such a push is too large for the gateway");
    let target = Target::new();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::copy(&mut repeat(b'0').take(512 << 20), &mut encoder).unwrap();
    let bomb = encoder.finish().unwrap();
    for service in ["git-receive-pack", "git-upload-pack"] {
        let headers = [("Content-Encoding", "gzip"), ("Git-Protocol", "version=2")];
        let answer = push::post(&target.journey.server, "target", service, &bomb, &headers);
        assert!(answer.status < 500, "{}", answer.status);
    }
    target.assert_unharmed();
}

#[test]
fn fetch_requests_that_make_no_sense_are_refused() {
    let target = Target::new();
    let server = &target.journey.server;
    let line = |text: &str| push::packet(text.as_bytes());
    let fetch = |arguments: &[&str]| {
        let arguments = arguments.iter().flat_map(|argument| line(argument));
        [line("command=fetch"), b"0001".to_vec(), arguments.collect(), b"0000".to_vec()].concat()
    };
    let main = format!("want {}", target.tip);
    let bodies = [
        fetch(&[&format!("want {NOWHERE}"), "done"]),
        fetch(&["want xyz", "done"]),
        fetch(&[&main, "filter nonsense", "done"]),
        fetch(&[&main, "deepen -1", "done"]),
        fetch(&[&main, "deepen 99999999999999999999", "done"]),
        fetch(&[&main, "have xyz", "done"]),
        fetch(&["frobnicate"]),
        [line("command=destroy"), b"0000".to_vec()].concat(),
        [
            line("command=fetch"),
            line("object-format=sha256"),
            b"0001".to_vec(),
            line(&main),
            line("done"),
            b"0000".to_vec(),
        ]
        .concat(),
        line("want"),
        b"0005".to_vec(),
        b"\xff\xff\xff\xff".to_vec(),
    ];
    for body in &bodies {
        for protocol in ["version=2", "version=1", "version=0"] {
            let answer = push::post(server, "target", "git-upload-pack", body, &[("Git-Protocol", protocol)]);
            assert!(answer.status < 500, "{} for {}", answer.status, body.escape_ascii());
            assert!(!answer.body.windows(4).any(|window| window == b"PACK"), "a pack for {}", body.escape_ascii());
        }
    }
    target.assert_unharmed();
}

#[test]
fn objects_that_only_a_deleted_branch_reached_are_not_handed_out() {
    let journey = Journey::begin();
    let url = journey.server.create_repository("secrets");
    push::push_by_hand(&journey.server, "secrets", "main", b"public\n");
    let secret = push::push_by_hand(&journey.server, "secrets", "oops", b"secret\n");
    let person = Git::new(&journey.path("person")).with_password(&journey.server.credentials);
    let repo = person.init(&journey.path("work"));
    repo.ok(&["push", "--quiet", &url, "--delete", "oops"]);
    for protocol in tests::PROTOCOLS {
        let other = person.speaking(protocol).init(&journey.path("other"));
        let told = other.refused(&["fetch", &url, &secret]);
        assert!(told.contains(&secret), "{told}");
    }
    let mirror = person.clone_to(&url, &journey.path("mirror"), &["--mirror"]);
    assert_eq!(compare::all_objects(&mirror).len(), 3);
}
