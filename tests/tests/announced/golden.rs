//! The golden files: what everybody is told of each kind of event, looked at by a person. `UPDATE_GOLDEN=1` writes them anew.

use super::Happening;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// How many lines are shown around the first difference.
const AROUND: usize = 12;

/// Holds what happened against the files, of which there is one for each kind of event that the code knows: the samples in the folder
/// `events` have all of them, as a test of `crates/domain` sees to.
pub(crate) fn compare(happenings: Vec<Happening>) {
    let samples = samples();
    let mut made: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    let mut unknown = BTreeSet::new();
    for Happening { kind, detail, told } in happenings {
        let samples = samples.get(kind).unwrap_or_else(|| panic!("{kind} has no sample"));
        unknown.extend(undocumented(kind, &detail, samples));
        made.entry(kind).or_default().push(told);
    }
    assert!(unknown.is_empty(), "events have members that no sample of their kind has: {unknown:#?}");
    let kinds = |kinds: &mut dyn Iterator<Item = &str>| kinds.map(str::to_owned).collect::<BTreeSet<_>>();
    let (seen, known) = (kinds(&mut made.keys().copied()), kinds(&mut samples.keys().map(String::as_str)));
    assert_eq!(seen, known, "the journey does not make every kind of event");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        update(&made);
    }
    assert_eq!(files(), made.keys().map(|kind| file(kind)).collect(), "a golden file too many or too few");
    let differing: Vec<String> = made.iter().filter_map(|(kind, told)| difference(kind, told)).collect();
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

/// The details of the samples, by kind.
fn samples() -> BTreeMap<String, Vec<Value>> {
    let mut samples: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for path in json_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../events")) {
        let mut sample: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let kind = sample["type"].as_str().unwrap().to_owned();
        samples.entry(kind).or_default().push(sample["detail"].take());
    }
    samples
}

/// The members of an event's detail that no sample of its kind has.
fn undocumented(kind: &str, detail: &Value, samples: &[Value]) -> Vec<String> {
    let known = |member: &String| samples.iter().any(|sample| sample.get(member).is_some());
    let members = detail.as_object().unwrap().keys();
    members.filter(|member| !known(member)).map(|member| format!("{kind}: {member}")).collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/events")
}

/// The file of a kind.
fn file(kind: &str) -> PathBuf {
    let mut name = String::new();
    for letter in kind.chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    folder().join(format!("{name}.json"))
}

fn files() -> BTreeSet<PathBuf> {
    json_files(&folder()).into_iter().collect()
}

fn json_files(folder: &Path) -> Vec<PathBuf> {
    let files = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|extension| extension == "json")).collect()
}

fn content(kind: &str, told: &[Value]) -> String {
    let content = Map::from_iter([("kind".to_owned(), json!(kind)), ("told".to_owned(), json!(told))]);
    serde_json::to_string_pretty(&content).unwrap() + "\n"
}

fn update(made: &BTreeMap<&str, Vec<Value>>) {
    std::fs::create_dir_all(folder()).unwrap();
    for stale in files() {
        std::fs::remove_file(stale).unwrap();
    }
    for (kind, told) in made {
        std::fs::write(file(kind), content(kind, told)).unwrap();
    }
}

/// Where what was told differs from the file, if it does.
fn difference(kind: &str, told: &[Value]) -> Option<String> {
    let (path, made) = (file(kind), content(kind, told));
    let golden = std::fs::read_to_string(&path).unwrap();
    let (golden, made): (Vec<&str>, Vec<&str>) = (golden.lines().collect(), made.lines().collect());
    let at = (0..golden.len().max(made.len())).find(|line| golden.get(*line) != made.get(*line))?;
    let shown = |lines: &[&str]| {
        let range = at.saturating_sub(AROUND).min(lines.len())..(at + AROUND).min(lines.len());
        lines[range].join("\n")
    };
    Some(format!("{}, line {}:\n{}\n--- is now\n{}", path.display(), at + 1, shown(&golden), shown(&made)))
}
