//! The ports `AuditSink` and `AuditTrail` on files: one for each day (UTC), one record a line.
//!
//! A record is with the operating system when `append` returns, so that the end of the process loses none. It is on the disk a
//! second later at most: what a power cut takes is the records of that last second. Files older than the retention are removed
//! when a new day begins, and at the start.

use crate::data_directory::make_private_folder;
use crate::open_error::OpenError;
use async_trait::async_trait;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use ports::clock::Clock;
use ports::{AuditPage, AuditSink, AuditTrail, LookBack};
use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, SystemTime};

/// How long a record may wait to be on the disk.
const SYNC_PAUSE: Duration = Duration::from_secs(1);

/// What the names of the files end with.
const EXTENSION: &str = ".jsonl";

/// The records of one machine's service.
pub struct AuditFiles {
    folder: PathBuf,
    clock: Arc<dyn Clock>,
    retention_days: u32,
    current: Arc<Mutex<Option<Current>>>,
}

/// The file of the day.
struct Current {
    day: Date,
    file: File,
    /// Whether something of it may not be on the disk yet.
    dirty: bool,
}

impl AuditFiles {
    /// Keeps records in `folder`, which is made for this user only, for so many days besides today.
    pub fn open(folder: impl Into<PathBuf>, clock: Arc<dyn Clock>, retention_days: u32) -> Result<Self, OpenError> {
        let folder = folder.into();
        make_private_folder(&folder)?;
        let files = Self { folder, clock, retention_days, current: Arc::default() };
        let today = day(files.clock.now());
        files.remove_old(today).map_err(OpenError::io("remove old files from", &files.folder))?;
        let current = Arc::downgrade(&files.current);
        let keeper = std::thread::Builder::new().name("audit".to_owned());
        keeper.spawn(move || sync_for_ever(&current)).map_err(OpenError::io("start the thread for", &files.folder))?;
        Ok(files)
    }

    fn remove_old(&self, today: Date) -> io::Result<()> {
        let kept = Span::new().try_days(i64::from(self.retention_days));
        let oldest = kept.and_then(|kept| today.checked_sub(kept)).unwrap_or(Date::MIN);
        for (_, file) in days(&self.folder)?.into_iter().filter(|(day, _)| *day < oldest) {
            fs::remove_file(file)?;
        }
        Ok(())
    }

    fn begin(&self, day: Date) -> io::Result<Current> {
        let path = self.folder.join(format!("{day}{EXTENSION}"));
        let mut file = OpenOptions::new().create(true).read(true).append(true).mode(0o600).open(path)?;
        // Whatever ended in the middle of a line, what follows is a line of its own.
        if file.seek(SeekFrom::End(0))? > 0 {
            file.seek(SeekFrom::End(-1))?;
            let mut last = [0];
            file.read_exact(&mut last)?;
            if last != *b"\n" {
                file.write_all(b"\n")?;
            }
        }
        Ok(Current { day, file, dirty: false })
    }
}

impl AuditSink for AuditFiles {
    fn append(&self, record: &str) -> io::Result<()> {
        let today = day(self.clock.now());
        let line = format!("{record}\n");
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.as_ref().is_none_or(|current| current.day != today) {
            if let Some(yesterday) = current.take() {
                yesterday.file.sync_data()?;
                self.remove_old(today)?;
            }
            *current = Some(self.begin(today)?);
        }
        if let Some(current) = current.as_mut() {
            current.file.write_all(line.as_bytes())?;
            current.dirty = true;
        }
        Ok(())
    }
}

impl Drop for AuditFiles {
    fn drop(&mut self) {
        if let Some(current) = self.current.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // There is nobody left to be told.
            _ = current.file.sync_data();
        }
    }
}

/// Brings what was written to the disk until there is nobody who writes.
fn sync_for_ever(current: &Weak<Mutex<Option<Current>>>) {
    loop {
        std::thread::sleep(SYNC_PAUSE);
        let Some(current) = current.upgrade() else { return };
        let dirty = {
            let mut current = current.lock().unwrap_or_else(PoisonError::into_inner);
            current.as_mut().filter(|current| current.dirty).map(|current| {
                current.dirty = false;
                current.file.try_clone()
            })
        };
        let Some(file) = dirty else { continue };
        if let Err(error) = file.and_then(|file| file.sync_data()) {
            tracing::error!(%error, "audit records could not be brought to the disk");
        }
    }
}

#[async_trait]
impl AuditTrail for AuditFiles {
    async fn look_back(&self, look: LookBack) -> io::Result<AuditPage> {
        let folder = self.folder.clone();
        tokio::task::spawn_blocking(move || look_back(&folder, &look)).await.map_err(io::Error::other)?
    }
}

/// Where a line is: its day, and how many bytes are before it.
#[derive(Clone, Copy)]
struct Place {
    day: Date,
    offset: u64,
}

impl Place {
    fn parse(text: &str) -> Option<Self> {
        let (day, offset) = text.split_once(':')?;
        Some(Self { day: day.parse().ok()?, offset: offset.parse().ok()? })
    }
}

fn look_back(folder: &Path, look: &LookBack) -> io::Result<AuditPage> {
    let invalid = || io::Error::new(io::ErrorKind::InvalidInput, "this is no place in the records");
    let before = look.before.as_deref().map(|place| Place::parse(place).ok_or_else(invalid)).transpose()?;
    let (from, until) = (look.from.map(day), look.until.map(day));
    let mut files = days(folder)?;
    files.retain(|(day, _)| {
        from.is_none_or(|from| *day >= from)
            && until.is_none_or(|until| *day <= until)
            && before.is_none_or(|before| *day <= before.day)
    });
    let mut records = Vec::new();
    for (day, file) in files.into_iter().rev() {
        let end = before.filter(|before| before.day == day).map(|before| before.offset);
        let found = last_lines(&file, end, look.limit - records.len(), &*look.wanted)?;
        let first = found.front().map(|(offset, _)| *offset);
        records.extend(found.into_iter().rev().map(|(_, line)| line));
        if records.len() >= look.limit {
            return Ok(AuditPage { records, next: first.map(|offset| format!("{day}:{offset}")) });
        }
    }
    Ok(AuditPage { records, next: None })
}

/// The last `most` wanted lines of a file that begin before `end`, each with the number of bytes before it.
fn last_lines(
    file: &Path,
    end: Option<u64>,
    most: usize,
    wanted: &dyn Fn(&str) -> bool,
) -> io::Result<VecDeque<(u64, String)>> {
    let mut found = VecDeque::new();
    let mut lines = BufReader::new(File::open(file)?);
    let (mut offset, mut line) = (0, Vec::new());
    while end.is_none_or(|end| offset < end) {
        line.clear();
        let length = lines.read_until(b'\n', &mut line)? as u64;
        // What has no end yet is being written.
        let Some(text) = line.strip_suffix(b"\n").and_then(|line| std::str::from_utf8(line).ok()) else {
            if length == 0 || !line.ends_with(b"\n") {
                break;
            }
            offset += length;
            continue;
        };
        if wanted(text) {
            if found.len() == most {
                found.pop_front();
            }
            found.push_back((offset, text.to_owned()));
        }
        offset += length;
    }
    Ok(found)
}

/// The files of a folder by their day.
fn days(folder: &Path) -> io::Result<Vec<(Date, PathBuf)>> {
    let mut days = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(EXTENSION));
        days.extend(name.and_then(|day| day.parse().ok()).map(|day| (day, path.clone())));
    }
    days.sort();
    Ok(days)
}

fn day(time: SystemTime) -> Date {
    TimeZone::UTC.to_datetime(Timestamp::try_from(time).unwrap_or_default()).date()
}
