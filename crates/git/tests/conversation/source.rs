//! A repository made by git that is also stored as packs, to be fetched from.

use crate::packs::Packs;
use crate::repository::{Edit, NewCommit, Repository, id, import};
use git::upload::{ProtocolVersion, View, v0, v2};
use git::{ObjectId, Ref};
use std::io::Write;

pub(crate) const HEAD: &str = "refs/heads/c6";

/// What git and we are asked to serve.
pub(crate) struct Source {
    pub(crate) repository: Repository,
    pub(crate) packs: Packs,
    pub(crate) refs: Vec<Ref>,
    pub(crate) head: &'static str,
    pub(crate) all_reachable: bool,
    /// The commits, by number.
    pub(crate) commits: Vec<ObjectId>,
}

impl Source {
    /// `c0 - c1 - c2 - c3 - c4 - c6`, where `c6` also merges `c5`, which stands on `c2`; the unrelated `c7`; the annotated
    /// tag `v1` of `c4`, and `v2` of that tag. Every commit is on a branch of its name.
    pub(crate) fn new() -> Self {
        let repository = Repository::new();
        let commit = |parents: &[usize], content: u8| NewCommit {
            parents: parents.to_vec(),
            edits: vec![Edit::File("a", content), Edit::File("d/b", content / 2)],
            skew: 0,
        };
        let history = [
            commit(&[], 1),
            commit(&[0], 2),
            commit(&[1], 3),
            commit(&[2], 4),
            commit(&[3], 5),
            commit(&[2], 6),
            commit(&[4, 5], 7),
            commit(&[], 8),
        ];
        let commits = import(&repository, &history);
        repository.git(&["tag", "-a", "-m", "v1", "v1", "c4"], b"");
        repository.git(&["tag", "-a", "-m", "v2", "v2", "v1"], b"");
        repository.git(&["symbolic-ref", "HEAD", HEAD], b"");
        for key in ["allowFilter", "allowRefInWant", "allowTipSHA1InWant", "allowReachableSHA1InWant"] {
            repository.git(&["config", &format!("uploadpack.{key}"), "true"], b"");
        }
        repository.git(&["config", "transfer.advertiseObjectInfo", "true"], b"");
        Self::of(repository, HEAD, commits)
    }

    /// A repository without a commit.
    pub(crate) fn empty() -> Self {
        let repository = Repository::new();
        repository.git(&["symbolic-ref", "HEAD", HEAD], b"");
        Self {
            repository,
            packs: Packs::none(),
            refs: Vec::new(),
            head: HEAD,
            all_reachable: true,
            commits: Vec::new(),
        }
    }

    fn of(repository: Repository, head: &'static str, commits: Vec<ObjectId>) -> Self {
        let listing = repository.text(&["for-each-ref", "--format=%(objectname) %(refname) %(*objectname)"], "");
        let refs: Vec<Ref> = listing
            .lines()
            .map(|line| {
                let words: Vec<&str> = line.split_whitespace().collect();
                let peeled = words.get(2).map(|_| repository.id(&format!("{}^{{}}", words[1])));
                Ref { name: words[1].to_owned(), target: id(words[0]), peeled }
            })
            .collect();
        let mut packs = Packs::none();
        let tips: Vec<ObjectId> = refs.iter().map(|each| each.target).collect();
        let first = repository.objects(&tips[..3], &[]);
        let rest = repository.objects(&tips, &[]).difference(&first).copied().collect();
        packs.add(&repository, &first);
        packs.add(&repository, &rest);
        Self { repository, packs, refs, head, all_reachable: true, commits }
    }

    /// Deletes branches whose commits stay stored.
    pub(crate) fn delete(&mut self, branches: &[&str]) {
        for branch in branches {
            self.repository.git(&["update-ref", "-d", &format!("refs/heads/{branch}")], b"");
        }
        self.refs.retain(|each| !branches.iter().any(|branch| each.name == format!("refs/heads/{branch}")));
        self.all_reachable = false;
    }

    pub(crate) fn view(&self) -> View<'_> {
        View {
            refs: &self.refs,
            head: Some(self.head),
            odb: &self.packs.odb,
            all_reachable: self.all_reachable,
            unreferenced: &[],
            scratch: self.packs.dir.path(),
        }
    }

    /// What we answer to a request.
    pub(crate) fn answer(&self, version: ProtocolVersion, request: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        // A failure has been written to the answer, which the tests look at.
        let _ = self.try_answer(version, request, &mut out);
        out
    }

    pub(crate) fn try_answer(
        &self,
        version: ProtocolVersion,
        request: &[u8],
        out: &mut dyn Write,
    ) -> Result<(), git::upload::Failure> {
        let view = self.view();
        if version != ProtocolVersion::V2 {
            return match v0::read_request(request) {
                Ok(Some(request)) => v0::answer(&request, &view, out),
                Ok(None) => Ok(()),
                Err(failure) => {
                    failure.tell(out).unwrap();
                    Err(failure)
                }
            };
        }
        match v2::read_request(request) {
            Ok(None) => Ok(()),
            Ok(Some(v2::Request::Fetch(fetch))) => v2::answer_fetch(&fetch, &view, out),
            Ok(Some(v2::Request::ObjectInfo(info))) => info.answer(&view, out),
            Ok(Some(v2::Request::LsRefs(ls_refs))) => {
                let scanned: Vec<Ref> = match ls_refs.common_prefix() {
                    Some(prefix) => view.refs.iter().filter(|each| each.name.starts_with(&prefix)).cloned().collect(),
                    None => Vec::new(),
                };
                ls_refs.answer(&scanned, view.head, out)
            }
            Err(failure) => {
                failure.tell(out).unwrap();
                Err(failure)
            }
        }
    }

    /// What git's own server answers to it.
    pub(crate) fn answer_of_git(&self, version: ProtocolVersion, request: &[u8]) -> Vec<u8> {
        let git_protocol = if version == ProtocolVersion::V2 { "version=2" } else { "version=0" };
        let script = format!("GIT_PROTOCOL={git_protocol} exec git upload-pack --stateless-rpc .");
        let (_, answer, _) = self.repository.try_git(&["-c", &format!("alias.serve=!{script}"), "serve"], request);
        answer
    }
}
