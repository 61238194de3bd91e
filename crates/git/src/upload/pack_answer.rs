//! The end of a fetch's answer: the pack, beside it words on progress, and word of failure.

use super::failure::{Failure, INTERNAL};
use super::selection::{Progress, send_pack};
use super::{View, Wanted};
use crate::pkt_line::{Sideband, Width, write_flush};
use std::cell::RefCell;
use std::io::{self, Write};
use std::time::{Duration, Instant};

/// How often a count on its way up is shown.
const SHOW_EVERY: Duration = Duration::from_millis(250);
/// How long the connection may seem dead while nothing is shown.
const KEEP_ALIVE_EVERY: Duration = Duration::from_secs(5);

/// Sends the pack, in a side-band of this width and with the flush packet that ends it, or bare.
///
/// The client has been told when this fails, but for a bare pack, which can only be broken off.
pub(super) fn answer_with_pack(
    view: &View,
    wanted: &Wanted,
    width: Option<Width>,
    no_progress: bool,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let Some(width) = width else {
        send_pack(view, wanted, out, &mut |_| Ok(()))?;
        return Ok(out.flush()?);
    };
    let band = RefCell::new(Sideband::new(&mut *out, width));
    let mut reporter = Reporter { silent: no_progress, last: Instant::now() };
    let sent = send_pack(view, wanted, &mut DataBand(&band), &mut |progress| {
        reporter.report(progress, &mut *band.borrow_mut())
    });
    let mut band = band.into_inner();
    if let Err(error) = sent {
        // Whether the client is still there to hear it makes no difference.
        _ = band.error(INTERNAL);
        return Err(error.into());
    }
    band.finish()?;
    write_flush(out)?;
    Ok(out.flush()?)
}

/// The band for data, lent to what writes the pack while progress goes to another.
struct DataBand<'a, W>(&'a RefCell<Sideband<W>>);

impl<W: Write> Write for DataBand<'_, W> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(data)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.borrow_mut().flush()
    }
}

/// Tells the person who waits how far the work is.
struct Reporter {
    silent: bool,
    last: Instant,
}

impl Reporter {
    fn report<W: Write>(&mut self, progress: Progress, band: &mut Sideband<W>) -> io::Result<()> {
        match progress {
            Progress::Counting(count) if !self.silent => {
                if self.is_due(SHOW_EVERY) {
                    band.progress(&format!("Counting objects: {count}\r"))?;
                }
                Ok(())
            }
            Progress::Counted { objects } if !self.silent => {
                band.progress(&format!("Counting objects: {objects}, done.\n"))
            }
            Progress::Done { objects, reused, .. } if !self.silent => {
                band.progress(&format!("Total {objects}, reused {reused}\n"))
            }
            // The client itself shows how much of the pack has come; between its packets there can be long silence.
            Progress::Counting(_) | Progress::Counted { .. } | Progress::Writing { .. } | Progress::Done { .. } => {
                if self.is_due(KEEP_ALIVE_EVERY) {
                    band.keep_alive()?;
                }
                Ok(())
            }
        }
    }

    fn is_due(&mut self, after: Duration) -> bool {
        let due = self.last.elapsed() >= after;
        if due {
            self.last = Instant::now();
        }
        due
    }
}
