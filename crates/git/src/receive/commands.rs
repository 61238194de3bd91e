//! The commands of a push (gitprotocol-pack, "Reference Update Request and Packfile Transfer").

use super::error::ReceiveError;
use crate::limits::Limits;
use crate::pkt_line::{Packet, PacketError, PacketReader};
use gix::ObjectId;
use std::collections::HashSet;
use std::io::BufRead;

/// How many bytes of push options are taken, all together.
const MOST_OPTION_BYTES: usize = 64 * 1024;

/// What the client can do and wants, as far as it changes the answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// It wants to know what became of each ref.
    pub report_status: bool,
    /// It understands the second form of the report.
    pub report_status_v2: bool,
    /// The answer is multiplexed with progress and errors.
    pub side_band_64k: bool,
    /// All refs are to be changed, or none.
    pub atomic: bool,
    /// No progress, please.
    pub quiet: bool,
    /// Push options follow the commands.
    pub push_options: bool,
}

/// One ref to be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// What the ref pointed to when the client looked; null for a ref to be created.
    pub old: ObjectId,
    /// What it shall point to; null for a ref to be deleted.
    pub new: ObjectId,
    /// The ref's full name, as sent; not yet checked. When it is not UTF-8, it is escaped: the backslashes in it make
    /// sure that it is not taken for the name of a ref.
    pub name: String,
}

impl Command {
    /// Whether the ref is to be deleted.
    pub fn deletes(&self) -> bool {
        self.new.is_null()
    }

    /// Whether the ref is to be created.
    pub fn creates(&self) -> bool {
        self.old.is_null()
    }
}

/// What a push asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PushRequest {
    /// The refs to be changed, each once; none in a probe.
    pub commands: Vec<Command>,
    /// What the client can do and wants.
    pub capabilities: Capabilities,
    /// The options given with `git push -o`.
    pub options: Vec<String>,
    /// Why nothing of it can be done, although it could be read: the report is where git shows such words to the person.
    pub refusal: Option<String>,
}

/// How many times the limit of refs are read, so that the refusal can name each of them.
const READ_BEYOND_LIMIT: usize = 16;

impl PushRequest {
    /// Reads commands and push options. What follows in `input` is the pack, if one is sent.
    pub fn read(input: &mut dyn BufRead, limits: &Limits) -> Result<Self, ReceiveError> {
        let mut reader = PacketReader::new(input);
        let mut request = Self::default();
        let mut names = HashSet::new();
        while let Some(line) = next_line(&mut reader, request.commands.is_empty())? {
            if line.starts_with(b"shallow ") {
                // Where the client's history ends does not matter: what it refers to must be here.
                continue;
            }
            if line.starts_with(b"push-cert") {
                return Err(protocol("signed pushes are not supported; push without --signed"));
            }
            request.command(&line)?;
            if request.commands.len() > limits.max_refs_per_push.saturating_mul(READ_BEYOND_LIMIT) {
                return Err(too_many_refs(request.commands.len(), limits));
            }
            let last = request.commands.last().map(|command| command.name.clone());
            if let Some(name) = last.filter(|name| !names.insert(name.clone())) {
                return Err(protocol(format!("the ref {name} is named twice")));
            }
        }
        if request.commands.len() > limits.max_refs_per_push {
            request.refusal = Some(too_many_refs(request.commands.len(), limits).to_string());
        }
        if request.capabilities.push_options {
            request.read_options(&mut reader)?;
        }
        Ok(request)
    }

    /// Whether a pack follows: only deletions need none (gitprotocol-pack).
    pub fn has_pack(&self) -> bool {
        self.commands.iter().any(|command| !command.deletes())
    }

    fn command(&mut self, line: &[u8]) -> Result<(), ReceiveError> {
        let malformed = || protocol("a command is not '<old id> <new id> <ref name>'");
        let (command, capabilities) = match line.iter().position(|byte| *byte == 0) {
            Some(nul) => (&line[..nul], Some(&line[nul + 1..])),
            None => (line, None),
        };
        if let (Some(capabilities), true) = (capabilities, self.commands.is_empty()) {
            self.capabilities = Capabilities::parse(capabilities)?;
        }
        let (old, rest) = id(command).ok_or_else(malformed)?;
        let (new, name) = id(rest).ok_or_else(malformed)?;
        let name = String::from_utf8(name.to_vec()).unwrap_or_else(|_| name.escape_ascii().to_string());
        if name.is_empty() || (old.is_null() && new.is_null()) {
            return Err(malformed());
        }
        self.commands.push(Command { old, new, name });
        Ok(())
    }

    fn read_options(&mut self, reader: &mut PacketReader<&mut dyn BufRead>) -> Result<(), ReceiveError> {
        let mut bytes = 0;
        while let Some(option) = next_line(reader, false)? {
            bytes += option.len();
            if bytes > MOST_OPTION_BYTES {
                return Err(ReceiveError::Limit {
                    name: "push options",
                    what: "the size of all push options in bytes".to_owned(),
                    actual: bytes as u64,
                    limit: MOST_OPTION_BYTES as u64,
                    remedy: "give fewer or shorter options",
                });
            }
            self.options.push(String::from_utf8_lossy(&option).into_owned());
        }
        Ok(())
    }
}

impl Capabilities {
    fn parse(text: &[u8]) -> Result<Self, ReceiveError> {
        let mut parsed = Self::default();
        for capability in text.split(|byte| matches!(byte, b' ' | b'\n')) {
            match capability {
                b"report-status" => parsed.report_status = true,
                b"report-status-v2" => parsed.report_status_v2 = true,
                b"side-band-64k" => parsed.side_band_64k = true,
                b"atomic" => parsed.atomic = true,
                b"quiet" => parsed.quiet = true,
                b"push-options" => parsed.push_options = true,
                other => {
                    if let Some(format) = other.strip_prefix(b"object-format=").filter(|format| *format != b"sha1") {
                        return Err(protocol(format!(
                            "objects are named by sha1 here, not by {}",
                            format.escape_ascii()
                        )));
                    }
                }
            }
        }
        Ok(parsed)
    }
}

fn too_many_refs(actual: usize, limits: &Limits) -> ReceiveError {
    ReceiveError::Limit {
        name: "max_refs_per_push",
        what: "the number of refs in the push".to_owned(),
        actual: actual as u64,
        limit: limits.max_refs_per_push as u64,
        remedy: "push the refs in several parts",
    }
}

/// The next line up to a flush packet. The end of the request counts as one only where nothing was begun.
fn next_line(reader: &mut PacketReader<&mut dyn BufRead>, may_end: bool) -> Result<Option<Vec<u8>>, ReceiveError> {
    let packet = reader.read_line().map_err(|error| match error {
        PacketError::Io(_) => ReceiveError::Truncated,
        other => protocol(other.to_string()),
    })?;
    match packet {
        Some(Packet::Data(line)) => Ok(Some(line.to_vec())),
        Some(Packet::Flush) => Ok(None),
        None if may_end => Ok(None),
        None => Err(ReceiveError::Truncated),
        Some(_) => Err(protocol("did not expect a delimiter here")),
    }
}

/// Splits 40 hexadecimal digits and a space from the front.
fn id(text: &[u8]) -> Option<(ObjectId, &[u8])> {
    let (hex, rest) = text.split_at_checked(40)?;
    Some((ObjectId::from_hex(hex).ok()?, rest.strip_prefix(b" ")?))
}

fn protocol(reason: impl Into<String>) -> ReceiveError {
    ReceiveError::Protocol(reason.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkt_line::{write_data, write_flush};
    use proptest::prelude::*;

    const ID: &str = "1234567890123456789012345678901234567890";
    const NULL: &str = "0000000000000000000000000000000000000000";

    fn read(lines: &[&str]) -> Result<PushRequest, ReceiveError> {
        let mut bytes = Vec::new();
        for line in lines {
            if line.is_empty() {
                write_flush(&mut bytes).unwrap();
            } else {
                write_data(&mut bytes, line.as_bytes()).unwrap();
            }
        }
        PushRequest::read(&mut &bytes[..], &Limits::default())
    }

    #[test]
    fn commands_capabilities_and_options_are_read() {
        let first = format!("{NULL} {ID} refs/heads/a\0 report-status atomic push-options\n");
        let second = format!("{ID} {NULL} refs/heads/b");
        let request = read(&[&first, &second, "", "ci.skip", ""]).unwrap();
        assert_eq!(request.commands.len(), 2);
        assert!(request.commands[0].creates() && request.commands[1].deletes());
        assert!(request.capabilities.atomic && !request.capabilities.quiet);
        assert_eq!(request.options, ["ci.skip"]);
        assert!(request.has_pack());
    }

    #[test]
    fn more_refs_than_allowed_are_refused_with_the_limit() {
        let limits = Limits { max_refs_per_push: 2, ..Limits::default() };
        let push_of = |refs: usize| {
            let mut bytes = Vec::new();
            for number in 0..refs {
                write_data(&mut bytes, format!("{NULL} {ID} refs/heads/{number}").as_bytes()).unwrap();
            }
            write_flush(&mut bytes).unwrap();
            PushRequest::read(&mut &bytes[..], &limits)
        };
        assert_eq!(push_of(2).unwrap().refusal, None);
        let refusal = push_of(3).unwrap().refusal.unwrap();
        assert!(refusal.contains("is 3, and at most 2 is allowed here (max_refs_per_push)"), "{refusal}");
        assert!(matches!(push_of(2 * READ_BEYOND_LIMIT + 1), Err(ReceiveError::Limit { .. })));
    }

    #[test]
    fn a_request_that_ends_early_is_refused() {
        let line = format!("{NULL} {ID} refs/heads/a");
        assert!(matches!(read(&[&line]), Err(ReceiveError::Truncated)));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
            _ = PushRequest::read(&mut &bytes[..], &Limits::default());
        }

        #[test]
        fn arbitrary_lines_never_panic(lines in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..100), 0..5)) {
            let mut bytes = Vec::new();
            for line in &lines {
                write_data(&mut bytes, line).unwrap();
            }
            write_flush(&mut bytes).unwrap();
            _ = PushRequest::read(&mut &bytes[..], &Limits::default());
        }
    }
}
