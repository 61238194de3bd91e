//! Fetches from repositories made by git: what is sent is complete, is what was asked for, and git accepts it.
#![expect(clippy::unwrap_used, reason = "what these functions cannot do is a failed test")]

mod client;
mod packs;
mod random;
mod repository;
mod roads;
mod walks;
mod wants;
