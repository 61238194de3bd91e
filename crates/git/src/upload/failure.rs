//! Why a fetch was not answered as asked.

use crate::error::Error;
use crate::pkt_line::{self, PacketError};
use std::io::{self, Write};

/// What the client is told when the fault is the server's; the cause is for the log.
pub(super) const INTERNAL: &str = "upload-pack: the server cannot read the repository; its log tells why";

/// How much of a client's line an error quotes, in bytes.
const QUOTED: usize = 100;

/// Why a request was not answered as asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The client asked for something that is wrong or that it may not have; the text is for the client.
    #[error("{0}")]
    Refused(String),
    /// The connection failed while the request was read or answered.
    #[error("the connection failed: {0}")]
    Connection(#[from] io::Error),
    /// The repository could not be read (or, while a pack was being sent, the client was gone).
    #[error(transparent)]
    Repository(#[from] Error),
}

impl Failure {
    /// A refusal because of a line of the client, which is quoted.
    pub(super) fn line(reason: &str, line: &[u8]) -> Self {
        let quoted = line.get(..QUOTED).unwrap_or(line).escape_ascii();
        Self::Refused(format!("upload-pack: {reason} '{quoted}'"))
    }

    /// The text that the client may see.
    pub fn message(&self) -> &str {
        match self {
            Self::Refused(text) => text,
            Self::Connection(_) => "upload-pack: the connection failed",
            Self::Repository(_) => INTERNAL,
        }
    }

    /// Answers with an `ERR` packet. For failures of `read_request`; the functions that answer requests have already told
    /// the client when they fail.
    pub fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        pkt_line::write_error(out, self.message())?;
        out.flush()
    }
}

impl From<PacketError> for Failure {
    fn from(error: PacketError) -> Self {
        match error {
            PacketError::Io(error) => Self::Connection(error),
            other => Self::Refused(format!("upload-pack: {other}")),
        }
    }
}
