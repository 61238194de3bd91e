//! The names of approval rules and of approval rule templates.

use super::{NameError, NameKind, name_as_text};
use serde::{Deserialize, Serialize};

/// The name of an approval rule, unique within its pull request: 1 to 100 characters, none of them a control character.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ApprovalRuleName(String);

/// The name of an approval rule template, unique within the account: 1 to 100 characters, none of them a control character.
/// The rules that are made from the template are called the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ApprovalRuleTemplateName(String);

name_as_text!(ApprovalRuleName);
name_as_text!(ApprovalRuleTemplateName);

impl ApprovalRuleName {
    /// Checks a name against the rules.
    pub fn parse(name: impl Into<String>) -> Result<Self, NameError> {
        checked(name.into(), NameKind::ApprovalRule).map(Self)
    }
}

impl ApprovalRuleTemplateName {
    /// Checks a name against the rules.
    pub fn parse(name: impl Into<String>) -> Result<Self, NameError> {
        checked(name.into(), NameKind::ApprovalRuleTemplate).map(Self)
    }

    /// The name of the rules that are made from the template.
    pub fn rule_name(&self) -> ApprovalRuleName {
        ApprovalRuleName(self.0.clone())
    }
}

fn checked(name: String, kind: NameKind) -> Result<String, NameError> {
    let rule = if !(1..=100).contains(&name.chars().count()) {
        "it must have 1 to 100 characters"
    } else if name.chars().any(char::is_control) {
        "it must not contain control characters"
    } else {
        return Ok(name);
    };
    Err(NameError { kind, name, rule })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_be_sentences() {
        for good in ["x", "Require two approved approvers", "2-approver-rule-for-main ", &"\u{fc}".repeat(100)] {
            assert_eq!(ApprovalRuleName::parse(good).unwrap().as_str(), good);
            assert_eq!(ApprovalRuleTemplateName::parse(good).unwrap().rule_name().as_str(), good);
        }
    }

    #[test]
    fn empty_long_and_unprintable_names_are_refused() {
        for wrong in ["", &"x".repeat(101), "a\nb", "a\0", "\u{85}"] {
            assert!(ApprovalRuleName::parse(wrong).unwrap_err().to_string().contains("approval rule name"), "{wrong}");
            assert!(ApprovalRuleTemplateName::parse(wrong).is_err(), "{wrong}");
        }
    }
}
