//! What is known of a request besides action and resource: the condition keys with their values.

use std::collections::BTreeMap;

/// The value of a condition key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContextValue {
    /// A key that has one value.
    One(String),
    /// A key that may have several values, such as `aws:TagKeys`.
    Many(Vec<String>),
}

/// Condition keys and their values. The case of letters in a key makes no difference; a key without a value is not there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestContext {
    values: BTreeMap<String, ContextValue>,
}

impl RequestContext {
    /// Nothing is known.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a key that has one value.
    pub fn set(&mut self, key: &str, value: impl Into<String>) {
        self.values.insert(key.to_lowercase(), ContextValue::One(value.into()));
    }

    /// Sets a key that may have several values; without any, it is not there.
    pub fn set_many(&mut self, key: &str, values: Vec<String>) {
        if values.is_empty() {
            self.values.remove(&key.to_lowercase());
        } else {
            self.values.insert(key.to_lowercase(), ContextValue::Many(values));
        }
    }

    /// Whether a key, which is in lower case, has a value.
    pub fn knows(&self, key: &str) -> bool {
        self.values.contains_key(key)
    }

    /// The value of a key, which is in lower case.
    pub(super) fn get(&self, key: &str) -> Option<&ContextValue> {
        self.values.get(key)
    }
}
