//! What a server tells before it is asked: its capabilities, and in the older protocols its refs.
//!
//! The parts that receive-pack needs as well, [`service_line`] and [`ref_lines`], know nothing of fetches.

use super::ProtocolVersion;
use crate::pkt_line::{write_flush, write_text};
use crate::refs::Ref;
use gix::ObjectId;
use std::borrow::Cow;
use std::io::{self, Write};

/// Names this server to clients.
pub const AGENT: &str = concat!("agent=coldforge/", env!("CARGO_PKG_VERSION"));

const V2_CAPABILITIES: [&str; 7] = [
    "version 2",
    AGENT,
    "ls-refs=unborn",
    "fetch=shallow wait-for-done filter ref-in-want",
    "server-option",
    "object-format=sha1",
    "object-info",
];

const V0_CAPABILITIES: &str = "multi_ack thin-pack side-band side-band-64k ofs-delta shallow deepen-since deepen-not \
    deepen-relative no-progress include-tag multi_ack_detailed allow-tip-sha1-in-want allow-reachable-sha1-in-want no-done \
    filter object-format=sha1";

/// The answer to `info/refs?service=git-upload-pack` in protocol v2; it needs no refs (gitprotocol-v2, "Capability
/// Advertisement"). As git's own server does, it leaves out the service line, which only the older protocols have.
pub fn capabilities(out: &mut dyn Write) -> io::Result<()> {
    for line in V2_CAPABILITIES {
        write_text(out, line)?;
    }
    write_flush(out)?;
    out.flush()
}

/// The answer to `info/refs?service=git-upload-pack` in protocols v0 and v1. `refs` are sorted by name; `head` is the full
/// name of the default branch.
pub fn refs(version: ProtocolVersion, refs: &[Ref], head: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
    service_line("git-upload-pack", out)?;
    if version == ProtocolVersion::V1 {
        write_text(out, "version 1")?;
    }
    let head = head.and_then(|name| refs.iter().find(|candidate| candidate.name == name));
    let mut capabilities = V0_CAPABILITIES.to_owned();
    if let Some(branch) = head {
        capabilities.push_str(" symref=HEAD:");
        capabilities.push_str(&branch.name);
    }
    capabilities.push(' ');
    capabilities.push_str(AGENT);

    let head_line = head.map(|branch| (branch.target, Cow::Borrowed("HEAD")));
    let lines = refs.iter().flat_map(|each| {
        let peeled = each.peeled.map(|target| (target, Cow::Owned(format!("{}^{{}}", each.name))));
        [Some((each.target, Cow::Borrowed(each.name.as_str()))), peeled].into_iter().flatten()
    });
    ref_lines(head_line.into_iter().chain(lines), &capabilities, out)
}

/// The first packets of an answer to `info/refs` in protocols v0 and v1, `# service=git-upload-pack` or
/// `# service=git-receive-pack` (gitprotocol-http, "Smart Server Response").
pub fn service_line(service: &str, out: &mut dyn Write) -> io::Result<()> {
    write_text(out, &format!("# service={service}"))?;
    write_flush(out)
}

/// Refs, one a line, the first followed by the capabilities; without any, a line that has the capabilities only
/// (gitprotocol-pack, "Reference Discovery").
pub fn ref_lines<'a>(
    lines: impl IntoIterator<Item = (ObjectId, Cow<'a, str>)>,
    capabilities: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut lines = lines.into_iter();
    let (target, name) =
        lines.next().unwrap_or((ObjectId::null(gix::hash::Kind::Sha1), Cow::Borrowed("capabilities^{}")));
    write_text(out, &format!("{target} {name}\0{capabilities}"))?;
    for (target, name) in lines {
        write_text(out, &format!("{target} {name}"))?;
    }
    write_flush(out)?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn protocol_v2_lists_capabilities_only() {
        assert_eq!(
            text(|out| capabilities(out)),
            "000eversion 2\n001aagent=coldforge/0.0.0\n0013ls-refs=unborn\n\
             0033fetch=shallow wait-for-done filter ref-in-want\n0012server-option\n0017object-format=sha1\n\
             0010object-info\n0000"
        );
    }

    #[test]
    fn head_comes_first_and_tags_are_peeled() {
        let (one, two) = (ObjectId::from([0x11; 20]), ObjectId::from([0x22; 20]));
        let list = [
            Ref { name: "refs/heads/main".into(), target: one, peeled: None },
            Ref { name: "refs/tags/v1".into(), target: two, peeled: Some(one) },
        ];
        let answer = text(|out| refs(ProtocolVersion::V1, &list, Some("refs/heads/main"), out));
        let ones = "1".repeat(40);
        let twos = "2".repeat(40);
        let first = format!(
            "{ones} HEAD\0multi_ack thin-pack side-band side-band-64k ofs-delta shallow deepen-since deepen-not \
             deepen-relative no-progress include-tag multi_ack_detailed allow-tip-sha1-in-want \
             allow-reachable-sha1-in-want no-done filter object-format=sha1 symref=HEAD:refs/heads/main \
             agent=coldforge/0.0.0\n"
        );
        assert_eq!(
            answer,
            format!(
                "001e# service=git-upload-pack\n0000000eversion 1\n{:04x}{first}003d{ones} refs/heads/main\n\
                 003a{twos} refs/tags/v1\n003d{ones} refs/tags/v1^{{}}\n0000",
                first.len() + 4
            )
        );
    }

    #[test]
    fn an_unborn_head_is_not_advertised() {
        let list = [Ref { name: "refs/heads/other".into(), target: ObjectId::from([0x11; 20]), peeled: None }];
        let answer = text(|out| refs(ProtocolVersion::V0, &list, Some("refs/heads/main"), out));
        assert!(!answer.contains("HEAD"), "{answer}");
        assert!(answer.contains(" refs/heads/other\0multi_ack"), "{answer}");
    }

    #[test]
    fn without_refs_the_capabilities_stand_alone() {
        let answer = text(|out| ref_lines([], "report-status", out));
        assert_eq!(answer, format!("004b{} capabilities^{{}}\0report-status\n0000", "0".repeat(40)));
    }
}
