//! The cache of decoded objects.

use crate::object::Object;
use crate::pack::PackId;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

/// A cache of decoded objects by place, shared by all repositories: what it holds is immutable.
pub struct ObjectCache {
    objects: Cache<(PackId, u32), Object, ByBytes>,
    most: u64,
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<(PackId, u32), Object> for ByBytes {
    fn weight(&self, _key: &(PackId, u32), object: &Object) -> u64 {
        object.data.len() as u64 + 96
    }
}

impl ObjectCache {
    /// A cache that holds at most about `bytes` bytes of objects.
    pub fn new(bytes: u64) -> Self {
        let typical_object = 4096;
        Self {
            objects: Cache::with_weighter((bytes / typical_object).max(16) as usize, bytes, ByBytes),
            most: (bytes / 16).min(1 << 20),
        }
    }

    pub(crate) fn get(&self, pack: PackId, position: u32) -> Option<Object> {
        self.objects.get(&(pack, position))
    }

    /// Remembers an object, unless it is so large that it would push out many others.
    pub(crate) fn insert(&self, pack: PackId, position: u32, object: &Object) {
        if object.data.len() as u64 <= self.most {
            self.objects.insert((pack, position), object.clone());
        }
    }
}
