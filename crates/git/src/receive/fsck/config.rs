//! Reads Git's configuration format (git-config, "Syntax") as Git does: setting by setting, up to the first mistake.

/// One setting.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Setting {
    /// The section, a dot, the subsection if there is one, a dot, and the name. Section and name are in lower case.
    pub(super) key: Vec<u8>,
    /// The value; `None` when there is no equals sign.
    pub(super) value: Option<Vec<u8>>,
}

/// Reads settings one by one.
pub(super) struct Config<'a> {
    rest: &'a [u8],
    section: Vec<u8>,
    failed: bool,
}

impl<'a> Config<'a> {
    pub(super) fn of(text: &'a [u8]) -> Self {
        Self { rest: text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text), section: Vec::new(), failed: false }
    }

    /// The next character; `\n` for every line break and for the end.
    fn character(&mut self) -> u8 {
        match self.rest {
            [] => b'\n',
            [b'\r', b'\n', rest @ ..] => {
                self.rest = rest;
                b'\n'
            }
            [first, rest @ ..] => {
                self.rest = rest;
                *first
            }
        }
    }

    /// Reads up to the next setting. `Err` is a mistake, `Ok(None)` the end.
    fn setting(&mut self) -> Result<Option<Setting>, Mistake> {
        while !self.rest.is_empty() {
            match self.character() {
                b'#' | b';' => while !self.rest.is_empty() && self.character() != b'\n' {},
                b'[' => self.read_section()?,
                first if is_space(first) => {}
                first if first.is_ascii_alphabetic() => return self.read_setting(first).map(Some),
                _ => return Err(Mistake),
            }
        }
        Ok(None)
    }

    /// Reads `section]`, `section.subsection]` or `section "subsection"]`.
    fn read_section(&mut self) -> Result<(), Mistake> {
        self.section.clear();
        loop {
            if self.rest.is_empty() {
                return Err(Mistake);
            }
            match self.character() {
                b']' => return Ok(()),
                c if is_key(c) || c == b'.' => self.section.push(c.to_ascii_lowercase()),
                c if is_space(c) => return self.read_subsection(c),
                _ => return Err(Mistake),
            }
        }
    }

    fn read_subsection(&mut self, first: u8) -> Result<(), Mistake> {
        let mut c = first;
        while is_space(c) {
            if c == b'\n' {
                return Err(Mistake);
            }
            c = self.character();
        }
        if c != b'"' {
            return Err(Mistake);
        }
        self.section.push(b'.');
        loop {
            match self.character() {
                b'\n' => return Err(Mistake),
                b'"' => break,
                b'\\' => match self.character() {
                    b'\n' => return Err(Mistake),
                    escaped => self.section.push(escaped),
                },
                c => self.section.push(c),
            }
        }
        if self.character() == b']' { Ok(()) } else { Err(Mistake) }
    }

    fn read_setting(&mut self, first: u8) -> Result<Setting, Mistake> {
        let mut key = self.section.clone();
        key.push(b'.');
        key.push(first.to_ascii_lowercase());
        let mut c = self.character();
        while is_key(c) {
            key.push(c.to_ascii_lowercase());
            c = self.character();
        }
        while matches!(c, b' ' | b'\t') {
            c = self.character();
        }
        let value = match c {
            b'\n' => None,
            b'=' => Some(self.read_value()?),
            _ => return Err(Mistake),
        };
        Ok(Setting { key, value })
    }

    fn read_value(&mut self) -> Result<Vec<u8>, Mistake> {
        let mut value = Vec::new();
        // How long the value is without the spaces at its end.
        let mut trimmed = 0;
        let mut quoted = false;
        loop {
            match self.character() {
                b'\n' if quoted => return Err(Mistake),
                b'\n' => break,
                b'#' | b';' if !quoted => {
                    while !self.rest.is_empty() && self.character() != b'\n' {}
                    break;
                }
                c if is_space(c) && !quoted => {
                    if !value.is_empty() {
                        value.push(c);
                    }
                    continue;
                }
                b'"' => quoted = !quoted,
                b'\\' => match self.character() {
                    b'\n' => {}
                    b't' => value.push(b'\t'),
                    b'b' => value.push(8),
                    b'n' => value.push(b'\n'),
                    c @ (b'\\' | b'"') => value.push(c),
                    _ => return Err(Mistake),
                },
                c => value.push(c),
            }
            trimmed = value.len();
        }
        value.truncate(trimmed);
        Ok(value)
    }
}

impl Iterator for Config<'_> {
    type Item = Setting;

    /// The next setting; `None` at the end or at a mistake.
    fn next(&mut self) -> Option<Setting> {
        if self.failed {
            return None;
        }
        match self.setting() {
            Ok(setting) => setting,
            Err(Mistake) => {
                self.failed = true;
                None
            }
        }
    }
}

/// The text is not in the format.
struct Mistake;

fn is_key(c: u8) -> bool {
    c.is_ascii_alphanumeric() || c == b'-'
}

fn is_space(c: u8) -> bool {
    matches!(c, b' ' | b'\t' | b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write as _;
    use std::process::Command;

    /// What `git config --list` makes of a file; `None` when it finds a mistake.
    fn as_git_reads(text: &[u8]) -> Option<Vec<Setting>> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text).unwrap();
        let output = Command::new("git")
            .args(["config", "--no-includes", "--list", "-z", "--file"])
            .arg(file.path())
            .output()
            .unwrap();
        output.status.success().then(|| {
            let settings = output.stdout.split(|byte| *byte == 0).filter(|setting| !setting.is_empty());
            settings
                .map(|setting| match setting.iter().position(|byte| *byte == b'\n') {
                    Some(at) => Setting { key: setting[..at].to_vec(), value: Some(setting[at + 1..].to_vec()) },
                    None => Setting { key: setting.to_vec(), value: None },
                })
                .collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(150))]
        #[test]
        fn settings_are_read_as_git_reads_them(
            lines in proptest::collection::vec(
                prop_oneof![
                    "\\[[a-cA-C.-]{1,6}\\]", "\\[[a-c]{1,3} {0,2}\"([a-c.]|\\\\[\"\\\\n]){0,5}\"\\]", "[ \t]{0,2}[a-cA-C-]{1,4}",
                    "[a-c]{1,3}[ \t]{0,2}=([a-c #;\"\\\\nt]){0,8}", "[#;].{0,4}", "[a-c]=\"[a-c ;#]{0,4}\" {0,3}[a-c]{0,2}",
                ],
                0..6,
            ),
            ending in prop_oneof![Just("\n"), Just("\r\n")],
        ) {
            let text = format!("[s]{ending}{}", lines.join(ending));
            let mut config = Config::of(text.as_bytes());
            let ours: Vec<_> = config.by_ref().collect();
            match as_git_reads(text.as_bytes()) {
                Some(theirs) => prop_assert_eq!((ours, config.failed), (theirs, false), "{:?}", text),
                None => prop_assert!(config.failed, "{:?}", text),
            }
        }
    }
}
