//! A stream of pkt-lines: read to its end, or refused.
#![no_main]

use git::pkt_line::PacketReader;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut by_packet = PacketReader::new(bytes);
    let mut packets = 0;
    while let Ok(Some(_)) = by_packet.read() {
        packets += 1;
    }
    // A packet takes four bytes at least.
    assert!(packets <= bytes.len() / 4);

    let mut by_line = PacketReader::new(bytes);
    while let Ok(Some(_)) = by_line.read_line() {}
});
