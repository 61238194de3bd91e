//! A repository as of one moment: its refs, and the objects they lead to.

use crate::error::Error;
use crate::keys;
use crate::packs::RepositoryPacks;
use crate::repository::Repository;
use crate::rows::{self, MetaRow};
use domain::Protections;
use git::{Odb, PackRecord, Ref};
use std::sync::Arc;

/// What a fetch or a push sees of a repository.
pub struct Snapshot {
    /// All refs, sorted by name.
    pub refs: Vec<Ref>,
    /// The full name of the default branch's ref, which `HEAD` stands for; `None` before the first branch. When the
    /// repository changes at this moment, `refs` may lack it yet.
    pub head: Option<String>,
    /// All objects that the refs lead to. See [`Repository::odb`] for where it may be used.
    pub odb: Arc<Odb>,
    /// Whether refs reach all objects that are stored. `false` means that this is not known.
    pub all_reachable: bool,
    /// What may not be done to refs.
    pub protections: Protections,
}

impl Repository {
    /// Reads the repository's refs and packs (1 scan).
    ///
    /// Refs are read before packs, so that every object that a ref leads to is in `odb`, also while others push.
    pub async fn open(&self) -> Result<Snapshot, Error> {
        let rows = self.store().scan_all(keys::repository(self.id()), keys::open_range(), true).await?;
        let (mut refs, mut packs, mut meta) = (Vec::new(), Vec::new(), None);
        for row in &rows {
            if row.key.sort.starts_with(keys::REF) {
                refs.push(rows::git_ref(row)?);
            } else if row.key.sort.starts_with(keys::PACK) {
                packs.push(rows::pack_record(row)?);
            } else if row.key.sort == keys::META {
                meta = Some(rows::decode::<MetaRow>(row)?);
            }
        }
        let meta = meta.ok_or(Error::RepositoryGone)?;
        refs.reverse();
        let protections = meta.rules();
        let head = meta.default_branch.map(|branch| branch.full_name().into());
        Ok(Snapshot { refs, head, odb: self.odb_of(packs)?, all_reachable: !meta.unreachable, protections })
    }

    /// The repository's objects (1 scan). Refs that were read before lead to objects in it.
    ///
    /// Its reads block the thread until the runtime has done them: use it only on threads that may block, as in
    /// `tokio::task::spawn_blocking`. On a worker thread of the runtime, tokio panics.
    pub async fn odb(&self) -> Result<Arc<Odb>, Error> {
        let range = ports::SortRange::Prefix(keys::PACK.to_owned());
        let rows = self.store().scan_all(keys::repository(self.id()), range, false).await?;
        self.odb_of(rows.iter().map(rows::pack_record).collect::<Result<_, _>>()?)
    }

    fn odb_of(&self, packs: Vec<PackRecord>) -> Result<Arc<Odb>, Error> {
        let parts = &self.store().parts;
        let files = RepositoryPacks::new(self.id().clone(), parts.blobs.clone(), parts.blocks.clone())?;
        Ok(Arc::new(Odb::new(packs, Arc::new(files), parts.objects.clone())))
    }
}
