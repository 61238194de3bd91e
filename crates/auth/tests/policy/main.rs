//! Policies: what is refused, what is decided, and what holds for every policy.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod documented;
mod malformed;
mod managed;
mod properties;
mod strategies;
mod table;
mod time;
