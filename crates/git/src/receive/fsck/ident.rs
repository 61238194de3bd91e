//! The lines that tell who did something and when: `Name <email> seconds zone`.

use super::Problem;

/// Checks such a line and returns its time, in seconds since the epoch.
pub(super) fn check(line: &[u8]) -> Result<i64, Problem> {
    let problem = |check, what: &str| Err(Problem::new(check, &format!("an author, committer or tagger line {what}")));
    if line.first() == Some(&b'<') {
        return problem("missingNameBeforeEmail", "has no name before the e-mail address");
    }
    let bracket = |text: &[u8]| text.iter().position(|byte| matches!(byte, b'<' | b'>'));
    let Some(open) = bracket(line) else { return problem("missingEmail", "has no e-mail address") };
    if line[open] == b'>' {
        return problem("badName", "has a '>' in the name");
    }
    if !line[..open].ends_with(b" ") {
        return problem("missingSpaceBeforeEmail", "has no space before the e-mail address");
    }
    let rest = &line[open + 1..];
    let Some(close) = bracket(rest).filter(|close| rest[*close] == b'>') else {
        return problem("badEmail", "has a malformed e-mail address");
    };
    let date = &rest[close + 1..];
    let spaces = date.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let date = &date[spaces..];
    let digits = date.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (seconds, rest) = date.split_at(digits);
    if seconds.is_empty() {
        return problem("badDate", "has no date");
    }
    if seconds.len() > 1 && seconds[0] == b'0' || seconds == b"0" && !rest.starts_with(b" ") {
        return problem("zeroPaddedDate", "has a date that begins with a zero");
    }
    let Some(time) = std::str::from_utf8(seconds).ok().and_then(|seconds| seconds.parse().ok()) else {
        return problem("badDateOverflow", "has a date beyond all calendars");
    };
    let Some(zone) = rest.strip_prefix(b" ") else { return problem("badDate", "has a malformed date") };
    // Readers take a zone that they cannot read for UTC; but it is one word, so that nothing else can hide behind it.
    match zone.iter().any(|byte| byte.is_ascii_whitespace() || byte.is_ascii_control()) {
        false => Ok(time),
        true => problem("badDate", "has a malformed date"),
    }
}
