//! Whether an input keeps what the model demands of it.
//!
//! The checks are generated (`checks.rs`), one for each operation. The order in which they look decides which error is told
//! when several things are wrong:
//!
//! 1. required members that are missing, in the model's order of members; those inside a structure or list come right after it;
//! 2. lengths, characters and enumerations, in the same order.
//!
//! A required text, list, map or content that is empty is missing, unless emptiness means something there. An entry of a list is
//! never missing: when it is empty, it is invalid. A check copies nothing.

use crate::blob::Blob;
use crate::constraint::Constraint;
use crate::errors::ErrorCode;
use std::collections::BTreeMap;

/// An input that can be held against the model.
pub trait Check {
    /// Finds the first rule that the input breaks.
    fn check(&self) -> Result<(), Violation>;
}

/// A rule that an input breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The error that answers it: one that the operation declares, or `ValidationException` if it declares none for this.
    pub code: ErrorCode,
    /// Which member breaks which rule.
    pub message: String,
}

/// Something with a length.
pub(crate) trait Measured {
    /// What the length is counted in.
    const UNIT: &'static str;

    fn length(&self) -> usize;

    fn text(&self) -> Option<&str> {
        None
    }
}

impl Measured for String {
    const UNIT: &'static str = "characters";

    fn length(&self) -> usize {
        self.chars().count()
    }

    fn text(&self) -> Option<&str> {
        Some(self)
    }
}

impl Measured for Blob {
    const UNIT: &'static str = "bytes";

    fn length(&self) -> usize {
        self.len()
    }
}

impl<T> Measured for Vec<T> {
    const UNIT: &'static str = "entries";

    fn length(&self) -> usize {
        self.len()
    }
}

impl<K, V> Measured for BTreeMap<K, V> {
    const UNIT: &'static str = "entries";

    fn length(&self) -> usize {
        self.len()
    }
}

/// Refuses a member that is missing.
pub(crate) fn present<T>(member: &Option<T>, path: &str, code: ErrorCode) -> Result<(), Violation> {
    if member.is_none() { violation(code, path, "is required") } else { Ok(()) }
}

/// Refuses a member that is missing or empty.
pub(crate) fn filled<T: Measured>(member: &Option<T>, path: &str, code: ErrorCode) -> Result<(), Violation> {
    present(member, path, code)?;
    not_empty(member, path, code)
}

/// Refuses a member that is there and empty.
pub(crate) fn not_empty<T: Measured>(member: &Option<T>, path: &str, code: ErrorCode) -> Result<(), Violation> {
    match member {
        Some(value) if value.length() == 0 => violation(code, path, "must not be empty"),
        _ => Ok(()),
    }
}

/// Refuses a value that breaks a constraint.
pub(crate) fn keeps<T: Measured>(
    value: &T,
    constraint: &Constraint,
    path: &str,
    code: ErrorCode,
) -> Result<(), Violation> {
    match constraint.broken_rule(value.length(), T::UNIT, value.text()) {
        Some(rule) => violation(code, path, &rule),
        None => Ok(()),
    }
}

fn violation(code: ErrorCode, path: &str, rule: &str) -> Result<(), Violation> {
    Err(Violation { code, message: format!("'{path}' {rule}") })
}
