//! What the model demands of the values of a shape.

/// The limits of one shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Constraint {
    /// The smallest length: characters of a text, bytes of a blob, entries of a list or map.
    pub min: Option<usize>,
    /// The largest length.
    pub max: Option<usize>,
    /// The characters that a text may consist of, as ranges from first to last; empty when any will do.
    pub letters: &'static [(char, char)],
    /// The only values there are; empty when any will do.
    pub values: &'static [&'static str],
}

impl Constraint {
    /// The rule that a value breaks, such as "must have at most 100 characters". `unit` is what its length is counted in.
    pub(crate) fn broken_rule(&self, length: usize, unit: &str, text: Option<&str>) -> Option<String> {
        let too_short = self.min.is_some_and(|min| length < min);
        let too_long = self.max.is_some_and(|max| length > max);
        if too_short || too_long {
            return Some(match (self.min, self.max) {
                (Some(min), Some(max)) if min > 0 => format!("must have {min} to {max} {unit}"),
                (_, Some(max)) => format!("must have at most {max} {unit}"),
                (min, None) => format!("must have at least {} {unit}", min.unwrap_or_default()),
            });
        }
        let text = text?;
        let allowed = |letter: char| self.letters.iter().any(|(first, last)| (*first..=*last).contains(&letter));
        if !self.letters.is_empty() && !text.chars().all(allowed) {
            return Some(format!("must consist of {}", self.letters_in_words()));
        }
        if !self.values.is_empty() && !self.values.contains(&text) {
            return Some(format!("must be one of {}", self.values.join(", ")));
        }
        None
    }

    fn letters_in_words(&self) -> String {
        let range = |(first, last): &(char, char)| {
            if first == last { format!("'{first}'") } else { format!("{first} to {last}") }
        };
        self.letters.iter().map(range).collect::<Vec<_>>().join(", ")
    }
}
