//! The adapters against an emulator, and against answers that no emulator gives.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod blobs;
mod bus;
mod conformance;
mod connection;
mod emulator;
mod keys;
mod publisher;
mod script;
mod stream;
mod table;
