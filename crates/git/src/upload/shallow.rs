//! Shallow clones: what clients say of where their history ends, and where it ends after this fetch.

use super::View;
use super::failure::Failure;
use super::fetch_request::{parse_id, push_bounded, text};
use super::roots::Roots;
use crate::odb::Odb;
use crate::pkt_line::write_text;
use crate::walk::{self, Shallow};
use gix::ObjectId;
use std::collections::HashSet;
use std::io::{self, Write};

/// The depth that stands for all of history (gitprotocol-pack, "Packfile Negotiation").
const INFINITE_DEPTH: u32 = 0x7fff_ffff;

/// How many `deepen-not` lines a request may have.
const MAX_EXCLUDED: usize = 1 << 10;

/// Where the client's history ends, and where it shall end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShallowRequest {
    /// Commits of which the client does not have the parents.
    pub shallow: Vec<ObjectId>,
    /// How many commits deep its history shall be; the tips are at depth 1.
    pub depth: Option<u32>,
    /// Whether the depth counts from where its history ends now, and not from the tips.
    pub relative: bool,
    /// Its history shall go back to this time, in seconds since the epoch.
    pub since: Option<i64>,
    /// Its history shall have nothing that these refs reach; names may be short.
    pub not: Vec<String>,
}

impl ShallowRequest {
    /// Takes a line of the request if it is about shallowness; tells whether it is.
    pub(super) fn take(&mut self, line: &[u8]) -> Result<bool, Failure> {
        if let Some(id) = line.strip_prefix(b"shallow ") {
            push_bounded(&mut self.shallow, parse_id(id, line)?, "shallow")?;
        } else if let Some(depth) = line.strip_prefix(b"deepen ") {
            let depth = text(depth, line)?.parse().ok().filter(|depth| *depth > 0);
            self.depth = Some(depth.ok_or_else(|| Failure::line("invalid depth in", line))?);
        } else if let Some(time) = line.strip_prefix(b"deepen-since ") {
            let time = text(time, line)?.parse().ok();
            self.since = Some(time.ok_or_else(|| Failure::line("invalid time in", line))?);
        } else if let Some(name) = line.strip_prefix(b"deepen-not ") {
            if self.not.len() == MAX_EXCLUDED {
                return Err(Failure::Refused(format!("upload-pack: more than {MAX_EXCLUDED} 'deepen-not' lines")));
            }
            self.not.push(text(name, line)?.to_owned());
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// Refuses what cannot be asked for together.
    pub(super) fn check(&self) -> Result<(), Failure> {
        if self.depth.is_some() && self.is_bounded() {
            let reason = "upload-pack: deepen and deepen-since (or deepen-not) cannot be used together";
            return Err(Failure::Refused(reason.to_owned()));
        }
        Ok(())
    }

    /// Whether the client's history shall end elsewhere than now.
    pub(super) fn is_deepening(&self) -> bool {
        self.depth.is_some() || self.is_bounded()
    }

    fn is_bounded(&self) -> bool {
        self.since.is_some() || !self.not.is_empty()
    }
}

/// Where the client's history ends before and after this fetch.
#[derive(Debug, Default)]
pub(super) struct Cut {
    /// Commits the client has without their parents, as far as they are here.
    pub(super) client_shallow: HashSet<ObjectId>,
    /// Where its history ends afterwards, as far as this fetch decides.
    pub(super) boundary: HashSet<ObjectId>,
    /// Those of `client_shallow` whose parents it gets.
    pub(super) unshallowed: Vec<ObjectId>,
    /// Those of `boundary` that are news to it.
    newly_shallow: Vec<ObjectId>,
}

impl Cut {
    /// Decides where history ends for a client that wants `wants`, which must have been checked.
    pub(super) fn of(view: &View, request: &ShallowRequest, wants: &[ObjectId]) -> Result<Self, Failure> {
        let odb = view.odb;
        let mut known = Vec::new();
        for id in &request.shallow {
            if odb.commit(id)?.is_some() {
                known.push(*id);
            }
        }
        let mut cut = Self { client_shallow: known.iter().copied().collect(), ..Self::default() };
        match request.depth {
            Some(INFINITE_DEPTH..) => cut.unshallowed = reachable(view, known)?,
            Some(depth) if request.relative => {
                let part = walk::to_depth(odb, &reachable(view, known.clone())?, depth.saturating_add(1))?;
                cut.set(odb, part, known)?;
            }
            Some(depth) => {
                let part = walk::to_depth(odb, &Roots::of(odb, wants)?.commits, depth)?;
                cut.set(odb, part, known)?;
            }
            None if request.is_bounded() => {
                let excluded =
                    request.not.iter().map(|name| excluded_commit(view, name)).collect::<Result<Vec<_>, _>>()?;
                let part = walk::bounded(odb, &Roots::of(odb, wants)?.commits, request.since, &excluded)?;
                if part.is_empty() {
                    let reason = "upload-pack: no commits selected for shallow requests";
                    return Err(Failure::Refused(reason.to_owned()));
                }
                cut.set(odb, part, known)?;
            }
            None => {}
        }
        Ok(cut)
    }

    fn set(&mut self, odb: &Odb, part: Shallow, known: Vec<ObjectId>) -> Result<(), Failure> {
        self.boundary = part.boundary.iter().copied().collect();
        for id in known {
            if part.contains(odb, &id)? && !self.boundary.contains(&id) {
                self.unshallowed.push(id);
            }
        }
        self.newly_shallow = part.boundary;
        self.newly_shallow.retain(|id| !self.client_shallow.contains(id));
        Ok(())
    }

    /// Tells the client where its history ends from now on.
    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        for id in &self.newly_shallow {
            write_text(out, &format!("shallow {id}"))?;
        }
        for id in &self.unshallowed {
            write_text(out, &format!("unshallow {id}"))?;
        }
        Ok(())
    }
}

/// Those commits that some ref reaches. A client may name any commit as shallow, and must not get the history of one that
/// it could not have got here.
fn reachable(view: &View, mut commits: Vec<ObjectId>) -> Result<Vec<ObjectId>, Failure> {
    if !view.all_reachable && !commits.is_empty() {
        let targets: Vec<ObjectId> = view.refs.iter().map(|each| each.peeled.unwrap_or(each.target)).collect();
        let tips = Roots::of(view.odb, &targets)?.commits;
        let unreachable: HashSet<ObjectId> = walk::unreachable(view.odb, &tips, &commits)?.into_iter().collect();
        commits.retain(|id| !unreachable.contains(id));
    }
    Ok(commits)
}

/// The commit of a ref whose name may be short (gitrevisions, "refname"). As it decides what is left out, it must be the
/// only one the name can mean.
fn excluded_commit(view: &View, name: &str) -> Result<ObjectId, Failure> {
    let full_names = [
        name.to_owned(),
        format!("refs/{name}"),
        format!("refs/tags/{name}"),
        format!("refs/heads/{name}"),
        format!("refs/remotes/{name}"),
        format!("refs/remotes/{name}/HEAD"),
    ];
    let mut found = full_names.iter().filter_map(|name| view.find_ref(name));
    let (Some(meant), None) = (found.next(), found.next()) else {
        return Err(Failure::line("ambiguous deepen-not:", name.as_bytes()));
    };
    let commit = meant.peeled.unwrap_or(meant.target);
    match view.odb.commit(&commit)? {
        Some(_) => Ok(commit),
        None => Err(Failure::line("no commit behind deepen-not:", name.as_bytes())),
    }
}
