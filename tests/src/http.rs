//! The smallest HTTP/1.1 client that can also misbehave: requests are bytes, nothing is added to them.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The header fields, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, with the transfer coding undone.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header field of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Sends a request with a body of known length and reads the answer.
pub fn request(address: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        head.push_str(&format!("Host: {address}\r\n"));
    }
    if !body.is_empty() || method == "POST" {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    // The sending side stays open: HTTP servers take a half-closed connection for a client that has gone away.
    talk(address, &[head.as_bytes(), body].concat(), false).unwrap_or_else(|| panic!("no answer to {method} {path}"))
}

/// The status that a path is answered with; `None` when nobody answers.
pub fn status(address: &str, path: &str) -> Option<u16> {
    TcpStream::connect(address).ok()?;
    let head = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    talk(address, head.as_bytes(), false).map(|answer| answer.status)
}

/// Sends bytes as they are, then nothing more, and reads the answer; `None` when the connection ends without one.
pub fn exchange(address: &str, bytes: &[u8]) -> Option<Answer> {
    talk(address, bytes, true)
}

fn talk(address: &str, bytes: &[u8], half_close: bool) -> Option<Answer> {
    let mut stream = connect(address);
    // A server may refuse a request before it has read all of it, so a failed write is no failure yet.
    _ = stream.write_all(bytes);
    if half_close {
        _ = stream.shutdown(Shutdown::Write);
    }
    let mut answer = Vec::new();
    _ = stream.read_to_end(&mut answer);
    parse(&answer)
}

/// A connection with a time limit on reading and writing.
pub fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap_or_else(|error| panic!("cannot connect to {address}: {error}"));
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Reads an answer that ends with the connection. Interim answers (100 Continue) are skipped.
pub fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let rest = &bytes[end + 4..];
    let mut lines = head.split("\r\n");
    let status: u16 = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    if (100..200).contains(&status) {
        return parse(rest);
    }
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let mut answer = Answer { status, headers, body: Vec::new() };
    let chunked = answer.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked"));
    answer.body = if chunked { dechunk(rest) } else { rest.to_vec() };
    Some(answer)
}

/// Undoes the chunked transfer coding as far as the bytes go.
fn dechunk(mut bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = bytes.windows(2).position(|window| window == b"\r\n") {
        let size = std::str::from_utf8(&bytes[..end]).ok().and_then(|hex| usize::from_str_radix(hex.trim(), 16).ok());
        let (Some(size), rest) = (size, &bytes[end + 2..]) else { break };
        if size == 0 {
            break;
        }
        body.extend_from_slice(&rest[..size.min(rest.len())]);
        bytes = rest.get(size + 2..).unwrap_or_default();
    }
    body
}
