//! Commits, trees, tags and `.gitmodules`: accepted, or refused.
#![no_main]

use git::receive::fsck;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|content: &[u8]| {
    _ = fsck::commit(content);
    _ = fsck::tag(content);
    _ = fsck::tree(content, |_| {});
    _ = fsck::gitmodules(content);
});
