//! Connecting, to addresses that were judged.

use crate::address::is_public;
use crate::network::Network;
use crate::resolve::Resolve;
use crate::url::Target;
use ports::PostError;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// How long one address is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many addresses of a name are tried.
const MOST_ADDRESSES: usize = 4;

/// Makes connections.
pub(crate) struct Connector {
    allowed: Vec<Network>,
    resolver: Arc<dyn Resolve>,
    /// Made when it is first needed: reading the machine's certificates takes longer than all else that a function does at its start.
    tls: OnceLock<TlsConnector>,
}

impl Connector {
    pub(crate) fn new(allowed: Vec<Network>, resolver: Arc<dyn Resolve>) -> Self {
        Self { allowed, resolver, tls: OnceLock::new() }
    }

    /// Whether any network was allowed besides the public ones.
    pub(crate) fn allows_any(&self) -> bool {
        !self.allowed.is_empty()
    }

    /// Whether an address may be connected to: it was allowed, or it is public and what is said to it is encrypted.
    pub(crate) fn may_connect(&self, address: IpAddr, https: bool) -> bool {
        self.allowed.iter().any(|network| network.contains(address)) || https && is_public(address)
    }

    /// Speaks TLS, and trusts the certificates that this machine trusts.
    pub(crate) fn tls(&self) -> Result<&TlsConnector, PostError> {
        if let Some(tls) = self.tls.get() {
            return Ok(tls);
        }
        let tls = outbound::tls(outbound::machine_roots()).map_err(|error| PostError::Invalid(error.to_string()))?;
        Ok(self.tls.get_or_init(|| tls))
    }

    /// A connection to one of the addresses that the host has now.
    pub(crate) async fn connect(&self, target: &Target) -> Result<TcpStream, PostError> {
        let found = match target.literal() {
            Some(address) => vec![address],
            None => self.resolver.resolve(target.host()).await.map_err(|error| unavailable(target, &error))?,
        };
        let may = found.into_iter().filter(|address| self.may_connect(*address, target.is_https()));
        let mut failure = PostError::Forbidden { host: target.host().to_owned() };
        for address in may.take(MOST_ADDRESSES) {
            let address = SocketAddr::new(address, target.port());
            match timeout(PATIENCE, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => failure = unavailable(target, &error),
                Err(_) => failure = unavailable(target, &"it cannot be reached in time"),
            }
        }
        Err(failure)
    }
}

fn unavailable(target: &Target, error: &dyn std::fmt::Display) -> PostError {
    PostError::Unavailable(format!("{}: {error}", target.host()).into())
}
