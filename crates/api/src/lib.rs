//! The AWS CodeCommit API as Rust types, generated from the public model (`model/codecommit.json`; see `make codegen`), and
//! [`own`], generated in the same way from the model of the operations that only Coldforge has.
//!
//! Every member is an `Option`, and decoding refuses nothing but wrong types. Whether an input keeps what the model demands is
//! what its [`Check`] tells, with the error that answers it.

mod blob;
mod check;
#[expect(clippy::collapsible_if, reason = "generated; one block for each level of the input")]
mod checks;
mod constraint;
#[expect(missing_docs, reason = "generated; the names are the model's")]
pub mod constraints;
#[expect(missing_docs, reason = "generated; the names are the model's")]
mod errors;
mod json_api;
mod operation;
#[expect(missing_docs, reason = "generated; the names are the model's")]
pub mod operations;
pub mod own;
#[expect(missing_docs, reason = "generated; the names are the model's")]
mod shapes;
mod timestamp;

pub use blob::Blob;
pub use check::{Check, Violation};
pub use constraint::Constraint;
pub use errors::ErrorCode;
pub use json_api::JsonApi;
pub use operation::{
    Conditions, Empty, NamesComment, NamesPullRequest, NamesRepository, NamesResource, NamesUser, Operation,
};
pub use shapes::*;
pub use timestamp::Timestamp;
