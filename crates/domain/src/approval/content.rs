//! The content of an approval rule: the JSON text that says which approvals are needed.

use super::destination::Destination;
use super::pool::PoolMember;
use super::principal::Approver;
use super::{MOST_APPROVALS, MOST_DESTINATIONS, MOST_POOL_MEMBERS};
use crate::names::RefName;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The one version of the language.
const VERSION: &str = "2018-11-08";

/// What an approval rule or an approval rule template says, with the text that said it.
///
/// ```json
/// {
///   "Version": "2018-11-08",
///   "DestinationReferences": ["refs/heads/main"],
///   "Statements": [{
///     "Type": "Approvers",
///     "NumberOfApprovalsNeeded": 2,
///     "ApprovalPoolMembers": ["CodeCommitApprovers:123456789012:ana", "arn:aws:sts::123456789012:assumed-role/Review/*"]
///   }]
/// }
/// ```
///
/// Names are case-sensitive, and unknown or repeated ones are refused: a rule that means less than was intended lets through
/// what it was to stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RuleContent {
    text: String,
    destinations: Vec<Destination>,
    statements: Vec<Statement>,
}

/// One demand of a rule; all of them must be met.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Statement {
    needed: usize,
    /// Without a pool, everybody's approval counts.
    pool: Option<Vec<PoolMember>>,
}

/// Why a text is not the content of a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the content is not that of an approval rule: {place} {rule}")]
pub struct RuleContentError {
    place: String,
    rule: String,
}

impl RuleContentError {
    fn new(place: impl Into<String>, rule: impl Into<String>) -> Self {
        Self { place: place.into(), rule: rule.into() }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Document {
    version: String,
    destination_references: Option<Vec<String>>,
    statements: Vec<StatementDocument>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct StatementDocument {
    r#type: String,
    number_of_approvals_needed: u64,
    approval_pool_members: Option<Pool>,
}

/// One member may stand without the list around it, as clients write it and read it back.
#[derive(Deserialize)]
#[serde(untagged)]
enum Pool {
    Many(Vec<String>),
    One(String),
}

impl RuleContent {
    /// Reads the content of a template, or of a rule that was made from one.
    pub fn parse(text: impl Into<String>) -> Result<Self, RuleContentError> {
        let text = text.into();
        let document: Document = serde_json::from_str(&text)
            .map_err(|error| RuleContentError::new("the JSON", format!("cannot be read: {error}")))?;
        if document.version != VERSION {
            return Err(RuleContentError::new("Version", format!("must be {VERSION}")));
        }
        let destinations = destinations(document.destination_references.unwrap_or_default())?;
        if document.statements.is_empty() {
            return Err(RuleContentError::new("Statements", "must not be empty"));
        }
        let statements = document.statements.into_iter().enumerate().map(statement).collect::<Result<_, _>>()?;
        Ok(Self { text, destinations, statements })
    }

    /// Reads the content of a rule made for one pull request, which has no destination references.
    pub fn parse_without_destinations(text: impl Into<String>) -> Result<Self, RuleContentError> {
        let content = Self::parse(text)?;
        if content.destinations.is_empty() {
            Ok(content)
        } else {
            Err(RuleContentError::new("DestinationReferences", "can be given in templates only"))
        }
    }

    /// The text as it was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The SHA-256 of the text in hexadecimal digits, by which clients tell what they want to replace.
    pub fn sha256(&self) -> String {
        Sha256::digest(self.text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether a template with this content is for pull requests into this branch.
    pub fn is_for(&self, destination: &RefName) -> bool {
        self.destinations.is_empty() || self.destinations.iter().any(|pattern| pattern.includes(destination))
    }

    /// Whether the approvals of these principals, given by ARN and each once, are enough.
    pub fn is_satisfied_by<'a>(&self, approvers: impl Iterator<Item = &'a str> + Clone) -> bool {
        self.statements.iter().all(|statement| statement.is_satisfied_by(approvers.clone()))
    }
}

impl Statement {
    fn is_satisfied_by<'a>(&self, approvers: impl Iterator<Item = &'a str>) -> bool {
        approvers.filter(|arn| self.counts(arn)).take(self.needed).count() == self.needed
    }

    fn counts(&self, arn: &str) -> bool {
        let Some(pool) = &self.pool else { return true };
        Approver::of_arn(arn).is_some_and(|approver| pool.iter().any(|member| member.includes(&approver)))
    }
}

fn destinations(given: Vec<String>) -> Result<Vec<Destination>, RuleContentError> {
    if given.len() > MOST_DESTINATIONS {
        let rule = format!("must have at most {MOST_DESTINATIONS} entries");
        return Err(RuleContentError::new("DestinationReferences", rule));
    }
    let parse = |(at, text): (usize, String)| {
        let place = format!("DestinationReferences[{at}] '{}'", text.escape_debug());
        Destination::parse(&text).map_err(|rule| RuleContentError::new(place, rule))
    };
    given.into_iter().enumerate().map(parse).collect()
}

fn statement((at, document): (usize, StatementDocument)) -> Result<Statement, RuleContentError> {
    let refuse = |member: &str, rule: String| Err(RuleContentError::new(format!("Statements[{at}].{member}"), rule));
    if document.r#type != "Approvers" {
        return refuse("Type", "must be Approvers".to_owned());
    }
    let needed = usize::try_from(document.number_of_approvals_needed).ok();
    let Some(needed) = needed.filter(|needed| (1..=MOST_APPROVALS).contains(needed)) else {
        return refuse("NumberOfApprovalsNeeded", format!("must be a number from 1 to {MOST_APPROVALS}"));
    };
    let members = match document.approval_pool_members {
        None => return Ok(Statement { needed, pool: None }),
        Some(Pool::Many(members)) => members,
        Some(Pool::One(member)) => vec![member],
    };
    if !(1..=MOST_POOL_MEMBERS).contains(&members.len()) {
        return refuse(
            "ApprovalPoolMembers",
            format!("must have 1 to {MOST_POOL_MEMBERS} entries; leave it out when everybody's approval counts"),
        );
    }
    let mut pool = Vec::with_capacity(members.len());
    for (number, member) in members.iter().enumerate() {
        match PoolMember::parse(member) {
            Ok(member) => pool.push(member),
            Err(rule) => {
                return refuse(&format!("ApprovalPoolMembers[{number}] '{}'", member.escape_debug()), rule.to_owned());
            }
        }
    }
    Ok(Statement { needed, pool: Some(pool) })
}

impl TryFrom<String> for RuleContent {
    type Error = RuleContentError;

    fn try_from(text: String) -> Result<Self, RuleContentError> {
        Self::parse(text)
    }
}

impl From<RuleContent> for String {
    fn from(content: RuleContent) -> Self {
        content.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn one_of(statement: &Value) -> String {
        json!({"Version": "2018-11-08", "Statements": [statement]}).to_string()
    }

    fn needing(number: u64) -> String {
        one_of(&json!({"Type": "Approvers", "NumberOfApprovalsNeeded": number}))
    }

    fn satisfied(content: &str, approvers: &[&str]) -> bool {
        RuleContent::parse(content).unwrap().is_satisfied_by(approvers.iter().copied())
    }

    const ANA: &str = "arn:aws:iam::123456789012:user/ana";
    const BEN: &str = "arn:aws:iam::123456789012:user/ben";
    const REVIEW: &str = "arn:aws:sts::123456789012:assumed-role/Review/cy";

    #[test]
    fn without_a_pool_everybody_counts() {
        assert!(!satisfied(&needing(2), &[ANA]));
        assert!(satisfied(&needing(2), &[ANA, REVIEW]));
        assert!(satisfied(&needing(2), &[ANA, BEN, REVIEW]));
    }

    #[test]
    fn with_a_pool_only_its_members_count() {
        let pool = json!(["CodeCommitApprovers:123456789012:ana", "arn:aws:sts::123456789012:assumed-role/Review/*"]);
        let content = one_of(&json!({"Type": "Approvers", "NumberOfApprovalsNeeded": 2, "ApprovalPoolMembers": pool}));
        assert!(!satisfied(&content, &[ANA, BEN]));
        assert!(satisfied(&content, &[ANA, REVIEW]));
        let single = one_of(&json!({"Type": "Approvers", "NumberOfApprovalsNeeded": 1, "ApprovalPoolMembers": ANA}));
        assert!(satisfied(&single, &[ANA]) && !satisfied(&single, &[BEN]));
    }

    #[test]
    fn all_statements_must_be_met() {
        let statement =
            |arn: &str| json!({"Type": "Approvers", "NumberOfApprovalsNeeded": 1, "ApprovalPoolMembers": [arn]});
        let content = json!({"Version": "2018-11-08", "Statements": [statement(ANA), statement(BEN)]}).to_string();
        assert!(!satisfied(&content, &[ANA]));
        assert!(!satisfied(&content, &[BEN]));
        assert!(satisfied(&content, &[ANA, BEN]));
    }

    #[test]
    fn the_text_is_kept_and_hashed_as_it_was_given() {
        let text = format!(" {} ", needing(1));
        let content = RuleContent::parse(text.clone()).unwrap();
        assert_eq!(content.as_str(), text);
        assert_ne!(content.sha256(), RuleContent::parse(needing(1)).unwrap().sha256());
        let stored = serde_json::to_string(&content).unwrap();
        assert_eq!(serde_json::from_str::<RuleContent>(&stored).unwrap(), content);
        // The digest of the text below, as sha256sum tells it.
        let text = r#"{"Version":"2018-11-08","Statements":[{"Type":"Approvers","NumberOfApprovalsNeeded":1}]}"#;
        let digest = RuleContent::parse(text).unwrap().sha256();
        assert_eq!(digest, "a96a11f4767097a069e7f19d502f4e06ce31bc2e09bb3d18bc17f46c18c2f566");
    }

    #[test]
    fn a_template_may_be_for_some_branches() {
        let text = r#"{"Version":"2018-11-08","DestinationReferences":["refs/heads/main","refs/heads/release/*"],
            "Statements":[{"Type":"Approvers","NumberOfApprovalsNeeded":1}]}"#;
        let template = RuleContent::parse(text).unwrap();
        let is_for = |name: &str| template.is_for(&RefName::parse(name).unwrap());
        assert!(is_for("refs/heads/main") && is_for("refs/heads/release/1"));
        assert!(!is_for("refs/heads/topic"));
        assert!(RuleContent::parse(needing(1)).unwrap().is_for(&RefName::parse("refs/heads/topic").unwrap()));
        let error = RuleContent::parse_without_destinations(text).unwrap_err();
        assert!(error.to_string().contains("in templates only"), "{error}");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let statement = |change: Value| {
            let mut statement = json!({"Type": "Approvers", "NumberOfApprovalsNeeded": 1});
            statement.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            one_of(&statement)
        };
        let with = |member: &str, value: Value| {
            let mut content: Value = serde_json::from_str(&needing(1)).unwrap();
            content[member] = value;
            content.to_string()
        };
        for (content, named) in [
            ("{Version: 2018-11-08}".to_owned(), "JSON"),
            ("[]".to_owned(), "JSON"),
            (format!("{} x", needing(1)), "trailing"),
            (with("Version", json!("2012-10-17")), "Version must be 2018-11-08"),
            (with("version", json!("2018-11-08")), "unknown field `version`"),
            (with("Statements", json!([])), "Statements must not be empty"),
            (with("Statement", json!([])), "unknown field `Statement`"),
            (with("DestinationReferences", json!("refs/heads/main")), "expected a sequence"),
            (
                with("DestinationReferences", json!(["main"])),
                "DestinationReferences[0] 'main' must begin with refs/heads/",
            ),
            (with("DestinationReferences", json!(vec!["refs/heads/main"; 101])), "at most 100"),
            (statement(json!({"Type": "approvers"})), "Statements[0].Type"),
            (statement(json!({"Effect": "Allow"})), "unknown field `Effect`"),
            (
                statement(json!({"NumberOfApprovalsNeeded": 0})),
                "NumberOfApprovalsNeeded must be a number from 1 to 200",
            ),
            (statement(json!({"NumberOfApprovalsNeeded": 201})), "from 1 to 200"),
            (statement(json!({"NumberOfApprovalsNeeded": "1"})), "expected u64"),
            (statement(json!({"NumberOfApprovalsNeeded": -1})), "expected u64"),
            (statement(json!({"NumberOfApprovalsNeeded": 1.5})), "expected u64"),
            (statement(json!({"ApprovalPoolMembers": []})), "1 to 50 entries"),
            (statement(json!({"ApprovalPoolMembers": vec![ANA; 51]})), "1 to 50 entries"),
            (statement(json!({"ApprovalPoolMembers": [ANA, "ben"]})), "Statements[0].ApprovalPoolMembers[1] 'ben'"),
            (r#"{"Version":"2018-11-08","Version":"2018-11-08","Statements":[]}"#.to_owned(), "duplicate field"),
        ] {
            let error = RuleContent::parse(content.clone()).unwrap_err().to_string();
            assert!(error.contains(named), "{content}: {error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,80}") {
            let _ = RuleContent::parse(text);
        }

        #[test]
        fn one_more_approval_never_hurts(needed in 1u64..5, approvals in 0usize..6) {
            let arns: Vec<String> = (0..=approvals).map(|n| format!("arn:aws:iam::123456789012:user/u{n}")).collect();
            let content = RuleContent::parse(needing(needed)).unwrap();
            let satisfied = |count: usize| content.is_satisfied_by(arns[..count].iter().map(String::as_str));
            prop_assert_eq!(satisfied(approvals), approvals as u64 >= needed);
            prop_assert!(!satisfied(approvals) || satisfied(approvals + 1));
        }
    }
}
