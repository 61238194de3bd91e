//! The API models, as the service keeps them: what a client may send, and what it may be told.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// A model.
pub struct Model(Value);

/// The model of Coldforge's own operations.
static OWN: LazyLock<Model> = LazyLock::new(|| Model::at(&Model::own_file()));

/// A rule of the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// A required member must be there.
    Required,
    /// A text or content has a greatest length.
    Length,
    /// A text consists of certain characters.
    Characters,
    /// A text is one of certain words.
    Enumeration,
}

/// A value that breaks just one rule.
#[derive(Debug, Clone)]
pub struct Broken {
    /// Where, as messages name it: `targets[].repositoryName`.
    pub path: String,
    /// What.
    pub rule: Rule,
    /// The value.
    pub value: Value,
}

impl Model {
    /// The public one, `crates/api/model/codecommit.json`.
    pub fn read() -> Self {
        Self::at(&folder().join("codecommit.json"))
    }

    /// Where that of Coldforge's own operations is.
    pub fn own_file() -> PathBuf {
        folder().join("coldforge.json")
    }

    /// The public one, and that of Coldforge's own operations.
    pub fn both() -> [Self; 2] {
        [Self::read(), Self::at(&Self::own_file())]
    }

    /// Whether an operation is one of Coldforge's own.
    pub fn is_own(operation: &str) -> bool {
        OWN.0["operations"].get(operation).is_some()
    }

    fn at(file: &Path) -> Self {
        Self(serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap())
    }

    /// The names of all operations.
    pub fn operations(&self) -> Vec<String> {
        self.0["operations"].as_object().unwrap().keys().cloned().collect()
    }

    /// The errors that an operation declares, each once.
    pub fn errors(&self, operation: &str) -> Vec<String> {
        let declared = self.0["operations"][operation]["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut errors: Vec<String> = declared.iter().map(|error| text(&error["shape"])).collect();
        errors.sort();
        errors.dedup();
        errors
    }

    /// Inputs of an operation that break one rule of the model each. All members are there, with values that mean nothing.
    pub fn broken_inputs(&self, operation: &str) -> Vec<Broken> {
        self.input(operation).map(|input| self.broken(input, "")).unwrap_or_default()
    }

    /// Inputs of an operation in which the value of one member has the wrong type, each with the member's path.
    pub fn mistyped_inputs(&self, operation: &str) -> Vec<(String, Value)> {
        // The input itself is not a member.
        self.input(operation).map(|input| self.mistyped(input, "").split_off(1)).unwrap_or_default()
    }

    /// The shape of an operation's input, if it has one.
    fn input(&self, operation: &str) -> Option<&str> {
        self.0["operations"][operation]["input"]["shape"].as_str()
    }

    /// The names of all members of an operation's input and output, also of what is inside of them.
    pub fn member_names(&self, operation: &str) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for side in ["input", "output"] {
            if let Some(shape) = self.0["operations"][operation][side]["shape"].as_str() {
                self.collect_members(shape, &mut BTreeSet::new(), &mut names);
            }
        }
        names
    }

    /// What shapes that inputs are made of say of values, as `type.keyword`, without what only names parts of them.
    pub fn constraint_kinds(&self) -> BTreeSet<String> {
        let mut shapes = BTreeSet::new();
        for operation in self.operations() {
            if let Some(input) = self.input(&operation) {
                self.collect_members(input, &mut shapes, &mut BTreeSet::new());
            }
        }
        let mut kinds = BTreeSet::new();
        for shape in shapes {
            let shape = self.shape(&shape).as_object().unwrap();
            let kind = text(&shape["type"]);
            let parts = ["type", "members", "member", "key", "value"];
            let keywords = shape.keys().filter(|keyword| !parts.contains(&keyword.as_str()) && is_rule(keyword));
            kinds.extend(keywords.map(|keyword| format!("{kind}.{keyword}")));
            for member in shape.get("members").and_then(Value::as_object).into_iter().flat_map(Map::values) {
                let keywords =
                    member.as_object().unwrap().keys().filter(|keyword| *keyword != "shape" && is_rule(keyword));
                kinds.extend(keywords.map(|keyword| format!("member.{keyword}")));
            }
        }
        kinds
    }

    fn collect_members(&self, name: &str, shapes: &mut BTreeSet<String>, names: &mut BTreeSet<String>) {
        if !shapes.insert(name.to_owned()) {
            return;
        }
        let shape = self.shape(name);
        for (member, target) in shape["members"].as_object().into_iter().flatten() {
            names.insert(member.clone());
            self.collect_members(&text(&target["shape"]), shapes, names);
        }
        for part in ["member", "key", "value"].iter().filter_map(|part| shape[*part]["shape"].as_str()) {
            self.collect_members(part, shapes, names);
        }
    }

    /// Values in which one part has the wrong type; first of all the value itself.
    fn mistyped(&self, name: &str, path: &str) -> Vec<(String, Value)> {
        let shape = self.shape(name);
        let kind = shape["type"].as_str().unwrap();
        let wrong = match kind {
            "string" | "blob" => json!(1),
            "timestamp" => json!(true),
            _ => json!("text"),
        };
        let mut all = vec![(path.to_owned(), wrong)];
        match kind {
            "structure" => {
                let sample = self.sample(name);
                for (member, target) in shape["members"].as_object().unwrap() {
                    let separator = if path.is_empty() { "" } else { "." };
                    let inside = self.mistyped(&text(&target["shape"]), &format!("{path}{separator}{member}"));
                    all.extend(inside.into_iter().map(|(path, value)| {
                        let mut whole = sample.clone();
                        whole[member] = value;
                        (path, whole)
                    }));
                }
            }
            "list" => {
                let inside = self.mistyped(&text(&shape["member"]["shape"]), &format!("{path}[]"));
                all.extend(inside.into_iter().map(|(path, value)| (path, json!([value]))));
            }
            "map" => {
                let key = text(&self.sample(&text(&shape["key"]["shape"])));
                let inside = self.mistyped(&text(&shape["value"]["shape"]), &format!("{path}.value"));
                all.extend(inside.into_iter().map(|(path, value)| (path, json!({ key.clone(): value }))));
            }
            _ => {}
        }
        all
    }

    fn shape(&self, name: &str) -> &Value {
        &self.0["shapes"][name]
    }

    /// A value of a shape that keeps all rules.
    fn sample(&self, name: &str) -> Value {
        let shape = self.shape(name);
        match shape["type"].as_str().unwrap() {
            "structure" => {
                let members = shape["members"].as_object().unwrap().iter();
                members.map(|(member, target)| (member.clone(), self.sample(&text(&target["shape"])))).collect()
            }
            "list" => json!([self.sample(&text(&shape["member"]["shape"]))]),
            "map" => {
                let [key, value] = ["key", "value"].map(|part| self.sample(&text(&shape[part]["shape"])));
                json!({ text(&key): value })
            }
            "string" if shape["enum"].is_array() => shape["enum"][0].clone(),
            "string" => json!("x"),
            "blob" => json!("eA=="),
            "boolean" => json!(false),
            _ => json!(1),
        }
    }

    fn broken(&self, name: &str, path: &str) -> Vec<Broken> {
        let shape = self.shape(name);
        let inside = |part: &Value, path: String, whole: &dyn Fn(Value) -> Value| -> Vec<Broken> {
            let broken = self.broken(&text(&part["shape"]), &path).into_iter();
            broken.map(|broken| Broken { value: whole(broken.value), ..broken }).collect()
        };
        match shape["type"].as_str().unwrap() {
            "structure" => {
                let sample = self.sample(name);
                let with = |member: &str, value: Value| {
                    let mut whole = sample.clone();
                    whole[member] = value;
                    whole
                };
                let mut all = Vec::new();
                for (member, target) in shape["members"].as_object().unwrap() {
                    let separator = if path.is_empty() { "" } else { "." };
                    let path = format!("{path}{separator}{member}");
                    if shape["required"].as_array().is_some_and(|required| required.contains(&json!(member))) {
                        let mut without = sample.clone();
                        without.as_object_mut().unwrap().remove(member);
                        for value in [without, with(member, Value::Null)] {
                            all.push(Broken { path: path.clone(), rule: Rule::Required, value });
                        }
                    }
                    all.extend(inside(target, path, &|value| with(member, value)));
                }
                all
            }
            "list" => inside(&shape["member"], format!("{path}[]"), &|value| json!([value])),
            "map" => {
                let [key, value] = ["key", "value"].map(|part| self.sample(&text(&shape[part]["shape"])));
                let keys = inside(&shape["key"], format!("{path}.key"), &|key| json!({ text(&key): value }));
                let values = inside(&shape["value"], format!("{path}.value"), &|value| json!({ text(&key): value }));
                [keys, values].concat()
            }
            kind => {
                let too_long = shape["max"].as_u64().map(|max| match kind {
                    "blob" => (Rule::Length, json!(STANDARD.encode(vec![0; max as usize + 1]))),
                    _ => (Rule::Length, json!("x".repeat(max as usize + 1))),
                });
                let odd_characters = shape["pattern"].as_str().map(|_| (Rule::Characters, json!("x \u{7}y")));
                let no_word = shape["enum"].as_array().map(|_| (Rule::Enumeration, json!("NEITHER")));
                let values = [too_long, odd_characters, no_word].into_iter().flatten();
                values.map(|(rule, value)| Broken { path: path.to_owned(), rule, value }).collect()
            }
        }
    }
}

/// Whether a keyword says anything of values.
fn is_rule(keyword: &str) -> bool {
    keyword != "documentation"
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/api/model")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}")).to_owned()
}
