//! IAM JSON policies: parsed strictly when they are written, compiled, evaluated (AWS IAM user guide, "Policy evaluation logic").
//!
//! Everything here is pure. What the guide leaves open is decided so that nothing is allowed by accident:
//! - A variable's value never becomes a pattern: a `*` in it matches a `*` and nothing else.
//! - A key with several values under an operator for one value: the condition is not met in an `Allow`, and met in a `Deny`.
//! - A variable without a value makes a `Resource` match nothing; in a `NotResource` it makes an `Allow` void, and a `Deny` apply.

mod condition;
mod context;
mod document;
mod error;
mod evaluate;
mod glob;
mod json;
pub mod managed;
mod operator;
mod resource;
mod statement;
mod template;
mod values;

pub use context::{ContextValue, RequestContext};
pub use document::{MOST_CHARACTERS, Policy};
pub use error::PolicyError;
pub use evaluate::{Evaluation, Request, Verdict, evaluate};
pub use statement::Effect;
