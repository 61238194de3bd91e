//! The other end: asks for a pack as a client would, and lets git take it in.

use crate::packs::Packs;
use crate::repository::{Repository, id, set};
use git::upload::selection::{Progress, send_pack};
use git::upload::{Filter, View, Wanted};
use git::{ObjectId, Ref};
use std::collections::HashSet;

/// A fetch in the making; the defaults are those of `git clone`.
#[derive(Debug, Clone)]
pub(crate) struct Fetch {
    pub(crate) refs: Vec<Ref>,
    pub(crate) all_reachable: bool,
    pub(crate) wants: Vec<ObjectId>,
    pub(crate) common: Vec<ObjectId>,
    pub(crate) boundary: HashSet<ObjectId>,
    pub(crate) client_shallow: HashSet<ObjectId>,
    pub(crate) unshallowed: Vec<ObjectId>,
    pub(crate) filter: Filter,
    pub(crate) include_tags: bool,
    pub(crate) thin: bool,
    pub(crate) ofs_delta: bool,
}

impl Fetch {
    /// A clone of a repository with these refs.
    pub(crate) fn clone_of(refs: Vec<Ref>) -> Self {
        Self {
            wants: refs.iter().map(|each| each.target).collect(),
            refs,
            all_reachable: true,
            common: Vec::new(),
            boundary: HashSet::new(),
            client_shallow: HashSet::new(),
            unshallowed: Vec::new(),
            filter: Filter::None,
            include_tags: false,
            thin: true,
            ofs_delta: true,
        }
    }

    /// The pack that answers, and the last progress report.
    pub(crate) fn answer(&self, packs: &Packs) -> (Vec<u8>, Progress) {
        let view = View {
            refs: &self.refs,
            head: None,
            odb: &packs.odb,
            all_reachable: self.all_reachable,
            unreferenced: &[],
            scratch: packs.dir.path(),
        };
        let wanted = Wanted {
            wants: &self.wants,
            common: &self.common,
            boundary: &self.boundary,
            client_shallow: &self.client_shallow,
            unshallowed: &self.unshallowed,
            filter: &self.filter,
            include_tags: self.include_tags,
            thin: self.thin,
            ofs_delta: self.ofs_delta,
        };
        let mut pack = Vec::new();
        let mut last = Progress::Counting(0);
        send_pack(&view, &wanted, &mut pack, &mut |progress| {
            last = progress;
            Ok(())
        })
        .unwrap();
        assert!(matches!(last, Progress::Done { bytes, .. } if bytes == pack.len() as u64), "{last:?}");
        (pack, last)
    }
}

/// Branches of the repository as refs.
pub(crate) fn refs_of(repository: &Repository, names: &[&str]) -> Vec<Ref> {
    names
        .iter()
        .map(|name| {
            let target = repository.id(name);
            let peeled = repository.id(&format!("{name}^{{}}"));
            Ref { name: format!("refs/heads/{name}"), target, peeled: (peeled != target).then_some(peeled) }
        })
        .collect()
}

/// A client that fetched branches from `source` with git, perhaps only to some depth.
pub(crate) fn client_with(
    source: &Repository,
    branches: &[usize],
    depth: Option<u32>,
) -> (Repository, HashSet<ObjectId>) {
    let client = Repository::new();
    if branches.is_empty() {
        return (client, HashSet::new());
    }
    let url = format!("file://{}", source.path().display());
    let mut args = vec!["fetch".to_owned(), "-q".into(), "--no-tags".into()];
    args.extend(depth.map(|depth| format!("--depth={depth}")));
    args.push(url);
    args.extend(branches.iter().map(|branch| format!("refs/heads/c{branch}:refs/heads/has-{branch}")));
    client.git(&args.iter().map(String::as_str).collect::<Vec<_>>(), b"");
    let shallow = std::fs::read_to_string(client.path().join("shallow")).unwrap_or_default();
    (client, shallow.lines().map(id).collect())
}

/// Takes the pack in as `git fetch` does, sets refs to the wants, and has git check that nothing is missing.
pub(crate) fn take_in(client: &Repository, fetch: &Fetch, pack: &[u8]) {
    let gone = set(&fetch.unshallowed);
    let shallow: String = fetch
        .client_shallow
        .iter()
        .filter(|id| !gone.contains(*id))
        .chain(fetch.boundary.iter().filter(|id| !fetch.client_shallow.contains(*id)))
        .map(|id| format!("{id}\n"))
        .collect();
    if shallow.is_empty() {
        let _ = std::fs::remove_file(client.path().join("shallow"));
    } else {
        std::fs::write(client.path().join("shallow"), shallow).unwrap();
    }
    let (ok, _, errors) = client.try_git(&["index-pack", "--stdin", "--fix-thin", "--strict"], pack);
    assert!(ok, "git refuses the pack: {errors}");
    for (number, want) in fetch.wants.iter().enumerate() {
        std::fs::write(client.path().join(format!("refs/wanted-{number}")), format!("{want}\n")).unwrap();
    }
    let (ok, output, errors) = client.try_git(&["fsck", "--full", "--strict", "--no-dangling"], b"");
    assert!(ok, "{}{errors}", String::from_utf8_lossy(&output));
}
