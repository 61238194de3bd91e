//! What the end-to-end journeys and the benchmark share: a server of one's own, unchanged clients, made-up repositories.
//!
//! Everything here panics with the whole story when something does not go as it should: that is how a journey fails.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "test support: a broken set-up ends the test, and the server's log belongs beside it"
)]

pub mod aws;
pub mod cases;
pub mod compare;
pub mod crashes;
pub mod door;
pub mod fast_import;
pub mod git;
pub mod git_signature;
pub mod history;
pub mod http;
pub mod journey;
pub mod load;
pub mod model;
pub mod pack;
pub mod port_calls;
pub mod proxy;
pub mod push;
pub mod random;
pub mod receiver;
pub mod rehearsal;
pub mod secrets;
pub mod server;
pub mod signing;
pub mod users;
pub mod wide;

pub use git::{Git, Repo};
pub use journey::{Journey, PROTOCOLS};
pub use server::Server;
pub use users::User;
