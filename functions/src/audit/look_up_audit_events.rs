//! `LookUpAuditEvents`: tells what was done, by whom, and what was refused.

use crate::inputs::page_size;
use crate::page_token;
use api::ErrorCode;
use api::own::{AuditEvent, LookUpAuditEventsInput, LookUpAuditEventsOutput};
use service::{Account, AuditLookUp, AuditRecord, Authorized, Context, Failure, Result};

/// How many events a page has when the client names no number, and at most (as `LookupEvents` of AWS `CloudTrail`).
const PAGE: usize = 50;
const MOST: usize = 50;

/// Looks events up, from the newest to the oldest.
pub(crate) async fn look_up_audit_events(
    cx: Context,
    _account: Authorized<Account>,
    input: LookUpAuditEventsInput,
) -> Result<LookUpAuditEventsOutput> {
    let size = page_size(input.max_results, PAGE, MOST)?;
    let look_up = AuditLookUp {
        principal: input.principal,
        repository: input.repository_name,
        event_name: input.event_name,
        start: input.start_time.map(Into::into),
        end: input.end_time.map(Into::into),
        errors_only: input.errors_only.unwrap_or_default(),
    };
    let listing = format!("audit events {look_up:?}");
    let before = page_token::decode(input.next_token, &listing)?;
    let page = cx.look_up_audit(look_up, before, size).await?.ok_or_else(|| {
        Failure::new(
            ErrorCode::AuditEventsNotAvailableException,
            "the service keeps its records where it cannot look itself; in AWS, query its log groups in CloudWatch Logs",
        )
    })?;
    Ok(LookUpAuditEventsOutput {
        events: Some(page.records.into_iter().map(event).collect()),
        next_token: page.next.map(|before| page_token::encode(&listing, &before)),
    })
}

fn event(record: AuditRecord) -> AuditEvent {
    AuditEvent {
        event_id: Some(record.event_id),
        event_time: record.time.map(Into::into),
        event_name: Some(record.event_name),
        principal_arn: record.principal,
        repository_name: record.repository,
        error_code: record.error_code,
        record: Some(record.json),
    }
}
