//! What a push is told last: what became of the pack and of each ref (gitprotocol-pack, "Report Status").

use super::commands::Capabilities;
use super::index_pack::Progress;
use crate::pkt_line::{Sideband, Width, write_flush, write_text};
use std::io::{self, Write};
use std::time::{Duration, Instant};

/// What became of one ref: done, or why not.
pub type Outcome = Result<(), String>;

/// How long the client hears nothing before it is told how far the work is, or at least that it goes on.
const PAUSE: Duration = Duration::from_millis(500);

/// Tells the client how its push is getting on and how it ended.
pub struct Report<'a> {
    channel: Channel<'a>,
    capabilities: Capabilities,
    last: Instant,
}

enum Channel<'a> {
    Plain(&'a mut dyn Write),
    Sideband(Sideband<&'a mut dyn Write>),
}

impl<'a> Report<'a> {
    /// A report to a client with these capabilities.
    pub fn new(out: &'a mut dyn Write, capabilities: Capabilities) -> Self {
        let channel = if capabilities.side_band_64k {
            Channel::Sideband(Sideband::new(out, Width::Wide))
        } else {
            Channel::Plain(out)
        };
        Self { channel, capabilities, last: Instant::now() }
    }

    /// Shows progress, at most twice a second, once the whole pack has arrived: before that, a client that sends its request to
    /// the end before it reads the answer would be blocked.
    pub fn progress(&mut self, progress: Progress) -> io::Result<()> {
        let Progress::Resolving(done, total) = progress else { return Ok(()) };
        if self.last.elapsed() < PAUSE {
            return Ok(());
        }
        self.last = Instant::now();
        let percent = u64::from(done) * 100 / u64::from(total.max(1));
        let ending = if done == total { "done.\n" } else { "\r" };
        self.tell(&format!("Resolving deltas: {percent:3}% ({done}/{total}) {ending}"))
    }

    /// Tells the person something, unless the client wants to be left alone.
    pub fn tell(&mut self, text: &str) -> io::Result<()> {
        match &mut self.channel {
            Channel::Sideband(sideband) if !self.capabilities.quiet => sideband.progress(text),
            Channel::Sideband(sideband) => sideband.keep_alive(),
            Channel::Plain(_) => Ok(()),
        }
    }

    /// Ends the report: what became of the pack, then of each ref.
    pub fn finish(self, unpack: &Outcome, refs: &[(String, Outcome)]) -> io::Result<()> {
        let mut lines = Vec::new();
        if self.capabilities.report_status || self.capabilities.report_status_v2 {
            write_status(&mut lines, unpack, refs)?;
        }
        match self.channel {
            Channel::Plain(out) => {
                out.write_all(&lines)?;
                out.flush()
            }
            Channel::Sideband(mut sideband) => {
                sideband.write_all(&lines)?;
                let out = sideband.finish()?;
                write_flush(out)?;
                out.flush()
            }
        }
    }
}

fn write_status(out: &mut dyn Write, unpack: &Outcome, refs: &[(String, Outcome)]) -> io::Result<()> {
    let line = |text: &str| text.replace('\n', " ");
    match unpack {
        Ok(()) => write_text(out, "unpack ok")?,
        Err(reason) => write_text(out, &format!("unpack {}", line(reason)))?,
    }
    for (name, outcome) in refs {
        match outcome {
            Ok(()) => write_text(out, &format!("ok {name}"))?,
            Err(reason) => write_text(out, &format!("ng {name} {}", line(reason)))?,
        }
    }
    write_flush(out)
}
