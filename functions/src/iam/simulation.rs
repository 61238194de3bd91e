//! What the two simulations share: the question out of the parameters, the decisions as XML.

use super::inputs::failure;
use service::{Context, QueryError, QueryInput, Question, Result, Xml};
use store::User;

/// The most decisions that one request may ask for.
const MOST: usize = 1000;

/// Decides over every action on every resource that the request names.
pub(crate) async fn answer(cx: &Context, user: Option<&User>, input: &QueryInput) -> Result<Xml> {
    let actions = input.list("ActionNames");
    if actions.is_empty() {
        return Err(failure(QueryError::ValidationError, "ActionNames is required"));
    }
    let mut resources = input.list("ResourceArns");
    if resources.is_empty() {
        resources.push("*");
    }
    if actions.len() * resources.len() > MOST {
        return Err(failure(QueryError::ValidationError, format!("at most {MOST} decisions can be asked for at once")));
    }
    let entries = input.entries("ContextEntries", "ContextKeyName");
    let keys = entries.iter().map(|entry| {
        let values = entry.list("ContextKeyValues").into_iter().map(str::to_owned).collect();
        let many = entry.text("ContextKeyType").is_some_and(|kind| kind.ends_with("List"));
        (entry.given("ContextKeyName").unwrap_or_default().to_owned(), values, many)
    });
    let question = Question { user, policies: input.list("PolicyInputList"), keys: keys.collect() };
    let simulated = cx.simulate(&question, &actions, &resources).await?;
    let results = simulated.into_iter().map(|decided| {
        let statements = decided.because_of.iter().map(|policy| Xml::new().text("SourcePolicyId", policy));
        Xml::new()
            .text("EvalActionName", &decided.action)
            .text("EvalResourceName", &decided.resource)
            .text("EvalDecision", decided.decision)
            .list("MatchedStatements", statements)
            .texts("MissingContextValues", &decided.missing)
    });
    Ok(Xml::new().list("EvaluationResults", results).text("IsTruncated", false))
}
