//! Stored packs in a directory, and the object database over them.

use bytes::Bytes;
use git::odb::ObjectCache;
use git::receive::{Progress, ReceiveError, index_pack};
use git::{Limits, Odb, PackFiles, PackRecord, Part, StagedPack};
use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A repository of ours: packs in a directory.
pub(crate) struct Stored {
    dir: tempfile::TempDir,
    scratch: tempfile::TempDir,
    records: Vec<PackRecord>,
    pub(crate) limits: Limits,
}

impl Stored {
    pub(crate) fn empty() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            scratch: tempfile::tempdir().unwrap(),
            records: Vec::new(),
            limits: Limits::default(),
        }
    }

    pub(crate) fn odb(&self) -> Odb {
        let files = Arc::new(Directory(self.dir.path().to_owned()));
        Odb::new(self.records.clone(), files, Arc::new(ObjectCache::new(1 << 20)))
    }

    pub(crate) fn scratch(&self) -> &Path {
        self.scratch.path()
    }

    /// Receives a pack without storing it. When it is refused, nothing may be left of it.
    pub(crate) fn receive(&self, pack: &[u8]) -> Result<StagedPack, ReceiveError> {
        let received = self.receive_telling(pack, &mut |_| Ok(()));
        if received.is_err() {
            assert_eq!(std::fs::read_dir(self.scratch()).unwrap().count(), 0, "the scratch directory is empty");
        }
        received
    }

    pub(crate) fn receive_telling(
        &self,
        pack: &[u8],
        progress: &mut dyn FnMut(Progress) -> io::Result<()>,
    ) -> Result<StagedPack, ReceiveError> {
        index_pack(&mut &pack[..], &self.odb(), self.scratch(), &self.limits, progress)
    }

    /// The words with which a pack is refused.
    pub(crate) fn refusal(&self, pack: &[u8]) -> String {
        self.receive(pack).unwrap_err().to_string()
    }

    pub(crate) fn store(&mut self, staged: StagedPack) -> PackRecord {
        for (path, part) in [(&staged.pack, Part::Pack), (&staged.index, Part::Index), (&staged.graph, Part::Graph)] {
            assert_eq!(std::fs::metadata(path).unwrap().len(), staged.record.part_bytes(part), "{part:?}");
            std::fs::copy(path, file(self.dir.path(), &staged.record, part)).unwrap();
        }
        self.records.push(staged.record.clone());
        staged.record
    }
}

fn file(dir: &Path, pack: &PackRecord, part: Part) -> PathBuf {
    dir.join(format!("{}.{}", pack.id, part.extension()))
}

struct Directory(PathBuf);

impl PackFiles for Directory {
    fn block_size(&self) -> usize {
        4096
    }

    fn block(&self, pack: &PackRecord, part: Part, number: u64) -> io::Result<Bytes> {
        let start = number * 4096;
        self.range(pack, part, start..(start + 4096).min(pack.part_bytes(part)))
    }

    fn range(&self, pack: &PackRecord, part: Part, range: Range<u64>) -> io::Result<Bytes> {
        let mut bytes = vec![0; (range.end - range.start) as usize];
        File::open(file(&self.0, pack, part))?.read_exact_at(&mut bytes, range.start)?;
        Ok(Bytes::from(bytes))
    }
}
