//! Matching texts against patterns of `*` and `?`.

/// One step of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Just this character.
    Is(char),
    /// `?`: any one character.
    AnyOne,
    /// `*`: any characters, or none.
    AnyMany,
}

/// Whether a pattern matches all of a text. Takes at most (steps × characters) comparisons, however many stars there are: only
/// the last star that was met can still have to take more.
pub(super) fn matches(pattern: &[Step], text: &str) -> bool {
    if let Some(Step::Is(last)) = pattern.last()
        && !text.ends_with(*last)
    {
        return false;
    }
    let (mut at, mut rest) = (0, text.chars());
    let mut last_star: Option<(usize, std::str::Chars<'_>)> = None;
    loop {
        let mut after = rest.clone();
        match (pattern.get(at), after.next()) {
            (Some(Step::AnyMany), _) => {
                at += 1;
                if at == pattern.len() {
                    return true;
                }
                last_star = Some((at, rest.clone()));
            }
            (None, None) => return true,
            (Some(Step::AnyOne), Some(_)) => {
                at += 1;
                rest = after;
            }
            (Some(Step::Is(wanted)), Some(found)) if *wanted == found => {
                at += 1;
                rest = after;
            }
            _ => {
                let Some((behind, from)) = &mut last_star else { return false };
                if from.next().is_none() {
                    return false;
                }
                // The star takes everything up to the next place where what is behind it can begin.
                if let Some(Step::Is(wanted)) = pattern.get(*behind) {
                    let Some(place) = from.as_str().find(*wanted) else { return false };
                    *from = from.as_str()[place..].chars();
                }
                at = *behind;
                rest = from.clone();
            }
        }
    }
}

/// A pattern without variables, in which only the case of letters is folded.
pub(super) fn folded(pattern: &str) -> Vec<Step> {
    pattern.chars().map(|letter| step(letter.to_ascii_lowercase())).collect()
}

/// What a character of a pattern means.
pub(super) fn step(letter: char) -> Step {
    match letter {
        '*' => Step::AnyMany,
        '?' => Step::AnyOne,
        letter => Step::Is(letter),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn glob(pattern: &str, text: &str) -> bool {
        matches(&pattern.chars().map(step).collect::<Vec<_>>(), text)
    }

    /// The definition, word for word; takes exponential time.
    fn slow(pattern: &[char], text: &[char]) -> bool {
        match (pattern.first(), text.first()) {
            (None, None) => true,
            (Some('*'), _) => slow(&pattern[1..], text) || (!text.is_empty() && slow(pattern, &text[1..])),
            (Some('?'), Some(_)) => slow(&pattern[1..], &text[1..]),
            (Some(wanted), Some(found)) if wanted == found => slow(&pattern[1..], &text[1..]),
            _ => false,
        }
    }

    #[test]
    fn stars_and_question_marks_match() {
        for (pattern, text) in
            [("", ""), ("*", ""), ("a*c", "abbc"), ("a?c", "abc"), ("*b*", "abc"), ("**a", "a"), ("?", "é")]
        {
            assert!(glob(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("", "a"), ("?", ""), ("a*c", "abcd"), ("a?c", "ac"), ("a*b*c", "acb")] {
            assert!(!glob(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn many_stars_take_no_time() {
        assert!(!glob(&"*a".repeat(3000), &"a".repeat(2000)));
        assert!(!glob(&format!("{}b", "a*".repeat(1000)), &"a".repeat(2000)));
    }

    proptest! {
        #[test]
        fn it_means_what_the_definition_says(pattern in "[ab*?]{0,8}", text in "[ab]{0,8}") {
            let (p, t): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
            prop_assert_eq!(glob(&pattern, &text), slow(&p, &t));
        }
    }
}
