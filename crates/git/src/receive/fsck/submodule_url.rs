//! Which URLs a submodule may have.

/// Whether Git fetches from the URL without being tricked: it is no option and runs no command, has no line break that would
/// smuggle lines to a credential helper, and names the host it seems to name.
pub(super) fn is_safe(url: &[u8]) -> bool {
    if url.starts_with(b"-") || url.starts_with(b"ext::") {
        return false;
    }
    let (ups, rest) = climb(url);
    if rest.len() < url.len() || url.starts_with(b"git://") {
        // Once `../` has eaten all of the parent's path, a colon or slash would make a host of what follows.
        let replaces_host = ups > 0 && matches!(rest.first(), Some(b':' | b'/'));
        return !replaces_host && !decoded(url).contains(&b'\n');
    }
    match curl_url(url) {
        Some(url) => is_web_url_safe(url),
        None => true,
    }
}

/// How often a relative URL goes up before it names something, and what it names. Windows takes backslashes for slashes.
fn climb(url: &[u8]) -> (usize, &[u8]) {
    let (mut ups, mut rest) = (0, url);
    loop {
        match rest {
            [b'.', b'.', b'/' | b'\\', next @ ..] => {
                ups += 1;
                rest = next;
            }
            [b'.', b'/' | b'\\', next @ ..] => rest = next,
            _ => return (ups, rest),
        }
    }
}

/// The URL that curl is given, if the URL is one that it fetches: also `https::<url>` names a transport.
fn curl_url(url: &[u8]) -> Option<&[u8]> {
    let schemes: [&[u8]; 4] = [b"http", b"https", b"ftp", b"ftps"];
    schemes.iter().find_map(|scheme| {
        let rest = url.strip_prefix(*scheme)?;
        rest.strip_prefix(b"::").or_else(|| rest.starts_with(b"://").then_some(url))
    })
}

/// Whether the URL can be taken apart, has a host, and no line break in any part.
fn is_web_url_safe(url: &[u8]) -> bool {
    let text = std::str::from_utf8(url).unwrap_or_default();
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let starts_well = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
    let is_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-');
    if !starts_well || !scheme.chars().all(is_scheme) || !has_whole_escapes(url) || decoded(url).contains(&b'\n') {
        return false;
    }
    let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host_and_port = authority.split_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = match host_and_port.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port),
        _ => (host_and_port, ""),
    };
    let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '[' | ':' | ']');
    let is_port = port.is_empty() || port.parse::<u16>().is_ok_and(|port| port > 0);
    !host.is_empty() && host.chars().all(is_host) && is_port && stays_below_root(tail)
}

/// Whether the path never goes above its root.
fn stays_below_root(tail: &str) -> bool {
    let path = tail.split(['?', '#']).next().unwrap_or_default();
    let mut depth = 0u32;
    for segment in path.strip_prefix('/').unwrap_or(path).split('/') {
        match &decoded(segment.as_bytes())[..] {
            b"." => {}
            b".." if depth == 0 => return false,
            b".." => depth -= 1,
            _ => depth += 1,
        }
    }
    true
}

/// Whether every `%` is followed by two hexadecimal digits.
fn has_whole_escapes(url: &[u8]) -> bool {
    let is_hex = |at: usize| url.get(at).is_some_and(u8::is_ascii_hexdigit);
    url.iter().enumerate().all(|(at, byte)| *byte != b'%' || is_hex(at + 1) && is_hex(at + 2))
}

fn decoded(url: &[u8]) -> Vec<u8> {
    percent_encoding::percent_decode(url).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_urls_pass() {
        for url in [
            "https://example.com/a.git",
            "http://user@example.com:8080/a",
            "git@example.com:a/b.git",
            "../a",
            "../../a/b",
            "./a",
            "ssh://git@example.com/a",
            "/srv/git/a",
            "https://[::1]:80/a",
            "git://example.com/a",
            "https://example.com/a%20b",
        ] {
            assert!(is_safe(url.as_bytes()), "{url}");
        }
    }

    #[test]
    fn tricks_are_refused() {
        for url in [
            "-u./x",
            "ext::sh -c touch% x",
            "https://example.com/%0a",
            "https::example.com/a",
            "http::https://example.com%0ahost",
            "https:///a",
            "../%0aurl",
            "../../../:evil/x",
            "../..//evil",
            "git://example.com/%0a",
            "https://example.com:x/a",
            "https://example.com/a%zz",
            "https://:80/a",
            "https://a@b@example.com/",
            "https://example.com/a/../../b",
            "https://example.com/%2e%2E/b",
            "..\\..\\:example.com/a",
        ] {
            assert!(!is_safe(url.as_bytes()), "{url}");
        }
    }
}
