//! `ListApprovalRuleTemplates`: lists the templates of the account by name.

use super::wire::page_size;
use crate::page_token;
use api::{ListApprovalRuleTemplatesInput, ListApprovalRuleTemplatesOutput};
use domain::ApprovalRuleTemplateName;
use service::{Account, Authorized, Context, Result};

/// What a page token is of.
const LISTING: &str = "approval rule templates";

/// Lists the templates.
pub(crate) async fn list_approval_rule_templates(
    cx: Context,
    _account: Authorized<Account>,
    input: ListApprovalRuleTemplatesInput,
) -> Result<ListApprovalRuleTemplatesOutput> {
    let size = page_size(input.max_results)?;
    let after = page_token::decode(input.next_token, LISTING)?;
    let after = after.and_then(|name| ApprovalRuleTemplateName::parse(name).ok());
    let page = cx.store.list_approval_rule_templates(after.as_ref(), size).await?;
    Ok(ListApprovalRuleTemplatesOutput {
        approval_rule_template_names: Some(page.names.iter().map(ToString::to_string).collect()),
        next_token: page.next.map(|after| page_token::encode(LISTING, after.as_str())),
    })
}
