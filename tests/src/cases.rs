//! What produces each error that the model declares: the files of `tests/errors`, which say it for each operation.
//!
//! A file holds operations: `"CreateBranch": {"input": …, "<error>": <case>, …}`. `input` is one that the operation accepts. With
//! `"like": "<operation>"`, it and all cases are taken from another operation, as far as nothing else is told. A case is
//! - an object: what makes the input wrong, as a JSON merge patch (RFC 7396), in which the members of an object that meets a list
//!   are indices; or a list of such patches;
//! - a text that begins with `test: `: the test that produces the error, as `<file> <function>`;
//! - any other text: why the error cannot happen here.
//!
//! `everywhere.json` holds cases for all operations that declare the error and do not tell their own.
//!
//! In values, `{name}` stands for what the world calls so (an id, say), `{"$times": [value, n]}` for a letter n times in a row or a
//! list of n values (with `{n}` in them replaced by 0, 1, …), and `{"$keys": n}` for an object of n keys.

use crate::model::Model;
use crate::server::Server;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What is known of one declared error of one operation.
#[derive(Debug, Clone)]
pub enum Case {
    /// These changes to the valid input produce it.
    Patches(Vec<Value>),
    /// That function of that file produces it.
    Test {
        /// Relative to the top of the workspace.
        file: String,
        /// Its name.
        function: String,
    },
    /// It cannot happen, for this reason.
    Impossible(String),
}

/// What the files say of an operation.
#[derive(Debug, Clone)]
struct Told {
    input: Option<Value>,
    like: Option<String>,
    errors: BTreeMap<String, Case>,
}

/// All files.
pub struct Cases {
    operations: BTreeMap<String, Told>,
    everywhere: BTreeMap<String, Case>,
}

impl Cases {
    /// Reads `tests/errors`.
    pub fn read() -> Self {
        let mut cases = Self { operations: BTreeMap::new(), everywhere: BTreeMap::new() };
        for entry in std::fs::read_dir(directory()).unwrap() {
            let file = entry.unwrap().path();
            match file.file_name().unwrap().to_str().unwrap() {
                "world.json" => {}
                "everywhere.json" => cases.everywhere = errors_of(&read(&file)),
                _ => {
                    for (operation, told) in read(&file) {
                        let twice = cases.operations.insert(operation.clone(), Told::read(&told));
                        assert!(twice.is_none(), "{operation} is told of twice");
                    }
                }
            }
        }
        cases
    }

    /// An input that the operation accepts, if it is told of.
    pub fn input(&self, operation: &str) -> Option<&Value> {
        self.told(operation).find_map(|told| told.input.as_ref())
    }

    /// What is known of an error of an operation.
    pub fn of(&self, operation: &str, error: &str) -> Option<&Case> {
        self.told(operation).find_map(|told| told.errors.get(error)).or_else(|| self.everywhere.get(error))
    }

    /// What is told of an operation, then of the one it is like.
    fn told(&self, operation: &str) -> impl Iterator<Item = &Told> {
        let own = self.operations.get(operation);
        let like = own.and_then(|told| self.operations.get(told.like.as_deref()?));
        own.into_iter().chain(like)
    }

    /// Operations that are told of, although the models have none of that name, and errors they do not declare.
    pub fn strangers(&self, models: &[Model]) -> Vec<String> {
        let declared: BTreeMap<String, Vec<String>> = models
            .iter()
            .flat_map(|model| {
                model.operations().into_iter().map(|operation| (operation.clone(), model.errors(&operation)))
            })
            .collect();
        let mut strangers = Vec::new();
        for (operation, told) in &self.operations {
            let Some(declared) = declared.get(operation) else {
                strangers.push(operation.clone());
                continue;
            };
            let errors = told.errors.keys().filter(|error| !declared.contains(error));
            strangers.extend(errors.map(|error| format!("{operation} {error}")));
            strangers.extend(told.like.iter().filter(|like| !self.operations.contains_key(*like)).cloned());
        }
        let nowhere = |error: &&String| !declared.values().any(|errors| errors.contains(error));
        strangers.extend(self.everywhere.keys().filter(nowhere).cloned());
        strangers
    }
}

impl Told {
    fn read(told: &Value) -> Self {
        let mut errors = told.as_object().unwrap().clone();
        let input = errors.remove("input");
        let like = errors.remove("like").map(|like| like.as_str().unwrap().to_owned());
        let errors = errors_of(&errors);
        Self { input, like, errors }
    }
}

/// What values can be called by name.
#[derive(Debug, Clone, Default)]
pub struct World {
    names: BTreeMap<String, String>,
}

impl World {
    /// Calls `value` `name`.
    pub fn name(&mut self, name: &str, value: &str) {
        self.names.insert(name.to_owned(), value.to_owned());
    }

    /// Makes the calls of `world.json`, in order: `{"call": operation, "input": …, "names": {name: JSON pointer into the output}}`.
    /// Those of operations that have no function yet are left out, as are the cases that need them. `{"user": name}` makes a user.
    pub fn make(&mut self, server: &Server) {
        for step in read_value(&directory().join("world.json")).as_array().unwrap() {
            if let Some(user) = step["user"].as_str() {
                server.iam_ok("CreateUser", &[("UserName", user)]);
                continue;
            }
            let operation = step["call"].as_str().unwrap();
            let output = match server.api(operation, self.expand(&step["input"])) {
                Ok(output) => output,
                Err(error) if error.name == "NotImplementedException" => continue,
                Err(error) => panic!("{operation} {}: {error:?}", step["input"]),
            };
            for (name, pointer) in step["names"].as_object().into_iter().flatten() {
                let value = output.pointer(pointer.as_str().unwrap()).and_then(Value::as_str);
                self.name(name, value.unwrap_or_else(|| panic!("{operation} gave no {pointer}: {output}")));
            }
        }
    }

    /// A value with all names and repetitions replaced by what they stand for.
    pub fn expand(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => json!(self.expand_text(text)),
            Value::Array(values) => values.iter().map(|value| self.expand(value)).collect(),
            Value::Object(members) => {
                if let Some(times) = members.get("$times") {
                    return self.times(&times[0], times[1].as_u64().unwrap() as usize);
                }
                if let Some(count) = members.get("$keys") {
                    return (0..count.as_u64().unwrap()).map(|n| (format!("key{n}"), json!(""))).collect();
                }
                members.iter().map(|(name, value)| (name.clone(), self.expand(value))).collect()
            }
            other => other.clone(),
        }
    }

    fn times(&self, value: &Value, count: usize) -> Value {
        if let Value::String(text) = value
            && text.len() == 1
        {
            return json!(text.repeat(count));
        }
        let mut world = self.clone();
        let copy = |n: usize| {
            world.name("n", &n.to_string());
            world.expand(value)
        };
        (0..count).map(copy).collect()
    }

    fn expand_text(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let name = after.split_once('}').map(|(name, _)| name).filter(|name| is_name(name));
            out.push_str(before);
            match name {
                Some(name) => {
                    let value = self.names.get(name);
                    out.push_str(value.unwrap_or_else(|| panic!("nothing is called '{name}' in the world")));
                    rest = &after[name.len() + 1..];
                }
                None => {
                    out.push('{');
                    rest = after;
                }
            }
        }
        out + rest
    }
}

/// Applies a JSON merge patch (RFC 7396), in which the members of an object that meets a list are indices.
pub fn patched(value: &Value, patch: &Value) -> Value {
    let Value::Object(patch) = patch else { return patch.clone() };
    if let Value::Array(entries) = value {
        let mut entries = entries.clone();
        for (index, change) in patch {
            let entry = index.parse().ok().and_then(|index: usize| entries.get_mut(index));
            let entry = entry.unwrap_or_else(|| panic!("no entry {index} in {value}"));
            *entry = patched(entry, change);
        }
        return Value::Array(entries);
    }
    let mut members = value.as_object().cloned().unwrap_or_default();
    for (name, change) in patch {
        let old = members.remove(name).unwrap_or_default();
        if !change.is_null() {
            members.insert(name.clone(), patched(&old, change));
        }
    }
    Value::Object(members)
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|letter| letter.is_ascii_lowercase() || letter == b'_' || letter.is_ascii_digit())
}

fn errors_of(told: &Map<String, Value>) -> BTreeMap<String, Case> {
    told.iter().map(|(error, told)| (error.clone(), case(error, told))).collect()
}

fn case(error: &str, told: &Value) -> Case {
    match told {
        Value::Object(_) => Case::Patches(vec![told.clone()]),
        Value::Array(patches) => Case::Patches(patches.clone()),
        Value::String(text) => match text.strip_prefix("test: ").and_then(|place| place.split_once(' ')) {
            Some((file, function)) => Case::Test { file: file.to_owned(), function: function.to_owned() },
            None => Case::Impossible(text.clone()),
        },
        other => panic!("{error}: not a case: {other}"),
    }
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("errors")
}

fn read(file: &Path) -> Map<String, Value> {
    read_value(file).as_object().unwrap_or_else(|| panic!("{} holds no object", file.display())).clone()
}

fn read_value(file: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merge_patch_changes_removes_and_adds() {
        let value = json!({"a": 1, "b": {"c": 2, "d": 3}, "e": [4]});
        let patch = json!({"a": null, "b": {"c": null, "x": 5}, "e": [6, 7], "f": {"g": 8}});
        assert_eq!(
            patched(&json!({"l": [{"a": 1}, 2]}), &json!({"l": {"0": {"b": 3}}})),
            json!({"l": [{"a": 1, "b": 3}, 2]})
        );
        assert_eq!(patched(&value, &patch), json!({"b": {"d": 3, "x": 5}, "e": [6, 7], "f": {"g": 8}}));
    }

    #[test]
    fn names_and_repetitions_are_replaced() {
        let mut world = World::default();
        world.name("tip", "123");
        let value = json!({"ids": {"$times": ["{tip}", 2]}, "long": {"$times": ["x", 3]}, "tags": {"$keys": 1}});
        let expected = json!({"ids": ["123", "123"], "long": "xxx", "tags": {"key0": ""}});
        assert_eq!(world.expand(&value), expected);
        let files = world.expand(&json!({"$times": [{"path": "f{n}"}, 2]}));
        assert_eq!(files, json!([{"path": "f0"}, {"path": "f1"}]));
        assert_eq!(world.expand(&json!("{\"Version\": \"{tip}\"}")), json!("{\"Version\": \"123\"}"));
    }
}
