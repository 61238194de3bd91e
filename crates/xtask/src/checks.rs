//! Writes the checks that hold each operation's input against the model.

use crate::answers::{Answer, Place};
use crate::codegen::{HEADER, field};
use crate::model::{Constraint, Kind, Member, Model, ModelError};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The generated sources.
pub struct Checks {
    /// One `impl Check` for each input.
    pub checks: String,
    /// The constraints that they refer to.
    pub constraints: String,
}

/// A check does two rounds through an input, each in the model's order of members.
#[derive(Clone, Copy, PartialEq)]
enum Round {
    /// What is missing.
    Missing,
    /// What breaks a constraint.
    Constraints,
}

/// Writes checks and constraints; `own` says that the model is that of Coldforge's own operations.
pub fn generate(model: &Model, own: bool) -> Result<Checks, ModelError> {
    let mut writer =
        Writer { model, own, operation: "", declared: &[], shapes: BTreeSet::new(), undecided: Vec::new() };
    let mut checks = String::new();
    for (name, operation) in &model.operations {
        let Some(input) = &operation.input else { continue };
        (writer.operation, writer.declared) = (name, &operation.errors);
        let missing = writer.structure(Round::Missing, input, "self", "")?;
        let constraints = writer.structure(Round::Constraints, input, "self", "")?;
        let _ = write!(
            checks,
            "\nimpl Check for {input} {{\n    fn check(&self) -> Result<(), Violation> {{\n{missing}{constraints}        Ok(())\n    }}\n}}\n"
        );
    }
    if !writer.undecided.is_empty() {
        return Err(ModelError(format!("answers.rs decides nothing for {}", writer.undecided.join(", "))));
    }
    let rules = ["filled", "keeps", "not_blank", "not_empty", "present"];
    let used: Vec<&str> = rules.into_iter().filter(|rule| checks.contains(&format!("{rule}("))).collect();
    let head = format!(
        "use crate::check::{{Check, Violation, {}}};\nuse crate::errors::ErrorCode as E;\n\
         use super::constraints::*;\nuse super::shapes::*;\n",
        used.join(", ")
    );
    Ok(Checks { checks: format!("{HEADER}{head}{checks}"), constraints: writer.constraints()? })
}

struct Writer<'a> {
    model: &'a Model,
    own: bool,
    operation: &'a str,
    declared: &'a [String],
    /// The constrained shapes that checks refer to.
    shapes: BTreeSet<String>,
    /// The places that no table decides.
    undecided: Vec<String>,
}

impl Writer<'_> {
    /// The checks of one round for the members of `value`, a structure at `path`.
    fn structure(&mut self, round: Round, name: &str, value: &str, path: &str) -> Result<String, ModelError> {
        let mut out = String::new();
        let model = self.model;
        for member in model.structures.get(name).map(Vec::as_slice).unwrap_or_default() {
            let separator = if path.is_empty() { "" } else { "." };
            let path = format!("{path}{separator}{}", member.name);
            let value = format!("{value}.{}", field(&member.name));
            if round == Round::Missing {
                out.push_str(&self.presence(member, &value, &path)?);
            }
            out.push_str(&self.inside(round, &member.shape, &value, &path)?);
        }
        Ok(out)
    }

    /// Whether a member is there.
    fn presence(&mut self, member: &Member, value: &str, path: &str) -> Result<String, ModelError> {
        let plain = path.replace("[]", "");
        let place = Place { operation: self.operation, path: &plain, declared: self.declared, own: self.own };
        let can_be_empty = !matches!(self.model.kind(&member.shape)?, Kind::Structure | Kind::Boolean | Kind::Integer);
        let rule = if member.required || place.also_required() {
            if can_be_empty && !place.may_be_empty() { "filled" } else { "present" }
        } else if self.constraint(&member.shape).is_some_and(|constraint| constraint.min >= Some(1)) {
            // One that may be left out is not valid when it is empty, unless the operation declares an error for just that.
            if place.missing().is_none() {
                return Ok(String::new());
            }
            "not_empty"
        } else {
            return Ok(String::new());
        };
        Ok(match self.code(place.missing(), path) {
            Some(code) => format!("{rule}(&{value}, \"{path}\", E::{code})?;\n"),
            None => String::new(),
        })
    }

    /// The checks for what is in a member, if it is there.
    fn inside(&mut self, round: Round, shape: &str, value: &str, path: &str) -> Result<String, ModelError> {
        let (each, checks) = match self.model.kind(shape)? {
            Kind::Structure => (format!("if let Some(each) = &{value}"), self.element(round, shape, "each", path)?),
            Kind::List(member) => {
                let place = Place { operation: self.operation, path, declared: self.declared, own: self.own };
                let empty = place.empty_entry().filter(|_| round == Round::Missing);
                let empty = empty.map(|code| format!("not_blank(each, \"{path}[]\", E::{code})?;\n"));
                let checks = self.element(round, member, "each", &format!("{path}[]"))?;
                (format!("for each in {value}.iter().flatten()"), empty.unwrap_or_default() + &checks)
            }
            Kind::Map(key, content) => {
                let checks = [
                    self.element(round, key, "key", &format!("{path}.key"))?,
                    self.element(round, content, "value", &format!("{path}.value"))?,
                ];
                (format!("for (key, value) in {value}.iter().flatten()"), checks.concat())
            }
            _ => (format!("if let Some(each) = &{value}"), self.element(round, shape, "each", path)?),
        };
        Ok(if checks.is_empty() { checks } else { format!("{each} {{ {checks} }}\n") })
    }

    /// The checks for a value that is there.
    fn element(&mut self, round: Round, shape: &str, value: &str, path: &str) -> Result<String, ModelError> {
        if matches!(self.model.kind(shape)?, Kind::Structure) {
            return self.structure(round, shape, value, path);
        }
        if round == Round::Missing || self.constraint(shape).is_none() {
            return Ok(String::new());
        }
        let plain = path.replace("[]", "");
        let place = Place { operation: self.operation, path: &plain, declared: self.declared, own: self.own };
        Ok(match self.code(place.invalid(), path) {
            Some(code) => {
                self.shapes.insert(shape.to_owned());
                format!("keeps({value}, &{}, \"{path}\", E::{code})?;\n", constant(shape))
            }
            None => String::new(),
        })
    }

    fn constraint(&self, shape: &str) -> Option<&Constraint> {
        self.model.constraints.get(shape)
    }

    /// The code of an answer, if there is one to give.
    fn code(&mut self, answer: Option<Answer>, path: &str) -> Option<String> {
        match answer {
            Some(Answer::Declared(error)) => Some(error),
            Some(Answer::Generic) => Some("ValidationException".to_owned()),
            Some(Answer::Output) => None,
            None => {
                self.undecided.push(format!("{}.{path}", self.operation));
                None
            }
        }
    }

    fn constraints(&self) -> Result<String, ModelError> {
        let mut out = format!("{HEADER}use crate::constraint::Constraint;\n");
        for shape in &self.shapes {
            let Some(Constraint { min, max, pattern, values }) = self.constraint(shape) else { continue };
            let letters = pattern.as_deref().map(letters).transpose()?.unwrap_or_default();
            let _ = write!(
                out,
                "\npub const {}: Constraint = Constraint {{ min: {min:?}, max: {max:?}, letters: &{letters:?}, values: &{values:?} }};\n",
                constant(shape)
            );
        }
        Ok(out)
    }
}

/// The ranges of characters that texts of a pattern consist of. The model's patterns all say "these characters, at least one".
fn letters(pattern: &str) -> Result<Vec<(char, char)>, ModelError> {
    let unknown = || ModelError(format!("the generator does not know patterns like '{pattern}'"));
    let whole = pattern.strip_prefix('^').unwrap_or(pattern);
    let whole = whole.strip_suffix('$').unwrap_or(whole);
    let class = whole.strip_prefix('[').and_then(|rest| rest.strip_suffix("]+")).ok_or_else(unknown)?;
    let mut ranges = Vec::new();
    let mut rest = class.chars().peekable();
    while let Some(first) = rest.next() {
        match (first, rest.peek().copied()) {
            ('\\', Some('w')) => ranges.extend([('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')]),
            ('\\', Some(literal)) if !literal.is_alphanumeric() => ranges.push((literal, literal)),
            ('\\' | '[' | ']' | '^', _) => return Err(unknown()),
            (from, Some('-')) if rest.clone().nth(1).is_some() => {
                rest.next();
                ranges.extend(rest.next().map(|to| (from, to)));
                continue;
            }
            _ => {
                ranges.push((first, first));
                continue;
            }
        }
        rest.next();
    }
    Ok(ranges)
}

/// The name of a shape's constraint.
fn constant(shape: &str) -> String {
    field(shape).to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_of_characters_becomes_ranges() {
        assert_eq!(
            letters(r"[\w\.-]+").unwrap(),
            [('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z'), ('.', '.'), ('-', '-')]
        );
        assert_eq!(letters("^[a-z:/_-]+$").unwrap(), [('a', 'z'), (':', ':'), ('/', '/'), ('_', '_'), ('-', '-')]);
    }

    #[test]
    fn other_patterns_are_not_guessed_at() {
        for pattern in ["a+", "[a-z]*", "[^a]+", r"[\d]+", "[a]+[b]+", "a|b"] {
            assert!(letters(pattern).is_err(), "{pattern}");
        }
    }
}
