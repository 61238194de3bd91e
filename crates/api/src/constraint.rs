//! What the model demands of values, shape by shape.

/// The limits of one shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Constraint {
    /// The shape's name in the model.
    pub shape: &'static str,
    /// The smallest length (characters, bytes of a blob, entries of a list) or number.
    pub min: Option<i64>,
    /// The largest length or number.
    pub max: Option<i64>,
    /// A regular expression that a string matches.
    pub pattern: Option<&'static str>,
    /// The only values there are; empty when any will do.
    pub values: &'static [&'static str],
}
