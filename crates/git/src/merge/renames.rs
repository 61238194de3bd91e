//! Which files one side renamed, found as Git's `ort` strategy finds them: exact copies of a deleted file first, then files that
//! kept their name in another folder, then the most alike.

use super::error::Result;
use super::items::{Items, Which};
use super::objects::Objects;
use crate::diff::Side;
use crate::similarity::{MOST, Sketch, sizes_allow};
use crate::tree::EntryKind;
use gix::ObjectId;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

/// Files at least half alike are a rename (Git's default for merges).
const LEAST: u64 = MOST / 2;
/// Files with the same name are paired when they are at least three quarters alike.
const LEAST_FOR_SAME_NAME: u64 = MOST / 4 * 3;
/// For each added file, only so many of the deleted files most like it are considered.
const CANDIDATES: usize = 4;

/// From the path in the base to the path on the side.
pub(super) type Renames = BTreeMap<Vec<u8>, Vec<u8>>;

/// The renames of one side. Only those that matter are found: of files that the other side changed too, and of files for which
/// `matters` says so.
pub(super) fn find(
    objects: &mut Objects<'_>,
    items: &Items,
    which: Which,
    matters: &dyn Fn(&[u8]) -> bool,
) -> Result<Renames> {
    let mut search = Search::new(items, which);
    search.find_exact();
    search.sources.retain(|source| {
        let files = &items[source.path].files;
        files.side(which.other()) != &files.base || matters(source.path)
    });
    search.drop_used();
    search.find_same_names(objects)?;
    search.drop_used();
    search.find_most_alike(objects)?;
    Ok(search.renames)
}

#[derive(Clone, Copy)]
struct File<'a> {
    path: &'a [u8],
    side: Side,
}

impl File<'_> {
    fn name(&self) -> &[u8] {
        self.path.rsplit(|byte| *byte == b'/').next().unwrap_or(self.path)
    }

    fn is_regular(&self) -> bool {
        matches!(self.side.mode.kind(), EntryKind::Blob | EntryKind::BlobExecutable)
    }
}

struct Search<'a> {
    sources: Vec<File<'a>>,
    targets: Vec<File<'a>>,
    used_sources: HashSet<&'a [u8]>,
    used_targets: HashSet<&'a [u8]>,
    renames: Renames,
    sketches: HashMap<ObjectId, Option<Rc<Sketch>>>,
}

impl<'a> Search<'a> {
    fn new(items: &'a Items, which: Which) -> Self {
        let empty = ObjectId::empty_blob(gix::hash::Kind::Sha1);
        let (mut sources, mut targets) = (Vec::new(), Vec::new());
        for (path, item) in items {
            match (item.files.base, *item.files.side(which)) {
                (Some(side), None) if side.id != empty => sources.push(File { path, side }),
                (None, Some(side)) if side.id != empty => targets.push(File { path, side }),
                _ => {}
            }
        }
        Self {
            sources,
            targets,
            used_sources: HashSet::new(),
            used_targets: HashSet::new(),
            renames: Renames::new(),
            sketches: HashMap::new(),
        }
    }

    fn record(&mut self, source: File<'a>, target: File<'a>) {
        self.used_sources.insert(source.path);
        self.used_targets.insert(target.path);
        self.renames.insert(source.path.to_vec(), target.path.to_vec());
    }

    fn drop_used(&mut self) {
        self.sources.retain(|source| !self.used_sources.contains(source.path));
        self.targets.retain(|target| !self.used_targets.contains(target.path));
    }

    fn find_exact(&mut self) {
        let mut by_content: HashMap<ObjectId, Vec<File<'a>>> = HashMap::new();
        for source in &self.sources {
            by_content.entry(source.side.id).or_default().push(*source);
        }
        for target in self.targets.clone() {
            let Some(same) = by_content.get(&target.side.id) else { continue };
            let fits = |source: &&File<'a>| {
                !self.used_sources.contains(source.path)
                    && (source.is_regular() && target.is_regular() || source.side.mode == target.side.mode)
            };
            let mut candidates = same.iter().filter(fits);
            let first = candidates.clone().next();
            let Some(source) = candidates.find(|source| source.name() == target.name()).or(first) else { continue };
            self.record(*source, target);
        }
        self.targets.retain(|target| !self.used_targets.contains(target.path));
    }

    fn find_same_names(&mut self, objects: &mut Objects<'_>) -> Result<()> {
        let sources = unique_names(&self.sources);
        let targets = unique_names(&self.targets);
        for source in self.sources.clone() {
            let (Some(Some(_)), Some(Some(target))) = (sources.get(source.name()), targets.get(source.name())) else {
                continue;
            };
            if self.similarity(objects, &source, target, LEAST_FOR_SAME_NAME)? >= LEAST_FOR_SAME_NAME {
                self.record(source, *target);
            }
        }
        Ok(())
    }

    fn find_most_alike(&mut self, objects: &mut Objects<'_>) -> Result<()> {
        let (sources, targets) = (self.sources.clone(), self.targets.clone());
        if sources.len().saturating_mul(targets.len()) > objects.limits.rename_pairs {
            return Ok(());
        }
        let mut pairs: Vec<(u64, bool, File<'a>, File<'a>)> = Vec::new();
        for target in &targets {
            let mut best = Vec::new();
            for source in &sources {
                let score = self.similarity(objects, source, target, LEAST)?;
                if score >= LEAST {
                    best.push((score, source.name() == target.name(), *source, *target));
                }
            }
            best.sort_by_key(|(score, same_name, ..)| std::cmp::Reverse((*score, *same_name)));
            best.truncate(CANDIDATES);
            pairs.extend(best);
        }
        pairs.sort_by_key(|(score, same_name, ..)| std::cmp::Reverse((*score, *same_name)));
        for (_, _, source, target) in pairs {
            if !self.used_sources.contains(source.path) && !self.used_targets.contains(target.path) {
                self.record(source, target);
            }
        }
        Ok(())
    }

    /// How alike two files are; 0 when they surely are less than `least`.
    fn similarity(&mut self, objects: &mut Objects<'_>, one: &File<'_>, other: &File<'_>, least: u64) -> Result<u64> {
        if !one.is_regular() || !other.is_regular() {
            return Ok(0);
        }
        if !sizes_allow(objects.size(&one.side.id)?, objects.size(&other.side.id)?, least) {
            return Ok(0);
        }
        let one = self.sketch(objects, &one.side.id)?;
        let other = self.sketch(objects, &other.side.id)?;
        Ok(one.zip(other).map_or(0, |(one, other)| one.similarity(&other)))
    }

    fn sketch(&mut self, objects: &mut Objects<'_>, id: &ObjectId) -> Result<Option<Rc<Sketch>>> {
        if let Some(known) = self.sketches.get(id) {
            return Ok(known.clone());
        }
        objects.count_file()?;
        let sketch = objects.blob(id)?.map(|content| Rc::new(Sketch::new(&content)));
        self.sketches.insert(*id, sketch.clone());
        Ok(sketch)
    }
}

/// The files by name; `None` where several have it.
fn unique_names<'a>(files: &[File<'a>]) -> HashMap<Vec<u8>, Option<File<'a>>> {
    let mut names = HashMap::new();
    for file in files {
        names.entry(file.name().to_vec()).and_modify(|only| *only = None).or_insert(Some(*file));
    }
    names
}
