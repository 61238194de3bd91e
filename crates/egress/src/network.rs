//! A network of addresses, as an operator writes it.

use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// Some addresses: `10.1.0.0/16`, `fd00::/8`, or one of them, `127.0.0.1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    /// As addresses of version 6, as which those of version 4 are written too.
    first: u128,
    length: u32,
}

/// A text that is no network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkError(String);

impl std::fmt::Display for NetworkError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "'{}' is no network: it must look like 10.1.0.0/16, fd00::/8 or 127.0.0.1", self.0.escape_debug())
    }
}

impl std::error::Error for NetworkError {}

impl Network {
    /// Whether the address is one of them, in whatever way it is written.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.length == 0 || (bits(address) ^ self.first) >> (128 - self.length) == 0
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let error = || NetworkError(text.to_owned());
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length.parse::<u32>().map_err(|_| error())?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| error())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let length = length.unwrap_or(most);
        if length > most {
            return Err(error());
        }
        Ok(Self { first: bits(address), length: length + 128 - most })
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_ipv6_mapped()),
        IpAddr::V6(address) => u128::from(Ipv6Addr::from(address.octets())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_the_addresses_of_its_prefix() {
        let has = |network: &str, address: &str| network.parse::<Network>().unwrap().contains(address.parse().unwrap());
        assert!(has("10.1.0.0/16", "10.1.255.255") && !has("10.1.0.0/16", "10.2.0.0"));
        assert!(has("127.0.0.1", "127.0.0.1") && !has("127.0.0.1", "127.0.0.2"));
        assert!(has("127.0.0.1", "::ffff:127.0.0.1") && !has("127.0.0.1", "::1"));
        assert!(has("fd00::/8", "fd12::1") && !has("fd00::/8", "fe80::1"));
        assert!(has("0.0.0.0/0", "8.8.8.8") && !has("0.0.0.0/0", "2a00::1"));
        assert!(has("::/0", "8.8.8.8"));
        for wrong in ["", "10.0.0.0/33", "10.0.0/8", "localhost", "::/129", "10.0.0.0/", "10.0.0.0/-1"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }
}
