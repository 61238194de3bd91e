//! Conversations with git's own client, in every protocol version.

use crate::repository::Repository;
use crate::server::serve;
use crate::source::Source;
use std::sync::LazyLock;

static SOURCE: LazyLock<Source> = LazyLock::new(Source::new);

/// A client that speaks this protocol version.
struct Client {
    repository: Repository,
    version: String,
}

impl Client {
    fn new(version: u8) -> Self {
        Self { repository: Repository::new(), version: format!("protocol.version={version}") }
    }

    /// Runs git; it must succeed. Returns what it says of the conversation.
    #[track_caller]
    fn run(&self, args: &[&str]) -> String {
        let fixed =
            ["-c", &self.version, "-c", "transfer.fsckObjects=true", "-c", "fetch.negotiationAlgorithm=consecutive"];
        let (ok, output, errors) = self.repository.try_git(&[&fixed, args].concat(), b"");
        assert!(ok, "{args:?} with {}: {errors}", self.version);
        String::from_utf8_lossy(&output).into_owned() + &errors
    }

    #[track_caller]
    fn fetch(&self, url: &str, args: &[&str], refs: &[&str]) {
        self.run(&[&["fetch", "--no-tags"], args, &[url], refs].concat());
        self.run(&["fsck", "--full", "--strict", "--no-dangling"]);
    }

    fn count(&self, rev: &str) -> String {
        self.repository.text(&["rev-list", "--count", rev], "")
    }

    fn is_shallow(&self) -> bool {
        self.repository.text(&["rev-parse", "--is-shallow-repository"], "") == "true"
    }
}

#[track_caller]
fn in_every_version(source: &Source, talk: impl Fn(&Client, &str)) {
    for version in [0, 1, 2] {
        serve(source, |url| talk(&Client::new(version), url));
    }
}

#[test]
fn a_mirror_has_the_same_refs() {
    in_every_version(&SOURCE, |client, url| {
        client.run(&["fetch", url, "+refs/*:refs/*"]);
        client.run(&["fsck", "--full", "--strict"]);
        let refs = |repository: &Repository| repository.text(&["for-each-ref"], "");
        assert_eq!(refs(&client.repository), refs(&SOURCE.repository));
        client.run(&["fetch", url, "+refs/*:refs/*"]);
    });
}

#[test]
fn ls_remote_is_what_git_tells() {
    in_every_version(&SOURCE, |client, url| {
        let path = SOURCE.repository.path().to_str().unwrap();
        for args in [&["--symref"][..], &["--tags"], &["--heads"]] {
            assert_eq!(
                client.run(&[&["ls-remote"], args, &[url]].concat()),
                client.run(&[&["ls-remote"], args, &[path]].concat())
            );
        }
        assert_eq!(client.run(&["ls-remote", url, "c3"]), client.run(&["ls-remote", path, "c3"]));
    });
}

#[test]
fn history_is_cut_deepened_and_completed() {
    in_every_version(&SOURCE, |client, url| {
        client.fetch(url, &["--depth=1"], &["c6:c6"]);
        assert_eq!(client.count("c6"), "1");
        client.fetch(url, &["--depth=2"], &["c6:c6"]);
        assert_eq!(client.count("c6"), "3");
        client.fetch(url, &["--deepen=1"], &["c6:c6"]);
        assert_eq!(client.count("c6"), "5");
        client.fetch(url, &["--depth=1"], &["c6:c6"]);
        assert_eq!(client.count("c6"), "1");
        client.fetch(url, &[], &["c2:c2"]);
        client.fetch(url, &["--unshallow"], &["c6:c6"]);
        assert_eq!(client.count("c6"), "7");
        assert!(!client.is_shallow());
    });
}

#[test]
fn history_is_cut_by_time_and_by_refs() {
    in_every_version(&SOURCE, |client, url| {
        client.fetch(url, &["--shallow-since=1000000170"], &["c6:c6"]);
        assert_eq!(client.count("c6"), "4");
        client.fetch(url, &["--shallow-exclude=c1"], &["c6:c6"]);
        assert_eq!(client.count("c6"), "5");
    });
}

#[test]
fn fetches_add_to_what_is_there() {
    in_every_version(&SOURCE, |client, url| {
        client.fetch(url, &[], &["c1:c1"]);
        client.repository.git(&["update-ref", "refs/heads/own", "c1"], b"");
        for _ in 0..40 {
            let tree = client.repository.text(&["rev-parse", "own^{tree}"], "");
            let own = client.repository.text(&["commit-tree", &tree, "-p", "own", "-m", "own"], "");
            client.repository.git(&["update-ref", "refs/heads/own", &own], b"");
        }
        client.fetch(url, &[], &["c3:c3", "c5:c5"]);
        client.fetch(url, &["--tags"], &["c6:c6"]);
        assert_eq!(client.count("c6"), "7");
        client.run(&["fsck", "--full", "--strict"]);
        assert_eq!(client.repository.id("v2"), SOURCE.repository.id("v2"));
        client.fetch(url, &[], &["c7:c7"]);
    });
}

#[test]
fn a_commit_is_fetched_by_its_id() {
    in_every_version(&SOURCE, |client, url| {
        let id = SOURCE.commits[2].to_string();
        client.fetch(url, &["--depth=1"], &[&format!("{id}:two")]);
        assert_eq!(client.count("two"), "1");
    });
}

#[test]
fn a_partial_clone_gets_the_rest_when_it_needs_it() {
    in_every_version(&SOURCE, |client, url| {
        let dir = tempfile::tempdir().unwrap();
        for filter in ["blob:none", "blob:limit=1k", "tree:0", "combine:blob:none+tree:2"] {
            let path = dir.path().join(filter.replace(':', "-"));
            let path = path.to_str().unwrap();
            client.run(&["clone", "--bare", &format!("--filter={filter}"), url, path]);
            assert!(
                client.run(&["-C", path, "rev-list", "--objects", "--missing=print", "--all"]).contains('?'),
                "{filter}"
            );
            assert_eq!(
                client.run(&["-C", path, "cat-file", "-p", "c6:a"]),
                SOURCE.repository.text(&["cat-file", "-p", "c6:a"], "") + "\n"
            );
        }
    });
}

#[test]
fn an_empty_repository_is_cloned() {
    in_every_version(&Source::empty(), |client, url| {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("clone");
        client.run(&["clone", url, path.to_str().unwrap()]);
        if client.version.ends_with('2') {
            assert_eq!(client.run(&["-C", path.to_str().unwrap(), "symbolic-ref", "HEAD"]), "refs/heads/c6\n");
        }
    });
}

#[test]
fn what_is_common_is_found_without_fetching() {
    serve(&SOURCE, |url| {
        let client = Client::new(2);
        client.fetch(url, &[], &["c3:c3"]);
        let said = client.run(&["fetch", "--negotiate-only", "--negotiation-tip=c3", url]);
        assert_eq!(said, format!("{}\n", SOURCE.commits[3]));
    });
}

#[test]
fn an_object_that_is_not_to_be_had_is_named_to_the_user() {
    let mut source = Source::new();
    source.delete(&["c7"]);
    in_every_version(&source, |client, url| {
        let lost = source.commits[7].to_string();
        let (ok, _, errors) = client.repository.try_git(&["-c", &client.version, "fetch", url, &lost], b"");
        assert!(!ok && errors.contains(&format!("upload-pack: not our ref {lost}")), "{errors}");
    });
}
