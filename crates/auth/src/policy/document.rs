//! Policy documents as a whole.

use super::error::PolicyError;
use super::json::Json;
use super::statement::Statement;
use std::collections::BTreeSet;

/// The most characters of a document, without white space (AWS IAM quotas, managed policies).
pub const MOST_CHARACTERS: usize = 6_144;

/// A policy, ready to be evaluated.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    pub(super) statements: Vec<Statement>,
}

impl Policy {
    /// Reads a document. Whatever is not just as it must be is refused, with a message that says where.
    pub fn parse(document: &str) -> Result<Self, PolicyError> {
        let characters = document.chars().filter(|letter| !letter.is_whitespace()).count();
        if characters > MOST_CHARACTERS {
            let why = format!("it has {characters} characters without white space; {MOST_CHARACTERS} are possible");
            return Err(PolicyError::new("", why));
        }
        let json = Json::parse(document)?;
        let (mut variables, mut statements) = (false, None);
        for (name, value) in json.members("")? {
            match name.as_str() {
                "Version" => match value.text("Version")? {
                    "2012-10-17" => variables = true,
                    "2008-10-17" => {}
                    _ => {
                        return Err(PolicyError::new("Version", "it is 2012-10-17 (or 2008-10-17, without variables)"));
                    }
                },
                "Id" => _ = value.text("Id")?,
                "Statement" => statements = Some(value),
                _ => return Err(PolicyError::new("", format!("there is no element '{}'", name.escape_debug()))),
            }
        }
        let statements = statements.ok_or_else(|| PolicyError::new("", "Statement is missing"))?;
        let statements = statements.one_or_more("Statement")?.iter().enumerate();
        let parse = |(number, json)| Statement::parse(json, variables, &format!("Statement[{number}]"));
        let statements: Vec<Statement> = statements.map(parse).collect::<Result<_, _>>()?;
        for (number, statement) in statements.iter().enumerate() {
            let sid = statement.sid.as_ref().filter(|sid| !sid.is_empty());
            if sid.is_some() && statements[..number].iter().any(|earlier| earlier.sid.as_ref() == sid) {
                let place = format!("Statement[{number}].Sid");
                return Err(PolicyError::new(&place, "another statement has the same Sid"));
            }
        }
        Ok(Self { statements })
    }

    /// The condition keys that the policy asks for, in lower case: in conditions and as variables without a default.
    pub fn keys(&self) -> BTreeSet<String> {
        self.statements.iter().flat_map(Statement::keys).map(str::to_owned).collect()
    }
}
