//! What DynamoDB Streams deliver: the changes of a [`DynamoTable`](crate::DynamoTable), as a Lambda function receives them.
//!
//! ```json
//! {"Records": [{"eventName": "MODIFY", "dynamodb": {"Keys": {…}, "NewImage": {…}, "SequenceNumber": "11170…"}}]}
//! ```

use crate::table::items;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ports::{Change, Key, Row, TableError, Version};
use serde::Deserialize;
use std::collections::HashMap;

/// A batch of records, oldest first for each row.
#[derive(Debug, Deserialize)]
pub struct StreamEvent {
    /// The records.
    #[serde(rename = "Records")]
    pub records: Vec<StreamRecord>,
}

/// One change of one item.
#[derive(Debug, Deserialize)]
pub struct StreamRecord {
    #[serde(rename = "eventName")]
    event_name: String,
    dynamodb: Images,
}

#[derive(Debug, Deserialize)]
struct Images {
    #[serde(rename = "Keys")]
    keys: Item,
    #[serde(rename = "NewImage")]
    new_image: Option<Item>,
    #[serde(rename = "SequenceNumber")]
    sequence_number: String,
}

type Item = HashMap<String, Attribute>;

/// An attribute's value in DynamoDB's JSON; other types are of no interest.
#[derive(Debug, Deserialize)]
struct Attribute {
    #[serde(rename = "S")]
    text: Option<String>,
    #[serde(rename = "N")]
    number: Option<String>,
    #[serde(rename = "B")]
    base64: Option<String>,
}

impl StreamRecord {
    /// What names the record in the stream, also in a consumer's answer about the records that it could not deal with.
    pub fn sequence(&self) -> &str {
        &self.dynamodb.sequence_number
    }

    /// The change that the record tells of. The removal of an expired row is a deletion like any other.
    ///
    /// # Errors
    /// [`TableError::Damaged`] when the item is not one that the adapter wrote, or the stream leaves out new images.
    pub fn change(&self) -> Result<Change<String>, TableError> {
        let Images { keys, new_image, sequence_number } = &self.dynamodb;
        let key = Key { partition: text(keys, items::PARTITION)?, sort: text(keys, items::SORT)? };
        let row = match new_image {
            _ if self.event_name == "REMOVE" => None,
            Some(image) => Some(row(key.clone(), image)?),
            None => return Err(TableError::Damaged(format!("the stream does not carry row {key} as it is now"))),
        };
        Ok(Change { sequence: sequence_number.clone(), key, row })
    }
}

fn row(key: Key, image: &Item) -> Result<Row, TableError> {
    let damaged = |name: &str| TableError::Damaged(format!("the stream carries row {key} without a good '{name}'"));
    let version = number(image, items::VERSION)?.ok_or_else(|| damaged(items::VERSION))?;
    let expires_at = items::end(number(image, items::EXPIRES_AT)?);
    let body = image.get(items::BODY).and_then(|body| body.base64.as_ref()).ok_or_else(|| damaged(items::BODY))?;
    let body = STANDARD.decode(body).map_err(|_| damaged(items::BODY))?.into();
    Ok(Row { key, version: Version(version), body, expires_at })
}

fn text(item: &Item, name: &str) -> Result<String, TableError> {
    let text = item.get(name).and_then(|value| value.text.clone());
    text.ok_or_else(|| TableError::Damaged(format!("the stream carries an item without a text '{name}'")))
}

fn number(item: &Item, name: &str) -> Result<Option<u64>, TableError> {
    let Some(value) = item.get(name) else { return Ok(None) };
    let number = value.number.as_ref().and_then(|number| number.parse().ok());
    number
        .map(Some)
        .ok_or_else(|| TableError::Damaged(format!("the stream carries an item whose '{name}' is no number")))
}
