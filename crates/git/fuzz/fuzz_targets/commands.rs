//! The commands of a push: read, or refused.
#![no_main]

use git::Limits;
use git::receive::PushRequest;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut input = bytes;
    _ = PushRequest::read(&mut input, &Limits::default());
});
