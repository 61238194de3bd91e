//! The ARN of a repository: `arn:aws:codecommit:<region>:<account>:<name>`.

use crate::account::{AccountError, AccountId, Region};
use crate::names::{NameError, RepositoryName};

/// Names a repository across accounts and regions. A rename changes it; the repository's id stays.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RepositoryArn {
    /// The region it lives in, which also tells the partition.
    pub region: Region,
    /// The account that owns it.
    pub account: AccountId,
    /// Its name.
    pub name: RepositoryName,
}

/// Why a text is not the ARN of a repository.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArnError {
    /// It does not have the six parts of a repository's ARN.
    #[error("'{0}' is no repository ARN: it must look like arn:aws:codecommit:<region>:<account>:<name>")]
    Form(String),
    /// The partition does not belong to the region.
    #[error("'{arn}' is no repository ARN: region {region} belongs to partition {}", .region.partition())]
    Partition {
        /// The text.
        arn: String,
        /// Its region.
        region: Region,
    },
    /// The region or the account is malformed.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// The name is malformed.
    #[error(transparent)]
    Name(#[from] NameError),
}

impl RepositoryArn {
    /// Reads what `Display` writes.
    pub fn parse(arn: &str) -> Result<Self, ArnError> {
        let parts: Vec<&str> = arn.split(':').collect();
        let ["arn", partition, "codecommit", region, account, name] = parts[..] else {
            return Err(ArnError::Form(arn.to_owned()));
        };
        let region = Region::parse(region)?;
        if region.partition() != partition {
            return Err(ArnError::Partition { arn: arn.to_owned(), region });
        }
        Ok(Self { region, account: AccountId::parse(account)?, name: RepositoryName::parse(name)? })
    }
}

impl std::fmt::Display for RepositoryArn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { region, account, name } = self;
        write!(f, "arn:{}:codecommit:{region}:{account}:{name}", region.partition())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_reads_as_it_is_written() {
        for text in
            ["arn:aws:codecommit:eu-west-1:012345678901:my.Repo_1", "arn:aws-cn:codecommit:cn-north-1:012345678901:a"]
        {
            assert_eq!(RepositoryArn::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for (text, form) in [
            ("", true),
            ("arn:aws:s3:::bucket", true),
            ("arn:aws:codecommit:eu-west-1:012345678901", true),
            ("arn:aws:codecommit:eu-west-1:012345678901:a:b", true),
            ("arn:aws:codecommit:eu-west-1:1:a", false),
            ("arn:aws:codecommit:eu-west-1:012345678901:a.git", false),
            ("arn:aws:codecommit:EU:012345678901:a", false),
            ("arn:aws:codecommit:cn-north-1:012345678901:a", false),
        ] {
            let error = RepositoryArn::parse(text).unwrap_err();
            assert_eq!(matches!(error, ArnError::Form(_)), form, "{text}: {error}");
        }
    }
}
