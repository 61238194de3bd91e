//! Reactions: the emoji with which people answer a comment.

use serde::{Deserialize, Serialize};

/// The reactions there are (AWS user guide, "Comment on a commit", the table of supported emoji).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reaction {
    /// 👍
    #[serde(rename = "thumbsup")]
    ThumbsUp,
    /// 👎
    #[serde(rename = "thumbsdown")]
    ThumbsDown,
    /// 😄
    Smile,
    /// ❤️
    Heart,
    /// 😠
    Angry,
    /// 😕
    Confused,
    /// 😱
    Scream,
    /// 😭
    Sob,
    /// 👏
    Clap,
    /// 🎊
    ConfettiBall,
    /// 🚢
    Ship,
    /// 👀
    Eyes,
}

/// Asks a font for the coloured form of a character that is older than emoji.
const EMOJI_PRESENTATION: char = '\u{fe0f}';

impl Reaction {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::ThumbsUp,
        Self::ThumbsDown,
        Self::Smile,
        Self::Heart,
        Self::Angry,
        Self::Confused,
        Self::Scream,
        Self::Sob,
        Self::Clap,
        Self::ConfettiBall,
        Self::Ship,
        Self::Eyes,
    ];

    /// The reaction that a text names: the emoji itself, its short code with colons or without, or its code point such as
    /// `U+1F44D`. Case does not matter.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = text.strip_suffix(EMOJI_PRESENTATION).unwrap_or(text);
        let name = text.strip_prefix(':').and_then(|text| text.strip_suffix(':')).unwrap_or(text);
        Self::ALL.into_iter().find(|reaction| {
            let mut own = [0; 4];
            plain == reaction.character().encode_utf8(&mut own)
                || name.eq_ignore_ascii_case(reaction.short_code())
                || text.eq_ignore_ascii_case(&reaction.code_point())
        })
    }

    /// The short code, without colons.
    pub fn short_code(self) -> &'static str {
        match self {
            Self::ThumbsUp => "thumbsup",
            Self::ThumbsDown => "thumbsdown",
            Self::Smile => "smile",
            Self::Heart => "heart",
            Self::Angry => "angry",
            Self::Confused => "confused",
            Self::Scream => "scream",
            Self::Sob => "sob",
            Self::Clap => "clap",
            Self::ConfettiBall => "confetti_ball",
            Self::Ship => "ship",
            Self::Eyes => "eyes",
        }
    }

    /// The emoji, as it is shown.
    pub fn emoji(self) -> String {
        let mut emoji = String::from(self.character());
        if self == Self::Heart {
            emoji.push(EMOJI_PRESENTATION);
        }
        emoji
    }

    /// The code point, such as `U+1F44D`.
    pub fn code_point(self) -> String {
        format!("U+{:04X}", u32::from(self.character()))
    }

    fn character(self) -> char {
        match self {
            Self::ThumbsUp => '👍',
            Self::ThumbsDown => '👎',
            Self::Smile => '😄',
            Self::Heart => '❤',
            Self::Angry => '😠',
            Self::Confused => '😕',
            Self::Scream => '😱',
            Self::Sob => '😭',
            Self::Clap => '👏',
            Self::ConfettiBall => '🎊',
            Self::Ship => '🚢',
            Self::Eyes => '👀',
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reaction_is_known_by_each_of_its_names() {
        for reaction in Reaction::ALL {
            let code = reaction.short_code();
            for name in
                [reaction.emoji(), reaction.code_point(), code.to_owned(), format!(":{code}:"), code.to_uppercase()]
            {
                assert_eq!(Reaction::parse(&name), Some(reaction), "{name}");
            }
            assert_eq!(serde_json::to_value(reaction).unwrap(), code);
        }
    }

    #[test]
    fn code_points_are_those_of_the_documentation() {
        assert_eq!(Reaction::parse("U+1F44D"), Some(Reaction::ThumbsUp));
        assert_eq!(Reaction::parse("u+1f44e"), Some(Reaction::ThumbsDown));
        assert_eq!(Reaction::parse("U+1F604"), Some(Reaction::Smile));
        assert_eq!(Reaction::parse("❤"), Some(Reaction::Heart));
        assert_eq!(Reaction::Heart.code_point(), "U+2764");
    }

    #[test]
    fn other_texts_are_no_reactions() {
        for wrong in ["", ":", "::", ":thumbsup", "thumbs up", "🍕", "👍👍", "U+1F44", "1F44D"] {
            assert_eq!(Reaction::parse(wrong), None, "{wrong}");
        }
    }
}
