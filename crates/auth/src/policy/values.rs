//! Values of conditions: read when the policy is written, compared with what a request says.

use super::context::RequestContext;
use super::error::PolicyError;
use super::resource::ResourcePattern;
use super::template::{Syntax, Template};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::cmp::Ordering;
use std::net::IpAddr;

/// What kind of values an operator compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Texts, letter by letter.
    Text,
    /// Texts, whatever the case of their letters.
    FoldedText,
    /// Texts with patterns.
    Like,
    /// Numbers, in this relation.
    Number(Relation),
    /// Times, in this relation.
    Date(Relation),
    /// `true` and `false`.
    Bool,
    /// Bytes in base64.
    Binary,
    /// Addresses in a network.
    Ip,
    /// ARNs with patterns.
    Arn,
}

/// How the request's value relates to the policy's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Relation {
    fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

/// A value that a condition asks for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(Template),
    FoldedText(Template),
    Number(Relation, f64),
    Date(Relation, Timestamp),
    Bool(bool),
    Binary(Vec<u8>),
    Network { address: u128, mask: u128 },
    Arn(ResourcePattern),
}

impl Value {
    /// Reads a value of a kind. Variables are possible in texts and ARNs only, as in AWS.
    pub(super) fn parse(kind: Kind, text: &str, variables: bool, place: &str) -> Result<Self, PolicyError> {
        let wrong = |what: &str| PolicyError::new(place, format!("'{}' is not {what}", text.escape_debug()));
        let template = |patterns| Template::parse(text, Syntax { patterns, variables }, place);
        Ok(match kind {
            Kind::Text => Self::Text(template(false)?),
            Kind::FoldedText => Self::FoldedText(template(false)?),
            Kind::Like => Self::Text(template(true)?),
            Kind::Number(relation) => Self::Number(relation, number(text).ok_or_else(|| wrong("a number"))?),
            Kind::Date(relation) => {
                Self::Date(relation, date(text).ok_or_else(|| wrong("a date such as 2026-01-31T12:00:00Z"))?)
            }
            Kind::Bool => Self::Bool(boolean(text).ok_or_else(|| wrong("true or false"))?),
            Kind::Binary => Self::Binary(STANDARD.decode(text).map_err(|_| wrong("base64"))?),
            Kind::Ip => {
                let (address, mask) = network(text).ok_or_else(|| wrong("an address or network such as 10.0.0.0/8"))?;
                Self::Network { address, mask }
            }
            Kind::Arn => Self::Arn(ResourcePattern::parse(text, variables, place)?),
        })
    }

    /// The keys of its variables that have no default.
    pub(super) fn variables(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        match self {
            Self::Text(template) | Self::FoldedText(template) => Box::new(template.variables()),
            Self::Arn(pattern) => Box::new(pattern.variables()),
            _ => Box::new(std::iter::empty()),
        }
    }

    /// Whether what the request says is what is asked for. What cannot be compared is not.
    pub(super) fn is_met_by(&self, found: &str, context: &RequestContext) -> bool {
        match self {
            Self::Text(wanted) => wanted.matches(found, context).unwrap_or(false),
            Self::FoldedText(wanted) => {
                wanted.text(context).is_some_and(|wanted| wanted.to_lowercase() == found.to_lowercase())
            }
            Self::Number(relation, wanted) => {
                number(found).and_then(|found| found.partial_cmp(wanted)).is_some_and(|found| relation.holds(found))
            }
            Self::Date(relation, wanted) => date(found).is_some_and(|found| relation.holds(found.cmp(wanted))),
            Self::Bool(wanted) => boolean(found) == Some(*wanted),
            Self::Binary(wanted) => STANDARD.decode(found).is_ok_and(|found| found == *wanted),
            Self::Network { address, mask } => found.parse().is_ok_and(|found: IpAddr| bits(found) & mask == *address),
            Self::Arn(wanted) => wanted.matches(found, context).unwrap_or(false),
        }
    }
}

fn number(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E'));
    text.parse().ok().filter(|number: &f64| plain && number.is_finite())
}

fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") { Some(true) } else { text.eq_ignore_ascii_case("false").then_some(false) }
}

/// A time in ISO 8601, a day (its first moment in UTC), or seconds since 1970.
fn date(text: &str) -> Option<Timestamp> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Timestamp::from_second(text.parse().ok()?).ok();
    }
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    let day: Date = Some(text).filter(|text| text.len() == "2026-01-31".len())?.parse().ok()?;
    TimeZone::UTC.to_timestamp(day.to_datetime(jiff::civil::Time::midnight())).ok()
}

/// An address as 128 bits: IPv4 ones as IPv6 maps them, so that one and the same address is equal in both forms.
fn bits(address: IpAddr) -> u128 {
    let address = match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    };
    u128::from(address)
}

/// A network's address and mask. Bits behind the mask make no difference, as in AWS.
fn network(text: &str) -> Option<(u128, u128)> {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let own_bits = if address.is_ipv4() { 32 } else { 128 };
    let length = match length {
        None => own_bits,
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok()?,
        Some(_) => return None,
    };
    let fixed = 128 - own_bits + Some(length).filter(|length| *length <= own_bits)?;
    let mask = u128::MAX.checked_shl(128 - fixed).unwrap_or(0);
    Some((bits(address) & mask, mask))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_have_addresses_and_masks() {
        let inside = |network_text: &str, address: &str| {
            let (network, mask) = network(network_text).unwrap();
            bits(address.parse().unwrap()) & mask == network
        };
        for (network, address) in [
            ("10.0.0.0/8", "10.255.1.2"),
            ("10.1.2.3/8", "10.9.9.9"),
            ("10.1.2.3", "10.1.2.3"),
            ("10.1.2.3", "::ffff:10.1.2.3"),
            ("0.0.0.0/0", "1.2.3.4"),
            ("2001:db8::/32", "2001:db8:1::1"),
            ("::/0", "10.0.0.1"),
        ] {
            assert!(inside(network, address), "{network} {address}");
        }
        for (network, address) in [("10.0.0.0/8", "11.0.0.1"), ("0.0.0.0/0", "2001:db8::1"), ("10.1.2.3", "10.1.2.4")] {
            assert!(!inside(network, address), "{network} {address}");
        }
        for wrong in
            ["", "10.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/+8", "2001:db8::/129", "host/8", "10.0.0.0/999"]
        {
            assert!(network(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn dates_have_three_forms() {
        let noon = date("2026-01-31T12:00:00Z").unwrap();
        assert_eq!(date("2026-01-31T13:00:00+01:00"), Some(noon));
        assert_eq!(date(&noon.as_second().to_string()), Some(noon));
        assert_eq!(date("2026-01-31"), date("2026-01-31T00:00:00Z"));
        for wrong in ["", "today", "2026-13-01", "2026-01-31T12:00", "31.1.2026"] {
            assert_eq!(date(wrong), None, "{wrong}");
        }
    }
}
