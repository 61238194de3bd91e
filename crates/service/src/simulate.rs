//! Decisions without a request: what policies say of actions somebody asks about.

use crate::access::Access;
use crate::context::Context;
use crate::failure::Result;
use crate::identities::{documents, malformed};
use auth::policy::{Policy, Request, RequestContext, Verdict, evaluate};
use auth::{Principal, UserFacts};
use std::collections::BTreeSet;
use store::User;

/// Which policies decide, and what they may know.
pub struct Question<'a> {
    /// The user whose policies decide.
    pub user: Option<&'a User>,
    /// Documents that decide as well.
    pub policies: Vec<&'a str>,
    /// Condition keys with their values, and whether a key is one that may have several.
    pub keys: Vec<(String, Vec<String>, bool)>,
}

/// What was decided over one action on one resource.
#[derive(Debug)]
pub struct Simulated {
    /// The action.
    pub action: String,
    /// The resource.
    pub resource: String,
    /// The decision in IAM's words.
    pub decision: &'static str,
    /// The names of the policies that made it.
    pub because_of: Vec<String>,
    /// The condition keys, in lower case, that the policies ask for and nobody gave.
    pub missing: Vec<String>,
}

impl Context {
    /// Decides over every action on every resource.
    pub async fn simulate(
        &self,
        question: &Question<'_>,
        actions: &[&str],
        resources: &[&str],
    ) -> Result<Vec<Simulated>> {
        let mut named = match question.user {
            Some(user) => documents(&self.store, user).await?,
            None => Vec::new(),
        };
        let given = question.policies.iter().enumerate();
        named.extend(
            given.map(|(number, document)| (format!("PolicyInputList.{}", number + 1), (*document).to_owned())),
        );
        let parsed = named.iter().map(|(_, document)| Policy::parse(document).map_err(malformed));
        let policies: Vec<Policy> = parsed.collect::<Result<_>>()?;
        let context = self.context_of(question);
        let missing: BTreeSet<String> =
            policies.iter().flat_map(Policy::keys).filter(|key| !context.knows(key)).collect();
        let mut simulated = Vec::with_capacity(actions.len() * resources.len());
        for action in actions {
            for resource in resources {
                let decided = evaluate(&policies, &Request { action, resource, context: &context });
                let policies: BTreeSet<&String> =
                    decided.because_of.iter().map(|(policy, _)| &named[*policy].0).collect();
                simulated.push(Simulated {
                    action: (*action).to_owned(),
                    resource: (*resource).to_owned(),
                    decision: match decided.verdict {
                        Verdict::Allowed => "allowed",
                        Verdict::ExplicitDeny => "explicitDeny",
                        Verdict::ImplicitDeny => "implicitDeny",
                    },
                    because_of: policies.into_iter().cloned().collect(),
                    missing: missing.iter().cloned().collect(),
                });
            }
        }
        Ok(simulated)
    }

    /// What is known of the user, and what the question says.
    fn context_of(&self, question: &Question<'_>) -> RequestContext {
        let mut context = question.user.map_or_else(RequestContext::new, |user| {
            let (summary, settings) = (&user.summary, &self.settings);
            let facts = UserFacts {
                name: summary.name.clone(),
                path: summary.path.clone(),
                id: summary.id.clone(),
                tags: user.tags.clone(),
            };
            Access::facts_of(&Principal::user(&settings.region, &settings.account, facts, ""))
        });
        for (key, values, many) in &question.keys {
            match values.as_slice() {
                [one] if !many => context.set(key, one),
                values => context.set_many(key, values.to_vec()),
            }
        }
        context
    }
}
