//! The adapters keep the ports' promises, also over a restart.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use async_trait::async_trait;
use embedded::{DataDirectory, FileKeys};
use ports::conformance::blobs::BlobsFixture;
use ports::conformance::feed::FeedFixture;
use ports::conformance::keys::{DisabledKey, KeysFixture};
use ports::conformance::table::TableFixture;
use ports::{Blobs, EncryptionContext, Feed, Keys, Table};
use std::fs;
use std::sync::Arc;
use tempfile::TempDir;

/// A data directory of its own for each case.
struct Directory {
    folder: TempDir,
    open: Option<DataDirectory>,
}

impl Directory {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let open = Some(DataDirectory::open(folder.path()).unwrap());
        Self { folder, open }
    }

    fn open(&self) -> &DataDirectory {
        self.open.as_ref().unwrap()
    }

    fn close_and_open(&mut self) {
        self.open = None;
        self.open = Some(DataDirectory::open(self.folder.path()).unwrap());
    }
}

#[async_trait]
impl TableFixture for Directory {
    fn table(&self) -> Arc<dyn Table> {
        self.open().table()
    }

    async fn reopen(&mut self) -> bool {
        self.close_and_open();
        true
    }
}

impl FeedFixture for Directory {
    fn feed(&self) -> Arc<dyn Feed> {
        self.open().table()
    }
}

#[async_trait]
impl BlobsFixture for Directory {
    fn blobs(&self) -> Arc<dyn Blobs> {
        self.open().blobs()
    }

    async fn reopen(&mut self) -> bool {
        self.close_and_open();
        true
    }
}

#[async_trait]
impl KeysFixture for Directory {
    fn keys(&self) -> Arc<dyn Keys> {
        self.open().keys()
    }

    /// Writes a second key into the file, uses it, and disables it there.
    async fn disabled_key(&mut self) -> Option<DisabledKey> {
        let path = self.folder.path().join("keys.json");
        let id = "11111111-2222-3333-4444-555555555555";
        let text = fs::read_to_string(&path).unwrap();
        let more = |enabled: bool| {
            let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
            text.replace(r#""keys": ["#, &format!(r#""keys": [{{"id":"{id}","enabled":{enabled},"key":"{key}"}}, "#))
        };
        fs::write(&path, more(true)).unwrap();
        let keys = FileKeys::open(&path).unwrap();
        let ciphertext = keys.encrypt(Some(id), b"secret", &EncryptionContext::new()).await.unwrap();
        fs::write(&path, more(false)).unwrap();
        self.close_and_open();
        Some(DisabledKey { id: id.to_owned(), ciphertext })
    }

    async fn reopen(&mut self) -> bool {
        self.close_and_open();
        true
    }
}

async fn make_directory() -> Directory {
    Directory::new()
}

mod table {
    use super::make_directory;

    ports::table_conformance!(make_directory);
    ports::feed_conformance!(make_directory);
}

mod blobs {
    use super::make_directory;

    ports::blobs_conformance!(make_directory);
}

mod keys {
    use super::make_directory;

    ports::keys_conformance!(make_directory);
}
