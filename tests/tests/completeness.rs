//! The API is the whole public model, in its newest version; what is not there yet is listed with its reason.
#![allow(clippy::unwrap_used, clippy::panic, reason = "functions beside the tests belong to them")]

use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use tests::Journey;
use tests::model::Model;
use tests::signing::Call;

/// What the model may say of values in inputs.
const CONSTRAINTS: [&str; 8] = [
    // How clients keep a number, and that they fill a member in when their user does not.
    "integer.box",
    "member.idempotencyToken",
    // Checks are generated from the model (`crates/api/src/checks.rs`), and `model_rules.rs` tries them for all operations. A text
    // that must not be empty counts as missing when it is.
    "blob.max",
    "string.enum",
    "string.max",
    "string.min",
    "string.pattern",
    "structure.required",
];

#[test]
fn the_kept_model_is_the_newest_that_is_published() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = tests::aws::environment().join("bin/python");
    let output = Command::new(&python)
        .arg(here.join("python/model.py"))
        .arg(here.join("../crates/api/model/codecommit.json"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}; run `make venv`", python.display()));
    let (found, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(
        output.status.success(),
        "the published model is another one than crates/api keeps; `python tests/python/model.py --write \
         crates/api/model/codecommit.json` and `make codegen` take it over.\n{found}{told}"
    );
}

/// The operations without a function, with the reason.
fn to_come() -> BTreeMap<String, String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("operations_to_come.tsv");
    let text = std::fs::read_to_string(file).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (operation, reason) = line.split_once('\t').unwrap_or_else(|| panic!("no reason in '{line}'"));
            assert!(!reason.trim().is_empty(), "no reason in '{line}'");
            (operation.to_owned(), reason.to_owned())
        })
        .collect()
}

#[test]
fn every_operation_of_the_models_is_there_or_listed_with_a_reason() {
    let journey = Journey::begin();
    let mut to_come = to_come();
    for operation in Model::both().iter().flat_map(Model::operations) {
        let missing = match journey.server.api(&operation, json!({})) {
            Ok(_) => false,
            Err(error) => {
                assert_ne!(error.name, "UnknownOperationException", "{operation} is not known");
                error.name == "NotImplementedException"
            }
        };
        let listed = to_come.remove(&operation).is_some();
        assert!(listed || !missing, "{operation} has no function, and operations_to_come.tsv does not say why");
        assert!(missing || !listed, "{operation} is there: take it out of operations_to_come.tsv");
    }
    assert!(to_come.is_empty(), "no model has such operations: {to_come:?}");
}

/// The operations of a model that have a function.
fn implemented(model: &Model) -> Vec<String> {
    let to_come = to_come();
    model.operations().into_iter().filter(|operation| !to_come.contains_key(operation)).collect()
}

#[test]
fn every_member_of_every_input_is_known_with_its_type() {
    let journey = Journey::begin();
    let models = Model::both();
    let operations = models.iter().flat_map(|model| implemented(model).into_iter().map(move |name| (model, name)));
    let mut wrong = Vec::new();
    for (model, operation) in operations {
        for (path, input) in model.mistyped_inputs(&operation) {
            match Call::new(&journey.server, &operation, &input).send(&journey.server) {
                Err(error) if error.name == "SerializationException" => {}
                answer => wrong.push(format!("{operation} takes a wrong type for {path}: {answer:?}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_kind_of_constraint_is_one_that_is_checked() {
    let known: BTreeSet<String> = CONSTRAINTS.iter().map(|&kind| kind.to_owned()).collect();
    let found: BTreeSet<String> = Model::both().iter().flat_map(Model::constraint_kinds).collect();
    let new: Vec<_> = found.difference(&known).collect();
    assert!(new.is_empty(), "a model demands what nothing here checks: {new:?}");
    let gone: Vec<_> = known.difference(&found).collect();
    assert!(gone.is_empty(), "no model says this any more: {gone:?}");
}

/// Members that name the resource of a request, which is found before its function runs.
const OF_THE_RESOURCE: [&str; 2] = ["oldName", "resourceArn"];

/// Members are fields of generated types. A function that never names a field neither reads nor fills it.
#[test]
fn every_member_of_an_operation_is_named_by_the_functions() {
    let models = Model::both();
    let operations = models.iter().flat_map(|model| implemented(model).into_iter().map(move |name| (model, name)));
    let words = words_of_functions();
    let mut unnamed = BTreeMap::new();
    for (model, operation) in operations {
        for member in model.member_names(&operation) {
            if !words.contains(&field(&member)) && !OF_THE_RESOURCE.contains(&member.as_str()) {
                unnamed.entry(member).or_insert_with(Vec::new).push(operation.clone());
            }
        }
    }
    assert!(unnamed.is_empty(), "nothing in functions/src names these members: {unnamed:#?}");
}

/// How a member is called in Rust, as `crates/xtask/src/codegen.rs` has it.
fn field(member: &str) -> String {
    let mut field = String::new();
    let letters: Vec<char> = member.chars().collect();
    for (place, letter) in letters.iter().enumerate() {
        let after_small = place > 0 && letters[place - 1].is_lowercase();
        let before_small = place > 0 && letters.get(place + 1).is_some_and(|next| next.is_lowercase());
        if letter.is_uppercase() && (after_small || before_small) {
            field.push('_');
        }
        field.extend(letter.to_lowercase());
    }
    field
}

fn words_of_functions() -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions/src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = std::fs::read_to_string(&path).unwrap();
            let identifiers = source.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            words.extend(identifiers.map(str::to_owned));
        }
    }
    words
}
