//! Pushes made byte by byte, and the answers to them read as git reads them (gitprotocol-pack).

use crate::http::{self, Answer};
use crate::pack;
use crate::server::Server;

/// No object.
pub const NULL: &str = "0000000000000000000000000000000000000000";

/// One ref to change: old id, new id, name.
pub type Command<'a> = (&'a str, &'a str, &'a str);

/// What the service reported about a push.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The HTTP status.
    pub status: u16,
    /// What follows `unpack`: "ok", or why not.
    pub unpack: String,
    /// Each ref's name, and why it was not changed.
    pub refs: Vec<(String, Option<String>)>,
    /// What the person reads beside that: progress, errors, a body that is no report.
    pub told: String,
}

impl Report {
    /// Whether the push changed nothing and said so.
    pub fn is_refusal(&self) -> bool {
        let no_ref_changed = self.refs.iter().all(|(_, reason)| reason.is_some());
        no_ref_changed && (self.status != 200 || self.unpack != "ok" || !self.refs.is_empty())
    }

    /// Everything that was said, in one line each.
    pub fn words(&self) -> String {
        let refs = self.refs.iter().map(|(name, reason)| format!("{name}: {}", reason.as_deref().unwrap_or("ok")));
        format!("HTTP {}\nunpack {}\n{}\n{}", self.status, self.unpack, refs.collect::<Vec<_>>().join("\n"), self.told)
    }
}

/// A pkt-line.
pub fn packet(content: &[u8]) -> Vec<u8> {
    [format!("{:04x}", content.len() + 4).as_bytes(), content].concat()
}

/// The body of a push.
pub fn body(commands: &[Command], pack: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for (number, (old, new, name)) in commands.iter().enumerate() {
        let mut line = format!("{old} {new} {name}").into_bytes();
        if number == 0 {
            line.extend_from_slice(b"\0report-status side-band-64k object-format=sha1 agent=tests");
        }
        body.extend(packet(&line));
    }
    body.extend_from_slice(b"0000");
    body.extend_from_slice(pack);
    body
}

/// Pushes these bytes.
pub fn push(server: &Server, repository: &str, commands: &[Command], pack: &[u8]) -> Report {
    report(&post(server, repository, "git-receive-pack", &body(commands, pack), &[]))
}

/// Pushes one commit of one blob made by hand to a branch, and gives the commit's id.
pub fn push_by_hand(server: &Server, repository: &str, branch: &str, content: &[u8]) -> String {
    let tree = pack::tree(&[("100644", b"file", pack::object_id("blob", content))]);
    let commit = pack::commit(pack::object_id("tree", &tree));
    let mut bytes = pack::PackBytes::default();
    bytes.object(pack::EntryType::Blob, content);
    bytes.object(pack::EntryType::Tree, &tree);
    bytes.object(pack::EntryType::Commit, &commit);
    let id = pack::object_hex("commit", &commit);
    let report = push(server, repository, &[(NULL, &id, &format!("refs/heads/{branch}"))], &bytes.finish());
    assert_eq!(report.refs, [(format!("refs/heads/{branch}"), None)], "{}", report.words());
    id
}

/// Posts to one of git's two services with the administrator's password.
pub fn post(server: &Server, repository: &str, service: &str, body: &[u8], headers: &[(&str, &str)]) -> Answer {
    let content_type = format!("application/x-{service}-request");
    let basic = server.basic();
    let path = format!("/v1/repos/{repository}/{service}");
    let own = [("Content-Type", content_type.as_str()), ("Authorization", &basic)];
    http::request(server.address(), "POST", &path, &[&own, headers].concat(), body)
}

/// Reads the answer to a push.
pub fn report(answer: &Answer) -> Report {
    let mut report = Report { status: answer.status, ..Report::default() };
    let Some(lines) = packets(&answer.body).filter(|_| answer.status == 200) else {
        report.told = answer.text();
        return report;
    };
    let mut status = Vec::new();
    for line in lines {
        match line.split_first() {
            Some((1, data)) => status.extend_from_slice(data),
            Some((2 | 3, text)) => report.told.push_str(&String::from_utf8_lossy(text)),
            _ => status.extend(packet(line)),
        }
    }
    for line in packets(&status).unwrap_or_default() {
        let line = String::from_utf8_lossy(line).trim_end().to_owned();
        if let Some(result) = line.strip_prefix("unpack ") {
            report.unpack = result.to_owned();
        } else if let Some(name) = line.strip_prefix("ok ") {
            report.refs.push((name.to_owned(), None));
        } else if let Some((name, reason)) = line.strip_prefix("ng ").and_then(|rest| rest.split_once(' ')) {
            report.refs.push((name.to_owned(), Some(reason.to_owned())));
        } else if let Some(error) = line.strip_prefix("ERR ") {
            report.told.push_str(error);
        }
    }
    report
}

/// The contents of all pkt-lines, without flush and delimiter packets; `None` when these bytes are something else.
pub fn packets(mut bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut packets = Vec::new();
    while !bytes.is_empty() {
        let length = usize::from_str_radix(std::str::from_utf8(bytes.get(..4)?).ok()?, 16).ok()?;
        if length >= 4 {
            packets.push(bytes.get(4..length)?);
        }
        bytes = &bytes[length.max(4)..];
    }
    Some(packets)
}
