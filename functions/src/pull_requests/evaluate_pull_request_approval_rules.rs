//! `EvaluatePullRequestApprovalRules`: tells whether a pull request may be merged as far as approvals go.

use super::approval::{failure, revision_id};
use api::{EvaluatePullRequestApprovalRulesInput, EvaluatePullRequestApprovalRulesOutput, Evaluation};
use domain::ApprovalRuleName;
use service::{Authorized, Context, Result};
use store::{ApprovalError, PullRequest};

/// Holds the rules against the approvals of the current revision, as a merge does.
pub(crate) async fn evaluate_pull_request_approval_rules(
    _cx: Context,
    pull_request: Authorized<PullRequest>,
    input: EvaluatePullRequestApprovalRulesInput,
) -> Result<EvaluatePullRequestApprovalRulesOutput> {
    let revision = revision_id(input.revision_id)?;
    if revision != *pull_request.revision() {
        let current = pull_request.revision().clone();
        return Err(failure(pull_request.id(), ApprovalError::OtherRevision(current)));
    }
    let evaluation = pull_request.evaluate_approval_rules().await?;
    let names = |rules: &[ApprovalRuleName]| Some(rules.iter().map(ToString::to_string).collect());
    Ok(EvaluatePullRequestApprovalRulesOutput {
        evaluation: Some(Evaluation {
            approved: Some(evaluation.is_approved()),
            overridden: Some(evaluation.overridden),
            approval_rules_satisfied: names(&evaluation.satisfied),
            approval_rules_not_satisfied: names(&evaluation.not_satisfied),
        }),
    })
}
