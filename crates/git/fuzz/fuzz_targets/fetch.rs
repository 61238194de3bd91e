//! The request of a fetch, in the words of protocol v2 and of v0: read, or refused.
#![no_main]

use git::upload::{v0, v2};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    _ = v2::read_request(bytes);
    _ = v0::read_request(bytes);
});
