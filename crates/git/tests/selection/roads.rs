//! The roads of a fetch, each on a repository made for it.

use crate::client::{Fetch, client_with, refs_of, take_in};
use crate::packs::Packs;
use crate::repository::{Edit, NewCommit, Repository, import, text};
use flate2::{Decompress, FlushDecompress};
use git::upload::Filter;
use git::upload::selection::Progress;
use git::{Kind, ObjectId, Part};
use std::collections::BTreeSet;

fn commit(parents: &[usize], edits: Vec<Edit>) -> NewCommit {
    NewCommit { parents: parents.to_vec(), edits, skew: 0 }
}

/// Branches, a merge, an octopus, a revert, a rename, a directory that becomes a file, mode changes, a submodule.
fn varied(source: &Repository) -> Vec<ObjectId> {
    let commits = import(
        source,
        &[
            commit(&[], vec![Edit::File("a", 0), Edit::File("d/a", 1), Edit::File("d/e/a", 2), Edit::File("x", 3)]),
            commit(&[0], vec![Edit::File("a", 1), Edit::Submodule("lib", 1)]),
            commit(&[0], vec![Edit::File("d/e/a", 3), Edit::Executable("x", 3)]),
            commit(&[1, 2], vec![Edit::File("d/e/a", 3)]),
            commit(&[3], vec![Edit::File("a", 0), Edit::Delete("x"), Edit::Executable("y", 3)]),
            commit(&[0], vec![Edit::File("d", 4), Edit::Link("link")]),
            commit(&[3, 4, 5], vec![Edit::File("octopus", 5)]),
            commit(&[6], vec![Edit::File("d/e/a", 2), Edit::File("a", 2)]),
        ],
    );
    source.git(&["tag", "-a", "-m", "one", "inner", "c4"], b"");
    source.git(&["tag", "-a", "-m", "two", "outer", "inner"], b"");
    source.git(&["tag", "-a", "-m", "three", "of-tree", "c2^{tree}"], b"");
    source.git(&["tag", "-a", "-m", "four", "of-blob", "c1:a"], b"");
    commits
}

/// What the headers of a pack's entries say.
#[derive(Debug, PartialEq)]
enum Header {
    Object,
    OfsDelta,
    RefDelta(ObjectId),
}

/// Reads a pack from entry to entry.
fn headers(pack: &[u8]) -> Vec<Header> {
    let mut headers = Vec::new();
    let mut at = 12;
    while at < pack.len() - 20 {
        let number = pack[at] >> 4 & 7;
        let after_varint = |at: usize| at + 1 + pack[at..].iter().position(|byte| byte & 0x80 == 0).unwrap();
        at = after_varint(at);
        headers.push(match number {
            6 => {
                at = after_varint(at);
                Header::OfsDelta
            }
            7 => {
                at += 20;
                Header::RefDelta(ObjectId::from_bytes_or_panic(&pack[at - 20..at]))
            }
            _ => Header::Object,
        });
        let mut inflate = Decompress::new(true);
        let mut content = vec![0; 8 << 20];
        inflate.decompress(&pack[at..], &mut content, FlushDecompress::Finish).unwrap();
        at += inflate.total_in() as usize;
    }
    headers
}

fn stored_file(packs: &Packs) -> Vec<u8> {
    let pack = &packs.odb.packs()[0];
    packs.odb.files().range(pack, Part::Pack, 0..pack.pack_bytes).unwrap().to_vec()
}

#[test]
fn a_clone_of_one_pack_is_the_stored_file() {
    let source = Repository::new();
    varied(&source);
    let refs = refs_of(&source, &["c7", "outer", "of-tree", "of-blob"]);
    let fetch = Fetch::clone_of(refs.clone());
    let packs = Packs::one(&source, &fetch.wants);
    let (pack, last) = fetch.answer(&packs);
    assert_eq!(pack, stored_file(&packs));
    let objects = u64::from(packs.odb.packs()[0].objects);
    assert_eq!(last, Progress::Done { objects, reused: objects, bytes: pack.len() as u64 });
    take_in(&Repository::new(), &fetch, &pack);
}

#[test]
fn refs_that_are_not_wanted_but_reached_do_not_close_the_fast_road() {
    let source = Repository::new();
    varied(&source);
    let mut fetch = Fetch::clone_of(refs_of(&source, &["c7", "c1", "c5"]));
    let packs = Packs::one(&source, &fetch.wants);
    fetch.wants.truncate(1);
    assert_eq!(fetch.answer(&packs).0, stored_file(&packs));
}

#[test]
fn an_unwanted_tag_is_sent_only_on_request() {
    let source = Repository::new();
    varied(&source);
    let mut fetch = Fetch::clone_of(refs_of(&source, &["c7", "outer"]));
    let packs = Packs::one(&source, &fetch.wants);
    fetch.wants.truncate(1);
    let without = source.objects(&fetch.wants, &[]);
    assert_eq!(Repository::objects_of_pack(&fetch.answer(&packs).0), without);
    fetch.include_tags = true;
    let with: BTreeSet<_> = without.into_iter().chain(["outer", "inner"].map(|tag| source.id(tag))).collect();
    assert_eq!(Repository::objects_of_pack(&fetch.answer(&packs).0), with);
    // Once more by a walk, and for a client that has everything else.
    fetch.all_reachable = false;
    assert_eq!(Repository::objects_of_pack(&fetch.answer(&packs).0), with);
    fetch.common = vec![source.id("c3")];
    let sent = Repository::objects_of_pack(&fetch.answer(&packs).0);
    assert!(sent.contains(&source.id("outer")) && sent.contains(&source.id("inner")));
}

#[test]
fn several_packs_are_sent_as_one_without_duplicates() {
    let source = Repository::new();
    let commits = varied(&source);
    let mut packs = Packs::none();
    packs.add(&source, &source.objects(&commits[..1], &[]));
    packs.add(&source, &source.objects(&commits[..4], &[]));
    packs.add(&source, &source.objects(&commits[5..7], &commits[1..2]));
    packs.add(&source, &source.objects(&commits, &commits[..4]));
    let mut fetch = Fetch::clone_of(refs_of(&source, &["c7"]));
    for ofs_delta in [true, false] {
        fetch.ofs_delta = ofs_delta;
        let (pack, last) = fetch.answer(&packs);
        let all = source.objects(&commits, &[]);
        assert!(matches!(last, Progress::Done { objects, .. } if objects == all.len() as u64));
        assert_eq!(Repository::objects_of_pack(&pack), all);
        assert_eq!(headers(&pack).len(), all.len());
        take_in(&Repository::new(), &fetch, &pack);
    }
}

#[test]
fn a_client_without_ofs_delta_gets_none() {
    let source = Repository::new();
    let commits = varied(&source);
    let packs = Packs::one(&source, &commits);
    let mut fetch = Fetch::clone_of(refs_of(&source, &["c7"]));
    let by_distance = |pack: &[u8]| headers(pack).iter().any(|header| matches!(header, Header::OfsDelta));
    assert!(by_distance(&fetch.answer(&packs).0), "the stored pack should have such deltas");
    fetch.ofs_delta = false;
    let (pack, _) = fetch.answer(&packs);
    assert!(!by_distance(&pack));
    assert!(headers(&pack).iter().any(|header| matches!(header, Header::RefDelta(_))));
    assert_eq!(Repository::objects_of_pack(&pack), source.objects(&commits, &[]));
}

#[test]
fn tags_trees_and_blobs_may_be_wanted_by_themselves() {
    let source = Repository::new();
    let commits = varied(&source);
    let names = ["of-tree", "of-blob", "outer"];
    let refs = refs_of(&source, &names);
    let all: Vec<_> = commits.iter().copied().chain(names.map(|name| source.id(name))).collect();
    let packs = Packs::one(&source, &all);
    let mut fetch = Fetch::clone_of(refs);
    fetch.all_reachable = false;
    for wants in [&names[..1], &names[1..2], &names[2..], &["c3^{tree}", "c7:d/e"][..], &["c4:y"][..]] {
        fetch.wants = wants.iter().map(|name| source.id(name)).collect();
        let (pack, _) = fetch.answer(&packs);
        assert_eq!(Repository::objects_of_pack(&pack), source.objects(&fetch.wants, &[]), "{wants:?}");
    }
}

#[test]
fn what_is_named_passes_every_filter() {
    let source = Repository::new();
    let commits = varied(&source);
    let packs = Packs::one(&source, &[commits[7], source.id("of-blob")]);
    let mut fetch = Fetch::clone_of(refs_of(&source, &["c7", "of-blob"]));
    for all_reachable in [true, false] {
        for filter in [Filter::BlobNone, Filter::TreeDepth(0), Filter::BlobLimit(0), Filter::ObjectType(Kind::Commit)] {
            fetch.all_reachable = all_reachable;
            fetch.filter = filter;
            fetch.wants = vec![commits[7], source.id("of-blob"), source.id("c0:x"), source.id("c2:d")];
            let sent = Repository::objects_of_pack(&fetch.answer(&packs).0);
            for named in fetch.wants.iter().chain([&source.id("c1:a")]) {
                assert!(sent.contains(named), "{named} under {:?}", fetch.filter);
            }
            assert!(!sent.contains(&source.id("c7:d/e/a")));
        }
    }
}

#[test]
fn what_a_revert_brings_back_is_not_left_to_itself() {
    let source = Repository::new();
    // The tree `d` is as at first again: the newer must not be left to the older and the older to the newer.
    let commits = import(
        &source,
        &[
            commit(&[], vec![Edit::File("d/a", 0), Edit::File("d/b", 1)]),
            commit(&[0], vec![Edit::File("d/a", 2)]),
            commit(&[1], vec![Edit::File("d/a", 0)]),
        ],
    );
    let packs = Packs::one(&source, &commits);
    let mut fetch = Fetch::clone_of(refs_of(&source, &["c2"]));
    fetch.all_reachable = false;
    assert_eq!(Repository::objects_of_pack(&fetch.answer(&packs).0), source.objects(&commits, &[]));
}

#[test]
fn a_fetch_of_nothing_new_is_an_empty_pack() {
    let source = Repository::new();
    let commits = varied(&source);
    let packs = Packs::one(&source, &commits);
    let mut fetch = Fetch::clone_of(refs_of(&source, &["c7"]));
    fetch.common = fetch.wants.clone();
    let (pack, last) = fetch.answer(&packs);
    assert_eq!(last, Progress::Done { objects: 0, reused: 0, bytes: 32 });
    assert_eq!(headers(&pack).len(), 0);
}

/// Two commits whose file git stores as a delta of the older version, because that is the longer one.
fn newer_on_older(source: &Repository) -> Vec<ObjectId> {
    import(source, &[commit(&[], vec![Edit::File("a", 10)]), commit(&[0], vec![Edit::File("a", 0)])])
}

#[test]
fn a_thin_pack_stands_on_what_the_client_has() {
    let source = Repository::new();
    let commits = newer_on_older(&source);
    let packs = Packs::one(&source, &commits);
    let (client, _) = client_with(&source, &[0], None);
    let mut fetch = Fetch::clone_of(refs_of(&source, &["c1"]));
    fetch.common = vec![commits[0]];
    let (pack, _) = fetch.answer(&packs);
    assert!(headers(&pack).contains(&Header::RefDelta(source.id("c0:a"))));
    take_in(&client, &fetch, &pack);
}

#[test]
fn a_pack_stands_on_its_own_unless_the_client_may_rely_on_all_it_has() {
    let source = Repository::new();
    let commits = newer_on_older(&source);
    let packs = Packs::one(&source, &commits);
    let mut fetch = Fetch::clone_of(refs_of(&source, &["c1"]));
    fetch.common = vec![commits[0]];
    // A client that filters may never have got the older version.
    for (thin, filter) in [(false, Filter::None), (true, Filter::BlobLimit(1 << 20))] {
        (fetch.thin, fetch.filter) = (thin, filter);
        let (pack, _) = fetch.answer(&packs);
        assert_eq!(Repository::objects_of_pack(&pack), source.objects(&commits[1..], &commits[..1]));
    }
}

#[test]
fn a_shallow_clone_gets_its_part_of_history_only() {
    let source = Repository::new();
    let commits = varied(&source);
    let packs = Packs::one(&source, &commits);
    for depth in 1..4 {
        let (client, shallow) = client_with(&source, &[7], Some(depth));
        let mut fetch = Fetch::clone_of(refs_of(&source, &["c7"]));
        fetch.boundary = shallow;
        let (pack, _) = fetch.answer(&packs);
        assert_eq!(Repository::objects_of_pack(&pack), client.objects(&commits[7..], &[]), "depth {depth}");
    }
}

#[test]
fn a_small_fetch_does_not_look_at_the_whole_tree() {
    let source = Repository::new();
    let leak = |path: String| -> &'static str { path.leak() };
    let files = (0..400).map(|number| Edit::File(leak(format!("d{}/e/f{number}", number % 20)), (number % 250) as u8));
    let commits = import(&source, &[commit(&[], files.collect()), commit(&[0], vec![Edit::File("d7/e/f7", 251)])]);
    let packs = Packs::one(&source, &commits);
    let mut fetch = Fetch::clone_of(refs_of(&source, &["c1"]));
    fetch.common = vec![commits[0]];
    let before = packs.reads();
    let (_, last) = fetch.answer(&packs);
    assert!(matches!(last, Progress::Done { objects: 5, .. }), "{last:?}");
    let fetched = packs.reads() - before;
    fetch.common.clear();
    fetch.all_reachable = false;
    fetch.answer(&packs);
    let cloned = packs.reads() - before - fetched;
    assert!(fetched * 5 < cloned, "{fetched} reads for a commit, {cloned} for everything");

    // A shallow client that moves on has no parent to compare with, but its old tip.
    fetch.all_reachable = true;
    fetch.common = vec![commits[0]];
    fetch.client_shallow = [commits[0]].into();
    fetch.boundary = [commits[1]].into();
    let (_, last) = fetch.answer(&packs);
    assert!(matches!(last, Progress::Done { objects: 5, .. }), "{last:?}");
}

#[test]
fn large_objects_are_copied_and_made_anew_in_pieces() {
    let source = Repository::new();
    // Noise that does not compress, in two versions, so that one is stored as a delta of the other.
    let mut state = 1u64;
    let mut noise = Vec::new();
    while noise.len() < 3 << 20 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        noise.extend_from_slice(&(state >> 24).to_be_bytes());
    }
    let blob = |content: &[u8]| source.git(&["hash-object", "-w", "--stdin"], content);
    let mut tips = Vec::new();
    for content in [noise.clone(), [&noise[..], text(3).as_bytes()].concat()] {
        let blob = String::from_utf8(blob(&content)).unwrap();
        let tree = source.text(&["mktree"], &format!("100644 blob {}\tfile\n", blob.trim()));
        tips.push(crate::repository::id(&source.text(&["commit-tree", "-m", "x", &tree], "")));
    }
    let packs = Packs::one(&source, &tips);
    for tip in &tips {
        let mut fetch = Fetch::clone_of(Vec::new());
        fetch.all_reachable = false;
        fetch.wants = vec![*tip];
        let (pack, last) = fetch.answer(&packs);
        assert!(matches!(last, Progress::Done { objects: 3, .. }), "{last:?}");
        take_in(&Repository::new(), &fetch, &pack);
    }
    let mut fetch = Fetch::clone_of(Vec::new());
    fetch.wants = tips;
    fetch.all_reachable = false;
    take_in(&Repository::new(), &fetch, &fetch.answer(&packs).0);
}
