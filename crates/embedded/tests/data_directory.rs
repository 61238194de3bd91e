//! One process owns a data directory, and opening says clearly what is wrong with one.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use embedded::{DataDirectory, EmbeddedTable, FileKeys, OpenError};
use ports::clock::SystemClock;
use ports::{BlobError, BlobName, Blobs};
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

fn open_error(path: &Path) -> OpenError {
    DataDirectory::open(path).err().unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn name(text: &str) -> BlobName {
    BlobName::parse(text).unwrap()
}

#[test]
fn a_directory_is_opened_once_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/data");
    let first = DataDirectory::open(&path).unwrap();
    let refused = open_error(&path).to_string();
    let directory = path.canonicalize().unwrap();
    assert_eq!(
        refused,
        format!(
            "the data directory '{}' is in use by another process ({}); stop that one first, or name another directory",
            directory.display(),
            std::process::id()
        )
    );
    drop(first);
    DataDirectory::open(&path).unwrap();
}

#[test]
#[ignore = "runs as the other process of the next test"]
fn another_process_opens_the_directory_it_is_given() {
    let path = std::env::var("DATA_DIRECTORY_OF_ANOTHER_PROCESS").unwrap();
    let refused = open_error(Path::new(&path));
    assert!(matches!(&refused, OpenError::InUse { process: Some(_), .. }), "{refused}");
}

#[test]
fn another_process_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let _open = DataDirectory::open(folder.path()).unwrap();
    let other = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "another_process_opens_the_directory_it_is_given", "--ignored"])
        .env("DATA_DIRECTORY_OF_ANOTHER_PROCESS", folder.path())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&other.stdout);
    assert!(other.status.success() && told.contains("1 passed"), "{told}");
}

#[test]
fn the_table_guards_itself_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.redb");
    let _open = EmbeddedTable::open(&path, Arc::new(SystemClock)).unwrap();
    let refused = EmbeddedTable::open(&path, Arc::new(SystemClock)).err().unwrap();
    assert!(matches!(refused, OpenError::InUse { .. }), "{refused}");
}

#[test]
fn a_directory_with_something_else_in_it_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("letter.txt"), "dear").unwrap();
    let refused = open_error(folder.path());
    assert!(matches!(&refused, OpenError::Foreign { found, .. } if found == "letter.txt"), "{refused}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn the_root_of_a_file_system_and_a_first_start_cut_short_are_fine() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("lost+found")).unwrap();
    fs::write(folder.path().join("lock"), "").unwrap();
    fs::write(folder.path().join("format.new"), "").unwrap();
    DataDirectory::open(folder.path()).unwrap();
}

#[test]
fn a_later_format_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(DataDirectory::open(folder.path()).unwrap());
    for (text, is_known) in [("2\n", false), ("", false), ("one", false), ("1\n", true)] {
        fs::write(folder.path().join("format"), text).unwrap();
        let opened = DataDirectory::open(folder.path());
        match opened {
            Ok(_) => assert!(is_known, "{text:?}"),
            Err(refused) => {
                assert!(!is_known && matches!(refused, OpenError::Format { known: 1, .. }), "{text:?}: {refused}");
            }
        }
    }
}

#[test]
fn a_file_in_place_of_the_directory_is_an_error() {
    let file = tempfile::NamedTempFile::new().unwrap();
    assert!(matches!(open_error(file.path()), OpenError::Io { .. }));
}

#[test]
fn a_table_of_other_bytes_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    drop(DataDirectory::open(folder.path()).unwrap());
    fs::write(folder.path().join("table.redb"), [7; 100_000]).unwrap();
    assert!(matches!(open_error(folder.path()), OpenError::Table { .. }));
}

#[test]
fn what_others_must_not_read_is_private() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    let open = DataDirectory::open(&path).unwrap();
    assert_eq!(mode(&path), 0o700);
    assert_eq!(mode(open.scratch()), 0o700);
    assert_eq!(mode(&path.join("keys.json")), 0o600);
}

#[test]
fn a_key_file_that_others_can_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.json");
    FileKeys::open(&path).unwrap();
    for exposed in [0o640, 0o604, 0o666] {
        fs::set_permissions(&path, fs::Permissions::from_mode(exposed)).unwrap();
        let refused = FileKeys::open(&path).err().unwrap();
        assert!(matches!(&refused, OpenError::KeysExposed { mode, .. } if *mode == exposed), "{refused}");
        assert!(refused.to_string().contains(&format!("chmod 600 '{}'", path.display())), "{refused}");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    FileKeys::open(&path).unwrap();
}

#[test]
fn a_damaged_key_file_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.json");
    FileKeys::open(&path).unwrap();
    fs::write(&path, "{}").unwrap();
    assert!(matches!(FileKeys::open(&path), Err(OpenError::KeysDamaged { .. })));
    assert_eq!(fs::read_to_string(&path).unwrap(), "{}");
}

#[test]
fn leftovers_are_removed_at_open() {
    let folder = tempfile::tempdir().unwrap();
    let open = DataDirectory::open(folder.path()).unwrap();
    let scratch = open.scratch().to_owned();
    drop(open);
    fs::create_dir(scratch.join("clone")).unwrap();
    fs::write(scratch.join("clone/pack"), "half").unwrap();
    fs::write(folder.path().join("incoming/half"), "half").unwrap();
    let open = DataDirectory::open(folder.path()).unwrap();
    assert_eq!(fs::read_dir(open.scratch()).unwrap().count(), 0);
    assert_eq!(fs::read_dir(folder.path().join("incoming")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_file_from_scratch_is_moved_and_one_from_elsewhere_consumed() {
    let folder = tempfile::tempdir().unwrap();
    let open = DataDirectory::open(folder.path()).unwrap();
    let source = open.scratch().join("pack");
    fs::write(&source, "bytes").unwrap();
    let inode = fs::metadata(&source).unwrap().ino();
    open.blobs().put_file(&name("packs/a"), &source).await.unwrap();
    assert!(!source.exists());
    assert_eq!(fs::metadata(folder.path().join("blobs/packs/a")).unwrap().ino(), inode);

    // A link is not what is to be stored, and no move from another file system is possible.
    let shared_memory = Path::new("/dev/shm");
    let elsewhere =
        if shared_memory.is_dir() { tempfile::tempdir_in(shared_memory) } else { tempfile::tempdir() }.unwrap();
    let file = elsewhere.path().join("file");
    fs::write(&file, "other").unwrap();
    let link = open.scratch().join("link");
    std::os::unix::fs::symlink(&file, &link).unwrap();
    for (source, blob) in [(&link, "packs/b"), (&file, "packs/c")] {
        open.blobs().put_file(&name(blob), source).await.unwrap();
        let stored = folder.path().join("blobs").join(blob);
        assert!(fs::symlink_metadata(&stored).unwrap().is_file());
        assert_eq!(fs::read_to_string(stored).unwrap(), "other");
    }
    assert!(!file.exists());
    assert_eq!(fs::read_dir(folder.path().join("incoming")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_blob_cannot_be_a_folder_of_others() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = DataDirectory::open(folder.path()).unwrap().blobs();
    blobs.put(&name("a/b"), "1".into()).await.unwrap();
    for in_the_way in ["a", "a/b/c", "a/b/c/d"] {
        let refused = blobs.put(&name(in_the_way), "2".into()).await;
        assert!(matches!(refused, Err(BlobError::Invalid(_))), "{in_the_way}: {refused:?}");
        assert_eq!(blobs.head(&name(in_the_way)).await.unwrap(), None);
        assert!(matches!(blobs.get_range(&name(in_the_way), 0..0).await, Err(BlobError::NotFound(_))));
        blobs.delete(&name(in_the_way)).await.unwrap();
    }
    assert_eq!(blobs.list("", None, 10).await.unwrap(), [name("a/b")]);
}

#[tokio::test]
async fn a_list_never_leaves_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let open = DataDirectory::open(folder.path()).unwrap();
    fs::create_dir_all(folder.path().join("blobs/x")).unwrap();
    for prefix in ["../", "x/../../", "/", "/etc/", "./", "x/./", "..", "x//"] {
        assert_eq!(open.blobs().list(prefix, None, 10).await.unwrap(), [], "{prefix}");
    }
}
