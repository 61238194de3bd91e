//! Patterns for resources: `*`, or an ARN whose six parts are patterns each.

use super::context::RequestContext;
use super::error::PolicyError;
use super::template::{Syntax, Template};

/// How many parts an ARN has: `arn:partition:service:region:account:resource`. The last one may hold colons.
const PARTS: usize = 6;

/// Which resources are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ResourcePattern {
    /// `*`: all of them.
    Any,
    /// Those whose ARN matches part by part: no pattern reaches across a colon, save in the last part.
    Arn(Vec<Template>),
}

impl ResourcePattern {
    /// Reads a pattern. Parts that are missing at its end stand for anything (AWS IAM user guide, "Resource").
    pub(super) fn parse(text: &str, variables: bool, place: &str) -> Result<Self, PolicyError> {
        if text == "*" {
            return Ok(Self::Any);
        }
        let mut parts = split(text, variables);
        if parts.len() < 2 || parts[0] != "arn" {
            let told = text.escape_debug();
            return Err(PolicyError::new(
                place,
                format!("'{told}' is neither an ARN (arn:partition:service:…) nor '*'"),
            ));
        }
        if parts.iter().take(3).any(|part| part.is_empty()) {
            let told = text.escape_debug();
            return Err(PolicyError::new(place, format!("the ARN '{told}' has an empty partition or service")));
        }
        parts.resize(PARTS, "*");
        let syntax = Syntax { patterns: true, variables };
        let parts = parts.into_iter().map(|part| Template::parse(part, syntax, place)).collect::<Result<_, _>>()?;
        Ok(Self::Arn(parts))
    }

    /// The keys of its variables that have no default.
    pub(super) fn variables(&self) -> impl Iterator<Item = &str> {
        let parts = match self {
            Self::Any => &[][..],
            Self::Arn(parts) => parts,
        };
        parts.iter().flat_map(Template::variables)
    }

    /// Whether it matches an ARN, or `*` where a request is about no resource in particular; `None` when a variable has no
    /// value.
    pub(super) fn matches(&self, resource: &str, context: &RequestContext) -> Option<bool> {
        let patterns = match self {
            Self::Any => return Some(true),
            Self::Arn(patterns) => patterns,
        };
        let mut unknown = false;
        let mut texts = resource.splitn(PARTS, ':');
        for pattern in patterns {
            let Some(text) = texts.next() else { return Some(false) };
            match pattern.matches(text, context) {
                Some(true) => {}
                Some(false) => return Some(false),
                None => unknown = true,
            }
        }
        if unknown { None } else { Some(true) }
    }
}

/// The parts of an ARN, in which colons inside of `${…}` separate nothing.
fn split(text: &str, variables: bool) -> Vec<&str> {
    let (mut parts, mut start, mut inside) = (Vec::new(), 0, false);
    for (at, letter) in text.char_indices() {
        match letter {
            '{' if variables && text[..at].ends_with('$') => inside = true,
            '}' => inside = false,
            ':' if !inside && parts.len() < PARTS - 1 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}
