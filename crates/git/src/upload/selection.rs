//! Sends the objects of a fetch: chooses the road that costs least, and writes the pack.
//!
//! | asked for | road |
//! |---|---|
//! | everything, of one stored pack | the stored file as it is: nothing is read but its bytes, nothing is hashed |
//! | everything, of several packs | their entries, without those that another pack has already |
//! | everything, with a filter by kind and size | entries picked from the graph part, without looking at history |
//! | anything else | a walk over what is new; see [`super::new_objects`] |

use super::chosen::Chosen;
use super::new_objects::{include_tags, new_objects};
use super::pack_output;
use super::roots::Roots;
use super::sieve::Sieve;
use super::{View, Wanted};
use crate::error::Result;
use crate::odb::{Entry, Odb};
use crate::walk;
use gix::ObjectId;
use std::collections::HashSet;
use std::io::{self, Write};

/// How a fetch is getting on. Reported often; who shows it to a person decides how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// This many objects were found so far.
    Counting(u64),
    /// All objects to be sent are known.
    Counted {
        /// How many there are.
        objects: u64,
    },
    /// The pack is being written.
    Writing {
        /// How many objects are written.
        done: u64,
        /// How many there are.
        total: u64,
    },
    /// The pack is complete.
    Done {
        /// How many objects it has.
        objects: u64,
        /// How many of them were copied as they are stored.
        reused: u64,
        /// The length of the pack in bytes.
        bytes: u64,
    },
}

/// Is told of progress; an error, such as a client that is gone, ends the work.
pub type OnProgress<'a> = &'a mut dyn FnMut(Progress) -> io::Result<()>;

/// Reports the number of objects found, every now and then.
pub(super) struct Counter<'a> {
    progress: OnProgress<'a>,
    last: usize,
}

impl Counter<'_> {
    const EVERY: usize = 2048;

    pub(super) fn reached(&mut self, count: usize) -> Result<()> {
        if count < self.last || count - self.last >= Self::EVERY {
            self.last = count;
            (self.progress)(Progress::Counting(count as u64))?;
        }
        Ok(())
    }
}

/// Writes the pack that answers a fetch to `out`, header to trailer.
///
/// The wants must have passed [`super::reachability::check_wants`]. Everything the client lacks is in the pack; objects it
/// has may be, but none that is unreachable from the wants.
pub fn send_pack(view: &View, wanted: &Wanted, out: &mut dyn Write, progress: OnProgress) -> Result<()> {
    let odb = view.odb;
    let sieve = Sieve::of(wanted.filter);
    let mut had = None;
    let chosen = if sieve.ignores_depth() && wants_everything(view, wanted)? {
        if let ([pack], true, true) = (odb.packs(), sieve.is_open(), wanted.ofs_delta) {
            return pack_output::copy_file(odb, pack, out, progress);
        }
        everything(view, wanted, sieve, &mut Counter { progress: &mut *progress, last: 0 })?
    } else {
        let found = new_objects(view, wanted, sieve, &mut Counter { progress: &mut *progress, last: 0 })?;
        had = wanted.thin.then_some(found.had);
        found.chosen
    };
    progress(Progress::Counted { objects: chosen.len() as u64 })?;
    let output = pack_output::Output {
        odb,
        scratch: view.scratch,
        chosen: &chosen,
        had: had.as_ref(),
        ofs_delta: wanted.ofs_delta,
    };
    output.write(out, progress)
}

/// Whether the client lacks all objects, wants all refs, and nothing is stored that no ref reaches.
fn wants_everything(view: &View, wanted: &Wanted) -> Result<bool> {
    let from_nothing = wanted.common.is_empty() && wanted.client_shallow.is_empty() && wanted.unshallowed.is_empty();
    if !view.all_reachable || !from_nothing || !wanted.boundary.is_empty() {
        return Ok(false);
    }
    let wants: HashSet<&ObjectId> = wanted.wants.iter().collect();
    // Refs that are not wanted themselves do no harm when what they reach goes along anyway. Where an annotated tag would
    // not, sending it unasked would leave the client with an object that no ref of its own reaches.
    let mut along = Vec::new();
    for unwanted in view.refs.iter().filter(|candidate| !wants.contains(&candidate.target)) {
        let target = match unwanted.peeled {
            Some(peeled) if wanted.include_tags => peeled,
            Some(_) => return Ok(false),
            None => unwanted.target,
        };
        if view.odb.commit(&target)?.is_none() {
            return Ok(false);
        }
        along.push(target);
    }
    if along.is_empty() {
        return Ok(true);
    }
    let tips = Roots::of(view.odb, wanted.wants)?.commits;
    Ok(walk::unreachable(view.odb, &tips, &along)?.is_empty())
}

/// Chooses all objects that pass the sieve, and those that the client names.
fn everything(view: &View, wanted: &Wanted, sieve: Sieve, counter: &mut Counter) -> Result<Chosen> {
    let odb = view.odb;
    let mut chosen = Chosen::none(odb);
    for (pack, record) in odb.packs().iter().enumerate() {
        for position in 0..record.objects {
            let entry = Entry { pack: pack as u32, position };
            if passes(odb, entry, sieve)? && is_canonical(odb, entry)? {
                chosen.insert(entry);
                counter.reached(chosen.len())?;
            }
        }
    }
    if !sieve.is_open() {
        let wants = Roots::of(odb, wanted.wants)?;
        for id in &wants.commits {
            chosen.extend(odb.locate(id)?);
        }
        chosen.extend([wants.tags, wants.trees, wants.blobs].into_iter().flatten());
        if wanted.include_tags {
            include_tags(view, wanted, &HashSet::new(), &mut chosen)?;
        }
    }
    Ok(chosen)
}

fn passes(odb: &Odb, entry: Entry, sieve: Sieve) -> Result<bool> {
    if sieve.is_open() {
        return Ok(true);
    }
    let info = odb.info(entry)?;
    Ok(sieve.takes(info.kind, info.size))
}

/// Whether the object is taken from here and not from a pack that is searched earlier.
fn is_canonical(odb: &Odb, entry: Entry) -> Result<bool> {
    Ok(entry.pack == 0 || odb.locate(&odb.id(entry)?)? == Some(entry))
}
