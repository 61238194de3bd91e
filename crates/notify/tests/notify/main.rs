//! The notifier on a table in memory, with a clock and destinations that do as they are told.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod golden;
mod lanes;
mod lives;
mod notifications;
mod public_types;
mod webhooks;
mod world;
