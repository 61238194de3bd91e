//! Which addresses a submodule may have.

/// Whether the address cannot be taken for an option, nor inject lines into what credential programs are asked (CVE-2020-5260,
/// CVE-2020-11008).
pub(super) fn is_allowed_url(url: &[u8]) -> bool {
    if url.starts_with(b"-") {
        return false;
    }
    if let Some((parents, rest)) = split_leading_dots(url) {
        let leads_to_another_host = parents > 0 && matches!(rest, [b':' | b'/', ..]);
        return !leads_to_another_host && !is_decoded_with_newline(url);
    }
    if url.starts_with(b"git://") {
        return !is_decoded_with_newline(url);
    }
    let helper =
        [&b"http::"[..], b"https::", b"ftp::", b"ftps::"].into_iter().find_map(|helper| url.strip_prefix(helper));
    let is_for_curl =
        [&b"http://"[..], b"https://", b"ftp://", b"ftps://"].iter().any(|scheme| url.starts_with(scheme));
    match helper {
        Some(address) => is_allowed_address(address),
        None if is_for_curl => is_allowed_address(url),
        None => true,
    }
}

/// For a relative address: how often it goes to the parent before it names something, and what it names.
fn split_leading_dots(url: &[u8]) -> Option<(usize, &[u8])> {
    let (mut rest, mut parents) = (url, 0_usize);
    loop {
        match rest {
            [b'.', b'.', b'/' | b'\\', after @ ..] => {
                parents = parents.saturating_add(1);
                rest = after;
            }
            [b'.', b'/' | b'\\', after @ ..] => rest = after,
            _ => return (rest.len() < url.len()).then_some((parents, rest)),
        }
    }
}

/// Whether the address has a line feed once decoded. Git takes what precedes a colon for a scheme, which is not decoded.
fn is_decoded_with_newline(url: &[u8]) -> bool {
    let colon = url.iter().position(|byte| *byte == b':').unwrap_or(0);
    let (scheme, rest) = url.split_at_checked(colon).unwrap_or_default();
    scheme.contains(&b'\n') || Decoded(rest).any(|byte| matches!(byte, Ok(b'\n')))
}

/// Whether the address is valid, and has no line feed once normalized and decoded.
fn is_allowed_address(url: &[u8]) -> bool {
    let Some(scheme) = url.iter().position(|byte| *byte == b':') else { return false };
    let (scheme, rest) = url.split_at_checked(scheme).unwrap_or_default();
    let is_scheme_letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-');
    let is_scheme = scheme.first().is_some_and(u8::is_ascii_alphabetic) && scheme.iter().all(is_scheme_letter);
    let Some(rest) = rest.strip_prefix(b"://").filter(|_| is_scheme) else { return false };

    let authority = rest.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at_checked(authority).unwrap_or_default();
    let (user, host) = match authority.iter().position(|byte| *byte == b'@') {
        Some(at) => {
            (authority.get(..at).unwrap_or_default(), authority.get(at.saturating_add(1)..).unwrap_or_default())
        }
        None => (&[][..], authority),
    };
    let path = rest.iter().position(|byte| matches!(byte, b'?' | b'#')).unwrap_or(rest.len());
    let (path, query) = rest.split_at_checked(path).unwrap_or_default();
    let has_host = !matches!(host, [] | [b':', ..]);
    (has_host || scheme.eq_ignore_ascii_case(b"file"))
        && is_allowed_host_and_port(host, has_host)
        && is_well_escaped_line(user)
        && is_allowed_path(path)
        && is_well_escaped_line(query)
}

fn is_allowed_host_and_port(text: &[u8], port_allowed: bool) -> bool {
    let colon = text.iter().rposition(|byte| matches!(byte, b':' | b']')).filter(|at| text.get(*at) == Some(&b':'));
    let (host, port) = text.split_at_checked(colon.unwrap_or(text.len())).unwrap_or_default();
    let is_host_letter =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'[' | b':' | b']');
    let port = port.strip_prefix(b":").unwrap_or_default();
    host.iter().all(is_host_letter) && (port.is_empty() || (port_allowed && is_port(port)))
}

fn is_port(text: &[u8]) -> bool {
    let number = text.iter().try_fold(0_u16, |total, digit| {
        let digit = char::from(*digit).to_digit(10).and_then(|digit| u16::try_from(digit).ok())?;
        total.checked_mul(10)?.checked_add(digit)
    });
    number.is_some_and(|number| number > 0)
}

fn is_well_escaped_line(text: &[u8]) -> bool {
    Decoded(text).all(|byte| matches!(byte, Ok(byte) if byte != b'\n'))
}

/// Whether the path stays below its root, and the segments that are left once `..` is resolved have no line feed.
fn is_allowed_path(path: &[u8]) -> bool {
    let mut depth = 0_usize;
    let mut newline_at: Option<usize> = None;
    for segment in path.strip_prefix(b"/").unwrap_or(path).split(|byte| *byte == b'/') {
        if Decoded(segment).any(|byte| byte.is_err()) {
            return false;
        }
        if Decoded(segment).eq([Ok(b'.')]) {
            continue;
        }
        if Decoded(segment).eq([Ok(b'.'), Ok(b'.')]) {
            let Some(parent) = depth.checked_sub(1) else { return false };
            depth = parent;
            newline_at = newline_at.filter(|at| *at < depth);
            continue;
        }
        if newline_at.is_none() && !is_well_escaped_line(segment) {
            newline_at = Some(depth);
        }
        depth = depth.saturating_add(1);
    }
    newline_at.is_none()
}

/// A percent sign that two hexadecimal digits do not follow.
#[derive(Debug, PartialEq, Eq)]
struct BadEscape;

/// The bytes of percent-encoded text.
struct Decoded<'a>(&'a [u8]);

impl Iterator for Decoded<'_> {
    type Item = Result<u8, BadEscape>;

    fn next(&mut self) -> Option<Self::Item> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        if *first != b'%' {
            return Some(Ok(*first));
        }
        let digit = |at: usize| rest.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        let (Some(high), Some(low)) = (digit(0), digit(1)) else { return Some(Err(BadEscape)) };
        self.0 = rest.get(2..).unwrap_or_default();
        Some(u8::try_from(high.saturating_mul(16).saturating_add(low)).map_err(|_| BadEscape))
    }
}
