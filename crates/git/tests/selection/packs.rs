//! Object databases over packs that git made, described by git's own words on them.

use crate::repository::{Repository, id};
use bytes::Bytes;
use git::graph::{CommitLinks, PackEntry};
use git::odb::ObjectCache;
use git::{Kind, ObjectId, Odb, PackFiles, PackId, PackRecord, Part};
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Stored packs in a directory, and the object database over them.
pub(crate) struct Packs {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) odb: Odb,
    records: Vec<PackRecord>,
    reads: Arc<AtomicUsize>,
}

impl Packs {
    pub(crate) fn none() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let reads = Arc::default();
        let odb = open(dir.path(), &[], &reads);
        Self { dir, odb, records: Vec::new(), reads }
    }

    /// How many reads there were so far.
    pub(crate) fn reads(&self) -> usize {
        self.reads.load(Ordering::Relaxed)
    }

    /// One pack with everything that is reachable from `tips`.
    pub(crate) fn one(repository: &Repository, tips: &[ObjectId]) -> Self {
        let mut packs = Self::none();
        packs.add(repository, &repository.objects(tips, &[]));
        packs
    }

    /// Stores a pack of these objects. Parents of commits are in it or in earlier packs.
    pub(crate) fn add(&mut self, repository: &Repository, objects: &BTreeSet<ObjectId>) {
        if objects.is_empty() {
            return;
        }
        let number = self.records.len() as u8;
        let record = PackRecord {
            id: PackId([number; 16]),
            objects: objects.len() as u32,
            pack_bytes: 0,
            index_bytes: 0,
            graph_bytes: 0,
            closed: false,
        };
        let made = repository.path().join(format!("made-{number}"));
        let list: String = objects.iter().map(|id| format!("{id}\n")).collect();
        let ofs_delta = if number.is_multiple_of(2) { "--delta-base-offset" } else { "--no-reuse-delta" };
        let hash = repository.text(&["pack-objects", "-q", "--depth=8", ofs_delta, made.to_str().unwrap()], &list);
        let made = |extension: &str| PathBuf::from(format!("{}-{hash}.{extension}", made.display()));
        std::fs::copy(made("pack"), path(self.dir.path(), &record, Part::Pack)).unwrap();
        std::fs::copy(made("idx"), path(self.dir.path(), &record, Part::Index)).unwrap();

        let entries = entries(repository, &made("idx"));
        let commits = commits(repository, &entries);
        let mut graph = File::create(path(self.dir.path(), &record, Part::Graph)).unwrap();
        git::graph::write(&mut graph, &entries, &commits, &self.odb).unwrap();
        let length = |part| std::fs::metadata(path(self.dir.path(), &record, part)).unwrap().len();
        let record = PackRecord {
            pack_bytes: length(Part::Pack),
            index_bytes: length(Part::Index),
            graph_bytes: length(Part::Graph),
            ..record
        };
        self.records.push(record);
        self.odb = open(self.dir.path(), &self.records, &self.reads);
    }
}

fn open(dir: &Path, records: &[PackRecord], reads: &Arc<AtomicUsize>) -> Odb {
    let files = Arc::new(Directory { dir: dir.to_owned(), reads: reads.clone() });
    Odb::new(records.to_vec(), files, Arc::new(ObjectCache::new(1 << 20)))
}

/// What `git verify-pack` and `git cat-file` tell of a pack's entries, in the order of its index.
fn entries(repository: &Repository, index: &Path) -> Vec<PackEntry> {
    let listing = repository.text(&["verify-pack", "-v", index.to_str().unwrap()], "");
    let mut rows: Vec<Vec<&str>> = listing
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|row| row.len() >= 5 && row[0].len() == 40)
        .collect();
    rows.sort();
    let ids: String = rows.iter().map(|row| format!("{}\n", row[0])).collect();
    let sizes = repository.text(&["cat-file", "--batch-check=%(objectsize)"], &ids);
    let positions: HashMap<&str, u32> = rows.iter().zip(0..).map(|(row, position)| (row[0], position)).collect();
    let entry = |(row, size): (&Vec<&str>, &str)| PackEntry {
        id: id(row[0]),
        kind: [Kind::Commit, Kind::Tree, Kind::Blob, Kind::Tag].into_iter().find(|kind| kind.name() == row[1]).unwrap(),
        size: size.parse().unwrap(),
        offset: row[4].parse().unwrap(),
        length: row[3].parse().unwrap(),
        base: row.get(6).map(|base| positions[base]),
        crc32: 0,
    };
    rows.iter().zip(sizes.lines()).map(entry).collect()
}

fn commits(repository: &Repository, entries: &[PackEntry]) -> Vec<CommitLinks> {
    let mut list = String::new();
    for entry in entries.iter().filter(|entry| entry.kind == Kind::Commit) {
        writeln!(list, "{}", entry.id).unwrap();
    }
    if list.is_empty() {
        return Vec::new();
    }
    let listing = repository.text(&["log", "--no-walk=unsorted", "--stdin", "--format=%H %T %ct %P"], &list);
    let mut commits: Vec<_> = listing
        .lines()
        .map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            CommitLinks {
                id: id(words[0]),
                tree: id(words[1]),
                time: words[2].parse().unwrap(),
                parents: words[3..].iter().map(|parent| id(parent)).collect(),
            }
        })
        .collect();
    commits.sort_by_key(|commit| commit.id);
    commits
}

fn path(dir: &Path, pack: &PackRecord, part: Part) -> PathBuf {
    dir.join(format!("{}.{}", pack.id, part.extension()))
}

/// Reads packs from a directory, in blocks so small that everything crosses their borders.
struct Directory {
    dir: PathBuf,
    reads: Arc<AtomicUsize>,
}

impl PackFiles for Directory {
    fn block_size(&self) -> usize {
        1024
    }

    fn block(&self, pack: &PackRecord, part: Part, number: u64) -> io::Result<Bytes> {
        let start = number * 1024;
        self.range(pack, part, start..(start + 1024).min(pack.part_bytes(part)))
    }

    fn range(&self, pack: &PackRecord, part: Part, range: Range<u64>) -> io::Result<Bytes> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        let mut bytes = vec![0; (range.end - range.start) as usize];
        File::open(path(&self.dir, pack, part))?.read_exact_at(&mut bytes, range.start)?;
        Ok(Bytes::from(bytes))
    }
}
