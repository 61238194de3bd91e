//! Packet lines as readable text, in both directions.

use git::pkt_line::{self, Packet, PacketReader};

/// Builds a request: `0000` and `0001` stand for themselves, all else is a line of text.
pub(crate) fn request(lines: &[impl AsRef<str>]) -> Vec<u8> {
    let mut out = Vec::new();
    for line in lines {
        match line.as_ref() {
            "0000" => pkt_line::write_flush(&mut out).unwrap(),
            "0001" => pkt_line::write_delimiter(&mut out).unwrap(),
            text => pkt_line::write_text(&mut out, text).unwrap(),
        }
    }
    out
}

/// The lines of an answer, up to where the pack begins, which becomes `PACK`.
pub(crate) fn lines(answer: &[u8]) -> Vec<String> {
    let mut reader = PacketReader::new(answer);
    let mut lines = Vec::new();
    while !reader.get_mut().is_empty() {
        if reader.get_mut().starts_with(b"PACK") {
            lines.push("PACK".to_owned());
            break;
        }
        match reader.read_line().unwrap().unwrap() {
            Packet::Flush => lines.push("0000".to_owned()),
            Packet::Delimiter => lines.push("0001".to_owned()),
            Packet::ResponseEnd => lines.push("0002".to_owned()),
            Packet::Data(b"packfile") => {
                lines.push("PACK".to_owned());
                break;
            }
            Packet::Data(data) => lines.push(String::from_utf8_lossy(data).into_owned()),
        }
    }
    lines
}
