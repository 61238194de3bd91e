//! Protocols v0 and v1: reading a request, and answering it (gitprotocol-pack, "Packfile Negotiation").

use super::failure::Failure;
use super::fetch_request::{FetchRequest, parse_id, push_bounded, text};
use super::filter::Filter;
use super::negotiation::Negotiation;
use super::pack_answer::answer_with_pack;
use super::shallow::Cut;
use super::v2::{distinct, require_reachable};
use super::{View, Wanted};
use crate::pkt_line::{Packet, PacketReader, Width, write_flush, write_text};
use gix::ObjectId;
use std::io::{BufRead, Write};

/// How the server answers to what the client has (gitprotocol-capabilities, `multi_ack`, `multi_ack_detailed`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Acknowledge {
    /// Only the first common object.
    #[default]
    First,
    /// Every common object.
    Each,
    /// Every common object, and when enough is known.
    Detailed,
}

/// How far a request goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It says what is wanted, and asks where history will end.
    Wants,
    /// It also says what the client has; the client may say more later.
    Haves,
    /// It says all there is to say.
    Done,
}

/// A request of protocol v0 or v1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What is asked for.
    pub fetch: FetchRequest,
    /// How to answer to what the client has.
    pub acknowledge: Acknowledge,
    /// Whether the pack may come as soon as enough is known.
    pub no_done: bool,
    /// How wide the side-band is; `None` for a bare pack.
    pub sideband: Option<Width>,
    /// How far the request goes.
    pub stage: Stage,
}

impl Request {
    fn take_want(&mut self, line: &[u8]) -> Result<(), Failure> {
        let Some(want) = line.strip_prefix(b"want ") else {
            return Err(Failure::line("expected 'want', got", line));
        };
        let mut words = want.split(|byte| *byte == b' ');
        let id = words.next().unwrap_or_default();
        push_bounded(&mut self.fetch.wants, parse_id(id, line)?, "want")?;
        for capability in words {
            self.take_capability(capability)?;
        }
        Ok(())
    }

    fn take_capability(&mut self, capability: &[u8]) -> Result<(), Failure> {
        match capability {
            b"multi_ack_detailed" => self.acknowledge = Acknowledge::Detailed,
            b"multi_ack" => self.acknowledge = self.acknowledge.max(Acknowledge::Each),
            b"no-done" => self.no_done = true,
            b"side-band-64k" => self.sideband = Some(Width::Wide),
            b"side-band" => self.sideband = self.sideband.or(Some(Width::Narrow)),
            b"thin-pack" => self.fetch.thin = true,
            b"ofs-delta" => self.fetch.ofs_delta = true,
            b"include-tag" => self.fetch.include_tags = true,
            b"no-progress" => self.fetch.no_progress = true,
            b"deepen-relative" => self.fetch.shallow.relative = true,
            // The others do not change the answer: the client's name, and that it may send lines that tell for themselves.
            other => {
                if let Some(format) = other.strip_prefix(b"object-format=")
                    && format != b"sha1"
                {
                    return Err(Failure::line("this repository's objects are named by sha1, not by", format));
                }
            }
        }
        Ok(())
    }
}

/// Reads one request; `None` when the client wants nothing, to which the answer is empty.
pub fn read_request(input: impl BufRead) -> Result<Option<Request>, Failure> {
    let mut reader = PacketReader::new(input);
    let mut request = Request {
        fetch: FetchRequest::default(),
        acknowledge: Acknowledge::default(),
        no_done: false,
        sideband: None,
        stage: Stage::Wants,
    };
    while let Some(Packet::Data(line)) = reader.read_line()? {
        if let Some(spec) = line.strip_prefix(b"filter ") {
            request.fetch.filter = Filter::parse(text(spec, line)?)?;
        } else if !request.fetch.shallow.take(line)? {
            request.take_want(line)?;
        }
    }
    request.fetch.shallow.check()?;
    if request.fetch.wants.is_empty() {
        return Ok(None);
    }
    if reader.at_end()? {
        return Ok(Some(request));
    }
    request.stage = Stage::Haves;
    while let Some(Packet::Data(line)) = reader.read_line()? {
        if line == b"done" {
            request.stage = Stage::Done;
            break;
        }
        let Some(id) = line.strip_prefix(b"have ") else {
            return Err(Failure::line("expected 'have', got", line));
        };
        push_bounded(&mut request.fetch.haves, parse_id(id, line)?, "have")?;
    }
    Ok(Some(request))
}

/// Answers a request. The client has been told when this fails, but when it asked for a bare pack and part of that was
/// sent: then it takes a broken connection to tell it.
pub fn answer(request: &Request, view: &View, out: &mut dyn Write) -> Result<(), Failure> {
    let fetch = &request.fetch;
    let wants = distinct(fetch.wants.iter());
    let (common, cut) = match negotiate(request, view, &wants, out) {
        Ok(Some(agreed)) => agreed,
        Ok(None) => return Ok(out.flush()?),
        Err(failure) => {
            // Whether the client is still there to hear it makes no difference.
            _ = failure.tell(out);
            return Err(failure);
        }
    };
    let wanted = Wanted {
        wants: &wants,
        common: &common,
        boundary: &cut.boundary,
        client_shallow: &cut.client_shallow,
        unshallowed: &cut.unshallowed,
        filter: &fetch.filter,
        include_tags: fetch.include_tags,
        thin: fetch.thin,
        ofs_delta: fetch.ofs_delta,
    };
    answer_with_pack(view, &wanted, request.sideband, fetch.no_progress, out)
}

/// Writes the answer up to the pack; `None` when it is complete without one.
fn negotiate(
    request: &Request,
    view: &View,
    wants: &[ObjectId],
    out: &mut dyn Write,
) -> Result<Option<(Vec<ObjectId>, Cut)>, Failure> {
    require_reachable(view, wants)?;
    let cut = Cut::of(view, &request.fetch.shallow, wants)?;
    if request.fetch.shallow.is_deepening() {
        cut.write(out)?;
        write_flush(out)?;
    }
    if request.stage == Stage::Wants {
        return Ok(None);
    }
    let mut negotiation = Negotiation::new(view.odb, wants)?;
    let pack_follows = acknowledge(request, &mut negotiation, out)?;
    Ok(pack_follows.then(|| (negotiation.common().to_vec(), cut)))
}

/// Answers to what the client has, and tells whether the pack is to follow.
fn acknowledge(request: &Request, negotiation: &mut Negotiation, out: &mut dyn Write) -> Result<bool, Failure> {
    let mode = request.acknowledge;
    let mut last_common = None;
    let mut any_unknown = false;
    let mut said_ready = false;
    for id in &request.fetch.haves {
        let is_common = negotiation.have(id)?;
        if is_common {
            match mode {
                Acknowledge::Detailed => write_text(out, &format!("ACK {id} common"))?,
                Acknowledge::Each => write_text(out, &format!("ACK {id} continue"))?,
                Acknowledge::First if last_common.is_none() => write_text(out, &format!("ACK {id}"))?,
                Acknowledge::First => {}
            }
            last_common = Some(id);
            continue;
        }
        any_unknown = true;
        // What the client has beyond what is here need not hold it up.
        if mode != Acknowledge::First && negotiation.is_ready()? {
            match mode {
                Acknowledge::Detailed => {
                    write_text(out, &format!("ACK {id} ready"))?;
                    said_ready = true;
                }
                _ => write_text(out, &format!("ACK {id} continue"))?,
            }
        }
    }
    if request.stage == Stage::Done {
        match last_common {
            Some(id) if mode != Acknowledge::First => write_text(out, &format!("ACK {id}"))?,
            Some(_) => {}
            None => write_text(out, "NAK")?,
        }
        return Ok(true);
    }
    if let Some(id) = last_common
        && mode == Acknowledge::Detailed
        && !any_unknown
        && negotiation.is_ready()?
    {
        write_text(out, &format!("ACK {id} ready"))?;
        said_ready = true;
    }
    if last_common.is_none() || mode != Acknowledge::First {
        write_text(out, "NAK")?;
    }
    match last_common {
        Some(id) if request.no_done && said_ready => {
            write_text(out, &format!("ACK {id}"))?;
            Ok(true)
        }
        _ => Ok(false),
    }
}
