//! The `object-info` command of protocol v2 (gitprotocol-v2, "object-info"): sizes of objects without their content.

use super::View;
use super::failure::Failure;
use super::fetch_request::{parse_id, push_bounded};
use super::reachability::check_wants;
use crate::pkt_line::{write_flush, write_text};
use gix::ObjectId;
use std::io::Write;

/// A request for facts about objects.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObjectInfo {
    /// Whether sizes are asked for; there is nothing else to ask for yet.
    pub size: bool,
    /// The objects.
    pub ids: Vec<ObjectId>,
}

impl ObjectInfo {
    pub(super) fn take(&mut self, line: &[u8]) -> Result<(), Failure> {
        if line == b"size" {
            self.size = true;
            return Ok(());
        }
        match line.strip_prefix(b"oid ") {
            Some(id) => push_bounded(&mut self.ids, parse_id(id, line)?, "oid"),
            None => Err(Failure::line("unknown argument of object-info:", line)),
        }
    }

    /// Answers with one line an object; for an object that is not here the size is empty. The client has been told when
    /// this fails.
    pub fn answer(&self, view: &View, out: &mut dyn Write) -> Result<(), Failure> {
        let sizes = match self.sizes(view) {
            Ok(sizes) => sizes,
            Err(failure) => {
                failure.tell(out)?;
                return Err(failure);
            }
        };
        if self.size {
            write_text(out, "size")?;
        }
        for (id, size) in self.ids.iter().zip(sizes) {
            let size = size.map(|size| size.to_string()).unwrap_or_default();
            write_text(out, &format!("{id} {size}"))?;
        }
        write_flush(out)?;
        Ok(out.flush()?)
    }

    /// An object that no ref reaches is not told from one that cannot be asked about, lest it leak.
    fn sizes(&self, view: &View) -> Result<Vec<Option<u64>>, Failure> {
        let mut sizes = Vec::with_capacity(self.ids.len());
        let mut present = Vec::new();
        for id in &self.ids {
            let entry = view.odb.locate(id)?;
            present.extend(entry.map(|_| *id));
            sizes.push(entry.map(|entry| view.odb.info(entry)).transpose()?.map(|info| info.size));
        }
        match check_wants(view, &present)? {
            Ok(()) => Ok(sizes),
            Err(id) => Err(Failure::Refused(format!("object-info: no ref reaches object {id}"))),
        }
    }
}
