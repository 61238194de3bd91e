//! As much XML as the answers of the Query protocol need: the texts of elements.

/// The text of the first element of this name, if there is one.
pub fn element(xml: &str, name: &str) -> Option<String> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    Some(unescaped(text))
}

/// Text with the entities replaced that XML knows without being told (`&amp;` last, as others may come of it).
fn unescaped(text: &str) -> String {
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#xD;", "\r"), ("&amp;", "&")];
    named.iter().fold(text.to_owned(), |text, (entity, letter)| text.replace(entity, letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_an_element_is_found() {
        let xml = "<A xmlns=\"x\"><B>1 &lt; 2 &amp;lt; 3</B><C/><B>4</B></A>";
        assert_eq!(element(xml, "B").as_deref(), Some("1 < 2 &lt; 3"));
        assert_eq!(element(xml, "D"), None);
    }
}
