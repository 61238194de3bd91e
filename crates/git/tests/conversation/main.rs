//! Fetches as conversations: what is answered to requests, byte by byte, compared with git's own server, and with git's
//! own client at the other end.
#![cfg(test)]

#[expect(dead_code, reason = "shared with other tests")]
#[path = "../selection/packs.rs"]
mod packs;
#[expect(dead_code, reason = "shared with other tests")]
#[path = "../selection/repository.rs"]
mod repository;

mod git_client;
mod hostile;
mod like_git;
mod lines;
mod refusals;
mod server;
mod source;
mod wrappings;
