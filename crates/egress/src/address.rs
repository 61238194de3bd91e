//! Which addresses belong to the public internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Networks of version 4 that are not for the public, or lead elsewhere (IANA IPv4 Special-Purpose Address Registry; RFC 3068 for
/// 6to4 relays), as first address and length of the prefix.
const SPECIAL_V4: &[([u8; 4], u32)] = &[
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 31, 196, 0], 24),
    ([192, 52, 193, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([192, 175, 48, 0], 24),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 3),
];

/// A public address under which virtual machines of Azure reach the platform itself.
const AZURE_PLATFORM: Ipv4Addr = Ipv4Addr::new(168, 63, 129, 16);

/// Networks of version 6 within the global unicast addresses (`2000::/3`) that are special (IANA IPv6 Special-Purpose Address
/// Registry): IETF protocols with Teredo, AMT and ORCHID, documentation, 6to4, the AS112 servers.
const SPECIAL_V6: &[([u16; 3], u32)] = &[
    ([0x2001, 0x0000, 0], 23),
    ([0x2001, 0x0db8, 0], 32),
    ([0x2002, 0x0000, 0], 16),
    ([0x2620, 0x004f, 0x8000], 48),
    ([0x3fff, 0x0000, 0], 20),
];

/// Whether an address is one of the public internet: not private, shared, local to a link or a machine, for groups, for
/// documentation, reserved, or a way to address one of these in the other version. Of the ways to write an address of version 4 as one of version 6, the one
/// for IPv4 sockets and the well-known one of NAT64 are judged by the address within; all others are not public.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match address.to_ipv4_mapped().or_else(|| behind_nat64(address)) {
            Some(within) => is_public_v4(within),
            None => is_public_v6(address),
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let bits = u32::from(address);
    let special = |(first, length): &([u8; 4], u32)| (bits ^ u32::from_be_bytes(*first)) >> (32 - length) == 0;
    address != AZURE_PLATFORM && !SPECIAL_V4.iter().any(special)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let bits = u128::from(address);
    let special = |([a, b, c], length): &([u16; 3], u32)| {
        (bits ^ u128::from(Ipv6Addr::new(*a, *b, *c, 0, 0, 0, 0, 0))) >> (128 - length) == 0
    };
    bits >> 125 == 0b001 && !SPECIAL_V6.iter().any(special)
}

/// The address of version 4 behind a NAT64 with the well-known prefix `64:ff9b::/96` (RFC 6052).
fn behind_nat64(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let bits = u128::from(address);
    let prefix = u128::from(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0));
    (bits >> 32 == prefix >> 32).then_some(Ipv4Addr::from(bits as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_internet_are_public() {
        for public in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.1",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2606:4700:4700::1111",
            "2a00:1450:4001::1",
            "2001:4860:4860::8888",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn special_addresses_are_not() {
        for special in [
            "0.0.0.0",
            "0.255.255.255",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.0",
            "100.100.100.200",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "168.63.129.16",
            "169.254.169.254",
            "169.254.170.2",
            "172.16.0.0",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::127.0.0.1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::8.8.8.8",
            "100::1",
            "2001::1",
            "2001:0:53aa:64c::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2002:808:808::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(special.parse().unwrap()), "{special}");
        }
    }
}
