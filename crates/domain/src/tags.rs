//! Resource tags: keys with values, by which people group and find resources, and policies tell them apart.
//!
//! The rules are the AWS user guide's ("Quotas", repository tag keys and values).

/// The most tags a resource may have.
pub const MOST_TAGS: usize = 50;

/// The most characters of a key.
const MOST_KEY_CHARACTERS: usize = 128;

/// The most characters of a value.
const MOST_VALUE_CHARACTERS: usize = 256;

/// Why a key or a value of a tag was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TagError {
    /// Keys that begin so belong to AWS, in whatever case they are written.
    #[error("'{0}' is reserved: tag keys that begin with 'aws:' cannot be set or removed")]
    System(String),
    /// It is too long, or empty where it may not be.
    #[error("a tag's key has 1 to {MOST_KEY_CHARACTERS} characters, its value at most {MOST_VALUE_CHARACTERS}")]
    Length,
    /// It has a character that tags cannot have, or a space at its end.
    #[error("'{}' is no tag: letters, digits, spaces and + - = . _ : / @ are possible, without a space at the end", .0.escape_debug())]
    Characters(String),
}

/// Checks the key of a tag.
pub fn check_key(key: &str) -> Result<(), TagError> {
    if !(1..=MOST_KEY_CHARACTERS).contains(&key.chars().count()) {
        return Err(TagError::Length);
    }
    if key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:")) {
        return Err(TagError::System(key.to_owned()));
    }
    check_characters(key)
}

/// Checks the value of a tag; it may be empty.
pub fn check_value(value: &str) -> Result<(), TagError> {
    if value.chars().count() > MOST_VALUE_CHARACTERS {
        return Err(TagError::Length);
    }
    check_characters(value)
}

fn check_characters(text: &str) -> Result<(), TagError> {
    let possible = |c: char| c.is_alphanumeric() || " +-=._:/@".contains(c);
    if text.chars().all(possible) && !text.ends_with(' ') { Ok(()) } else { Err(TagError::Characters(text.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values_have_a_length_and_characters() {
        for good in ["team", "Cost Center", "a+b-c=d.e_f:g/h@i", "größe", "1", &"k".repeat(128)] {
            assert_eq!(check_key(good), Ok(()));
            assert_eq!(check_value(good), Ok(()));
        }
        assert_eq!(check_key(""), Err(TagError::Length));
        assert_eq!(check_key(&"k".repeat(129)), Err(TagError::Length));
        assert_eq!(check_value(""), Ok(()));
        assert_eq!(check_value(&"ü".repeat(256)), Ok(()));
        assert_eq!(check_value(&"v".repeat(257)), Err(TagError::Length));
        for wrong in ["a,b", "a\n", "ends ", " ", "{x}", "🚢"] {
            assert_eq!(check_key(wrong), Err(TagError::Characters(wrong.into())));
            assert_eq!(check_value(wrong), Err(TagError::Characters(wrong.into())));
        }
    }

    #[test]
    fn keys_of_aws_itself_are_reserved() {
        for reserved in ["aws:team", "AWS:x", "aWs:"] {
            assert_eq!(check_key(reserved), Err(TagError::System(reserved.into())));
        }
        assert_eq!(check_key("awsome"), Ok(()));
        assert_eq!(check_value("aws:x"), Ok(()));
    }
}
