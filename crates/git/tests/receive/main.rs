//! Receiving packs: what git makes is taken and indexed as git does it, what would do harm is refused and leaves nothing.

#![expect(clippy::unwrap_used, reason = "what these functions cannot do is a failed test")]

mod crafted;
mod fsck_like_git;
mod git_repository;
mod hostile;
mod index_like_git;
mod large;
mod limits;
mod made_here;
mod mutations;
mod pushed;
mod raw_pack;
mod references;
mod report;
mod stored;
mod thin;
