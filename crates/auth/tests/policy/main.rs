//! Policies: what is refused, what is decided, and what holds for every policy.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and tells how it went"
)]

mod documented;
mod made_up;
mod malformed;
mod managed;
mod properties;
mod random_documents;
mod strategies;
mod table;
mod time;
