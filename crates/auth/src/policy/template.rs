//! Texts of a policy that may hold variables, `${aws:username}`, and patterns, `*` and `?`.

use super::context::{ContextValue, RequestContext};
use super::error::PolicyError;
use super::glob::{Glob, Step, step};

/// A text with variables. What a variable stands for is text, never a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template {
    parts: Vec<Part>,
    /// What a text must begin with to match: everything before the first pattern or variable.
    start: String,
    /// Its pattern, if no variable stands in it.
    fixed: Option<Glob>,
}

/// A piece of a text with variables.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Step(Step),
    Variable { key: String, default: Option<String> },
}

/// Which characters of a text mean more than themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Syntax {
    /// `*` and `?` are patterns.
    pub(super) patterns: bool,
    /// `${…}` is a variable (policies of version 2012-10-17).
    pub(super) variables: bool,
}

impl Template {
    /// Reads a text. `${*}`, `${?}` and `${$}` stand for the characters themselves.
    pub(super) fn parse(text: &str, syntax: Syntax, place: &str) -> Result<Self, PolicyError> {
        let letter = |letter: char| Part::Step(if syntax.patterns { step(letter) } else { Step::Is(letter) });
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${").filter(|_| syntax.variables) {
            parts.extend(before.chars().map(letter));
            let Some((name, behind)) = split_variable(after) else {
                return Err(PolicyError::new(place, format!("a variable is not closed in '{}'", text.escape_debug())));
            };
            parts.push(variable(name, place)?);
            rest = behind;
        }
        parts.extend(rest.chars().map(letter));
        let fixed: Option<Vec<Step>> = parts
            .iter()
            .map(|part| match part {
                Part::Step(step) => Some(*step),
                Part::Variable { .. } => None,
            })
            .collect();
        let letters = parts.iter().map_while(|part| match part {
            Part::Step(Step::Is(letter)) => Some(*letter),
            _ => None,
        });
        Ok(Self { start: letters.collect(), parts, fixed: fixed.map(Glob::new) })
    }

    /// Whether it matches a text; `None` when a variable has no value.
    pub(super) fn matches(&self, text: &str, context: &RequestContext) -> Option<bool> {
        if let Some(pattern) = &self.fixed {
            return Some(pattern.matches(text));
        }
        if !text.starts_with(&self.start) {
            self.parts.iter().try_for_each(|part| part.value(context).map(drop))?;
            return Some(false);
        }
        Some(Glob::new(self.steps(context)?).matches(text))
    }

    /// The text it stands for, if it has no patterns; `None` when a variable has no value.
    pub(super) fn text(&self, context: &RequestContext) -> Option<String> {
        let steps = self.steps(context)?;
        let letters = steps.iter().filter_map(|step| match step {
            Step::Is(letter) => Some(*letter),
            Step::AnyOne | Step::AnyMany => None,
        });
        Some(letters.collect())
    }

    /// The keys of its variables that have no default.
    pub(super) fn variables(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Variable { key, default: None } => Some(key.as_str()),
            Part::Variable { .. } | Part::Step(_) => None,
        })
    }

    /// The steps, with the variables' values put in.
    fn steps(&self, context: &RequestContext) -> Option<Vec<Step>> {
        let mut steps = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            match part {
                Part::Step(step) => steps.push(*step),
                Part::Variable { .. } => steps.extend(part.value(context)?.chars().map(Step::Is)),
            }
        }
        Some(steps)
    }
}

impl Part {
    /// What a variable stands for, and nothing for anything else; `None` when it has no value.
    fn value<'a>(&'a self, context: &'a RequestContext) -> Option<&'a str> {
        let Self::Variable { key, default } = self else { return Some("") };
        match context.get(key) {
            Some(ContextValue::One(value)) => Some(value),
            // Which of several values would be meant is anybody's guess.
            Some(ContextValue::Many(_)) => None,
            None => default.as_deref(),
        }
    }
}

/// The inside of `${…}` and what follows. A default value, in quotation marks, may hold a brace.
fn split_variable(text: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let end = text.char_indices().find(|(_, letter)| {
        quoted ^= *letter == '\'';
        *letter == '}' && !quoted
    });
    let (end, _) = end?;
    Some((&text[..end], &text[end + 1..]))
}

fn variable(inside: &str, place: &str) -> Result<Part, PolicyError> {
    if let "*" | "?" | "$" = inside {
        return Ok(Part::Step(Step::Is(inside.chars().next().unwrap_or('$'))));
    }
    let (key, default) = match inside.split_once(',') {
        None => (inside, None),
        Some((key, default)) => {
            let quoted = default.trim().strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
            let Some(value) = quoted.filter(|value| !value.contains('\'')) else {
                let told = inside.escape_debug();
                return Err(PolicyError::new(
                    place,
                    format!("the default value in '${{{told}}}' is not in quotation marks"),
                ));
            };
            (key.trim_end(), Some(value.to_owned()))
        }
    };
    if !is_key(key) {
        return Err(PolicyError::new(place, format!("'${{{}}}' is no variable", inside.escape_debug())));
    }
    Ok(Part::Variable { key: key.to_lowercase(), default })
}

/// Whether a text can be a condition key: `service:name`, perhaps with `/` and more behind it, as for tags.
pub(super) fn is_key(text: &str) -> bool {
    let (name, rest) = text.split_once('/').unwrap_or((text, "x"));
    let Some((service, name)) = name.split_once(':') else { return false };
    let word = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':'))
    };
    word(service) && word(name) && !rest.is_empty() && rest.chars().all(|letter| !letter.is_control())
}
