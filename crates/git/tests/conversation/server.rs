//! Just enough of an HTTP server for git's client to fetch from.

use crate::source::Source;
use git::upload::{ProtocolVersion, advertise};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

/// Serves on a port of its own while `work` runs, which is given the URL.
pub(crate) fn serve<T>(source: &Source, work: impl FnOnce(&str) -> T) -> T {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for stream in listener.incoming() {
                if !answer(source, stream.unwrap()) {
                    break;
                }
            }
        });
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&format!("http://{address}/r"))));
        TcpStream::connect(address).unwrap().write_all(b"STOP\r\n\r\n").unwrap();
        result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Answers one request; `false` when it was the last.
fn answer(source: &Source, stream: TcpStream) -> bool {
    let mut input = BufReader::new(&stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        input.read_line(&mut head).unwrap();
    }
    if head.starts_with("STOP") {
        return false;
    }
    let header = |name: &str| {
        head.lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    };
    let version = ProtocolVersion::from_header(header("Git-Protocol"));
    let mut body = vec![0; header("Content-Length").map_or(0, |length| length.parse().unwrap())];
    input.read_exact(&mut body).unwrap();
    if header("Content-Encoding") == Some("gzip") {
        let mut inflated = Vec::new();
        flate2::read::GzDecoder::new(&body[..]).read_to_end(&mut inflated).unwrap();
        body = inflated;
    }
    let mut answer = Vec::new();
    let kind = if head.starts_with("GET ") { "advertisement" } else { "result" };
    match (kind, version) {
        ("advertisement", ProtocolVersion::V2) => advertise::capabilities(&mut answer).unwrap(),
        ("advertisement", version) => advertise::refs(version, &source.refs, Some(source.head), &mut answer).unwrap(),
        _ => answer = source.answer(version, &body),
    }
    let mut out = &stream;
    write!(
        out,
        "HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-{kind}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        answer.len()
    )
    .unwrap();
    // A client that has heard enough may be gone.
    let _ = out.write_all(&answer);
    true
}
