//! The rooms of the house refer to each other only as ARCHITECTURE.md says.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Which of our crates each crate may name in what it ships. What is not listed may name none.
const ALLOWED: &[(&str, &[&str])] = &[
    ("auth", &["domain"]),
    ("aws", &["ports"]),
    ("bootstrap", &["aws", "domain", "egress", "functions", "notify", "ports", "service", "store"]),
    ("client", &["auth", "outbound"]),
    ("egress", &["outbound", "ports"]),
    ("embedded", &["outbound", "ports"]),
    ("functions", &["api", "domain", "git", "notify", "service", "store"]),
    ("local", &["auth", "client", "domain", "egress", "embedded", "functions", "notify", "ports", "service", "store"]),
    ("notify", &["domain", "ports", "store"]),
    ("service", &["api", "auth", "domain", "ports", "store"]),
    ("store", &["domain", "git", "ports"]),
];

/// For each of our crates, the names of everything it depends on outside of tests.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(xtask::root())
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages
        .map(|package| {
            let shipped = package["dependencies"].as_array().unwrap().iter().filter(|dep| dep["kind"].is_null());
            let names = shipped.map(|dep| dep["name"].as_str().unwrap().to_owned()).collect();
            (package["name"].as_str().unwrap().to_owned(), names)
        })
        .collect()
}

#[test]
fn rooms_name_only_the_rooms_they_may() {
    let all = dependencies();
    for (name, dependencies) in &all {
        let allowed = ALLOWED.iter().find(|(room, _)| room == name).map_or(&[][..], |(_, allowed)| allowed);
        for dependency in dependencies.iter().filter(|dependency| all.contains_key(*dependency)) {
            assert!(allowed.contains(&dependency.as_str()), "{name} must not depend on {dependency}");
        }
    }
}

#[test]
fn only_the_engine_knows_gix_and_only_adapters_know_their_stores() {
    for (name, dependencies) in dependencies() {
        for dependency in dependencies {
            assert!(!dependency.starts_with("gix") || name == "git", "{name} must not depend on {dependency}");
            assert!(dependency != "redb" || name == "embedded", "{name} must not depend on redb");
            let may_know_aws = matches!(name.as_str(), "aws" | "tests");
            assert!(!dependency.starts_with("aws-") || may_know_aws, "{name} must not depend on {dependency}");
        }
    }
}
