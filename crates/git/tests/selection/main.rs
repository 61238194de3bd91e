//! Questions to repositories made by git: what a fetch sends is complete, is what was asked for, and git accepts it; walks, file
//! histories and differences are those that git tells.
#![expect(clippy::unwrap_used, reason = "what these functions cannot do is a failed test")]

mod blob_diffs;
mod client;
mod differences;
mod file_histories;
mod packs;
mod random;
mod repository;
mod roads;
mod walks;
mod wants;
