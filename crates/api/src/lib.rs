//! The AWS CodeCommit API as Rust types, generated from the public model (`model/codecommit.json`; see `make codegen`).
//!
//! Every member is an `Option`, and nothing is validated here: what is required and what is valid are rules of the operations,
//! each with an error code of its own.

mod blob;
mod constraint;
#[expect(missing_docs, reason = "generated; the names are the model's")]
mod constraints;
#[expect(missing_docs, reason = "generated; the names are the model's")]
mod errors;
mod operation;
#[expect(missing_docs, reason = "generated; the names are the model's")]
pub mod operations;
#[expect(missing_docs, reason = "generated; the names are the model's")]
mod shapes;
mod timestamp;

pub use blob::Blob;
pub use constraint::Constraint;
pub use constraints::CONSTRAINTS;
pub use errors::ErrorCode;
pub use operation::{Empty, NamesRepository, Operation};
pub use shapes::*;
pub use timestamp::Timestamp;
