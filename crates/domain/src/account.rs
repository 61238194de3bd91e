//! Where resources live: the account and the region.

/// Why an account id or a region was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// Account ids have exactly 12 digits.
    #[error("'{0}' is no account id: it must have 12 digits")]
    AccountId(String),
    /// Regions look like `eu-west-1`.
    #[error("'{0}' is no region: it must look like eu-west-1")]
    Region(String),
}

/// The 12 digits that name an AWS account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(String);

impl AccountId {
    /// Checks the form of an account id.
    pub fn parse(id: impl Into<String>) -> Result<Self, AccountError> {
        let id = id.into();
        if id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(id))
        } else {
            Err(AccountError::AccountId(id))
        }
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for AccountId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of a region, such as `eu-west-1`. Any name of that form will do; new regions need no change here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(String);

impl Region {
    /// Checks the form of a region: parts of lower-case letters and digits, joined by hyphens, at most 32 bytes, a letter
    /// first.
    pub fn parse(region: impl Into<String>) -> Result<Self, AccountError> {
        let region = region.into();
        let good_part =
            |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        let starts_well = region.starts_with(|c: char| c.is_ascii_lowercase());
        if starts_well && region.len() <= 32 && region.split('-').all(good_part) {
            Ok(Self(region))
        } else {
            Err(AccountError::Region(region))
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The partition of AWS that the region belongs to, as it stands in ARNs.
    pub fn partition(&self) -> &'static str {
        if self.0.starts_with("cn-") {
            "aws-cn"
        } else if self.0.starts_with("us-gov-") {
            "aws-us-gov"
        } else {
            "aws"
        }
    }
}

impl std::fmt::Display for Region {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_id_has_twelve_digits() {
        assert_eq!(AccountId::parse("012345678901").unwrap().as_str(), "012345678901");
        for wrong in ["", "12345678901", "1234567890123", "12345678901a", "１２３４"] {
            assert_eq!(AccountId::parse(wrong), Err(AccountError::AccountId(wrong.into())));
        }
    }

    #[test]
    fn a_region_looks_like_eu_west_1() {
        for good in ["eu-west-1", "us-gov-east-1", "local"] {
            assert_eq!(Region::parse(good).unwrap().as_str(), good);
        }
        for wrong in
            ["", "-", "EU-WEST-1", "eu--1", "eu-", "1-eu", "eu west 1", "eu/1", "a-region-name-of-more-than-32-bytes"]
        {
            assert_eq!(Region::parse(wrong), Err(AccountError::Region(wrong.into())));
        }
    }

    #[test]
    fn the_region_tells_the_partition() {
        assert_eq!(Region::parse("cn-north-1").unwrap().partition(), "aws-cn");
        assert_eq!(Region::parse("us-gov-west-1").unwrap().partition(), "aws-us-gov");
        assert_eq!(Region::parse("eu-central-1").unwrap().partition(), "aws");
    }
}
