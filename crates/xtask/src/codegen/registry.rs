//! The table of contents of `functions`: one line per function, found by the names of the files.

use super::{CodegenError, HEADER, KeptApi, field};
use crate::model::Model;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The folders of the APIs that speak the Query protocol. They have no model: an operation is a file that says so in its first
/// line.
const QUERY_APIS: &[&str] = &["iam", "sts"];

/// The registries, and the modules of the families.
pub(super) fn generate(root: &Path, models: &[(KeptApi, Model)]) -> Result<Vec<(PathBuf, String)>, CodegenError> {
    let functions = root.join("functions/src");
    let families = families(&functions, models)?;
    let mut files = vec![
        (functions.join("registry.rs"), registry(&families, models)),
        (functions.join("query_registry.rs"), query_registry(&functions)?),
    ];
    for family in families.keys().map(String::as_str).chain(QUERY_APIS.iter().copied()) {
        let folder = functions.join(family);
        files.push((folder.with_extension("rs"), family_modules(family, &folder)?));
    }
    Ok(files)
}

/// The operations that there is a function for, with the APIs that they belong to.
pub(super) fn present<'a>(
    root: &Path,
    models: &'a [(KeptApi, Model)],
) -> Result<Vec<(&'a KeptApi, &'a str)>, CodegenError> {
    let modules: Vec<String> = families(&root.join("functions/src"), models)?.into_values().flatten().collect();
    let operations =
        models.iter().flat_map(|(api, model)| model.operations.keys().map(move |name| (api, name.as_str())));
    Ok(operations.filter(|(_, name)| modules.contains(&field(name))).collect())
}

/// The folders that hold functions of operations of the models, with the names of all their files without the extension.
fn families(functions: &Path, models: &[(KeptApi, Model)]) -> Result<BTreeMap<String, Vec<String>>, CodegenError> {
    let mut families = BTreeMap::new();
    for entry in std::fs::read_dir(functions)? {
        let folder = entry?.path();
        if !folder.is_dir() {
            continue;
        }
        let modules = modules(&folder)?;
        let is_function = |name: &String| modules.contains(&field(name));
        if models.iter().any(|(_, model)| model.operations.keys().any(is_function)) {
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            families.insert(name, modules);
        }
    }
    Ok(families)
}

/// The names of the source files in a folder, without the extension.
fn modules(folder: &Path) -> Result<Vec<String>, CodegenError> {
    let mut modules = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        modules.extend(name.strip_suffix(".rs").map(str::to_owned));
    }
    modules.sort();
    Ok(modules)
}

/// The module of a family: one line per file in its folder.
fn family_modules(family: &str, folder: &Path) -> Result<String, CodegenError> {
    let lines: Vec<String> = modules(folder)?.iter().map(|module| format!("pub(crate) mod {module};\n")).collect();
    let family = family.replace('_', " ");
    Ok(format!("{HEADER}//! The operations of the family \"{family}\".\n\n{}", lines.concat()))
}

/// One line per function: every file of a family's folder whose name is that of an operation.
fn registry(families: &BTreeMap<String, Vec<String>>, models: &[(KeptApi, Model)]) -> String {
    let mut entries = String::new();
    for (family, modules) in families {
        for (api, model) in models {
            let of = if api.own { "own" } else { "operations" };
            for name in model.operations.keys().filter(|name| modules.contains(&field(name))) {
                let function = field(name);
                let _ = writeln!(
                    entries,
                    "    Entry::new::<{of}::{name}, _>(|cx, on, input| Box::pin({family}::{function}::{function}(cx, on, input))),"
                );
            }
        }
    }
    let families: Vec<&str> = families.keys().map(String::as_str).collect();
    format!(
        "{HEADER}//! The table of contents: every API operation that there is a function for.\n\n\
         use crate::{{{}}};\nuse api::operations;\nuse api::own::operations as own;\nuse service::Entry;\n\n\
         /// The entries, by family.\npub fn operations() -> Vec<Entry> {{\n    vec![\n{entries}    ]\n}}\n",
        families.join(", ")
    )
}

/// One line per operation of the Query APIs: every file of their folders that begins with ``//! `Name`: ``.
fn query_registry(functions: &Path) -> Result<String, CodegenError> {
    let mut entries = String::new();
    for api in QUERY_APIS {
        let mut names = Vec::new();
        for file in std::fs::read_dir(functions.join(api))? {
            let source = std::fs::read_to_string(file?.path())?;
            let name = source.strip_prefix("//! `").and_then(|rest| rest.split_once("`: "));
            names.extend(name.map(|(name, _)| name.to_owned()));
        }
        names.sort();
        for name in names {
            let function = field(&name);
            let _ = writeln!(
                entries,
                "    QueryEntry::{api}(\"{name}\", |cx, on, input| Box::pin({api}::{function}::{function}(cx, on, input))),"
            );
        }
    }
    Ok(format!(
        "{HEADER}//! The table of contents: every operation of IAM and STS that there is a function for.\n\n\
         use crate::{{{}}};\nuse service::QueryEntry;\n\n\
         /// The entries, by API.\npub fn query_operations() -> Vec<QueryEntry> {{\n    vec![\n{entries}    ]\n}}\n",
        QUERY_APIS.join(", ")
    ))
}
