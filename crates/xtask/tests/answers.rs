//! The tables that name errors hold nothing that the model has no use for.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use xtask::answers::{self, Place};
use xtask::model::{Kind, Model};

/// Every member of every input: the operation, its path, and the declared errors.
fn places(model: &Model) -> Vec<(String, String, Vec<String>)> {
    fn inside(model: &Model, shape: &str, path: &str, found: &mut Vec<String>) {
        match model.kind(shape).unwrap() {
            Kind::Structure => {
                for member in &model.structures[shape] {
                    let path = if path.is_empty() { member.name.clone() } else { format!("{path}.{}", member.name) };
                    found.push(path.clone());
                    inside(model, &member.shape, &path, found);
                }
            }
            Kind::List(member) => inside(model, member, path, found),
            Kind::Map(..) => found.extend([format!("{path}.key"), format!("{path}.value")]),
            _ => {}
        }
    }
    let mut places = Vec::new();
    for (name, operation) in &model.operations {
        let mut paths = Vec::new();
        inside(model, operation.input.as_deref().unwrap(), "", &mut paths);
        places.extend(paths.into_iter().map(|path| (name.clone(), path, operation.errors.clone())));
    }
    places
}

#[test]
fn every_line_of_the_tables_is_about_a_member_that_there_is() {
    let json = std::fs::read_to_string(xtask::root().join("crates/api/model/codecommit.json")).unwrap();
    let model = Model::parse(&json).unwrap();
    let mut names: Vec<String> = Vec::new();
    for (operation, path, errors) in places(&model) {
        names.extend(Place { operation: &operation, path: &path, declared: &errors, own: false }.names());
    }
    for (name, errors) in answers::lines() {
        assert!(names.iter().any(|known| known == name), "no input has a member '{name}'");
        for error in errors {
            assert!(model.errors.iter().any(|known| known == error), "{name}: the model has no {error}");
        }
    }
}
