//! Packet lines, the framing of Git's protocols (gitprotocol-common, "pkt-line format"), and the side-bands inside them.

use std::io::{self, BufRead, Write};

/// The longest packet there may be, its four length digits included, in bytes.
pub const MAX_PACKET: usize = 65520;
/// The longest payload of a packet, in bytes.
pub const MAX_DATA: usize = MAX_PACKET - 4;

/// One packet as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packet<'a> {
    /// `0000`, the end of a message or list.
    Flush,
    /// `0001`, the end of a section (protocol v2).
    Delimiter,
    /// `0002`, the end of a response (protocol v2, stateless connections).
    ResponseEnd,
    /// A payload, possibly empty; a trailing line feed is still there.
    Data(&'a [u8]),
}

/// Why bytes are not packet lines.
#[derive(Debug, thiserror::Error)]
pub enum PacketError {
    /// The input failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The first four bytes of a packet are no length.
    #[error("protocol error: bad line length '{}'", .0.escape_ascii())]
    Length([u8; 4]),
    /// The packet is longer than [`MAX_PACKET`].
    #[error("protocol error: a packet of {0} bytes is longer than the allowed {MAX_PACKET}")]
    TooLong(usize),
    /// The input ended inside a packet.
    #[error("protocol error: the request ended inside a packet")]
    Truncated,
}

/// Reads packets and nothing beyond: what follows the last packet that was read is still in the input.
#[derive(Debug)]
pub struct PacketReader<R> {
    input: R,
    data: Vec<u8>,
}

impl<R: BufRead> PacketReader<R> {
    /// Reads packets from `input`.
    pub fn new(input: R) -> Self {
        Self { input, data: Vec::new() }
    }

    /// The next packet; `None` when the input is at its end. After an error, what comes is undefined.
    pub fn read(&mut self) -> Result<Option<Packet<'_>>, PacketError> {
        if self.at_end()? {
            return Ok(None);
        }
        let mut digits = [0; 4];
        self.input.read_exact(&mut digits).map_err(truncated)?;
        let length = match length_of(digits)? {
            0 => return Ok(Some(Packet::Flush)),
            1 => return Ok(Some(Packet::Delimiter)),
            2 => return Ok(Some(Packet::ResponseEnd)),
            3 => return Err(PacketError::Length(digits)),
            length if length > MAX_PACKET => return Err(PacketError::TooLong(length)),
            length => length - digits.len(),
        };
        self.data.resize(length, 0);
        self.input.read_exact(&mut self.data).map_err(truncated)?;
        Ok(Some(Packet::Data(&self.data)))
    }

    /// Like [`PacketReader::read`], but without the line feed with which payloads that are text may end.
    pub fn read_line(&mut self) -> Result<Option<Packet<'_>>, PacketError> {
        Ok(self.read()?.map(|packet| match packet {
            Packet::Data(data) => Packet::Data(data.strip_suffix(b"\n").unwrap_or(data)),
            other => other,
        }))
    }

    /// Whether nothing follows; waits for input if there is none yet.
    pub fn at_end(&mut self) -> io::Result<bool> {
        Ok(self.input.fill_buf()?.is_empty())
    }

    /// The input, standing behind the last packet that was read.
    pub fn get_mut(&mut self) -> &mut R {
        &mut self.input
    }

    /// Gives the input back, standing behind the last packet that was read.
    pub fn into_inner(self) -> R {
        self.input
    }
}

fn length_of(digits: [u8; 4]) -> Result<usize, PacketError> {
    digits.iter().try_fold(0, |length, digit| match (*digit as char).to_digit(16) {
        Some(value) => Ok(length * 16 + value as usize),
        None => Err(PacketError::Length(digits)),
    })
}

fn truncated(error: io::Error) -> PacketError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => PacketError::Truncated,
        _ => PacketError::Io(error),
    }
}

/// Writes a payload as one packet; [`io::ErrorKind::InvalidInput`] when it is longer than [`MAX_DATA`].
pub fn write_data(out: &mut dyn Write, data: &[u8]) -> io::Result<()> {
    if data.len() > MAX_DATA {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "too much for one packet"));
    }
    write!(out, "{:04x}", data.len() + 4)?;
    out.write_all(data)
}

/// Writes text as one packet and ends it with a line feed, as text packets shall.
pub fn write_text(out: &mut dyn Write, text: &str) -> io::Result<()> {
    write_data(out, format!("{text}\n").as_bytes())
}

/// Writes an `ERR` packet, whose text the client shows before it gives up. It fits wherever a packet line is expected
/// (gitprotocol-pack, "pkt-line format"). Text that does not fit in a packet is cut.
pub fn write_error(out: &mut dyn Write, text: &str) -> io::Result<()> {
    let mut line = format!("ERR {text}").into_bytes();
    line.truncate(MAX_DATA);
    write_data(out, &line)
}

/// Writes a flush packet.
pub fn write_flush(out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"0000")
}

/// Writes a delimiter packet.
pub fn write_delimiter(out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"0001")
}

/// Writes a response end packet.
pub fn write_response_end(out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"0002")
}

/// How long the packets of a side-band may be (gitprotocol-capabilities, "side-band, side-band-64k").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// `side-band`: 1000 bytes.
    Narrow,
    /// `side-band-64k`, and protocol v2: [`MAX_PACKET`] bytes.
    Wide,
}

const DATA_BAND: u8 = 1;
const PROGRESS_BAND: u8 = 2;
const ERROR_BAND: u8 = 3;

/// The length digits and the number of the band.
const HEADER: usize = 5;

/// Sends data, and beside it words for the person who waits. What is written through [`Write`] goes to band 1, gathered
/// into packets as long as they may be; nothing is sent of it before a packet is full or [`Write::flush`] is called.
#[derive(Debug)]
pub struct Sideband<W> {
    out: W,
    /// A data packet in the making: room for the header, then what was written so far.
    packet: Vec<u8>,
    max_packet: usize,
}

impl<W: Write> Sideband<W> {
    /// Sends to `out`.
    pub fn new(out: W, width: Width) -> Self {
        let max_packet = match width {
            Width::Narrow => 1000,
            Width::Wide => MAX_PACKET,
        };
        let mut packet = Vec::with_capacity(max_packet);
        packet.extend([0; HEADER]);
        Self { out, packet, max_packet }
    }

    /// Sends text on band 2, at once. Git prefixes each line with `remote: `; `\r` at its end lets the next overwrite it.
    pub fn progress(&mut self, text: &str) -> io::Result<()> {
        self.send(PROGRESS_BAND, text.as_bytes())
    }

    /// Sends text on band 3, at once; the client shows it and gives up. Data that was not sent yet is dropped.
    pub fn error(&mut self, text: &str) -> io::Result<()> {
        self.packet.truncate(HEADER);
        self.send(ERROR_BAND, text.as_bytes())
    }

    /// Sends an empty data packet, at once, so that nobody takes the connection for dead.
    pub fn keep_alive(&mut self) -> io::Result<()> {
        self.out.write_all(&header(HEADER, DATA_BAND))?;
        self.out.flush()
    }

    /// Sends what is left and gives the output back. The flush packet that ends most messages is not written.
    pub fn finish(mut self) -> io::Result<W> {
        self.send_data()?;
        Ok(self.out)
    }

    fn send(&mut self, band: u8, text: &[u8]) -> io::Result<()> {
        for piece in text.chunks(self.max_packet - HEADER) {
            self.out.write_all(&header(HEADER + piece.len(), band))?;
            self.out.write_all(piece)?;
        }
        self.out.flush()
    }

    fn send_data(&mut self) -> io::Result<()> {
        if self.packet.len() == HEADER {
            return Ok(());
        }
        let header = header(self.packet.len(), DATA_BAND);
        self.packet[..HEADER].copy_from_slice(&header);
        self.out.write_all(&self.packet)?;
        self.packet.truncate(HEADER);
        Ok(())
    }
}

fn header(length: usize, band: u8) -> [u8; HEADER] {
    let digit = |shift: u32| b"0123456789abcdef"[(length >> shift) & 0xf];
    [digit(12), digit(8), digit(4), digit(0), band]
}

impl<W: Write> Write for Sideband<W> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        if self.packet.len() == self.max_packet {
            self.send_data()?;
        }
        let taken = data.len().min(self.max_packet - self.packet.len());
        self.packet.extend_from_slice(&data[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send_data()?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn packets_are_read_one_by_one_and_what_follows_is_left() {
        let mut reader = PacketReader::new(&b"0009hello000ahello\n00000001000200040006PACK"[..]);
        assert_eq!(reader.read().unwrap(), Some(Packet::Data(b"hello")));
        assert_eq!(reader.read_line().unwrap(), Some(Packet::Data(b"hello")));
        assert_eq!(reader.read().unwrap(), Some(Packet::Flush));
        assert_eq!(reader.read().unwrap(), Some(Packet::Delimiter));
        assert_eq!(reader.read().unwrap(), Some(Packet::ResponseEnd));
        assert_eq!(reader.read().unwrap(), Some(Packet::Data(b"")));
        assert_eq!(reader.read().unwrap(), Some(Packet::Data(b"PA")));
        assert_eq!(reader.into_inner(), b"CK");
    }

    #[test]
    fn what_is_no_packet_is_named() {
        let error = |bytes: &'static [u8]| PacketReader::new(bytes).read().unwrap_err().to_string();
        assert_eq!(error(b"00g1"), "protocol error: bad line length '00g1'");
        assert_eq!(error(b"+001x"), "protocol error: bad line length '+001'");
        assert_eq!(error(b"0003"), "protocol error: bad line length '0003'");
        assert_eq!(error(b"\xff\n\0a"), "protocol error: bad line length '\\xff\\n\\x00a'");
        assert_eq!(error(b"00"), "protocol error: the request ended inside a packet");
        assert_eq!(error(b"0009hell"), "protocol error: the request ended inside a packet");
        assert_eq!(error(b"fff1"), "protocol error: a packet of 65521 bytes is longer than the allowed 65520");
    }

    #[test]
    fn the_longest_payload_fits_and_a_longer_one_is_refused() {
        let mut out = Vec::new();
        write_data(&mut out, &[7; MAX_DATA]).unwrap();
        assert_eq!(&out[..4], b"fff0");
        assert_eq!(PacketReader::new(&out[..]).read().unwrap(), Some(Packet::Data(&[7; MAX_DATA])));
        assert!(write_data(&mut out, &[7; MAX_DATA + 1]).is_err());
    }

    #[test]
    fn words_overtake_data_that_does_not_fill_a_packet() {
        let mut band = Sideband::new(Vec::new(), Width::Wide);
        band.write_all(b"PACK").unwrap();
        band.progress("counting\r").unwrap();
        band.keep_alive().unwrap();
        let out = band.finish().unwrap();
        assert_eq!(out, b"000e\x02counting\r0005\x010009\x01PACK");
    }

    #[test]
    fn an_error_drops_the_data_before_it() {
        let mut band = Sideband::new(Vec::new(), Width::Wide);
        band.write_all(b"PACK").unwrap();
        band.error("no").unwrap();
        assert_eq!(band.finish().unwrap(), b"0007\x03no");
    }

    #[test]
    fn the_narrow_band_keeps_to_a_thousand_bytes() {
        let mut band = Sideband::new(Vec::new(), Width::Narrow);
        band.write_all(&[b'x'; 1200]).unwrap();
        band.progress(&"y".repeat(1000)).unwrap();
        let out = band.finish().unwrap();
        let mut reader = PacketReader::new(&out[..]);
        let mut lengths = Vec::new();
        while let Some(Packet::Data(data)) = reader.read().unwrap() {
            lengths.push((data[0], data.len()));
        }
        assert_eq!(lengths, [(1, 996), (2, 996), (2, 6), (1, 206)]);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(payloads in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 0..8)) {
            let mut out = Vec::new();
            for payload in &payloads {
                write_data(&mut out, payload).unwrap();
            }
            let mut reader = PacketReader::new(&out[..]);
            for payload in &payloads {
                prop_assert_eq!(reader.read().unwrap(), Some(Packet::Data(payload)));
            }
            prop_assert_eq!(reader.read().unwrap(), None);
        }

        #[test]
        fn data_comes_out_of_the_side_band_as_it_went_in(pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..3000), 0..6)) {
            let mut band = Sideband::new(Vec::new(), Width::Narrow);
            for piece in &pieces {
                band.write_all(piece).unwrap();
            }
            let out = band.finish().unwrap();
            let mut reader = PacketReader::new(&out[..]);
            let mut data = Vec::new();
            while let Some(Packet::Data(packet)) = reader.read().unwrap() {
                prop_assert_eq!(packet[0], 1);
                data.extend_from_slice(&packet[1..]);
            }
            prop_assert_eq!(data, pieces.concat());
        }

        #[test]
        fn arbitrary_bytes_are_packets_up_to_an_end_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..100), hex in "[0-9a-f]{0,60}") {
            for input in [&bytes[..], hex.as_bytes()] {
                let mut reader = PacketReader::new(input);
                let mut packets = 0;
                while let Ok(Some(_)) = reader.read() {
                    packets += 1;
                }
                prop_assert!(packets * 4 <= input.len());
            }
        }
    }
}
