//! What the matrix of clients and situations is made of.

pub(crate) mod clients;
pub(crate) mod world;
