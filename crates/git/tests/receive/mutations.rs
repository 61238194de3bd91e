//! Arbitrary bytes, and packs that were changed a little, are taken or refused, and nothing else happens.

use crate::git_repository::GitRepository;
use crate::raw_pack::{RawPack, sha1};
use crate::stored::Stored;
use git::Kind;
use git::receive::fsck;
use proptest::prelude::*;
use std::sync::OnceLock;

fn real_pack() -> &'static [u8] {
    static PACK: OnceLock<Vec<u8>> = OnceLock::new();
    PACK.get_or_init(|| {
        let repository = GitRepository::new();
        for step in 0..6 {
            repository.write("a/file", format!("{}{step}\n", "the same line again and again\n".repeat(20)).as_bytes());
            repository.write(".gitmodules", format!("[submodule \"s{step}\"]\n\turl = x\n").as_bytes());
            repository.commit("step");
        }
        repository.git(&["tag", "-a", "-m", "tag", "v1"], b"");
        repository.pack(&["--all"], &["--delta-base-offset"])
    })
}

fn with_checksum(mut pack: Vec<u8>) -> Vec<u8> {
    let end = pack.len().saturating_sub(20);
    pack.truncate(end);
    let checksum = sha1(&pack);
    pack.extend(checksum);
    pack
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn arbitrary_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut pack = b"PACK\0\0\0\x02\0\0\0\x03".to_vec();
        pack.extend(bytes);
        prop_assert!(Stored::empty().receive(&pack).is_err());
    }

    #[test]
    fn a_real_pack_with_changed_bytes(
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut pack = real_pack().to_vec();
        for (at, value) in changes {
            let at = at.index(pack.len());
            pack[at] = value;
        }
        let pack = with_checksum(pack);
        if let Ok(staged) = Stored::empty().receive(&pack) {
            prop_assert!(staged.record.objects > 0);
        }
    }

    #[test]
    fn a_real_pack_with_a_part_cut_out(from in any::<proptest::sample::Index>(), length in 1usize..200) {
        let mut pack = real_pack().to_vec();
        let from = from.index(pack.len());
        pack.drain(from..(from + length).min(pack.len()));
        if pack.len() > 20 {
            prop_assert!(Stored::empty().receive(&with_checksum(pack)).is_err());
        }
    }

    #[test]
    fn arbitrary_deltas(delta in proptest::collection::vec(any::<u8>(), 0..40)) {
        let mut pack = RawPack::new();
        let base = pack.object(Kind::Blob, b"0123456789");
        pack.delta_on(&base, &[&[10, 10], &delta[..]].concat());
        pack.delta_at(pack.len() - 12, &delta);
        let _ = Stored::empty().receive(&pack.finish());
    }

    #[test]
    fn arbitrary_objects(content in proptest::collection::vec(any::<u8>(), 0..100)) {
        let _ = (fsck::commit(&content), fsck::tag(&content), fsck::tree(&content, |_| {}), fsck::gitmodules(&content));
    }

    #[test]
    fn objects_with_a_changed_byte(which in any::<proptest::sample::Index>(), at in any::<proptest::sample::Index>(), value in any::<u8>()) {
        let objects: Vec<_> = crate::crafted::commits().into_iter().chain(crate::crafted::tags()).chain(crate::crafted::trees()).collect();
        let mut content = which.get(&objects).content.clone();
        if !content.is_empty() {
            let at = at.index(content.len());
            content[at] = value;
        }
        let _ = (fsck::commit(&content), fsck::tag(&content), fsck::tree(&content, |_| {}));
    }
}
