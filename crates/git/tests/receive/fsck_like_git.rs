//! Objects are refused for what `git fsck --strict` and `git index-pack --strict` refuse them for.

use crate::crafted::{self, Crafted};
use crate::git_repository::GitRepository;
use crate::raw_pack::{RawPack, literal_delta, tree_of};
use crate::stored::Stored;
use git::Kind;
use git::receive::fsck;
use std::collections::HashMap;

fn ours(crafted: &Crafted) -> Option<&'static str> {
    let result = match crafted.kind {
        Kind::Commit => fsck::commit(&crafted.content).map(drop),
        Kind::Tag => fsck::tag(&crafted.content).map(drop),
        Kind::Tree => fsck::tree(&crafted.content, |_| {}),
        Kind::Blob => fsck::gitmodules(&crafted.content),
    };
    result.err().map(|problem| problem.check)
}

/// What `git fsck --strict` calls errors of these objects, by id. Objects it cannot even parse have `unparsable`.
fn errors_of_git(repository: &GitRepository) -> HashMap<String, Vec<String>> {
    // What published histories are full of passes here (see `fsck`), and so it does there.
    let passes = ["zeroPaddedFilemode", "missingSpaceBeforeDate", "badTimezone"];
    let settings: Vec<String> = passes.iter().map(|check| format!("fsck.{check}=ignore")).collect();
    let mut arguments: Vec<&str> = settings.iter().flat_map(|setting| ["-c", setting]).collect();
    arguments.extend(["fsck", "--strict", "--no-dangling", "--no-progress"]);
    let judged = repository.run(&arguments, b"");
    let mut errors: HashMap<String, Vec<String>> = HashMap::new();
    for line in judged.errors.lines() {
        if let Some(rest) = line.strip_prefix("error in ") {
            let mut words = rest.split([' ', ':']).filter(|word| !word.is_empty()).skip(1);
            let id = words.next().unwrap_or_default().to_owned();
            errors.entry(id).or_default().push(words.next().unwrap_or_default().to_owned());
        } else if let Some((id, _)) = line.split_once(": object could not be parsed") {
            errors.entry(id.trim_start_matches("error: ").to_owned()).or_default().push("unparsable".to_owned());
        }
    }
    errors
}

fn store(repository: &GitRepository, kind: Kind, content: &[u8]) -> String {
    let id = repository.git(&["hash-object", "-t", kind.name(), "--stdin", "--literally", "-w"], content);
    String::from_utf8(id).unwrap().trim().to_owned()
}

#[test]
fn commits_tags_and_trees_are_judged_as_git_does() {
    let repository = GitRepository::new();
    let crafted: Vec<_> = crafted::commits().into_iter().chain(crafted::tags()).chain(crafted::trees()).collect();
    let ids: Vec<_> = crafted.iter().map(|each| store(&repository, each.kind, &each.content)).collect();
    let errors = errors_of_git(&repository);
    let mut differences = Vec::new();
    for (each, id) in crafted.iter().zip(&ids) {
        let theirs = errors.get(id).map_or(&[][..], Vec::as_slice);
        let agrees = match each.check {
            None => theirs.iter().all(|check| check.ends_with("Missing")),
            Some(check) => theirs.iter().any(|other| other == check || other == "unparsable"),
        };
        if ours(each) != each.check || !agrees {
            let content = each.content.escape_ascii();
            differences.push(format!(
                "{content}\n  expected {:?}, ours {:?}, git's {theirs:?}",
                each.check,
                ours(each)
            ));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn gitmodules_are_judged_as_git_does() {
    let repository = GitRepository::new();
    let mut ids = Vec::new();
    for (content, _) in crafted::modules() {
        let blob = store(&repository, Kind::Blob, content.as_bytes());
        let listing = format!("100644 blob {blob}\t.gitmodules\n");
        repository.git(&["mktree"], listing.as_bytes());
        ids.push(blob);
    }
    let errors = errors_of_git(&repository);
    let mut differences = Vec::new();
    for ((content, expected), id) in crafted::modules().into_iter().zip(ids) {
        let ours = fsck::gitmodules(content.as_bytes()).err().map(|problem| problem.check);
        let theirs = errors.get(&id).map_or(&[][..], Vec::as_slice);
        let agrees = expected.map_or(theirs.is_empty(), |check| theirs.iter().any(|other| other == check));
        if ours != expected || !agrees {
            differences.push(format!("{content:?}: expected {expected:?}, ours {ours:?}, git's {theirs:?}"));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn what_is_refused_names_the_object_and_the_check_also_in_a_delta() {
    for each in crafted::commits().iter().chain(&crafted::tags()).chain(&crafted::trees()) {
        let Some(check) = each.check else { continue };
        for as_delta in [false, true] {
            let mut pack = RawPack::new();
            let id = git::object::id_of(each.kind, &each.content).unwrap();
            if as_delta {
                let whole = crafted::commits().swap_remove(0).content;
                let base = match each.kind {
                    Kind::Commit => whole,
                    Kind::Tag => crafted::tags().swap_remove(0).content,
                    _ => Vec::new(),
                };
                let base_id = pack.object(each.kind, &base);
                pack.delta_on(&base_id, &literal_delta(base.len() as u64, &each.content));
            } else {
                pack.object(each.kind, &each.content);
            }
            let refused = Stored::empty().refusal(&pack.finish());
            assert!(refused.starts_with(&format!("object {id}: {check}: ")), "{refused}");
        }
    }
}

/// A pack with a blob that a tree gives a name. The blob comes before or after the tree, whole or as a delta.
fn named_blob(name: &[u8], content: &[u8], order: &str) -> Vec<u8> {
    let mut pack = RawPack::new();
    let id = git::object::id_of(Kind::Blob, content).unwrap();
    let tree = tree_of(&[("100644", name, &id)]);
    match order {
        "blob first" => {
            pack.object(Kind::Blob, content);
            pack.object(Kind::Tree, &tree);
        }
        "tree first" => {
            pack.object(Kind::Tree, &tree);
            pack.object(Kind::Blob, content);
        }
        _ => {
            let one = pack.object(Kind::Blob, b"one");
            pack.delta_on(&one, &literal_delta(3, b"two"));
            let two = git::object::id_of(Kind::Blob, b"two").unwrap();
            pack.delta_on(&two, &literal_delta(3, content));
            pack.delta_on(&id, &literal_delta(content.len() as u64, b"four"));
            pack.object(Kind::Tree, &tree);
        }
    }
    pack.finish()
}

#[test]
fn blobs_are_looked_into_when_a_tree_gives_them_a_meaning() {
    let bad = b"[submodule \"../../x\"]\n\turl = x\n";
    let id = git::object::id_of(Kind::Blob, bad).unwrap();
    for order in ["blob first", "tree first", "deltas"] {
        for name in [&b".gitmodules"[..], b".GITMODULES", b"gitmod~1"] {
            let refused = Stored::empty().refusal(&named_blob(name, bad, order));
            assert!(refused.starts_with(&format!("object {id}: gitmodulesName: ")), "{order}: {refused}");
        }
        assert!(Stored::empty().receive(&named_blob(b"harmless", bad, order)).is_ok());

        let long = [&[b'x'; 2048][..], b" text\n"].concat();
        let refused = Stored::empty().refusal(&named_blob(b".gitattributes", &long, order));
        assert!(refused.contains(": gitattributesLineLength: "), "{order}: {refused}");
        assert!(Stored::empty().receive(&named_blob(b".gitattributes", &long[1100..], order)).is_ok());
    }
}

#[test]
fn a_stored_blob_is_looked_into_when_it_gets_a_meaning_later() {
    let bad = b"[submodule \"a\"]\n\tpath = -x\n";
    let mut stored = Stored::empty();
    let mut pack = RawPack::new();
    let blob = pack.object(Kind::Blob, bad);
    let staged = stored.receive(&pack.finish()).unwrap();
    stored.store(staged);
    let mut pack = RawPack::new();
    pack.object(Kind::Tree, &tree_of(&[("100644", b".gitmodules", &blob)]));
    let refused = stored.refusal(&pack.finish());
    assert!(refused.starts_with(&format!("object {blob}: gitmodulesPath: ")), "{refused}");
}

#[test]
fn what_is_called_gitmodules_must_be_a_blob_that_is_there() {
    for (name, missing, other) in [
        (&b".gitmodules"[..], "gitmodulesMissing", "gitmodulesBlob"),
        (b".gitattributes", "gitattributesMissing", "gitattributesBlob"),
    ] {
        let mut pack = RawPack::new();
        let empty = pack.object(Kind::Tree, b"");
        pack.object(Kind::Tree, &tree_of(&[("40000", name, &empty)]));
        assert!(Stored::empty().refusal(&pack.finish()).contains(other));
        let mut pack = RawPack::new();
        pack.object(Kind::Tree, &tree_of(&[("100644", name, &git::ObjectId::from([7; 20]))]));
        assert!(Stored::empty().refusal(&pack.finish()).contains(missing));
    }
}

#[test]
fn modes_that_tools_read_differently_are_refused() {
    let id = git::ObjectId::from([7; 20]);
    for mode in ["40755", "140644", "60000", "160001", "644", "1100644"] {
        let problem = fsck::tree(&tree_of(&[(mode, b"a", &id)]), |_| {}).unwrap_err();
        assert_eq!(problem.check, "badFilemode", "{mode}");
    }
    // From the first days of Git; everybody takes it for a plain file.
    assert!(fsck::tree(&tree_of(&[("100664", b"a", &id)]), |_| {}).is_ok());
}

#[test]
fn a_byte_order_mark_does_not_hide_what_follows() {
    // Git skips the mark in a file, and so when it clones, though not when it checks a blob.
    let problem = fsck::gitmodules("\u{feff}[submodule \"a\"]\n\tpath = -x\n".as_bytes()).unwrap_err();
    assert_eq!(problem.check, "gitmodulesPath");
}

#[test]
fn a_submodule_that_runs_a_command_is_refused() {
    let problem = fsck::gitmodules(b"[submodule \"a\"]\nurl = ext::sh -c id\n").unwrap_err();
    assert_eq!(problem.check, "gitmodulesUrl");
}
