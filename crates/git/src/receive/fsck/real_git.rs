//! The `git` program as the judge of crafted objects, for tests.

use std::collections::HashMap;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

/// An empty repository that takes any object, well formed or not.
pub(in crate::receive) struct RealGit {
    directory: tempfile::TempDir,
}

impl RealGit {
    pub(in crate::receive) fn new() -> Self {
        let git = Self { directory: tempfile::tempdir().expect("a temporary directory") };
        git.run(&["init", "--quiet", "--bare", "."], &[]);
        git
    }

    /// Stores an object without checking it, and returns its id.
    pub(in crate::receive) fn write(&self, kind: &str, content: &[u8]) -> String {
        let output = self.run(&["hash-object", "-t", kind, "--stdin", "--literally", "-w"], content);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("an id").trim().to_owned()
    }

    /// Asserts for each `(id, description, check)` that `git fsck --strict` refuses the object for that check, or not at all.
    pub(in crate::receive) fn assert_agrees(&self, rows: &[(String, String, Option<&str>)]) {
        let refusals = self.refusals();
        let disagreements: Vec<_> = rows
            .iter()
            .filter_map(|(id, description, expected)| {
                let said = refusals.get(id).map_or(&[][..], Vec::as_slice);
                let agrees = match expected {
                    None => said.is_empty(),
                    Some(check) => said.iter().any(|said| said == check || said == "unparsable"),
                };
                (!agrees).then(|| format!("{description}: here {expected:?}, git {said:?}"))
            })
            .collect();
        assert!(disagreements.is_empty(), "{}", disagreements.join("\n"));
    }

    /// The checks that each object fails. What `git fsck` says about missing objects is left out: it is no property of an object.
    fn refusals(&self) -> HashMap<String, Vec<String>> {
        let output = self.run(&["fsck", "--strict", "--no-dangling", "--no-progress"], &[]);
        let mut refusals: HashMap<String, Vec<String>> = HashMap::new();
        for line in String::from_utf8_lossy(&output.stderr).lines() {
            if let Some(rest) = line.strip_prefix("error in ") {
                let mut words = rest.split([' ', ':']).filter(|word| !word.is_empty()).skip(1);
                let (id, check) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
                refusals.entry(id.to_owned()).or_default().push(check.to_owned());
            } else if let Some((id, _)) = line.split_once(": object could not be parsed") {
                let id = id.trim_start_matches("error: ");
                refusals.entry(id.to_owned()).or_default().push("unparsable".to_owned());
            }
        }
        refusals
    }

    fn run(&self, arguments: &[&str], input: &[u8]) -> Output {
        let mut child = Command::new("git")
            .args(arguments)
            .current_dir(self.directory.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .env("LC_ALL", "C")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("git is installed");
        child.stdin.take().expect("a pipe").write_all(input).expect("git reads its input");
        child.wait_with_output().expect("git ends")
    }
}
