//! Commits: a transaction, or for a single put on a known version, the cheaper `PutItem`.
//!
//! A commit whose answer is lost must neither happen twice nor be told as a conflict with itself. A transaction carries a token by
//! which DynamoDB knows it again for ten minutes. A put on condition of a version needs none: a version never comes back, so
//! that the put can succeed only once; and when it fails after an answer was lost, the item that stands there tells by its
//! version whether it was this commit that put it.

use super::conditions::{Condition, condition};
use super::{DynamoTable, items, table_error};
use crate::random;
use crate::retry::{CallError, Failed, Outcome, outcome};
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    CancellationReason, ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
};
use bytes::Bytes;
use ports::{CommitError, Expect, Key, TableError, Version, Write};
use std::time::SystemTime;

/// Reasons for a cancelled transaction that say nothing of the rows.
const NOT_NOW: [&str; 3] = ["TransactionConflict", "ProvisionedThroughputExceeded", "ThrottlingError"];

const CONDITION_FAILED: &str = "ConditionalCheckFailed";

/// Makes all of `writes` happen or none; they have been checked.
pub(super) async fn commit(table: &DynamoTable, writes: &[Write]) -> Result<Version, CommitError> {
    // Drawn by lot, a version needs no counter that all commits would have to queue for. That one comes back to a row that had a
    // million versions has a chance of 1 in 10^13.
    let version = Version(u64::from_le_bytes(random().map_err(no_lot)?));
    match writes {
        [Write::Put { key, body, expires_at, expect: Expect::Version(known) }] => {
            put(table, (key, body, *expires_at), *known, version).await?;
        }
        _ => transact(table, writes, version).await?,
    }
    Ok(version)
}

async fn put(
    table: &DynamoTable,
    (key, body, expires_at): (&Key, &Bytes, Option<SystemTime>),
    known: Version,
    version: Version,
) -> Result<(), CommitError> {
    let condition = condition(Expect::Version(known), table.now());
    let put = || {
        let put = table.client.put_item().table_name(&table.name);
        let (expression, values) = condition.as_ref().map(Condition::parts).unzip();
        put.set_item(Some(items::item(key, version, body, expires_at)))
            .set_condition_expression(expression)
            .set_expression_attribute_values(values)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
    };
    let Err(failed) = table.retry.run(put).await else { return Ok(()) };
    let Some(PutItemError::ConditionalCheckFailedException(refusal)) = failed.answer() else {
        return Err(table_error(&failed, "PutItem").into());
    };
    match refusal.item().and_then(items::version_of) {
        Some(found) if found == version => Ok(()),
        // The attempt whose answer was lost may have put the row before somebody else changed it.
        _ if failed.lost_before => Err(TableError::Unavailable(failed.told("PutItem")).into()),
        _ => Err(CommitError::Conflict(vec![key.clone()])),
    }
}

async fn transact(table: &DynamoTable, writes: &[Write], version: Version) -> Result<(), CommitError> {
    let token: String = random::<16>().map_err(no_lot)?.iter().map(|byte| format!("{byte:02x}")).collect();
    // Attempts must be equal down to the time in their conditions: the token stands for the whole request.
    let now = table.now();
    let actions: Result<Vec<_>, _> = writes.iter().map(|write| action(&table.name, write, version, now)).collect();
    let actions = actions.map_err(|error| TableError::Invalid(error.to_string()))?;
    let transact = || {
        let transaction = table.client.transact_write_items().client_request_token(&token);
        transaction.set_transact_items(Some(actions.clone())).send()
    };
    let Err(failed) = table.retry.run_judging(outcome_of_transaction, transact).await else { return Ok(()) };
    Err(conflict(&failed, writes).unwrap_or_else(|| table_error(&failed, "TransactWriteItems").into()))
}

/// What an error of a transaction means. When one row's condition failed and another row was busy, the other's condition is not
/// known, and a conflict must name all rows; so that is tried again too.
fn outcome_of_transaction(error: &CallError<TransactWriteItemsError>) -> Outcome {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            let is_busy = |reason: &CancellationReason| reason.code().is_some_and(|code| NOT_NOW.contains(&code));
            if cancelled.cancellation_reasons().iter().any(is_busy) { Outcome::NotNow } else { Outcome::Final }
        }
        _ => outcome(error),
    }
}

/// The rows that a cancelled transaction names; its reasons are in the order of the writes.
fn conflict(failed: &Failed<TransactWriteItemsError>, writes: &[Write]) -> Option<CommitError> {
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = failed.answer()? else { return None };
    let reasons = cancelled.cancellation_reasons().iter();
    let other = reasons.clone().find(|reason| !matches!(reason.code(), None | Some("None" | CONDITION_FAILED)));
    if let Some(reason) = other {
        let text = format!("{} {}", reason.code().unwrap_or_default(), reason.message().unwrap_or_default());
        return Some(TableError::Invalid(text).into());
    }
    let failed = writes.iter().zip(reasons).filter(|(_, reason)| reason.code() == Some(CONDITION_FAILED));
    let keys: Vec<_> = failed.map(|(write, _)| write.key().clone()).collect();
    if keys.is_empty() { None } else { Some(CommitError::Conflict(keys)) }
}

/// A write as a part of a transaction.
fn action(table: &str, write: &Write, version: Version, now: SystemTime) -> Result<TransactWriteItem, BuildError> {
    let condition = condition(write.expect(), now);
    let (expression, values) = condition.as_ref().map(Condition::parts).unzip();
    let action = TransactWriteItem::builder();
    let action = match write {
        Write::Put { key, body, expires_at, .. } => action.put(
            Put::builder()
                .table_name(table)
                .set_item(Some(items::item(key, version, body, *expires_at)))
                .set_condition_expression(expression)
                .set_expression_attribute_values(values)
                .build()?,
        ),
        Write::Delete { key, .. } => action.delete(
            Delete::builder()
                .table_name(table)
                .set_key(Some(items::key(key)))
                .set_condition_expression(expression)
                .set_expression_attribute_values(values)
                .build()?,
        ),
        Write::Check { key, .. } => action.condition_check(
            ConditionCheck::builder()
                .table_name(table)
                .set_key(Some(items::key(key)))
                // A check of nothing: what always holds.
                .condition_expression(expression.unwrap_or_else(|| ALWAYS.to_owned()))
                .set_expression_attribute_values(values)
                .build()?,
        ),
    };
    Ok(action.build())
}

const ALWAYS: &str = "attribute_exists(pk) OR attribute_not_exists(pk)";

fn no_lot(error: getrandom::Error) -> TableError {
    TableError::Unavailable(Box::new(error))
}
