//! The Rust types of an API: its shapes, its operations, and the errors of all APIs.

use super::{HEADER, KeptApi, field};
use crate::model::{Member, Model, ModelError, Operation};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Where the operations with the condition key `codecommit:References` name the ref that they are about (AWS CodeCommit service
/// authorization reference). Those that merge a pull request do not name it: it is the pull request's.
const REFERENCES: &[(&str, &str)] = &[
    ("CreateBranch", BRANCH),
    ("CreateCommit", BRANCH),
    ("CreateUnreferencedMergeCommit", DESTINATION),
    ("DeleteBranch", BRANCH),
    ("DeleteFile", BRANCH),
    ("GetMergeCommit", DESTINATION),
    ("MergeBranchesByFastForward", TARGET),
    ("MergeBranchesBySquash", TARGET),
    ("MergeBranchesByThreeWay", TARGET),
    ("PutFile", BRANCH),
];

const BRANCH: &str = "branch_reference(self.branch_name.as_deref())";
const DESTINATION: &str = "specified_reference(self.destination_commit_specifier.as_deref())";
const TARGET: &str = "branch_reference(self.target_branch.as_deref())\
    .or_else(|| specified_reference(self.destination_commit_specifier.as_deref()))";

/// The traits of inputs that name what they are about, with their method, and the members that name it.
const SUBJECTS: &[(&str, &str, &[&str])] = &[
    ("NamesRepository", "repository_name", &["repositoryName", "oldName"]),
    ("NamesComment", "comment_id", &["commentId", "inReplyTo"]),
    ("NamesResource", "resource_arn", &["resourceArn"]),
    ("NamesUser", "user_name", &["userName"]),
];

/// What generated code may use of `crate::operation`.
const OF_OPERATIONS: &[&str] = &[
    "Conditions",
    "NamesComment",
    "NamesPullRequest",
    "NamesRepository",
    "NamesResource",
    "NamesUser",
    "Operation",
    "branch_reference",
    "specified_reference",
];

/// The structures that are no errors.
pub(super) fn shapes(api: &KeptApi, model: &Model) -> Result<String, ModelError> {
    let mut out = String::new();
    for (name, members) in &model.structures {
        out.push('\n');
        out.push_str(&documentation(api, name, model.documentation.get(name).map(String::as_str))?);
        out.push_str("#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]\n#[serde(default)]\n");
        let _ = writeln!(out, "pub struct {name} {{");
        for Member { name: member, shape, documentation: told, .. } in members {
            out.push_str(&documentation(api, &format!("{name}.{member}"), told.as_deref())?);
            let rust_type = model.rust_type(shape)?;
            let _ = writeln!(out, "    #[serde(rename = \"{member}\", skip_serializing_if = \"Option::is_none\")]");
            let _ = writeln!(out, "    pub {}: Option<{rust_type}>,", field(member));
        }
        out.push_str("}\n");
    }
    let mut uses = used("crate", &["Blob", "Timestamp"], &out);
    uses.push_str("use serde::{Deserialize, Serialize};\n");
    if out.contains("BTreeMap<") {
        uses.push_str("use std::collections::BTreeMap;\n");
    }
    Ok(format!("{HEADER}{uses}{out}"))
}

/// The operations, and what their inputs say of themselves.
pub(super) fn operations(api: &KeptApi, model: &Model) -> Result<String, ModelError> {
    let mut out = String::new();
    for (name, operation) in &model.operations {
        out.push('\n');
        out.push_str(&documentation(api, name, operation.documentation.as_deref())?);
        out.push_str(&operation_type(api, name, operation));
        if let Some(input) = &operation.input {
            out.push_str(&subjects(model, input));
        }
    }
    out.push_str(&conditions(model));
    let names: Vec<String> = model.operations.keys().map(|name| format!("\"{name}\"")).collect();
    if api.own {
        out.push_str("\n/// The names of all operations.");
    }
    let _ = write!(out, "\npub const OPERATIONS: &[&str] = &[{}];\n", names.join(", "));
    let uses = used("crate::operation", OF_OPERATIONS, &out);
    Ok(format!(
        "{HEADER}use crate::errors::ErrorCode;\nuse crate::json_api::JsonApi;\n{uses}use super::shapes::*;\n{out}"
    ))
}

fn operation_type(api: &KeptApi, name: &str, operation: &Operation) -> String {
    let input = operation.input.as_deref().unwrap_or("crate::operation::Empty");
    let output = operation.output.as_deref().unwrap_or("()");
    let errors: Vec<String> = operation.errors.iter().map(|error| format!("ErrorCode::{error}")).collect();
    format!(
        "pub struct {name};\n\nimpl Operation for {name} {{\n    const API: JsonApi = JsonApi::{};\n    \
         const NAME: &'static str = \"{name}\";\n    const ERRORS: &'static [ErrorCode] = &[{}];\n    \
         type Input = {input};\n    type Output = {output};\n}}\n",
        api.variant,
        errors.join(", ")
    )
}

/// How an input names what it is about.
fn subjects(model: &Model, input: &str) -> String {
    let names = |name: &str| has(model, input, name);
    let mut out = String::new();
    for (subject, method, spellings) in SUBJECTS {
        let Some(member) = spellings.iter().find(|member| names(member)) else { continue };
        let _ = write!(
            out,
            "\nimpl {subject} for {input} {{\n    fn {method}(&self) -> Option<&str> {{\n        \
             self.{}.as_deref()\n    }}\n}}\n",
            field(member)
        );
    }
    if names("pullRequestId") {
        let repository = Some("repositoryName").filter(|member| names(member)).map(|member| {
            format!("fn repository_name(&self) -> Option<&str> {{ self.{}.as_deref() }}\n", field(member))
        });
        let _ = write!(
            out,
            "\nimpl NamesPullRequest for {input} {{\n    fn pull_request_id(&self) -> Option<&str> {{\n        \
             self.pull_request_id.as_deref()\n    }}\n{}}}\n",
            repository.unwrap_or_default()
        );
    }
    out
}

/// What each input says of itself that policies may have conditions on.
fn conditions(model: &Model) -> String {
    let mut out = String::new();
    for (name, operation) in &model.operations {
        let Some(input) = &operation.input else { continue };
        let _ = writeln!(out, "\nimpl Conditions for {input} {{");
        if let Some((_, reference)) = REFERENCES.iter().find(|(known, _)| known == name) {
            let _ = writeln!(out, "    fn reference(&self) -> Option<String> {{ {reference} }}");
        }
        let tags = if has(model, input, "tags") {
            Some("self.tags.iter().flatten().map(|(key, value)| (key.as_str(), Some(value.as_str()))).collect()")
        } else {
            has(model, input, "tagKeys")
                .then_some("self.tag_keys.iter().flatten().map(|key| (key.as_str(), None)).collect()")
        };
        if let Some(tags) = tags {
            let _ = writeln!(out, "    fn request_tags(&self) -> Vec<(&str, Option<&str>)> {{ {tags} }}");
        }
        out.push_str("}\n");
    }
    out
}

fn has(model: &Model, structure: &str, member: &str) -> bool {
    model.structures.get(structure).is_some_and(|members| members.iter().any(|known| known.name == member))
}

/// The errors of all APIs: one of the same name means the same in each.
pub(super) fn errors(models: &[(KeptApi, Model)]) -> String {
    let errors: BTreeSet<&String> = models.iter().flat_map(|(_, model)| &model.errors).collect();
    let mut out =
        format!("{HEADER}#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]\npub enum ErrorCode {{\n");
    for error in &errors {
        let _ = writeln!(out, "    {error},");
    }
    out.push_str("}\n\nimpl ErrorCode {\n    pub const ALL: &'static [Self] = &[");
    for error in &errors {
        let _ = write!(out, "Self::{error},");
    }
    out.push_str("];\n\n    pub fn as_str(self) -> &'static str {\n        match self {\n");
    for error in &errors {
        let _ = writeln!(out, "            Self::{error} => \"{error}\",");
    }
    out.push_str("        }\n    }\n}\n");
    out
}

/// The doc comment of what is called `name`. Our own model has to say something of everything; the public one is kept without
/// its documentation.
fn documentation(api: &KeptApi, name: &str, told: Option<&str>) -> Result<String, ModelError> {
    match told.filter(|_| api.own) {
        Some(told) => Ok(told.lines().map(|line| format!("/// {line}\n")).collect()),
        None if api.own => Err(ModelError(format!("{} does not say what {name} is", api.model))),
        None => Ok(String::new()),
    }
}

/// The line that brings in those of the names of a module that a source uses.
fn used(module: &str, names: &[&str], source: &str) -> String {
    let is_used = |name: &&&str| {
        let letter = |letter: char| letter.is_alphanumeric() || letter == '_';
        source.split(|other| !letter(other)).any(|word| word == **name)
    };
    let used: Vec<&str> = names.iter().filter(is_used).copied().collect();
    if used.is_empty() { String::new() } else { format!("use {module}::{{{}}};\n", used.join(", ")) }
}
