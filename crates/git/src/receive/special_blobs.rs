//! Looks into blobs that Git gives a meaning because a tree calls them `.gitmodules` or `.gitattributes`.
//!
//! What a blob is called is known only when all trees are, so those of the pack are made a second time. Blobs that were stored
//! before may have gone by a harmless name until now.

use super::content::{Content, fits_memory};
use super::deltas::Deltas;
use super::entries::{Entries, NO_BASE};
use super::error::ReceiveError;
use super::fsck::{self, AttributeLines, Problem};
use super::resolver::{Resolver, Visitor};
use super::spill::Spill;
use crate::object::Kind;
use crate::odb::Odb;
use gix::ObjectId;
use std::collections::HashMap;
use std::path::Path;

/// The largest `.gitattributes` that Git reads, in bytes.
const MOST_ATTRIBUTES: u64 = 100 << 20;

/// The blobs that some tree gives a special name, each with such a tree.
#[derive(Default)]
pub(crate) struct SpecialBlobs {
    pub(crate) modules: HashMap<ObjectId, ObjectId>,
    pub(crate) attributes: HashMap<ObjectId, ObjectId>,
}

/// An entry that has a special name.
const WANTED: u8 = 1;
/// An entry on which a wanted one stands.
const NEEDED: u8 = 2;

impl SpecialBlobs {
    /// Checks all of them, whether they came with the pack or were stored before.
    pub(crate) fn check(
        mut self,
        entries: &mut Entries,
        resolver: &mut Resolver,
        odb: &Odb,
        scratch: &Path,
    ) -> Result<(), ReceiveError> {
        if self.modules.is_empty() && self.attributes.is_empty() {
            return Ok(());
        }
        let marks = self.mark(entries)?;
        let deltas = Deltas::among(entries, |row| marks[row as usize] != 0);
        let mut look = Look { blobs: &mut self, marks: &marks };
        for row in (0u32..).take(entries.rows.len()) {
            let entry = entries.rows[row as usize];
            if marks[row as usize] == 0 || entry.base != NO_BASE {
                continue;
            }
            if marks[row as usize] & WANTED != 0 {
                let content = resolver.whole(row, Kind::Blob, entries)?;
                look.blobs.look_into(&entry.id, &content, resolver.spill())?;
                resolver.reuse(content);
            }
            resolver.make_all_on(row, entries, &deltas, &mut look)?;
        }
        self.check_stored(odb, scratch)
    }

    /// Marks the entries that are to be looked into, and those on which they stand.
    fn mark(&self, entries: &Entries) -> Result<Vec<u8>, ReceiveError> {
        let mut marks = vec![0; entries.rows.len()];
        for (at, row) in entries.rows.iter().enumerate() {
            let is_wanted = self.modules.contains_key(&row.id) || self.attributes.contains_key(&row.id);
            if !is_wanted {
                continue;
            }
            self.check_kind(&row.id, row.kind.unwrap_or(Kind::Blob), row.size)?;
            marks[at] |= WANTED;
            let mut base = row.base;
            while base != NO_BASE && marks[base as usize] & NEEDED == 0 {
                marks[base as usize] |= NEEDED;
                base = entries.rows[base as usize].base;
            }
        }
        Ok(marks)
    }

    /// Checks what can be told without the content.
    fn check_kind(&self, id: &ObjectId, kind: Kind, size: u64) -> Result<(), ReceiveError> {
        let refuse = |check, explanation: &str| Err(Problem::new(check, explanation).of(*id));
        if self.modules.contains_key(id) {
            if kind != Kind::Blob {
                return refuse("gitmodulesBlob", "a tree calls it .gitmodules, but it is no blob");
            }
            if !fits_memory(kind, size) {
                return refuse("gitmodulesLarge", ".gitmodules is too large to be read");
            }
        }
        if self.attributes.contains_key(id) {
            if kind != Kind::Blob {
                return refuse("gitattributesBlob", "a tree calls it .gitattributes, but it is no blob");
            }
            if size > MOST_ATTRIBUTES {
                return refuse("gitattributesLarge", ".gitattributes is too large to be read");
            }
        }
        Ok(())
    }

    /// Looks into one blob of the pack, which needs no further look then.
    fn look_into(&mut self, id: &ObjectId, content: &Content, spill: &Spill) -> Result<(), ReceiveError> {
        if self.modules.remove(id).is_some() {
            fsck::gitmodules(content.memory().unwrap_or_default()).map_err(|problem| problem.of(*id))?;
        }
        if self.attributes.remove(id).is_some() {
            let mut lines = AttributeLines::default();
            content.each_piece(spill, |piece| lines.look_at(piece).map_err(|problem| problem.of(*id)))?;
        }
        Ok(())
    }

    /// Looks into those that are not in the pack.
    fn check_stored(&self, odb: &Odb, scratch: &Path) -> Result<(), ReceiveError> {
        let missing = |tree: &ObjectId, check, id: &ObjectId| {
            Err(Problem::new(check, &format!("it names {id}, which is missing")).of(*tree))
        };
        for (id, tree) in &self.modules {
            let Some(entry) = odb.locate(id)? else { return missing(tree, "gitmodulesMissing", id) };
            let info = odb.info(entry)?;
            self.check_kind(id, info.kind, info.size)?;
            fsck::gitmodules(&odb.object(entry)?.data).map_err(|problem| problem.of(*id))?;
        }
        for (id, tree) in &self.attributes {
            let Some(entry) = odb.locate(id)? else { return missing(tree, "gitattributesMissing", id) };
            let info = odb.info(entry)?;
            self.check_kind(id, info.kind, info.size)?;
            let mut lines = AttributeLines::default();
            odb.copy_content(entry, scratch, &mut lines)?;
            lines.finish().map_err(|problem| problem.of(*id))?;
        }
        Ok(())
    }
}

/// Looks into the wanted blobs as they are made.
struct Look<'a> {
    blobs: &'a mut SpecialBlobs,
    marks: &'a [u8],
}

impl Visitor for Look<'_> {
    fn admit(&mut self, _row: u32, _kind: Kind, _depth: u32, _entries: &Entries) -> Result<(), ReceiveError> {
        Ok(())
    }

    fn made(
        &mut self,
        row: u32,
        _kind: Kind,
        content: &Content,
        spill: &Spill,
        entries: &mut Entries,
    ) -> Result<(), ReceiveError> {
        if self.marks[row as usize] & WANTED == 0 {
            return Ok(());
        }
        let id = entries.rows[row as usize].id;
        self.blobs.look_into(&id, content, spill)
    }
}
