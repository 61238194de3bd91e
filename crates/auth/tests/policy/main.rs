//! Policies: what is refused, what is decided, and what holds for every policy.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod documented;
mod malformed;
mod managed;
mod properties;
mod strategies;
mod table;
mod time;
