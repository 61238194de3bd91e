//! Looking names up.

use async_trait::async_trait;
use std::io;
use std::net::IpAddr;

/// Finds the addresses of a name.
#[async_trait]
pub trait Resolve: Send + Sync {
    /// All addresses of a name, or what the system takes an address to be that is written in an unusual way.
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// As the system does it.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

#[async_trait]
impl Resolve for SystemResolver {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect())
    }
}
