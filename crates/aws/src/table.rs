//! The port `Table` on one DynamoDB table.
//!
//! The table has the partition key `pk` and the sort key `sk` (both strings), the attribute `expires_at` for time to live, and,
//! where its changes are consumed, a stream of new images. A row is one item: `body` (binary), `version` (number) and, when it
//! ends, `expires_at` (number, seconds since 1970).

mod commits;
mod conditions;
pub(crate) mod items;
mod ranges;

use crate::connection::{Connection, Service};
use crate::retry::{Failed, Retry};
use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use ports::clock::Clock;
use ports::table::{check_key, check_scan, check_writes};
use ports::{CommitError, Key, Page, Row, Scan, Table, TableError, Version, Write};
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// For how long a call is tried, unless told otherwise.
const PATIENCE: Duration = Duration::from_secs(8);

/// Rows in a DynamoDB table.
pub struct DynamoTable {
    client: Client,
    name: String,
    clock: Arc<dyn Clock>,
    retry: Retry,
}

impl DynamoTable {
    /// The table `name`, which must exist. Rows expire by `clock`.
    pub fn new(connection: &Connection, name: impl Into<String>, clock: Arc<dyn Clock>) -> Self {
        let client = Client::new(&connection.config(Service::DynamoDb));
        Self { client, name: name.into(), clock, retry: Retry { within: PATIENCE } }
    }

    /// The same table; a call that fails is tried again for so long.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { retry: Retry { within: patience }, ..self }
    }

    fn now(&self) -> SystemTime {
        self.clock.now()
    }
}

#[async_trait]
impl Table for DynamoTable {
    async fn get(&self, key: &Key) -> Result<Option<Row>, TableError> {
        check_key(key)?;
        let get = || {
            let get = self.client.get_item().table_name(&self.name).set_key(Some(items::key(key)));
            get.consistent_read(true).send()
        };
        let answer = self.retry.run(get).await.map_err(|failed| table_error(&failed, "GetItem"))?;
        let row = answer.item.map(items::row).transpose()?;
        Ok(row.filter(|row| !row.has_expired(self.now())))
    }

    async fn scan(&self, scan: &Scan) -> Result<Page, TableError> {
        check_scan(scan)?;
        let Some(reach) = ranges::reach(scan) else { return Ok(Page::default()) };
        // One more than asked for tells whether more follow, and saves the question whether they do.
        let limit = i32::try_from(scan.limit).unwrap_or(i32::MAX).checked_add(1);
        let query = || {
            self.client
                .query()
                .table_name(&self.name)
                .consistent_read(true)
                .key_condition_expression(reach.condition)
                .set_expression_attribute_values(Some(reach.values(&scan.partition)))
                .set_exclusive_start_key(reach.after.map(|after| items::key_of(&scan.partition, after)))
                .set_limit(limit)
                .scan_index_forward(!scan.reverse)
                .send()
        };
        let answer = self.retry.run(query).await.map_err(|failed| table_error(&failed, "Query"))?;
        let now = self.now();
        let mut rows = Vec::new();
        for item in answer.items.unwrap_or_default() {
            let row = items::row(item)?;
            if !row.has_expired(now) {
                rows.push(row);
            }
        }
        let next = if rows.len() > scan.limit {
            rows.truncate(scan.limit);
            rows.last().map(|row| row.key.sort.clone())
        } else {
            answer.last_evaluated_key.map(items::sort).transpose()?
        };
        Ok(Page { rows, next })
    }

    async fn commit(&self, writes: Vec<Write>) -> Result<Version, CommitError> {
        check_writes(&writes)?;
        commits::commit(self, &writes).await
    }
}

/// The seconds since 1970, as items keep times.
fn seconds(time: SystemTime) -> AttributeValue {
    AttributeValue::N(time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs().to_string())
}

/// The port's error for a call that failed.
fn table_error<E>(failed: &Failed<E>, call: &'static str) -> TableError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match failed.code() {
        "ValidationException" => TableError::Invalid(failed.told(call).to_string()),
        _ => TableError::Unavailable(failed.told(call)),
    }
}
