//! Objects that are wrong, each in one way: content, and what Git calls the mistake (`None`: it is none).

use crate::raw_pack::tree_of;
use git::{Kind, ObjectId};

pub(crate) struct Crafted {
    pub(crate) kind: Kind,
    pub(crate) content: Vec<u8>,
    pub(crate) check: Option<&'static str>,
}

const ID: &str = "1234567890123456789012345678901234567890";
const PARENT: &str = "2234567890123456789012345678901234567890";
const WHO: &str = "A <a@b> 1 +0000";

fn text(kind: Kind, content: impl Into<String>, check: Option<&'static str>) -> Crafted {
    Crafted { kind, content: content.into().into_bytes(), check }
}

pub(crate) fn commits() -> Vec<Crafted> {
    let with_author =
        |who: &str, check| text(Kind::Commit, format!("tree {ID}\nauthor {who}\ncommitter {WHO}\n\nm\n"), Some(check));
    let author_that_passes =
        |who: &str| text(Kind::Commit, format!("tree {ID}\nauthor {who}\ncommitter {WHO}\n\nm\n"), None);
    let commit = |content: String, check| text(Kind::Commit, content, check);
    vec![
        commit(format!("tree {ID}\nparent {PARENT}\nparent {PARENT}\nauthor {WHO}\ncommitter {WHO}\n\nm\n"), None),
        commit(format!("tree {ID}\nauthor {WHO}\ncommitter {WHO}\n"), None),
        commit(format!("tree {ID}\nauthor {WHO}\ncommitter {WHO}\nencoding x\ngpgsig a\n b\n\nm"), None),
        commit(format!("tree {ID}\nauthor A B <> 0 -0100\ncommitter {WHO}\n\nm\n"), None),
        commit(format!("author {WHO}\ncommitter {WHO}\n\nm\n"), Some("missingTree")),
        commit(format!("tree {}\nauthor {WHO}\ncommitter {WHO}\n\nm\n", &ID[1..]), Some("badTreeSha1")),
        commit(format!("tree {ID} \nauthor {WHO}\ncommitter {WHO}\n\nm\n"), Some("badTreeSha1")),
        commit(format!("tree {ID}\nparent x\nauthor {WHO}\ncommitter {WHO}\n\nm\n"), Some("badParentSha1")),
        commit(format!("tree {ID}\ncommitter {WHO}\n\nm\n"), Some("missingAuthor")),
        commit(format!("tree {ID}\nauthor {WHO}\nparent {PARENT}\ncommitter {WHO}\n\nm\n"), Some("missingCommitter")),
        commit(format!("tree {ID}\nauthor {WHO}\nauthor {WHO}\ncommitter {WHO}\n\nm\n"), Some("multipleAuthors")),
        commit(format!("tree {ID}\nauthor {WHO}\n\nm\n"), Some("missingCommitter")),
        commit(format!("tree {ID}\nauthor {WHO}\ncommitter {WHO}"), Some("unterminatedHeader")),
        commit(format!("tree {ID}\nauthor {WHO}\ncommitter {WHO}\nx\0y\n\nm\n"), Some("nulInHeader")),
        commit(format!("tree {ID}\nauthor {WHO}\ncommitter {WHO}\n\nm\0m\n"), Some("nulInCommit")),
        with_author("<a@b> 1 +0000", "missingNameBeforeEmail"),
        with_author("A 1 +0000", "missingEmail"),
        with_author("A> <a@b> 1 +0000", "badName"),
        with_author("A<a@b> 1 +0000", "missingSpaceBeforeEmail"),
        with_author("A <a<b> 1 +0000", "badEmail"),
        with_author("A <a@b 1 +0000", "badEmail"),
        author_that_passes("A <a@b>1 +0000"),
        with_author("A <a@b> x +0000", "badDate"),
        with_author("A <a@b> 1", "badDate"),
        with_author("A <a@b> ", "badDate"),
        with_author("A <a@b> 1x +0000", "badDate"),
        with_author("A <a@b> 01 +0000", "zeroPaddedDate"),
        with_author("A <a@b> 99999999999999999999 +0000", "badDateOverflow"),
        with_author("A <a@b> 9223372036854775808 +0000", "badDateOverflow"),
        author_that_passes("A <a@b> 1 0000"),
        author_that_passes("A <a@b> 1 +000"),
        author_that_passes("A <a@b> 1 +00000"),
        author_that_passes("A <a@b> 1 "),
    ]
}

pub(crate) fn tags() -> Vec<Crafted> {
    let tag = |content: String, check| text(Kind::Tag, content, check);
    vec![
        tag(format!("object {PARENT}\ntype commit\ntag v\ntagger {WHO}\n\nm\n"), None),
        tag(format!("object {PARENT}\ntype commit\ntag v\n\nm\n"), None),
        tag(format!("object {PARENT}\ntype commit\ntag v\n"), None),
        tag(format!("object {PARENT}\ntype commit\ntag a..b\ntagger {WHO}\n\nm\n"), None),
        tag("x\n\nm\n".to_owned(), Some("missingObject")),
        tag(format!("object {}\ntype commit\ntag v\ntagger {WHO}\n\nm\n", &ID[1..]), Some("badObjectSha1")),
        tag(format!("object {PARENT}\ntag v\ntagger {WHO}\n\nm\n"), Some("missingTypeEntry")),
        tag(format!("object {PARENT}\ntype file\ntag v\ntagger {WHO}\n\nm\n"), Some("badType")),
        tag(format!("object {PARENT}\ntype commit\ntagger {WHO}\n\nm\n"), Some("missingTagEntry")),
        tag(format!("object {PARENT}\ntype commit\ntag v\ntagger A\n\nm\n"), Some("missingEmail")),
        tag(format!("object {PARENT}\ntype commit\ntag v\ntagger {WHO}"), Some("unterminatedHeader")),
    ]
}

pub(crate) fn trees() -> Vec<Crafted> {
    let id = &ObjectId::from([0x12; 20]);
    let null = &ObjectId::from([0; 20]);
    let folder = &ObjectId::from([0x34; 20]);
    let tree = |items: &[(&str, &[u8], &ObjectId)], check| Crafted { kind: Kind::Tree, content: tree_of(items), check };
    let named = |name: &[u8], check| tree(&[("100644", name, id)], Some(check));
    let long = [b'x'; 4097];
    let mut trees = vec![
        tree(&[], None),
        tree(
            &[
                ("100644", b"a", id),
                ("100755", b"a-b", id),
                ("40000", b"b", folder),
                ("120000", b"c", id),
                ("160000", b"d", id),
            ],
            None,
        ),
        tree(&[("100644", b"a.c", id), ("40000", b"a", folder), ("100644", b"a0", id)], None),
        tree(&[("100644", b"a", id), ("100644", b"a.b", id), ("40000", b"a.b.c", folder)], None),
        tree(&[("100644", b"x", null)], Some("nullSha1")),
        named(b"a/b", "fullPathname"),
        named(b".", "hasDot"),
        named(b"..", "hasDotdot"),
        named(b"../x", "fullPathname"),
        named(&long, "largePathname"),
        tree(&[("100644", &long[1..], id)], None),
        tree(&[("0100644", b"a", id)], None),
        tree(&[("040000", b"a", folder)], None),
        tree(&[("100644", b"a", id), ("100644", b"a", id)], Some("duplicateEntries")),
        tree(&[("100644", b"a", id), ("40000", b"a", folder)], Some("duplicateEntries")),
        tree(&[("100644", b"a", id), ("100644", b"a.b", id), ("40000", b"a", folder)], Some("duplicateEntries")),
        tree(
            &[("100644", b"a", id), ("100644", b"a-", id), ("100644", b"a.b", id), ("40000", b"a", folder)],
            Some("duplicateEntries"),
        ),
        tree(&[("100644", b"b", id), ("100644", b"a", id)], Some("treeNotSorted")),
        tree(&[("40000", b"a", folder), ("100644", b"a.c", id)], Some("treeNotSorted")),
        tree(&[("120000", b".gitmodules", id)], Some("gitmodulesSymlink")),
        tree(&[("120000", b"GITMOD~1", id)], Some("gitmodulesSymlink")),
        tree(&[("120000", b"gi7eba~1", id)], Some("gitmodulesSymlink")),
        tree(&[("120000", b"a\\.gitmodules", id)], Some("gitmodulesSymlink")),
        tree(&[("120000", ".gitm\u{200c}odules".as_bytes(), id)], Some("gitmodulesSymlink")),
        tree(&[("120000", b".gitattributes", id)], None),
        tree(&[("120000", b".gitignore", id)], None),
    ];
    for name in [
        ".git",
        ".GIT",
        ".Git",
        "git~1",
        "GIT~1",
        ".git.",
        ".git ",
        ".git. .",
        ".git:x",
        ".git::$INDEX_ALLOCATION",
        "a\\.git",
        "a\\git~1",
        ".git\\a",
        "\u{200d}.git",
        ".g\u{feff}it",
        ".git\u{206f}",
    ] {
        trees.push(named(name.as_bytes(), "hasDotgit"));
    }
    trees.push(named(b".git\xff", "hasDotgit"));
    for name in
        ["git", "git~2", ".github", ".gitx", ".gi\u{301}t", "a.git", "\\", "a\\b", ".gitmodules2", "gitmod~5", "x~1"]
    {
        trees.push(tree(&[("100644", name.as_bytes(), id)], None));
    }
    let whole = tree_of(&[("100644", b"name", id)]);
    for (content, check) in [
        (whole[..whole.len() - 1].to_vec(), "badTree"),
        (whole[..8].to_vec(), "badTree"),
        (b"100644 name".to_vec(), "badTree"),
        (tree_of(&[("10x644", b"name", id)]), "badTree"),
        (tree_of(&[("", b"name", id)]), "badTree"),
        (tree_of(&[("100644", b"", id)]), "badTree"),
    ] {
        trees.push(Crafted { kind: Kind::Tree, content, check: Some(check) });
    }
    trees
}

/// Contents of `.gitmodules`.
pub(crate) fn modules() -> Vec<(&'static str, Option<&'static str>)> {
    vec![
        ("", None),
        ("[submodule \"a\"]\n\tpath = a\n\turl = https://example.com/a.git\n", None),
        ("[submodule \"a/b\"]\n\tpath = a/b\n\turl = ../b.git\n\tupdate = merge\n", None),
        ("[submodule \"../a\"]\n\turl = x\n", Some("gitmodulesName")),
        ("[submodule \"a/../b\"]\n\turl = x\n", Some("gitmodulesName")),
        ("[submodule \"a\\\\..\"]\n\turl = x\n", Some("gitmodulesName")),
        ("[submodule \"\"]\n\turl = x\n", Some("gitmodulesName")),
        ("[submodule.a]\n\turl = -x\n", Some("gitmodulesUrl")),
        ("[submodule \"a\"]\n\turl = -x\n", Some("gitmodulesUrl")),
        ("[submodule \"a\"]\n\turl = \"-x\"\n", Some("gitmodulesUrl")),
        ("[submodule \"a\"]\n\turl = https://example.com/%0ahost=x\n", Some("gitmodulesUrl")),
        ("[submodule \"a\"]\n\turl = \"git://a\\nb\"\n", Some("gitmodulesUrl")),
        ("[submodule \"a\"]\n\turl = ../%0ax\n", Some("gitmodulesUrl")),
        ("[submodule \"a\"]\n\turl = https:///x\n", Some("gitmodulesUrl")),
        ("[submodule \"a\"]\n\turl = https::example.com\n", Some("gitmodulesUrl")),
        ("[submodule \"a\"]\n\turl = ../../../:evil.com/a\n", Some("gitmodulesUrl")),
        ("[submodule \"a\"]\n\turl = http://example.com:99999/a\n", Some("gitmodulesUrl")),
        ("[submodule \"a\"]\n\turl = https://a@b@example.com/\n", Some("gitmodulesUrl")),
        ("[submodule \"a\"]\n\turl = https://a@b.example.com/?q#f\n", None),
        ("[submodule \"a\"]\n\turl = https://example.com/a/../../b\n", Some("gitmodulesUrl")),
        ("[submodule \"a\"]\n\turl = https://example.com/%2e%2E/b\n", Some("gitmodulesUrl")),
        ("[submodule \"a\"]\n\turl = https://example.com/a/../b\n", None),
        ("[submodule \"a\"]\n\turl = https://example.com/%zz\n", Some("gitmodulesUrl")),
        ("[submodule \"a\"]\n\turl = https://[::1]:8080/a\n", None),
        ("[submodule \"a\"]\n\turl = \"..\\\\..\\\\:example.com/a\"\n", Some("gitmodulesUrl")),
        ("[submodule \"a\"]\n\turl = \"..\\\\a\"\n", None),
        ("[submodule \"a\"]\n\turl = ssh://example.com/%0a\n", None),
        ("[submodule \"a\"]\n\turl = git@example.com:a\n", None),
        ("[submodule \"a\"]\n\tpath = -x\n", Some("gitmodulesPath")),
        ("[submodule \"a\"]\n\tupdate = !x\n", Some("gitmodulesUpdate")),
        ("[submodule \"a\"]\n\tupdate = x\n", None),
        ("[SUBMODULE \"a\"]\n\tPATH = -x\n", Some("gitmodulesPath")),
        ("[other \"a\"]\n\tpath = -x\n", None),
        ("[submodule]\n\tpath = -x\n", None),
        ("[submodule \"a\"] path = -x", Some("gitmodulesPath")),
        ("[submodule \"a\"]\n\tpath = x ; -y\n", None),
        ("[submodule \"a\"]\n\tpath = \\\n-x\n", Some("gitmodulesPath")),
        ("what is this\n[submodule \"a\"]\n\tpath = -x\n", None),
        ("[submodule \"a\"]\n\tpath = -x\n[[\n", Some("gitmodulesPath")),
    ]
}
