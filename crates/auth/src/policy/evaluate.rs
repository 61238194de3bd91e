//! The decision over a request: an explicit deny first, then an allow, else an implicit deny.

use super::context::RequestContext;
use super::document::Policy;
use super::statement::Effect;

/// What somebody wants to do.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The action, such as `codecommit:GitPush`.
    pub action: &'a str,
    /// The ARN of what it is done to; `*` when it is about nothing in particular.
    pub resource: &'a str,
    /// What else is known.
    pub context: &'a RequestContext,
}

/// The decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// A statement allows it, and none denies it.
    Allowed,
    /// A statement denies it.
    ExplicitDeny,
    /// No statement is about it.
    ImplicitDeny,
}

/// The decision, and what made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// The decision.
    pub verdict: Verdict,
    /// The statements that made it: the number of the policy, and of the statement in it.
    pub because_of: Vec<(usize, usize)>,
}

/// Decides over a request. The order of policies and statements makes no difference.
pub fn evaluate<'a>(policies: impl IntoIterator<Item = &'a Policy>, request: &Request<'_>) -> Evaluation {
    let action = request.action.to_ascii_lowercase();
    let (mut allows, mut denies) = (Vec::new(), Vec::new());
    for (policy_number, policy) in policies.into_iter().enumerate() {
        for (number, statement) in policy.statements.iter().enumerate() {
            if statement.applies(&action, request) {
                match statement.effect {
                    Effect::Allow => allows.push((policy_number, number)),
                    Effect::Deny => denies.push((policy_number, number)),
                }
            }
        }
    }
    let (verdict, because_of) = match (denies.is_empty(), allows.is_empty()) {
        (false, _) => (Verdict::ExplicitDeny, denies),
        (true, false) => (Verdict::Allowed, allows),
        (true, true) => (Verdict::ImplicitDeny, Vec::new()),
    };
    Evaluation { verdict, because_of }
}
