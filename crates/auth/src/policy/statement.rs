//! Statements: an effect, and what it is for.

use super::condition::Condition;
use super::context::RequestContext;
use super::error::PolicyError;
use super::evaluate::Request;
use super::glob::Glob;
use super::json::Json;
use super::resource::ResourcePattern;

/// What a statement does when it applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The request may happen, unless something denies it.
    Allow,
    /// The request may not happen, whatever allows it.
    Deny,
}

/// One statement, ready to be evaluated.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Statement {
    pub(super) sid: Option<String>,
    pub(super) effect: Effect,
    actions: Listed<Glob>,
    resources: Listed<ResourcePattern>,
    conditions: Vec<Condition>,
}

/// What is listed, or everything but that (`Not…`).
#[derive(Debug, Clone, PartialEq, Eq)]
struct Listed<T> {
    negated: bool,
    entries: Vec<T>,
}

const ELEMENTS: &[&str] = &["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"];

impl Statement {
    /// Reads a statement. With `variables`, `${…}` is one.
    pub(super) fn parse(json: &Json, variables: bool, place: &str) -> Result<Self, PolicyError> {
        let members = json.members(place)?;
        for (name, _) in members {
            if name == "Principal" || name == "NotPrincipal" {
                let why = format!("{name} has no place in a policy of a user or group: it is theirs");
                return Err(PolicyError::new(place, why));
            }
            if !ELEMENTS.contains(&name.as_str()) {
                return Err(PolicyError::new(place, format!("there is no element '{}'", name.escape_debug())));
            }
        }
        let member = |name: &str| members.iter().find(|(known, _)| known == name).map(|(_, value)| value);
        let at = |name: &str| format!("{place}.{name}");
        let sid = member("Sid").map(|sid| sid.text(&at("Sid"))).transpose()?;
        if sid.is_some_and(|sid| !sid.bytes().all(|byte| byte.is_ascii_alphanumeric())) {
            return Err(PolicyError::new(&at("Sid"), "a Sid consists of letters and digits"));
        }
        let effect = match member("Effect").map(|effect| effect.text(&at("Effect"))).transpose()? {
            Some("Allow") => Effect::Allow,
            Some("Deny") => Effect::Deny,
            Some(_) => return Err(PolicyError::new(&at("Effect"), "it is Allow or Deny")),
            None => return Err(PolicyError::new(place, "Effect is missing")),
        };
        let either = |name: &str, not: &str| match (member(name), member(not)) {
            (Some(listed), None) => Ok((false, listed, at(name))),
            (None, Some(listed)) => Ok((true, listed, at(not))),
            (Some(_), Some(_)) => Err(PolicyError::new(place, format!("there is {name} and {not}; only one can be"))),
            (None, None) => Err(PolicyError::new(place, format!("{name} or {not} is missing"))),
        };
        let (negated, listed, listed_at) = either("Action", "NotAction")?;
        let entries = listed.one_or_more(&listed_at)?.iter().map(|entry| action(entry.text(&listed_at)?, &listed_at));
        let actions = Listed { negated, entries: entries.collect::<Result<_, _>>()? };
        let (negated, listed, listed_at) = either("Resource", "NotResource")?;
        let entry = |entry: &Json| ResourcePattern::parse(entry.text(&listed_at)?, variables, &listed_at);
        let entries = listed.one_or_more(&listed_at)?.iter().map(entry).collect::<Result<_, _>>()?;
        let resources = Listed { negated, entries };
        let conditions = match member("Condition") {
            Some(conditions) => Condition::parse_all(conditions, variables, &at("Condition"))?,
            None => Vec::new(),
        };
        Ok(Self { sid: sid.map(str::to_owned), effect, actions, resources, conditions })
    }

    /// Whether the statement is about this request; `action` is the request's, in lower case.
    pub(super) fn applies(&self, action: &str, request: &Request<'_>) -> bool {
        let named = self.actions.entries.iter().any(|pattern| pattern.matches(action));
        named != self.actions.negated
            && self.is_about(request.resource, request.context)
            && self.conditions.iter().all(|condition| condition.holds(self.effect, request.context))
    }

    /// The condition keys it asks for.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        let resources = self.resources.entries.iter().flat_map(ResourcePattern::variables);
        resources.chain(self.conditions.iter().flat_map(Condition::keys))
    }

    fn is_about(&self, resource: &str, context: &RequestContext) -> bool {
        let mut unknown = false;
        for pattern in &self.resources.entries {
            match pattern.matches(resource, context) {
                Some(true) => return !self.resources.negated,
                Some(false) => {}
                None => unknown = true,
            }
        }
        // What is left out cannot be known when a variable has no value.
        self.resources.negated && !(unknown && self.effect == Effect::Allow)
    }
}

/// `service:Name` with patterns in the name, or `*`.
fn action(text: &str, place: &str) -> Result<Glob, PolicyError> {
    let wrong = |why: &str| Err(PolicyError::new(place, format!("'{}' {why}", text.escape_debug())));
    if text == "*" {
        return Ok(Glob::folded(text));
    }
    let Some((service, name)) = text.split_once(':') else {
        return wrong("is no action: it must look like service:Name");
    };
    if service.is_empty() || !service.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return wrong("does not begin with the name of a service, such as 'codecommit:'");
    }
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'*' | b'?')) {
        return wrong("is no action: its name consists of letters, digits, '*' and '?'");
    }
    Ok(Glob::folded(text))
}
