//! What a write expects, as a DynamoDB condition. A row that has ended counts as absent, although its item may still be there.

use super::items::{self, Item};
use super::seconds;
use ports::Expect;
use std::collections::HashMap;
use std::time::SystemTime;

/// A condition on the item as it stands.
pub(super) struct Condition {
    expression: &'static str,
    values: Item,
}

impl Condition {
    /// The expression, and the values that it names.
    pub(super) fn parts(&self) -> (String, Item) {
        (self.expression.to_owned(), self.values.clone())
    }
}

/// The condition that `expect` holds at the time `now`; `None` when nothing is expected.
pub(super) fn condition(expect: Expect, now: SystemTime) -> Option<Condition> {
    let expression = match expect {
        Expect::Anything => return None,
        Expect::Absent => "attribute_not_exists(pk) OR expires_at <= :now",
        Expect::Present => "attribute_exists(pk) AND (attribute_not_exists(expires_at) OR expires_at > :now)",
        Expect::Version(_) => "version = :version AND (attribute_not_exists(expires_at) OR expires_at > :now)",
    };
    let mut values = HashMap::from([(":now".to_owned(), seconds(now))]);
    if let Expect::Version(version) = expect {
        values.insert(":version".to_owned(), items::version(version));
    }
    Some(Condition { expression, values })
}
