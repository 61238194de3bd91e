//! An event bus of `EventBridge`, by its ARN.

use super::destination::is_name;
use crate::account::{AccountId, Region};

/// Where every event goes: `arn:aws:events:<region>:<account>:event-bus/<name>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EventBus(String);

impl EventBus {
    /// Reads an ARN; `None` for a text that is no ARN of an event bus.
    pub fn parse(arn: impl Into<String>) -> Option<Self> {
        let text = arn.into();
        let parts: Vec<&str> = text.split(':').collect();
        let ["arn", partition, "events", region, account, resource] = parts[..] else { return None };
        let region = Region::parse(region).ok()?;
        AccountId::parse(account).ok()?;
        let name = resource.strip_prefix("event-bus/")?;
        (region.partition() == partition && is_name(name, 256)).then_some(Self(text))
    }

    /// The ARN.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bus_is_known_by_its_arn() {
        let arn = "arn:aws:events:eu-west-1:123456789012:event-bus/default";
        assert_eq!(EventBus::parse(arn).unwrap().as_str(), arn);
        for wrong in [
            "",
            "default",
            "arn:aws:sns:eu-west-1:123456789012:default",
            "arn:aws:events:eu-west-1:123456789012:rule/default",
            "arn:aws:events:eu-west-1:123456789012:event-bus/",
            "arn:aws:events:cn-north-1:123456789012:event-bus/default",
        ] {
            assert_eq!(EventBus::parse(wrong), None, "{wrong}");
        }
    }
}
