//! What a push is told first: the refs, and what this side can do (gitprotocol-pack, "Reference Discovery").

use crate::refs::Ref;
use crate::upload::ProtocolVersion;
use crate::upload::advertise::{ref_lines, service_line};
use std::borrow::Cow;
use std::io::{self, Write};

/// Deltas may name their base by distance, refs may be deleted, all or none may be asked for, and so on
/// (gitprotocol-capabilities).
const CAPABILITIES: &str = concat!(
    "report-status report-status-v2 delete-refs quiet atomic ofs-delta push-options side-band-64k ",
    "object-format=sha1 agent=coldforge/",
    env!("CARGO_PKG_VERSION")
);

/// Writes the answer to `info/refs?service=git-receive-pack`. There is no version 2 of pushing: a client that asks for it is
/// answered as with version 0.
pub fn advertise(version: ProtocolVersion, refs: &[Ref], out: &mut dyn Write) -> io::Result<()> {
    service_line("git-receive-pack", out)?;
    if version == ProtocolVersion::V1 {
        crate::pkt_line::write_text(out, "version 1")?;
    }
    ref_lines(refs.iter().map(|r| (r.target, Cow::Borrowed(r.name.as_str()))), CAPABILITIES, out)
}
