//! The key file: JSON, mode 0600.
//!
//! ```json
//! {"format": 1, "default": "<id>", "keys": [{"id": "<id>", "enabled": true, "key": "<32 bytes in base64>"}]}
//! ```

use super::sealing::cipher;
use crate::open_error::OpenError;
use crate::sync::sync_folder;
use aes_gcm::Aes256Gcm;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use tempfile::NamedTempFile;
use zeroize::Zeroizing;

const FORMAT: u32 = 1;

/// A master key that can be used. Its bytes live only in the cipher, which wipes them when dropped.
pub(super) struct MasterKey {
    pub(super) id: KeyId,
    pub(super) enabled: bool,
    pub(super) cipher: Aes256Gcm,
}

/// Names a master key; written as a UUID is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KeyId(pub(super) [u8; 16]);

impl KeyId {
    fn parse(text: &str) -> Option<Self> {
        let id = Self(u128::from_str_radix(&text.replace('-', ""), 16).ok()?.to_be_bytes());
        (id.to_string() == text).then_some(id)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = format!("{:032x}", u128::from_be_bytes(self.0));
        write!(f, "{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}

/// Borrows from the file's text, so that no key is left in memory that is not wiped.
#[derive(Serialize, Deserialize)]
struct KeyFile<'a> {
    format: u32,
    default: &'a str,
    #[serde(borrow)]
    keys: Vec<StoredKey<'a>>,
}

#[derive(Serialize, Deserialize)]
struct StoredKey<'a> {
    id: &'a str,
    enabled: bool,
    key: &'a str,
}

/// The default key and the others in the file at `path`; a missing file is made, with one fresh key.
pub(super) fn open(path: &Path) -> Result<(MasterKey, Vec<MasterKey>), OpenError> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            create(path)?;
            File::open(path).map_err(OpenError::io("read", path))?
        }
        opened => opened.map_err(OpenError::io("read", path))?,
    };
    let metadata = file.metadata().map_err(OpenError::io("read", path))?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(OpenError::KeysExposed { path: path.to_owned(), mode });
    }
    // Room for all of it from the start: a buffer that grows leaves copies behind that nobody wipes.
    let mut text = Zeroizing::new(Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0).saturating_add(1)));
    file.read_to_end(&mut text).map_err(OpenError::io("read", path))?;
    parse(&text).map_err(|reason| OpenError::KeysDamaged { path: path.to_owned(), reason })
}

fn parse(text: &[u8]) -> Result<(MasterKey, Vec<MasterKey>), String> {
    // What serde says could quote the text, so only the place is told.
    let file: KeyFile<'_> = serde_json::from_slice(text).map_err(|error| format!("line {}", error.line()))?;
    if file.format != FORMAT {
        return Err(format!("format {} instead of {FORMAT}", file.format));
    }
    let default_id = KeyId::parse(file.default).ok_or("the default key's id is none")?;
    let mut keys = file.keys.iter().map(master_key).collect::<Result<Vec<_>, _>>()?;
    let default = keys.iter().position(|key| key.id == default_id).ok_or("the default key is missing")?;
    let default = keys.swap_remove(default);
    Ok((default, keys))
}

fn master_key(stored: &StoredKey<'_>) -> Result<MasterKey, String> {
    let id = KeyId::parse(stored.id).ok_or("a key's id is none")?;
    let mut key = Zeroizing::new([0; 32]);
    match STANDARD.decode_slice(stored.key, key.as_mut_slice()) {
        Ok(32) => Ok(MasterKey { id, enabled: stored.enabled, cipher: cipher(&key) }),
        _ => Err(format!("key {id} is not 32 bytes")),
    }
}

fn create(path: &Path) -> Result<(), OpenError> {
    let mut id = [0; 16];
    let mut key = Zeroizing::new([0; 32]);
    getrandom::fill(&mut id)
        .and_then(|()| getrandom::fill(key.as_mut_slice()))
        .map_err(|error| OpenError::Randomness(error.to_string()))?;
    let id = KeyId(id).to_string();
    let key = Zeroizing::new(STANDARD.encode(key.as_slice()));
    let stored = StoredKey { id: &id, enabled: true, key: &key };
    let mut text = Zeroizing::new(Vec::with_capacity(1024));
    serde_json::to_writer_pretty(&mut *text, &KeyFile { format: FORMAT, default: &id, keys: vec![stored] })
        .map_err(|error| OpenError::io("write", path)(error.into()))?;
    text.push(b'\n');
    write(path, &text).map_err(OpenError::io("write", path))
}

/// A temporary file is for this user only (mode 0600) from the start.
fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = NamedTempFile::with_prefix_in("keys.json.", folder)?;
    file.write_all(text)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path)?;
    sync_folder(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(text: &str) -> String {
        parse(text.as_bytes()).err().unwrap()
    }

    #[test]
    fn damage_is_told_without_the_keys() {
        let id = KeyId([7; 16]).to_string();
        let with = |format: u32, default: &str, id: &str, key: &str| {
            format!(
                r#"{{"format":{format},"default":"{default}","keys":[{{"id":"{id}","enabled":true,"key":"{key}"}}]}}"#
            )
        };
        let key = STANDARD.encode([1; 32]);
        assert!(parse(with(1, &id, &id, &key).as_bytes()).is_ok());
        assert_eq!(reason(""), "line 1");
        assert_eq!(reason(&with(2, &id, &id, &key)), "format 2 instead of 1");
        assert_eq!(reason(&with(1, "x", &id, &key)), "the default key's id is none");
        assert_eq!(reason(&with(1, &KeyId([8; 16]).to_string(), &id, &key)), "the default key is missing");
        assert_eq!(reason(&with(1, &id, &id.to_uppercase().replace('0', "g"), &key)), "a key's id is none");
        for bad in ["", "AAAA", &STANDARD.encode([1; 31]), &STANDARD.encode([1; 33]), "not base64"] {
            assert_eq!(reason(&with(1, &id, &id, bad)), format!("key {id} is not 32 bytes"));
        }
        assert!(!reason(&format!(r#"{{"format":1,"key":"{key}"}}"#)).contains(&key));
    }
}
