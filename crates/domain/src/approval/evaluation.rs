//! Whether the approval rules of a pull request are satisfied.

use super::content::RuleContent;
use crate::names::ApprovalRuleName;
use std::collections::BTreeSet;

/// What became of the rules of a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// The rules whose demands are met, in the order they were given.
    pub satisfied: Vec<ApprovalRuleName>,
    /// The other rules, in the order they were given.
    pub not_satisfied: Vec<ApprovalRuleName>,
    /// Whether somebody set the rules aside.
    pub overridden: bool,
}

impl Evaluation {
    /// Whether the pull request may be merged as far as approvals go: all rules are satisfied (none at all are, too), or they
    /// are set aside.
    pub fn is_approved(&self) -> bool {
        self.overridden || self.not_satisfied.is_empty()
    }
}

/// Holds the rules against the approvals that were given to the current revision. The author's own approval never counts.
pub fn evaluate<'a>(
    rules: impl IntoIterator<Item = (&'a ApprovalRuleName, &'a RuleContent)>,
    approvers: &BTreeSet<String>,
    author: &str,
    overridden: bool,
) -> Evaluation {
    let approvers = approvers.iter().map(String::as_str).filter(|arn| *arn != author);
    let mut evaluation = Evaluation { satisfied: Vec::new(), not_satisfied: Vec::new(), overridden };
    for (name, content) in rules {
        let satisfied = content.is_satisfied_by(approvers.clone());
        let names = if satisfied { &mut evaluation.satisfied } else { &mut evaluation.not_satisfied };
        names.push(name.clone());
    }
    evaluation
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rule(name: &str, needed: usize, pool: &[&str]) -> (ApprovalRuleName, RuleContent) {
        let mut statement = serde_json::json!({"Type": "Approvers", "NumberOfApprovalsNeeded": needed});
        if !pool.is_empty() {
            statement["ApprovalPoolMembers"] = pool.into();
        }
        let content = serde_json::json!({"Version": "2018-11-08", "Statements": [statement]});
        (ApprovalRuleName::parse(name).unwrap(), RuleContent::parse(content.to_string()).unwrap())
    }

    fn user(name: &str) -> String {
        format!("arn:aws:iam::123456789012:user/{name}")
    }

    fn evaluated(rules: &[(ApprovalRuleName, RuleContent)], approvers: &[&str], overridden: bool) -> Evaluation {
        let approvers = approvers.iter().map(|name| user(name)).collect();
        evaluate(rules.iter().map(|(name, content)| (name, content)), &approvers, &user("ana"), overridden)
    }

    #[test]
    fn each_rule_is_judged_by_itself() {
        let rules = [rule("two", 2, &[]), rule("ben", 1, &["CodeCommitApprovers:123456789012:ben"])];
        let evaluation = evaluated(&rules, &["ben"], false);
        assert_eq!(evaluation.satisfied, [rules[1].0.clone()]);
        assert_eq!(evaluation.not_satisfied, [rules[0].0.clone()]);
        assert!(!evaluation.is_approved());
        assert!(evaluated(&rules, &["ben", "cy"], false).is_approved());
    }

    #[test]
    fn the_author_does_not_count() {
        let rules = [rule("one", 1, &[])];
        assert!(!evaluated(&rules, &["ana"], false).is_approved());
        assert!(evaluated(&rules, &["ana", "ben"], false).is_approved());
    }

    #[test]
    fn no_rules_are_satisfied_rules() {
        assert!(evaluated(&[], &[], false).is_approved());
    }

    #[test]
    fn an_override_approves_and_hides_nothing() {
        let rules = [rule("one", 1, &[])];
        let evaluation = evaluated(&rules, &[], true);
        assert!(evaluation.is_approved() && evaluation.overridden);
        assert_eq!(evaluation.not_satisfied, [rules[0].0.clone()]);
    }

    proptest! {
        #[test]
        fn approved_means_that_every_rule_has_enough_approvals_of_others(
            needed in proptest::collection::vec(1usize..4, 0..5),
            approvers in proptest::collection::btree_set(0usize..6, 0..6),
            author in 0usize..6,
        ) {
            let rules: Vec<_> = needed.iter().enumerate().map(|(n, needed)| rule(&format!("r{n}"), *needed, &[])).collect();
            let arns = approvers.iter().map(|n| user(&n.to_string())).collect();
            let rules = rules.iter().map(|(name, content)| (name, content));
            let evaluation = evaluate(rules, &arns, &user(&author.to_string()), false);
            let others = approvers.iter().filter(|n| **n != author).count();
            prop_assert_eq!(evaluation.is_approved(), needed.iter().all(|needed| others >= *needed));
            prop_assert_eq!(evaluation.satisfied.len() + evaluation.not_satisfied.len(), needed.len());
        }
    }
}
