//! XML as the Query protocol answers: elements that hold text or elements, and no attributes but one namespace.

use std::fmt::Display;

/// Some elements, one after the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Xml(String);

impl Xml {
    /// No elements.
    pub fn new() -> Self {
        Self::default()
    }

    /// An element with text.
    pub fn text(mut self, name: &str, text: impl Display) -> Self {
        self.0.push_str(&format!("<{name}>{}</{name}>", escaped(&text.to_string())));
        self
    }

    /// An element with text, if there is any.
    pub fn text_if(self, name: &str, text: Option<impl Display>) -> Self {
        match text {
            Some(text) => self.text(name, text),
            None => self,
        }
    }

    /// An element that holds elements.
    pub fn nested(mut self, name: &str, inner: &Self) -> Self {
        self.0.push_str(&format!("<{name}>{}</{name}>", inner.0));
        self
    }

    /// These elements, and behind them others.
    pub fn and(mut self, others: &Self) -> Self {
        self.0.push_str(&others.0);
        self
    }

    /// A list of structures.
    pub fn list(self, name: &str, members: impl IntoIterator<Item = Self>) -> Self {
        let members = members.into_iter().fold(Self::new(), |list, member| list.nested("member", &member));
        self.nested(name, &members)
    }

    /// A list of texts.
    pub fn texts(self, name: &str, members: impl IntoIterator<Item = impl Display>) -> Self {
        let members = members.into_iter().fold(Self::new(), |list, member| list.text("member", member));
        self.nested(name, &members)
    }

    /// Whether there are no elements.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A document with these elements below its root.
    pub(super) fn document(&self, root: &str, namespace: &str) -> String {
        format!("<{root} xmlns=\"{namespace}\">{}</{root}>", self.0)
    }
}

/// Text with everything replaced that XML gives a meaning. What XML 1.0 has no way to write (most control characters) becomes
/// U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#xD;"),
            '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => out.push(letter),
            _ => out.push('\u{fffd}'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_end_its_element() {
        let xml = Xml::new().text("A", "</A><B>&\"\u{1}\r").nested("C", &Xml::new()).texts("D", ["x", "y"]);
        assert_eq!(
            xml.document("R", "urn:n"),
            "<R xmlns=\"urn:n\"><A>&lt;/A&gt;&lt;B&gt;&amp;&quot;\u{fffd}&#xD;</A><C></C>\
             <D><member>x</member><member>y</member></D></R>"
        );
    }
}
