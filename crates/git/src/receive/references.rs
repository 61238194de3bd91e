//! What the objects of a pack refer to, gathered while they pass, checked when all are known.

use super::error::ReceiveError;
use crate::graph::PackEntry;
use crate::object::Kind;
use crate::odb::Odb;
use gix::ObjectId;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// How many ids are remembered in front of the map.
const RECENT: usize = 1 << 14;

/// All references of a pack's objects, each target once.
pub(crate) struct References {
    /// As what each target is referred to, and the row of an object that does so. Trees may name any id, also such that
    /// are made to collide in a map that takes their first bytes for a hash; hence the standard library's hasher.
    targets: HashMap<ObjectId, (Kind, u32)>,
    /// The target seen last among those that share their last bits. A tree mostly repeats what the one before it has, so most
    /// references end here.
    recent: Vec<(ObjectId, Kind)>,
    /// A target that is referred to as two kinds: the target, the second kind and the row that refers to it so.
    ambiguous: Option<(ObjectId, Kind, u32)>,
}

impl Default for References {
    fn default() -> Self {
        let null = ObjectId::null(gix::hash::Kind::Sha1);
        Self { targets: HashMap::new(), recent: vec![(null, Kind::Tag); RECENT], ambiguous: None }
    }
}

impl References {
    /// Notes that the object of row `referrer` refers to `target` as a `kind`.
    pub(crate) fn note(&mut self, target: ObjectId, kind: Kind, referrer: u32) {
        let bytes = target.as_bytes();
        let slot = usize::from(bytes[18]) << 8 | usize::from(bytes[19]);
        let recent = &mut self.recent[slot % RECENT];
        if *recent == (target, kind) {
            return;
        }
        *recent = (target, kind);
        match self.targets.entry(target) {
            Entry::Vacant(vacant) => {
                vacant.insert((kind, referrer));
            }
            Entry::Occupied(known) if known.get().0 != kind && self.ambiguous.is_none() => {
                self.ambiguous = Some((target, kind, referrer));
            }
            Entry::Occupied(_) => {}
        }
    }

    /// Checks that every target is in the pack, whose entries are sorted by id, or in the repository, and of the right kind.
    /// The repository's own objects need no look: what they refer to is stored, as this check was made for them too.
    ///
    /// `id_of` tells the id of a row's object. Returns the objects of the pack that no other one refers to, at most `most`.
    pub(crate) fn check(
        mut self,
        entries: &[PackEntry],
        odb: &Odb,
        id_of: impl Fn(u32) -> ObjectId,
        most: usize,
    ) -> Result<Option<Vec<ObjectId>>, ReceiveError> {
        if let Some((target, kind, referrer)) = self.ambiguous {
            let first = self.targets.get(&target).map_or(kind, |(kind, _)| *kind);
            return Err(wrong_kind(id_of(referrer), &target, kind, first));
        }
        let mut roots = Vec::new();
        for entry in entries {
            match self.targets.remove(&entry.id) {
                Some((kind, _)) if kind == entry.kind => {}
                Some((kind, referrer)) => return Err(wrong_kind(id_of(referrer), &entry.id, kind, entry.kind)),
                None if roots.len() <= most => roots.push(entry.id),
                None => {}
            }
        }
        let mut outside: Vec<_> = self.targets.into_iter().collect();
        outside.sort_unstable();
        for (target, (kind, referrer)) in outside {
            let Some(entry) = odb.locate(&target)? else {
                return Err(ReceiveError::Missing { missing: target, referrer: id_of(referrer) });
            };
            let actual = odb.info(entry)?.kind;
            if actual != kind {
                return Err(wrong_kind(id_of(referrer), &target, kind, actual));
            }
        }
        Ok(Some(roots).filter(|roots| roots.len() <= most))
    }
}

fn wrong_kind(referrer: ObjectId, target: &ObjectId, expected: Kind, actual: Kind) -> ReceiveError {
    ReceiveError::Fsck {
        id: referrer,
        check: "badType",
        explanation: format!("it refers to {target} as a {expected}, but that is a {actual}"),
    }
}
