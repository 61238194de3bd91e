//! A delta on a base of up to 255 bytes: applied, or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((length, rest)) = bytes.split_first() else { return };
    let (base, delta) = rest.split_at(usize::from(*length).min(rest.len()));
    let small = git::delta::sizes(delta).is_ok_and(|(sizes, _)| sizes.result <= 1 << 20);
    if small {
        _ = git::delta::apply(base, delta, &mut Vec::new());
    }
});
