//! Work that no request waits for.

mod sweep_deleted_repositories;

pub use sweep_deleted_repositories::{GRACE, sweep_deleted_repositories};
