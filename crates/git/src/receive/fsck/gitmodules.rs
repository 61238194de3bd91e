//! Checks `.gitmodules`: a submodule's name, URL, path and update setting must not make `git clone --recursive` write outside of
//! its folder, take an argument for an option, or run a command.

use super::Problem;
use super::config::Config;
use super::submodule_url;

/// Checks the content of a blob that is called `.gitmodules` somewhere. Git reads it up to the first mistake, so what follows
/// one does no harm.
pub fn gitmodules(content: &[u8]) -> Result<(), Problem> {
    for setting in Config::of(content) {
        let Some((name, key)) = submodule(&setting.key) else { continue };
        if !is_name_safe(name) {
            return Err(refused("gitmodulesName", "name", name));
        }
        let Some(value) = setting.value.as_deref() else { continue };
        match key {
            b"url" if !submodule_url::is_safe(value) => return Err(refused("gitmodulesUrl", "url", value)),
            b"path" if value.starts_with(b"-") => return Err(refused("gitmodulesPath", "path", value)),
            b"update" if value.starts_with(b"!") => return Err(refused("gitmodulesUpdate", "update setting", value)),
            _ => {}
        }
    }
    Ok(())
}

/// Splits `submodule.<name>.<key>`.
fn submodule(key: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = key.strip_prefix(b"submodule.")?;
    let dot = rest.iter().rposition(|byte| *byte == b'.')?;
    Some((&rest[..dot], &rest[dot + 1..]))
}

/// A name becomes a path below `.git/modules`: it must not lead out of it, on any system.
fn is_name_safe(name: &[u8]) -> bool {
    !name.is_empty() && !name.split(|byte| matches!(byte, b'/' | b'\\')).any(|part| part == b"..")
}

fn refused(check: &'static str, what: &str, value: &[u8]) -> Problem {
    let shown = value.get(..200).unwrap_or(value).escape_ascii();
    Problem::new(check, &format!("disallowed submodule {what}: {shown}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Option<&'static str> {
        gitmodules(text.as_bytes()).err().map(|problem| problem.check)
    }

    #[test]
    fn an_ordinary_file_passes() {
        assert_eq!(
            check("[submodule \"libs/a\"]\n\tpath = libs/a\n\turl = https://example.com/a.git\n\tupdate = rebase\n"),
            None
        );
        assert_eq!(check("[submodule \"a\"]\n\turl = ../sibling.git\n\tbranch = .\n"), None);
    }

    #[test]
    fn tricks_are_refused_by_their_name() {
        let name = |name| check(&format!("[submodule \"{name}\"]\n\tpath = x\n"));
        assert_eq!(name("../../x"), Some("gitmodulesName"));
        assert_eq!(name("a/.."), Some("gitmodulesName"));
        assert_eq!(name("a\\\\..\\\\b"), Some("gitmodulesName"));
        assert_eq!(name(""), Some("gitmodulesName"));
        assert_eq!(name("a..b"), None);
        let key = |line: &str| check(&format!("[SubModule \"a\"]\n{line}\n"));
        assert_eq!(key("URL = -u./payload"), Some("gitmodulesUrl"));
        assert_eq!(key("path = -p"), Some("gitmodulesPath"));
        assert_eq!(key("update = !rm -rf /"), Some("gitmodulesUpdate"));
        assert_eq!(key("path = \"-p\""), Some("gitmodulesPath"));
    }

    #[test]
    fn what_stands_before_a_mistake_counts() {
        assert_eq!(check("[submodule \"a\"]\nurl = -x\n[[["), Some("gitmodulesUrl"));
        assert_eq!(check("[[[\n[submodule \"a\"]\nurl = -x\n"), None);
    }
}
