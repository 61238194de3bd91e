//! git-upload-pack: serves fetches and clones.

use super::noted;
use super::request_reader::request_reader;
use super::respond::respond;
use git::ObjectId;
use git::upload::fetch_request::FetchRequest;
use git::upload::{Failure, ProtocolVersion, View, advertise, v0, v2};
use service::{Authorized, Context, GitFailure, GitProtocol, GitRequest, Response};
use std::collections::HashSet;
use std::io::Write;
use store::{Repository, Snapshot};
use tokio::runtime::Handle;

/// Advertises what can be fetched. With protocol v2 that is the capabilities alone, which needs no look at the repository.
pub(super) async fn advertise_refs(
    _cx: Context,
    repository: Authorized<Repository>,
    request: GitRequest,
) -> Result<Response, GitFailure> {
    let version = match request.protocol {
        GitProtocol::V0 => ProtocolVersion::V0,
        GitProtocol::V1 => ProtocolVersion::V1,
        GitProtocol::V2 => ProtocolVersion::V2,
    };
    let (refs, head) = match version {
        ProtocolVersion::V2 => (Vec::new(), None),
        _ => (repository.refs("refs/").await.map_err(GitFailure::internal)?, default_branch(&repository)),
    };
    respond("application/x-git-upload-pack-advertisement", move |out| {
        let advertised = match version {
            ProtocolVersion::V2 => advertise::capabilities(out),
            version => advertise::refs(version, &refs, head.as_deref(), out),
        };
        advertised.map_err(GitFailure::internal)
    })
    .await
}

/// Answers one request of a fetch: the list of refs, a round of negotiation, or the pack.
pub(super) async fn upload_pack(
    cx: Context,
    repository: Authorized<Repository>,
    request: GitRequest,
) -> Result<Response, GitFailure> {
    let runtime = Handle::current();
    respond("application/x-git-upload-pack-result", move |out| {
        let input = request_reader(request.body, runtime.clone()).map_err(GitFailure::internal)?;
        let serving = Serving { cx, repository, runtime };
        match request.protocol {
            GitProtocol::V2 => serving.v2(v2::read_request(input), out),
            GitProtocol::V0 | GitProtocol::V1 => serving.v0(v0::read_request(input), out),
        }
    })
    .await
}

/// How many commits without a ref a fetch may ask for by their ids.
const MOST_UNREFERENCED: usize = 16;

/// What a request is answered from, on the blocking side.
struct Serving {
    cx: Context,
    repository: Authorized<Repository>,
    runtime: Handle,
}

impl Serving {
    fn v2(&self, request: Result<Option<v2::Request>, Failure>, out: &mut dyn Write) -> Result<(), GitFailure> {
        match request {
            Ok(None) => Ok(()),
            Err(failure) => tell(&failure, out),
            Ok(Some(v2::Request::LsRefs(request))) => {
                let prefix = request.common_prefix().unwrap_or_else(|| "refs/".to_owned());
                let refs = self.runtime.block_on(self.repository.refs(&prefix)).map_err(GitFailure::internal)?;
                done(request.answer(&refs, default_branch(&self.repository).as_deref(), out))
            }
            Ok(Some(v2::Request::Fetch(request))) => {
                let snapshot = self.open()?;
                self.note(&request, &snapshot);
                let unreferenced = self.unreferenced(&request.wants, &snapshot)?;
                done(v2::answer_fetch(&request, &self.view(&snapshot, &unreferenced), out))
            }
            Ok(Some(v2::Request::ObjectInfo(request))) => {
                let snapshot = self.open()?;
                done(request.answer(&self.view(&snapshot, &[]), out))
            }
        }
    }

    fn v0(&self, request: Result<Option<v0::Request>, Failure>, out: &mut dyn Write) -> Result<(), GitFailure> {
        match request {
            Ok(None) => Ok(()),
            Err(failure) => tell(&failure, out),
            Ok(Some(request)) => {
                let snapshot = self.open()?;
                self.note(&request.fetch, &snapshot);
                let unreferenced = self.unreferenced(&request.fetch.wants, &snapshot)?;
                done(v0::answer(&request, &self.view(&snapshot, &unreferenced), out))
            }
        }
    }

    fn open(&self) -> Result<Snapshot, GitFailure> {
        self.runtime.block_on(self.repository.open()).map_err(GitFailure::internal)
    }

    /// Notes for the record what is fetched.
    fn note(&self, request: &FetchRequest, snapshot: &Snapshot) {
        self.cx.notes.references(noted::fetched(request, snapshot));
        self.cx.notes.data_transferred();
    }

    /// Those of the first few wants that are merge commits without a ref. All others are answered without asking the table.
    fn unreferenced(&self, wants: &[ObjectId], snapshot: &Snapshot) -> Result<Vec<ObjectId>, GitFailure> {
        if snapshot.all_reachable {
            return Ok(Vec::new());
        }
        let tips: HashSet<ObjectId> =
            snapshot.refs.iter().flat_map(|tip| [Some(tip.target), tip.peeled]).flatten().collect();
        let nameless: Vec<ObjectId> =
            wants.iter().filter(|want| !tips.contains(*want)).take(MOST_UNREFERENCED).copied().collect();
        self.runtime.block_on(self.repository.unreferenced_merges(&nameless)).map_err(GitFailure::internal)
    }

    fn view<'a>(&'a self, snapshot: &'a Snapshot, unreferenced: &'a [ObjectId]) -> View<'a> {
        View {
            refs: &snapshot.refs,
            head: snapshot.head.as_deref(),
            odb: &snapshot.odb,
            all_reachable: snapshot.all_reachable,
            unreferenced,
            scratch: self.cx.store.scratch(),
        }
    }
}

fn default_branch(repository: &Repository) -> Option<String> {
    repository.default_branch().map(|branch| branch.full_name().to_string())
}

/// Tells the client why its request cannot be read.
fn tell(failure: &Failure, out: &mut dyn Write) -> Result<(), GitFailure> {
    failure.tell(out).map_err(GitFailure::internal)
}

/// A refusal was told to the client and is no fault; what broke on our side cuts the answer off and is logged.
fn done(answered: Result<(), Failure>) -> Result<(), GitFailure> {
    match answered {
        Ok(()) | Err(Failure::Refused(_)) => Ok(()),
        Err(other) => Err(GitFailure::internal(other)),
    }
}
