//! Coldforge's own operations: what the public API and IAM have no words for (`model/coldforge.json`).
//!
//! The model has the same form as the public one, so that `aws configure add-model` and boto3 take it as it is.

#[allow(clippy::collapsible_if, reason = "generated; one block for each level of the input")]
mod checks;
#[expect(missing_docs, reason = "generated; the names are the model's")]
pub mod constraints;
/// The operations, as types.
pub mod operations;
#[allow(clippy::doc_markdown, reason = "generated; the words of the model, which clients show to people")]
mod shapes;

pub use shapes::*;
