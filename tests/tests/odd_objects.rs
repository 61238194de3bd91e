//! What a repository may hold beside files in folders: every kind of object survives the way there and back.
#![allow(clippy::unwrap_used, reason = "functions beside the tests belong to them")]

use serde_json::json;
use std::fs;
use tests::compare::{advertised, assert_sound, refs};
use tests::pack::tree;
use tests::random::Random;
use tests::{Journey, PROTOCOLS, Repo};

/// Pushes everything, checks it came back the same over each protocol version, and gives the last mirror.
fn there_and_back(journey: &Journey, local: &Repo, name: &str) -> Repo {
    let url = journey.server.create_repository(name);
    local.ok(&["push", "--quiet", "--mirror", &url]);
    for protocol in [0, 1] {
        journey.assert_same(&local.with(&journey.git.speaking(protocol)), name);
    }
    journey.assert_same(local, name)
}

fn id_bytes(hex: &str) -> [u8; 20] {
    let mut id = [0; 20];
    for (index, byte) in id.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[index * 2..index * 2 + 2], 16).unwrap();
    }
    id
}

/// Stores a commit of `tree` with `more` header lines, whatever they are.
fn commit_with(repo: &Repo, tree: &str, more: &str) -> String {
    let who = "A U Thor <author@example.com> 1700000000 +0100";
    let text = format!("tree {tree}\nauthor {who}\ncommitter {who}\n{more}\nmade by hand\n");
    repo.object("commit", text.as_bytes())
}

#[test]
fn paths_need_not_be_text() {
    let journey = Journey::begin();
    let local = journey.repo();
    let blob = local.object("blob", b"content\n");
    let names: [&[u8]; 5] = [b"\x01control", b"caf\xe9.txt", b"line\nbreak", b"quote\"back\\slash", b"\xff\xfe\xfd"];
    let entries: Vec<_> = names.iter().map(|name| ("100644", *name, id_bytes(&blob))).collect();
    let root = local.object("tree", &tree(&entries));
    let commit = commit_with(&local, &root, "");
    local.ok(&["update-ref", "refs/heads/main", &commit]);
    let mirror = there_and_back(&journey, &local, "paths");
    let listed = mirror.feed(&["ls-tree", "-z", "--name-only", "main"], b"");
    let found: Vec<&[u8]> = listed.split(|byte| *byte == 0).filter(|name| !name.is_empty()).collect();
    assert_eq!(found, names);
}

#[test]
fn harmless_mistakes_of_early_tools_are_taken_in() {
    let journey = Journey::begin();
    let local = journey.repo();
    let blob = local.object("blob", b"content\n");
    let folder = local.object("tree", &tree(&[("0100644", b"file", id_bytes(&blob))]));
    let root = local.object("tree", &tree(&[("040000", b"folder", id_bytes(&folder))]));
    let mut parent = String::new();
    for date in
        ["<author@example.com> 1700000000 +0100", "<author@example.com>1700000001 +0100", "<a@b> 1700000002 --700"]
    {
        let text = format!("tree {root}\n{parent}author A U Thor {date}\ncommitter A U Thor {date}\n\nmade long ago\n");
        parent = format!("parent {}\n", local.object("commit", text.as_bytes()));
    }
    local.ok(&["update-ref", "refs/heads/main", parent.trim_start_matches("parent ").trim()]);
    let url = journey.server.create_repository("early");
    local.ok(&["push", "--quiet", "--mirror", &url]);
    let ids = |repo: &Repo| repo.ok(&["rev-list", "--objects", "--all"]);
    for protocol in PROTOCOLS {
        let git = journey.git.speaking(protocol);
        let mirror = git.clone_to(&url, &journey.path("mirror"), &["--mirror"]);
        assert_eq!(ids(&mirror), ids(&local));
        let shallow = git.clone_to(&url, &journey.path("shallow"), &["--bare", "--depth", "2"]);
        assert_eq!(shallow.ok(&["rev-list", "--count", "HEAD"]).trim(), "2");
    }
    let server = &journey.server;
    let file = server.api_ok("GetFile", json!({"repositoryName": "early", "filePath": "folder/file"}));
    assert_eq!((&file["fileMode"], &file["blobId"]), (&json!("NORMAL"), &json!(blob)));
    let commit = server.api_ok("GetCommit", json!({"repositoryName": "early", "commitId": local.id("main")}));
    assert_eq!(commit["commit"]["author"]["date"], "1700000002 --700");
    let change = json!({"repositoryName": "early", "branchName": "main", "filePath": "folder/new", "fileContent": "eA==",
        "parentCommitId": local.id("main")});
    server.api_ok("PutFile", change);
    local.ok(&["pull", "--quiet", "--ff-only", &url, "main"]);
    assert_eq!(local.ok(&["show", "main:folder/new"]), "x");
}

#[test]
fn refs_and_authors_need_not_be_english() {
    let journey = Journey::begin();
    let local = journey.repo();
    local.commit_file("a", "a\n");
    let encoded = commit_with(&local, &local.id("HEAD^{tree}"), "encoding ISO-8859-1\n");
    for name in
        ["refs/heads/grün", "refs/heads/日本語", "refs/tags/a+b=c,d", "refs/heads/with'quote", "refs/heads/a.b-c_d"]
    {
        local.ok(&["update-ref", name, &encoded]);
    }
    there_and_back(&journey, &local, "names");
}

#[test]
fn submodules_are_links_to_commits_that_live_elsewhere() {
    let journey = Journey::begin();
    let local = journey.repo();
    fs::write(
        local.path.join(".gitmodules"),
        "[submodule \"sub\"]\n\tpath = sub\n\turl = https://example.com/sub.git\n",
    )
    .unwrap();
    local.ok(&["add", ".gitmodules"]);
    let elsewhere = "0123456789abcdef0123456789abcdef01234567";
    local.ok(&["update-index", "--add", "--cacheinfo", &format!("160000,{elsewhere},sub")]);
    local.ok(&["commit", "--quiet", "-m", "with a submodule"]);
    let mirror = there_and_back(&journey, &local, "submodule");
    assert!(mirror.ok(&["ls-tree", "main", "sub"]).contains(elsewhere));
}

#[test]
fn signed_commits_and_tags_keep_their_signatures() {
    let journey = Journey::begin();
    let local = journey.repo();
    local.commit_file("a", "a\n");
    let root = local.id("HEAD^{tree}");
    let signature = "-----BEGIN PGP SIGNATURE-----\n \n iQEzBAABCAAdFiEE\n =abcd\n -----END PGP SIGNATURE-----\n";
    let signed = commit_with(&local, &root, &format!("gpgsig {signature}"));
    let merged = commit_with(
        &local,
        &root,
        "mergetag object 0123456789abcdef0123456789abcdef01234567\n type commit\n tag v1\n tagger A <a@b> 1 +0000\n \n text\n",
    );
    local.ok(&["update-ref", "refs/heads/main", &signed]);
    local.ok(&["update-ref", "refs/heads/mergetag", &merged]);
    let tag = format!(
        "object {signed}\ntype commit\ntag signed\ntagger A U Thor <author@example.com> 1700000000 +0100\n\nwords\n\
         -----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n"
    );
    let tag_id = local.object("tag", tag.as_bytes());
    local.ok(&["update-ref", "refs/tags/signed", &tag_id]);
    let mirror = there_and_back(&journey, &local, "signed");
    assert_eq!(mirror.ok(&["cat-file", "tag", "signed"]), tag.trim_end());
    assert!(mirror.ok(&["cat-file", "commit", "main"]).contains("gpgsig -----BEGIN PGP SIGNATURE-----"));
}

#[test]
fn tags_name_tags_and_trees_and_blobs() {
    let journey = Journey::begin();
    let local = journey.repo();
    local.commit_file("a", "a\n");
    local.ok(&["tag", "-a", "-m", "1", "one", "HEAD"]);
    for number in 2..8 {
        let before = if number == 2 { "one".to_owned() } else { format!("nested{}", number - 1) };
        local.ok(&["tag", "-a", "-m", "nested", &format!("nested{number}"), &before]);
    }
    let blob = local.object("blob", b"only a tag holds this\n");
    let lone_tree = local.object("tree", &tree(&[("100644", b"lone", id_bytes(&blob))]));
    local.ok(&["tag", "-a", "-m", "a blob", "blob", &blob]);
    local.ok(&["tag", "-a", "-m", "a tree", "tree", &lone_tree]);
    local.ok(&["tag", "light-blob", &blob]);
    local.ok(&["tag", "light-tree", &lone_tree]);
    let mirror = there_and_back(&journey, &local, "tags");
    assert_eq!(mirror.id("nested7^{commit}"), local.id("main"));
    // What ls-remote says a tag peels to is what C git says.
    let file = format!("file://{}", local.path.display());
    for protocol in PROTOCOLS {
        let git = journey.git.speaking(protocol);
        let of = |url: &str| git.ok(journey.directory(), &["ls-remote", "--tags", url]);
        assert_eq!(of(&journey.server.url("tags")), of(&file));
    }
    let clone = journey.git.clone_to(&journey.server.url("tags"), &journey.path("clone"), &[]);
    journey.assert_clone_equals(&clone, &local);
}

#[test]
fn a_commit_may_have_many_parents() {
    let journey = Journey::begin();
    let local = journey.repo();
    let root = local.commit_file("a", "a\n");
    let arms: Vec<String> = (0..20).map(|number| local.empty_commit(&[&root], &format!("arm {number}"))).collect();
    let arms: Vec<&str> = arms.iter().map(String::as_str).collect();
    let octopus = local.empty_commit(&arms, "octopus");
    local.ok(&["update-ref", "refs/heads/main", &octopus]);
    let mirror = there_and_back(&journey, &local, "octopus");
    assert_eq!(mirror.ok(&["rev-list", "--count", "main"]), "22");
    let shallow = journey.git.clone_to(&journey.server.url("octopus"), &journey.path("shallow"), &["--depth=2"]);
    assert_sound(&shallow);
    assert_eq!(shallow.ok(&["rev-list", "--count", "HEAD"]), "21");
}

#[test]
fn histories_need_not_share_a_root() {
    let journey = Journey::begin();
    let local = journey.repo();
    local.commit_file("a", "a\n");
    local.ok(&["checkout", "--quiet", "--orphan", "other"]);
    local.commit_file("b", "b\n");
    local.ok(&["merge", "--quiet", "--allow-unrelated-histories", "-m", "join", "main"]);
    there_and_back(&journey, &local, "roots");
}

#[test]
fn notes_travel_beside_their_commits() {
    let journey = Journey::begin();
    let local = journey.repo();
    let commit = local.commit_file("a", "a\n");
    local.ok(&["notes", "add", "-m", "a note", &commit]);
    local.ok(&["notes", "--ref=review", "add", "-m", "looks good", &commit]);
    let mirror = there_and_back(&journey, &local, "notes");
    assert_eq!(mirror.ok(&["notes", "show", &commit]), "a note");
    assert_eq!(mirror.ok(&["notes", "--ref=review", "show", &commit]), "looks good");
}

#[test]
fn a_commit_may_hold_nothing() {
    let journey = Journey::begin();
    let local = journey.repo();
    let empty = local.empty_commit(&[], "nothing");
    local.ok(&["update-ref", "refs/heads/main", &empty]);
    let no_message = local.object(
        "commit",
        format!(
            "tree {}\nauthor A <a@example.com> 0 +0000\ncommitter A <a@example.com> 0 +0000\n\n",
            local.id(&format!("{empty}^{{tree}}"))
        )
        .as_bytes(),
    );
    local.ok(&["update-ref", "refs/heads/silent", &no_message]);
    let mirror = there_and_back(&journey, &local, "nothing");
    assert_eq!(mirror.ok(&["ls-tree", "main"]), "");
    assert_eq!(mirror.ok(&["rev-parse", "main^{tree}"]), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
}

#[cfg(unix)]
#[test]
fn symlinks_and_modes_and_empty_files_are_kept() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let journey = Journey::begin();
    let local = journey.repo();
    fs::create_dir_all(local.path.join("bin")).unwrap();
    fs::write(local.path.join("bin/run"), "#!/bin/sh\n").unwrap();
    fs::set_permissions(local.path.join("bin/run"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(local.path.join("empty"), "").unwrap();
    symlink("bin/run", local.path.join("link")).unwrap();
    symlink("nowhere/at/all", local.path.join("dangling")).unwrap();
    local.ok(&["add", "."]);
    local.ok(&["commit", "--quiet", "-m", "modes"]);
    there_and_back(&journey, &local, "modes");
    let clone = journey.git.clone_to(&journey.server.url("modes"), &journey.path("clone"), &[]);
    assert_eq!(fs::read_link(clone.path.join("link")).unwrap().to_str(), Some("bin/run"));
    assert!(fs::symlink_metadata(clone.path.join("dangling")).unwrap().is_symlink());
    assert_eq!(fs::metadata(clone.path.join("bin/run")).unwrap().permissions().mode() & 0o111, 0o111);
    assert_eq!(fs::read(clone.path.join("empty")).unwrap(), b"");
    assert_eq!(clone.ok(&["status", "--porcelain"]), "");
}

#[test]
fn a_large_file_and_its_small_change_are_kept() {
    tests::only_serve!("such a push is too large for the gateway");
    let journey = Journey::begin();
    let local = journey.repo_with_origin("large");
    let mut content = Random::new(20).bytes(20 << 20);
    local.commit_file("large.bin", &content);
    local.ok(&["push", "--quiet", "origin", "main"]);
    content[12_345_678] ^= 0xff;
    local.commit_file("large.bin", &content);
    // As a delta, because the receiver has the first one.
    local.ok(&["push", "--quiet", "origin", "main"]);
    let url = journey.server.url("large");
    assert_eq!(advertised(&journey.git, &url), refs(&local));
    let clone = journey.git.clone_to(&url, &journey.path("clone"), &[]);
    journey.assert_clone_equals(&clone, &local);
    assert!(fs::read(clone.path.join("large.bin")).unwrap() == content);
}

#[test]
fn a_folder_may_be_deep_and_wide() {
    let journey = Journey::begin();
    let local = journey.repo();
    let blob = local.object("blob", b"deep\n");
    let mut below = local.object("tree", &tree(&[("100644", b"file", id_bytes(&blob))]));
    for _ in 0..300 {
        below = local.object("tree", &tree(&[("40000", b"d", id_bytes(&below))]));
    }
    let names: Vec<String> = (0..20_000).map(|number| format!("f{number:06}")).collect();
    let wide: Vec<_> = names.iter().map(|name| ("100644", name.as_bytes(), id_bytes(&blob))).collect();
    let wide = local.object("tree", &tree(&wide));
    let root = tree(&[("40000", b"deep", id_bytes(&below)), ("40000", b"wide", id_bytes(&wide))]);
    let root = local.object("tree", &root);
    let commit = commit_with(&local, &root, "");
    local.ok(&["update-ref", "refs/heads/main", &commit]);
    there_and_back(&journey, &local, "shape");
}
