//! The API is the whole public model, in its newest version; what is not there yet is listed with its reason.
#![allow(clippy::unwrap_used, clippy::panic, reason = "functions beside the tests belong to them")]

use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use tests::Journey;
use tests::model::Model;

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
fn every_operation_of_the_model_is_there_or_listed_with_a_reason() {
    let journey = Journey::begin();
    let mut to_come = to_come();
    for operation in Model::read().operations() {
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
    assert!(to_come.is_empty(), "the model has no such operations: {to_come:?}");
}
