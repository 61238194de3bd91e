//! What a client asks for in one round of a fetch, in either protocol.

use super::failure::Failure;
use super::filter::Filter;
use super::shallow::ShallowRequest;
use gix::ObjectId;

/// How many ids or names a request may list of each sort: twice the wants of a mirror of a quarter million branches.
pub const MAX_LISTED: usize = 1 << 19;

/// How long all names of refs that are wanted by name may be together, in bytes. When git's client clones, it names every
/// ref, which is then the limit to how many branches and tags can be cloned at once.
pub const MAX_NAMES_BYTES: usize = 32 << 20;

/// One round of a fetch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FetchRequest {
    /// Objects the client wants.
    pub wants: Vec<ObjectId>,
    /// Refs it wants, by full name (protocol v2, `ref-in-want`).
    pub want_refs: Vec<String>,
    want_refs_bytes: usize,
    /// Objects it has.
    pub haves: Vec<ObjectId>,
    /// Whether it has said all it will say, and the pack is to come.
    pub done: bool,
    /// Whether the pack may come only after `done` (protocol v2).
    pub wait_for_done: bool,
    /// Whether deltas may stand on objects it has.
    pub thin: bool,
    /// Whether it understands deltas that name their base by distance.
    pub ofs_delta: bool,
    /// Whether annotated tags go along with what they tag.
    pub include_tags: bool,
    /// Whether it wants to hear nothing of progress.
    pub no_progress: bool,
    /// What to leave out.
    pub filter: Filter,
    /// Where its history ends, and where it shall end.
    pub shallow: ShallowRequest,
}

impl FetchRequest {
    /// Takes one argument of the `fetch` command of protocol v2 (gitprotocol-v2, "fetch").
    pub(super) fn take(&mut self, line: &[u8]) -> Result<(), Failure> {
        match line {
            b"done" => self.done = true,
            b"wait-for-done" => self.wait_for_done = true,
            b"thin-pack" => self.thin = true,
            b"ofs-delta" => self.ofs_delta = true,
            b"include-tag" => self.include_tags = true,
            b"no-progress" => self.no_progress = true,
            b"deepen-relative" => self.shallow.relative = true,
            _ => {
                if let Some(id) = line.strip_prefix(b"want ") {
                    push_bounded(&mut self.wants, parse_id(id, line)?, "want")?;
                } else if let Some(id) = line.strip_prefix(b"have ") {
                    push_bounded(&mut self.haves, parse_id(id, line)?, "have")?;
                } else if let Some(name) = line.strip_prefix(b"want-ref ") {
                    self.take_want_ref(text(name, line)?)?;
                } else if let Some(spec) = line.strip_prefix(b"filter ") {
                    self.filter = Filter::parse(text(spec, line)?)?;
                } else if !self.shallow.take(line)? {
                    return Err(Failure::line("unknown argument of fetch:", line));
                }
            }
        }
        Ok(())
    }

    fn take_want_ref(&mut self, name: &str) -> Result<(), Failure> {
        self.want_refs_bytes += name.len();
        if self.want_refs.len() == MAX_LISTED || self.want_refs_bytes > MAX_NAMES_BYTES {
            let reason = "upload-pack: too many 'want-ref' lines in one request; fetch fewer refs at a time";
            return Err(Failure::Refused(reason.to_owned()));
        }
        self.want_refs.push(name.to_owned());
        Ok(())
    }
}

/// Reads an object id; `line` is quoted if there is none.
pub(super) fn parse_id(hex: &[u8], line: &[u8]) -> Result<ObjectId, Failure> {
    match hex.len() {
        40 => ObjectId::from_hex(hex).map_err(|_| Failure::line("expected an object id in", line)),
        _ => Err(Failure::line("expected an object id in", line)),
    }
}

/// Reads text; `line` is quoted if it is none.
pub(super) fn text<'a>(value: &'a [u8], line: &[u8]) -> Result<&'a str, Failure> {
    std::str::from_utf8(value).map_err(|_| Failure::line("expected UTF-8 in", line))
}

/// Adds to a list as long as it has fewer than [`MAX_LISTED`].
pub(super) fn push_bounded(list: &mut Vec<ObjectId>, id: ObjectId, word: &str) -> Result<(), Failure> {
    if list.len() == MAX_LISTED {
        return Err(Failure::Refused(format!(
            "upload-pack: more than {MAX_LISTED} '{word}' lines in one request; fetch fewer refs at a time"
        )));
    }
    list.push(id);
    Ok(())
}
