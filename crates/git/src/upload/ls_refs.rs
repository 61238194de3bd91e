//! The `ls-refs` command of protocol v2 (gitprotocol-v2, "ls-refs").

use super::failure::Failure;
use super::ref_prefixes::{Collector, RefPrefixes};
use crate::pkt_line::{write_flush, write_text};
use crate::refs::Ref;
use std::io::Write;

/// A request for refs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LsRefs {
    /// Whether to tell what symbolic refs point to.
    pub symrefs: bool,
    /// Whether to tell what annotated tags peel to.
    pub peel: bool,
    /// Whether to tell of a `HEAD` that points to a branch yet to be born.
    pub unborn: bool,
    prefixes: RefPrefixes,
}

/// Reads the arguments one by one.
#[derive(Debug, Default)]
pub(super) struct Arguments {
    request: LsRefs,
    prefixes: Collector,
}

impl Arguments {
    pub(super) fn take(&mut self, line: &[u8]) -> Result<(), Failure> {
        match line {
            b"symrefs" => self.request.symrefs = true,
            b"peel" => self.request.peel = true,
            b"unborn" => self.request.unborn = true,
            _ => match line.strip_prefix(b"ref-prefix ") {
                Some(prefix) => self.prefixes.add(prefix),
                None => return Err(Failure::line("unknown argument of ls-refs:", line)),
            },
        }
        Ok(())
    }

    pub(super) fn finish(self) -> LsRefs {
        LsRefs { prefixes: self.prefixes.finish(), ..self.request }
    }
}

impl LsRefs {
    /// Where the names of all refs begin that [`LsRefs::answer`] needs, `refs/` at the least; so that they can be had by one
    /// scan. `None` when it needs none.
    pub fn common_prefix(&self) -> Option<String> {
        self.prefixes.common()
    }

    /// Answers with those of `refs` that are asked for. They are sorted by name and hold all that begin with the
    /// [`LsRefs::common_prefix`]; `head` is the full name of the default branch.
    pub fn answer(&self, refs: &[Ref], head: Option<&str>, out: &mut dyn Write) -> Result<(), Failure> {
        if let Some(name) = head.filter(|_| self.prefixes.matches("HEAD")) {
            self.write_head(refs.iter().find(|candidate| candidate.name == name), name, out)?;
        }
        for each in refs.iter().filter(|each| self.prefixes.matches(&each.name)) {
            match each.peeled.filter(|_| self.peel) {
                Some(peeled) => write_text(out, &format!("{} {} peeled:{peeled}", each.target, each.name))?,
                None => write_text(out, &format!("{} {}", each.target, each.name))?,
            }
        }
        write_flush(out)?;
        Ok(out.flush()?)
    }

    fn write_head(&self, branch: Option<&Ref>, name: &str, out: &mut dyn Write) -> Result<(), Failure> {
        match branch {
            Some(branch) if self.symrefs => write_text(out, &format!("{} HEAD symref-target:{name}", branch.target))?,
            Some(branch) => write_text(out, &format!("{} HEAD", branch.target))?,
            None if self.unborn && self.symrefs => write_text(out, &format!("unborn HEAD symref-target:{name}"))?,
            None => {}
        }
        Ok(())
    }
}
