//! A pack sent to an empty repository: taken, or refused with nothing left behind. The header and the checksum are made to fit,
//! so that the fuzzer gets past them.
#![no_main]

use bytes::Bytes;
use git::odb::ObjectCache;
use git::receive::index_pack;
use git::{Limits, Odb, PackFiles, PackRecord, Part};
use libfuzzer_sys::fuzz_target;
use std::io;
use std::ops::Range;
use std::sync::Arc;

struct NoFiles;

impl PackFiles for NoFiles {
    fn block_size(&self) -> usize {
        4096
    }

    fn block(&self, _: &PackRecord, _: Part, _: u64) -> io::Result<Bytes> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn range(&self, _: &PackRecord, _: Part, _: Range<u64>) -> io::Result<Bytes> {
        Err(io::ErrorKind::NotFound.into())
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((count, entries)) = bytes.split_first() else { return };
    let mut pack = b"PACK\0\0\0\x02\0\0\0".to_vec();
    pack.push(*count);
    pack.extend_from_slice(entries);
    pack.extend_from_slice(&checksum(&pack));

    let odb = Odb::new(Vec::new(), Arc::new(NoFiles), Arc::new(ObjectCache::new(1 << 20)));
    let limits = Limits { max_object_bytes: 1 << 20, max_inflated_bytes: 8 << 20, ..Limits::default() };
    let scratch = tempfile::tempdir().expect("a temporary directory");
    let received = index_pack(&mut &pack[..], &odb, scratch.path(), &limits, &mut |_| Ok(()));
    drop(received);
    assert_eq!(scratch.path().read_dir().expect("it is readable").count(), 0);
});

/// The SHA-1 of some bytes.
fn checksum(bytes: &[u8]) -> Vec<u8> {
    let mut hasher = gix_hash::hasher(gix_hash::Kind::Sha1);
    hasher.update(bytes);
    hasher.try_finalize().map(|id| id.as_bytes().to_vec()).unwrap_or_default()
}
