//! Pages of lists that are read whole: of what one user has there is never much.

use super::inputs::{failure, max_items};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use service::{QueryError, QueryInput, Result, Xml};

/// Where the page before ended.
pub(crate) fn after(input: &QueryInput) -> Result<Option<String>> {
    let Some(marker) = input.text("Marker") else { return Ok(None) };
    let decoded = URL_SAFE_NO_PAD.decode(marker).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let wrong = || failure(QueryError::ValidationError, "Marker is not one that this operation returned");
    decoded.ok_or_else(wrong).map(Some)
}

/// Says where the list goes on, if it does.
pub(crate) fn end(xml: Xml, next: Option<&str>) -> Xml {
    let xml = xml.text("IsTruncated", next.is_some());
    xml.text_if("Marker", next.map(|next| URL_SAFE_NO_PAD.encode(next)))
}

/// The page that the request asks for out of `all`, each entry with the key that orders it, as a list of structures.
pub(crate) fn of(name: &str, input: &QueryInput, mut all: Vec<(String, Xml)>) -> Result<Xml> {
    let (after, most) = (after(input)?, max_items(input)?);
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all.retain(|(key, _)| after.as_ref().is_none_or(|after| key > after));
    let truncated = all.len() > most;
    all.truncate(most);
    let next = all.last().filter(|_| truncated).map(|(key, _)| key.clone());
    Ok(end(Xml::new().list(name, all.into_iter().map(|(_, xml)| xml)), next.as_deref()))
}

/// The same for a list of texts.
pub(crate) fn of_texts(name: &str, input: &QueryInput, mut all: Vec<String>) -> Result<Xml> {
    let (after, most) = (after(input)?, max_items(input)?);
    all.sort();
    all.retain(|text| after.as_ref().is_none_or(|after| text > after));
    let truncated = all.len() > most;
    all.truncate(most);
    let next = all.last().filter(|_| truncated).cloned();
    Ok(end(Xml::new().texts(name, all), next.as_deref()))
}
