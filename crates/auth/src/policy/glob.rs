//! Matching texts against patterns of `*` and `?`.

use memchr::memmem;

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

/// A pattern, ready to be matched: what stands between its stars. There is one stretch more than there are stars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Glob {
    /// Without `?`: texts, in bytes.
    Texts(Vec<Text>),
    /// With `?`, which stands for a character however many bytes it has.
    Masked(Vec<Masked>),
}

/// Bytes to be found as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Text(Vec<u8>);

/// Characters of which some may be any. All are compared at once, as the processor does best: the first difference is no way out,
/// so that what differs late costs no more than what differs early.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Masked {
    letters: Vec<u32>,
    /// All bits where a letter counts, none where it may be any.
    masks: Vec<u32>,
}

/// What stands between two stars.
trait Stretch {
    /// What texts are made of here.
    type Letter;

    /// How many letters it takes.
    fn len(&self) -> usize;

    /// Whether these letters, of which there are [`len`](Self::len), are the ones.
    fn is(&self, letters: &[Self::Letter]) -> bool;

    /// Where it begins for the first time.
    fn find(&self, text: &[Self::Letter]) -> Option<usize> {
        if self.len() == 0 { Some(0) } else { text.windows(self.len()).position(|letters| self.is(letters)) }
    }
}

impl Stretch for Text {
    type Letter = u8;

    fn len(&self) -> usize {
        self.0.len()
    }

    fn is(&self, letters: &[u8]) -> bool {
        self.0 == letters
    }

    fn find(&self, text: &[u8]) -> Option<usize> {
        memmem::find(text, &self.0)
    }
}

impl Stretch for Masked {
    type Letter = u32;

    fn len(&self) -> usize {
        self.letters.len()
    }

    fn is(&self, letters: &[u32]) -> bool {
        let wanted = self.letters.iter().zip(&self.masks);
        letters.iter().zip(wanted).fold(0, |other, (found, (wanted, mask))| other | ((found ^ wanted) & mask)) == 0
    }
}

impl Glob {
    /// Makes a pattern ready.
    pub(super) fn new(steps: impl IntoIterator<Item = Step, IntoIter: Clone>) -> Self {
        let steps = steps.into_iter();
        if steps.clone().any(|step| step == Step::AnyOne) { Self::masked(steps) } else { Self::texts(steps) }
    }

    fn texts(steps: impl Iterator<Item = Step>) -> Self {
        let (mut texts, mut text) = (Vec::new(), Text::default());
        for step in steps {
            match step {
                Step::Is(letter) => text.0.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes()),
                Step::AnyOne | Step::AnyMany => texts.push(std::mem::take(&mut text)),
            }
        }
        texts.push(text);
        Self::Texts(texts)
    }

    fn masked(steps: impl Iterator<Item = Step>) -> Self {
        let (mut stretches, mut stretch) = (Vec::new(), Masked::default());
        for step in steps {
            let (letter, mask) = match step {
                Step::AnyMany => {
                    stretches.push(std::mem::take(&mut stretch));
                    continue;
                }
                Step::Is(letter) => (u32::from(letter), u32::MAX),
                Step::AnyOne => (0, 0),
            };
            stretch.letters.push(letter);
            stretch.masks.push(mask);
        }
        stretches.push(stretch);
        Self::Masked(stretches)
    }

    /// A pattern without variables, in which only the case of letters is folded.
    pub(super) fn folded(pattern: &str) -> Self {
        Self::new(pattern.chars().map(|letter| step(letter.to_ascii_lowercase())))
    }

    /// Whether it matches all of a text.
    pub(super) fn matches(&self, text: &str) -> bool {
        match self {
            Self::Texts(texts) => are_all_in(texts, text.as_bytes()),
            Self::Masked(stretches) => are_all_in(stretches, &text.chars().map(u32::from).collect::<Vec<_>>()),
        }
    }
}

/// Whether a text is these stretches one after the other, with anything between them. When each is taken where it is found first,
/// the most is left for those behind it; so no place has to be tried twice.
fn are_all_in<S: Stretch>(stretches: &[S], text: &[S::Letter]) -> bool {
    let [first, between @ .., last] = stretches else {
        return stretches.iter().all(|only| only.len() == text.len() && only.is(text));
    };
    let Some((start, rest)) = text.split_at_checked(first.len()) else { return false };
    let Some((mut rest, end)) = rest.len().checked_sub(last.len()).map(|middle| rest.split_at(middle)) else {
        return false;
    };
    if !first.is(start) || !last.is(end) {
        return false;
    }
    for stretch in between {
        let Some(place) = stretch.find(rest) else { return false };
        rest = &rest[place + stretch.len()..];
    }
    true
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
        Glob::new(pattern.chars().map(step)).matches(text)
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
        for (pattern, text) in [
            ("", ""),
            ("*", ""),
            ("a*c", "abbc"),
            ("a?c", "abc"),
            ("*b*", "abc"),
            ("**a", "a"),
            ("?", "é"),
            ("*?é*", "aéé"),
        ] {
            assert!(glob(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in
            [("", "a"), ("?", ""), ("a*c", "abcd"), ("a?c", "ac"), ("a*b*c", "acb"), ("ab*ba", "aba"), ("a?*?b", "a1b")]
        {
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
        fn it_means_what_the_definition_says(pattern in "[abé*?]{0,8}", text in "[abé]{0,8}") {
            let (p, t): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
            prop_assert_eq!(glob(&pattern, &text), slow(&p, &t));
        }
    }
}
