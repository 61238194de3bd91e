//! Tasks of the workspace: code generation, and the checks that keep the house in order.

pub mod answers;
pub mod checks;
pub mod codegen;
pub mod lambda_functions;
pub mod model;

use std::path::{Path, PathBuf};

/// The root of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).map(Path::to_owned).unwrap_or_default()
}
