//! The door that journeys go through: `coldforge serve`, or the rehearsed AWS account.
//!
//! `COLDFORGE_DOOR=rehearsal` has every server of the suites started as the synthesized template brought up on this machine, so that the
//! same journeys run through it unchanged. A journey that needs what only `coldforge serve` has says so in its first line:
//!
//! ```ignore
//! tests::only_serve!("it restarts the process on the same data");
//! ```
//!
//! and is left out with that reason. `rehearsal left-out` lists them all.

use std::fmt::{self, Display, Formatter};
use std::path::{Path, PathBuf};

/// What is behind the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// `coldforge serve`.
    Serve,
    /// The synthesized template.
    Rehearsal,
}

impl Door {
    /// The door of this run: `COLDFORGE_DOOR` is `serve`, as without it, or `rehearsal`.
    pub fn of_this_run() -> Self {
        match std::env::var("COLDFORGE_DOOR").as_deref() {
            Ok("rehearsal") => Self::Rehearsal,
            Ok("serve") | Err(_) => Self::Serve,
            Ok(unknown) => panic!("COLDFORGE_DOOR is '{unknown}': it is 'serve' or 'rehearsal'"),
        }
    }

    /// Whether the service takes requests for ones that came by HTTPS. Functions do: TLS ends before them.
    pub fn is_https(self) -> bool {
        self == Self::Rehearsal
    }

    /// How many bytes a request may have. Lambda takes six megabytes, of which base64 leaves so many.
    pub fn most_request_bytes(self) -> usize {
        match self {
            Self::Serve => usize::MAX,
            Self::Rehearsal => 4_400_000,
        }
    }

    /// The program that serves behind it.
    pub fn program(self) -> PathBuf {
        match self {
            Self::Serve => crate::server::program(),
            Self::Rehearsal => crate::server::rehearsal(),
        }
    }
}

/// Leaves a journey out that needs what only `coldforge serve` has, when another door is gone through.
#[macro_export]
macro_rules! only_serve {
    ($reason:literal) => {
        if $crate::door::is_left_out($reason) {
            return;
        }
    };
}

/// Whether a journey that needs `coldforge serve` is left out, which is told.
pub fn is_left_out(reason: &str) -> bool {
    let left_out = Door::of_this_run() != Door::Serve;
    if left_out {
        eprintln!("left out, for it needs `coldforge serve`: {reason}");
    }
    left_out
}

/// A journey that is left out of the rehearsal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The file, without its ending.
    pub suite: String,
    /// The journey's function.
    pub journey: String,
    /// Why.
    pub reason: String,
}

impl LeftOut {
    /// All journeys of `tests/tests` that are left out, in order.
    pub fn all() -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_file())
            .collect();
        files.sort_unstable();
        let of = |file: &PathBuf| {
            let suite = file.file_stem().unwrap().to_string_lossy();
            Self::in_source(&suite, &std::fs::read_to_string(file).unwrap())
        };
        files.iter().flat_map(of).collect()
    }

    /// Those in a suite's source.
    fn in_source(suite: &str, source: &str) -> Vec<Self> {
        let (mut found, mut journey) = (Vec::new(), "");
        for line in source.lines() {
            if let Some((name, _)) = line.strip_prefix("fn ").and_then(|rest| rest.split_once('(')) {
                journey = name;
            }
            let mark = line.trim_start().trim_start_matches("tests::").strip_prefix("only_serve!(\"");
            if let Some(reason) = mark.and_then(|rest| rest.strip_suffix("\");")) {
                let [suite, journey, reason] = [suite, journey, reason].map(str::to_owned);
                found.push(Self { suite, journey, reason });
            }
        }
        found
    }
}

impl Display for LeftOut {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}::{}: {}", self.suite, self.journey, self.reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_found_with_its_reason() {
        let source =
            "#[test]\nfn stays() {\n}\n#[test]\nfn goes() {\n    tests::only_serve!(\"it looks at files\");\n}\n";
        let found = LeftOut::in_source("suite", source);
        assert_eq!(found.iter().map(ToString::to_string).collect::<Vec<_>>(), ["suite::goes: it looks at files"]);
    }

    #[test]
    fn every_mark_is_found() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
        let sources =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
        let marks: usize =
            sources.map(|file| std::fs::read_to_string(file).unwrap().matches("only_serve!(").count()).sum();
        assert_eq!(LeftOut::all().len(), marks);
    }
}
