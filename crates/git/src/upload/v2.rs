//! Protocol v2: reading a request, and answering a fetch (gitprotocol-v2).

use super::failure::Failure;
use super::fetch_request::FetchRequest;
use super::ls_refs::{self, LsRefs};
use super::negotiation::Negotiation;
use super::object_info::ObjectInfo;
use super::pack_answer::answer_with_pack;
use super::reachability::check_wants;
use super::shallow::Cut;
use super::{View, Wanted};
use crate::pkt_line::{Packet, PacketReader, Width, write_delimiter, write_flush, write_text};
use gix::ObjectId;
use std::collections::{HashMap, HashSet};
use std::io::{BufRead, Write};

/// What a client asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// The refs; answered by [`LsRefs::answer`].
    LsRefs(LsRefs),
    /// Objects; answered by [`answer_fetch`].
    Fetch(Box<FetchRequest>),
    /// Facts about objects; answered by [`ObjectInfo::answer`].
    ObjectInfo(ObjectInfo),
}

/// A command while its arguments are read.
enum Command {
    LsRefs(ls_refs::Arguments),
    Fetch(Box<FetchRequest>),
    ObjectInfo(ObjectInfo),
}

impl Command {
    fn named(name: &[u8]) -> Result<Self, Failure> {
        match name {
            b"ls-refs" => Ok(Self::LsRefs(ls_refs::Arguments::default())),
            b"fetch" => Ok(Self::Fetch(Box::default())),
            b"object-info" => Ok(Self::ObjectInfo(ObjectInfo::default())),
            _ => Err(Failure::line("unknown command", name)),
        }
    }

    fn take(&mut self, line: &[u8]) -> Result<(), Failure> {
        match self {
            Self::LsRefs(arguments) => arguments.take(line),
            Self::Fetch(request) => request.take(line),
            Self::ObjectInfo(request) => request.take(line),
        }
    }

    fn finish(self) -> Result<Request, Failure> {
        Ok(match self {
            Self::LsRefs(arguments) => Request::LsRefs(arguments.finish()),
            Self::Fetch(request) => {
                request.shallow.check()?;
                Request::Fetch(request)
            }
            Self::ObjectInfo(request) => Request::ObjectInfo(request),
        })
    }
}

/// Reads one request; `None` when the client has none, to which the answer is empty.
pub fn read_request(input: impl BufRead) -> Result<Option<Request>, Failure> {
    let mut reader = PacketReader::new(input);
    let mut command = None;
    let has_arguments = loop {
        match reader.read_line()? {
            Some(Packet::Data(line)) => match line.strip_prefix(b"command=") {
                Some(name) if command.is_none() => command = Some(Command::named(name)?),
                Some(name) => return Err(Failure::line("a second command,", name)),
                None => check_capability(line)?,
            },
            Some(Packet::Delimiter) => break true,
            Some(Packet::Flush) => break false,
            Some(Packet::ResponseEnd) => return Err(misplaced("a response end packet")),
            None if command.is_none() => return Ok(None),
            None => return Err(misplaced("the end of the request")),
        }
    };
    match command {
        Some(command) if has_arguments => read_arguments(&mut reader, command).map(Some),
        Some(command) => command.finish().map(Some),
        None if has_arguments => Err(misplaced("a delimiter packet")),
        None => Ok(None),
    }
}

fn read_arguments(reader: &mut PacketReader<impl BufRead>, mut command: Command) -> Result<Request, Failure> {
    loop {
        match reader.read_line()? {
            Some(Packet::Data(line)) => command.take(line)?,
            Some(Packet::Flush) => return command.finish(),
            Some(Packet::Delimiter) => return Err(misplaced("a delimiter packet")),
            Some(Packet::ResponseEnd) => return Err(misplaced("a response end packet")),
            None => return Err(misplaced("the end of the request")),
        }
    }
}

/// Of the capabilities only the object format matters: the others are the client's name and options for hooks.
fn check_capability(line: &[u8]) -> Result<(), Failure> {
    match line.strip_prefix(b"object-format=") {
        Some(b"sha1") | None => Ok(()),
        Some(other) => Err(Failure::line("this repository's objects are named by sha1, not by", other)),
    }
}

fn misplaced(what: &str) -> Failure {
    Failure::Refused(format!("upload-pack: protocol error, did not expect {what} here"))
}

/// Answers one round of a fetch. The client has been told when this fails.
pub fn answer_fetch(request: &FetchRequest, view: &View, out: &mut dyn Write) -> Result<(), Failure> {
    let round = match Round::begin(request, view, out) {
        Ok(Some(round)) => round,
        Ok(None) => return Ok(out.flush()?),
        Err(failure) => {
            // Whether the client is still there to hear it makes no difference.
            _ = failure.tell(out);
            return Err(failure);
        }
    };
    let wanted = Wanted {
        wants: &round.wants,
        common: &round.common,
        boundary: &round.cut.boundary,
        client_shallow: &round.cut.client_shallow,
        unshallowed: &round.cut.unshallowed,
        filter: &request.filter,
        include_tags: request.include_tags,
        thin: request.thin,
        ofs_delta: request.ofs_delta,
    };
    answer_with_pack(view, &wanted, Some(Width::Wide), request.no_progress, out)
}

/// A round after which the pack is sent.
struct Round {
    wants: Vec<ObjectId>,
    common: Vec<ObjectId>,
    cut: Cut,
}

impl Round {
    /// Writes all sections up to the pack; `None` when the answer is complete without one.
    fn begin(request: &FetchRequest, view: &View, out: &mut dyn Write) -> Result<Option<Self>, Failure> {
        let wanted_refs = find_wanted_refs(view, &request.want_refs)?;
        let wants = distinct(request.wants.iter().chain(wanted_refs.iter().map(|(target, _)| target)));
        // A client that wants nothing may still ask what is common (`git fetch --negotiate-only`).
        let only_negotiates = request.wait_for_done && !request.haves.is_empty();
        if wants.is_empty() && !only_negotiates {
            return Ok(None);
        }
        require_reachable(view, &wants)?;

        let mut negotiation = Negotiation::new(view.odb, &wants)?;
        for id in &request.haves {
            negotiation.have(id)?;
        }
        if !request.haves.is_empty() && !request.done {
            let is_ready = !request.wait_for_done && negotiation.is_ready()?;
            write_acknowledgments(negotiation.common(), is_ready, out)?;
            if !is_ready {
                return Ok(None);
            }
        }
        if wants.is_empty() {
            return Ok(None);
        }
        let cut = Cut::of(view, &request.shallow, &wants)?;
        if request.shallow.is_deepening() || !request.shallow.shallow.is_empty() {
            write_text(out, "shallow-info")?;
            cut.write(out)?;
            write_delimiter(out)?;
        }
        // git's own server sends this section before the last one, and its own client trips over that. The order here is
        // that of the document.
        if !wanted_refs.is_empty() {
            write_text(out, "wanted-refs")?;
            for (target, name) in wanted_refs {
                write_text(out, &format!("{target} {name}"))?;
            }
            write_delimiter(out)?;
        }
        write_text(out, "packfile")?;
        Ok(Some(Self { wants, common: negotiation.common().to_vec(), cut }))
    }
}

fn write_acknowledgments(common: &[ObjectId], is_ready: bool, out: &mut dyn Write) -> Result<(), Failure> {
    write_text(out, "acknowledgments")?;
    if common.is_empty() {
        write_text(out, "NAK")?;
    }
    for id in common {
        write_text(out, &format!("ACK {id}"))?;
    }
    if is_ready {
        write_text(out, "ready")?;
        return Ok(write_delimiter(out)?);
    }
    Ok(write_flush(out)?)
}

/// What the refs point to that the client wants by name, `HEAD` among them.
fn find_wanted_refs<'a>(view: &View, names: &'a [String]) -> Result<Vec<(ObjectId, &'a str)>, Failure> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let mut by_name: HashMap<&str, ObjectId> = view.refs.iter().map(|each| (each.name.as_str(), each.target)).collect();
    if let Some(branch) = view.find_ref("HEAD") {
        by_name.insert("HEAD", branch.target);
    }
    let find = |name: &'a String| match by_name.get(name.as_str()) {
        Some(target) => Ok((*target, name.as_str())),
        None => Err(Failure::line("unknown ref", name.as_bytes())),
    };
    names.iter().map(find).collect()
}

/// Refuses wants that no ref reaches.
pub(super) fn require_reachable(view: &View, wants: &[ObjectId]) -> Result<(), Failure> {
    check_wants(view, wants)?.map_err(|id| Failure::Refused(format!("upload-pack: not our ref {id}")))
}

/// The ids, each once.
pub(super) fn distinct<'a>(ids: impl Iterator<Item = &'a ObjectId>) -> Vec<ObjectId> {
    let mut seen = HashSet::new();
    ids.filter(|id| seen.insert(**id)).copied().collect()
}
