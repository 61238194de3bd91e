//! Secrets in what a server wrote: looked for by their form, so that those count too that only some client has ever seen.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use memchr::memmem;
use std::path::Path;

/// What a kind of secret looks like: what it begins with, and whether what follows makes it a secret.
type Form = (&'static str, fn(&[u8]) -> bool);

/// Every kind of secret that the service issues, and the signatures that are made with them.
const FORMS: [Form; 7] = [
    ("cfs_", |rest| begins_with(rest, 36, is_base64)),
    // The id of a password is none of its secret.
    ("cfp_git_", |rest| rest.get(11..).is_some_and(|rest| begins_with(rest, 30, is_base64))),
    ("cfp_pat_", |rest| rest.get(11..).is_some_and(|rest| begins_with(rest, 30, is_base64))),
    ("cfp_dep_", |rest| rest.get(11..).is_some_and(|rest| begins_with(rest, 30, is_base64))),
    ("cfst1.", |rest| begins_with(rest, 40, |byte| is_base64(byte) || byte == b'.')),
    ("whsec_", |rest| begins_with(rest, 32, is_base64)),
    ("Signature=", |rest| begins_with(rest, 64, |byte| byte.is_ascii_hexdigit())),
];

/// Fails when there is a secret in the log, or in the data directory beside what users store in repositories.
pub fn assert_none_written(log: &Path, data_dir: &Path) {
    let mut found = Vec::new();
    look_into(log, &mut found);
    look_below(data_dir, &mut found);
    assert!(found.is_empty(), "secrets were written: {}", found.join(", "));
}

/// What there is of secrets in `bytes`, by its beginning.
pub fn secrets_in(bytes: &[u8]) -> Vec<String> {
    let plain = FORMS.iter().filter(|(prefix, is_secret)| {
        memmem::find_iter(bytes, prefix).any(|at| is_secret(&bytes[at + prefix.len()..]))
    });
    // What a password looks like in the header of a request of git.
    let in_basic = FORMS.iter().filter(|(prefix, _)| prefix.starts_with("cfp_")).filter(|(prefix, _)| {
        (0..3).any(|before| memmem::find(bytes, encoded_behind(before, prefix).as_bytes()).is_some())
    });
    plain
        .map(|(prefix, _)| format!("{prefix}…"))
        .chain(in_basic.map(|(prefix, _)| format!("{prefix}… in base64")))
        .collect()
}

/// The letters of base64 that follow from a text alone, whatever stands behind it and so many bytes before it.
fn encoded_behind(before: usize, text: &str) -> String {
    let encoded = STANDARD_NO_PAD.encode(format!("{}{text}", "\0".repeat(before)));
    let (first, end) = ((before * 8).div_ceil(6), (before + text.len()) * 8 / 6);
    encoded[first..end].to_owned()
}

fn look_below(directory: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(directory).into_iter().flatten() {
        let path = entry.unwrap().path();
        match path.file_name().and_then(|name| name.to_str()) {
            // The first keep what users store, and the others the administrator's keys, for the administrator.
            Some("blobs" | "admin-credentials.json") => {}
            _ if path.is_dir() => look_below(&path, found),
            _ => look_into(&path, found),
        }
    }
}

fn look_into(file: &Path, found: &mut Vec<String>) {
    // A file may go away meanwhile, such as a lock.
    let Ok(bytes) = std::fs::read(file) else { return };
    found.extend(secrets_in(&bytes).into_iter().map(|secret| format!("{secret} in {}", file.display())));
}

fn begins_with(rest: &[u8], count: usize, is_part: impl Fn(u8) -> bool) -> bool {
    rest.get(..count).is_some_and(|start| start.iter().all(|byte| is_part(*byte)))
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+' | b'/')
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD;

    const PASSWORD: &str = "cfp_git_0123456789_0123456789abcdefghijABCDEFGHIJ_abcdef";

    #[test]
    fn secrets_are_found_in_the_midst_of_anything() {
        let around = |text: &str| secrets_in(format!("{{\"x\":\"{text}\"}}\n").as_bytes());
        for (text, begins) in [
            (format!("cfs_{}", "a1".repeat(18)), "cfs_"),
            (PASSWORD.to_owned(), "cfp_git_"),
            (PASSWORD.replace("git", "dep"), "cfp_dep_"),
            (format!("cfst1.12.{}", "a-_9".repeat(20)), "cfst1."),
            ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(), "whsec_"),
            (format!("Signature={}", "0af".repeat(30)), "Signature="),
        ] {
            let found = around(&text);
            assert!(found.len() == 1 && found[0].starts_with(begins), "{text}: {found:?}");
        }
        for user in ["a", "ab", "abc"] {
            assert_eq!(around(&STANDARD.encode(format!("{user}:{PASSWORD}"))), ["cfp_git_… in base64"], "{user}");
        }
    }

    #[test]
    fn what_only_looks_similar_is_no_secret() {
        for text in
            ["cfs_", "cfs_short", "cfp_git_0123456789", "cfp_git_0123456789_*", "cfst1.1.x", "whsec_", "Signature="]
        {
            assert_eq!(secrets_in(text.as_bytes()), Vec::<String>::new(), "{text}");
        }
    }
}
