//! The table comes back by itself when the disk does.

use super::{COUNTERS, Database, Failure, make_tables};
use ports::TableError;
use redb::{ReadableDatabase as _, StorageBackend};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A disk that outlives the databases on it, and can be full.
#[derive(Debug, Default)]
struct Disk {
    content: redb::backends::InMemoryBackend,
    is_full: AtomicBool,
}

#[derive(Debug)]
struct OnDisk(Arc<Disk>);

impl OnDisk {
    fn check(&self) -> io::Result<()> {
        if self.0.is_full.load(Ordering::Relaxed) { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }
}

impl StorageBackend for OnDisk {
    fn len(&self) -> io::Result<u64> {
        self.0.content.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.0.content.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.check()?;
        self.0.content.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.check()?;
        self.0.content.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.check()?;
        self.0.content.write(offset, data)
    }
}

fn open(disk: &Arc<Disk>) -> Database {
    let disk = Arc::clone(disk);
    let open = move || {
        let database = redb::Builder::new().create_with_backend(OnDisk(Arc::clone(&disk)));
        database.map_err(|error| Failure::Database(error.into()))
    };
    let database = Database::with_opener(Box::new(open)).unwrap();
    database.with(make_tables).unwrap();
    database
}

fn write(database: &Database, value: u64) -> Result<(), TableError> {
    database.with(|database| {
        let transaction = database.begin_write()?;
        transaction.open_table(COUNTERS)?.insert("value", value)?;
        transaction.commit()?;
        Ok(())
    })
}

fn read(database: &Database) -> Result<Option<u64>, TableError> {
    database.with(|database| {
        let table = database.begin_read()?.open_table(COUNTERS)?;
        Ok(table.get("value")?.map(|value| value.value()))
    })
}

#[test]
fn a_full_disk_fails_writes_until_there_is_room_again() {
    let disk = Arc::new(Disk::default());
    let database = open(&disk);
    write(&database, 1).unwrap();
    disk.is_full.store(true, Ordering::Relaxed);
    for value in 2..5 {
        assert!(matches!(write(&database, value), Err(TableError::Unavailable(_))));
    }
    disk.is_full.store(false, Ordering::Relaxed);
    // The first to come finds the database closed and opens it.
    let _ = write(&database, 6);
    write(&database, 7).unwrap();
    assert_eq!(read(&database).unwrap(), Some(7));
}

#[test]
fn what_was_written_before_the_disk_failed_is_still_there() {
    let disk = Arc::new(Disk::default());
    let database = open(&disk);
    write(&database, 1).unwrap();
    disk.is_full.store(true, Ordering::Relaxed);
    assert!(write(&database, 2).is_err());
    disk.is_full.store(false, Ordering::Relaxed);
    let _ = read(&database);
    assert_eq!(read(&database).unwrap(), Some(1));
}
