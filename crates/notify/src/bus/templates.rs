//! What happens to approval rule templates.

use super::{TEMPLATE, Told, date};
use domain::{ApprovalRuleTemplateState, Event};
use serde_json::{Map, Value, json};

pub(super) fn told(event: &Event, name: &'static str, template: &ApprovalRuleTemplateState) -> Told {
    let repositories: Map<String, Value> = event
        .repository
        .iter()
        .map(|repository| (repository.name.to_string(), Value::from(repository.id.to_string())))
        .collect();
    let detail = json!({
        "approvalRuleTemplateContentSha256": template.content_sha256,
        "approvalRuleTemplateId": template.id,
        "approvalRuleTemplateName": template.name,
        "creationDate": date(template.created),
        "lastModifiedDate": date(event.time),
        "repositories": repositories,
    });
    Told::new(TEMPLATE, name, detail)
}
