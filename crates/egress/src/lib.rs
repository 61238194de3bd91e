//! The way out to strangers: posts to URLs that users name, and never reaches a place that they must not reach through us.
//!
//! A name is looked up once, each of its addresses is judged ([`is_public`]), and the connection goes to an address that was judged;
//! so a name that leads somewhere else the next time it is looked up ("DNS rebinding") gains nothing. Redirects are answers like
//! any other. Addresses that are not public can be allowed, by their networks; plain HTTP is for these alone.

mod address;
mod connect;
mod exchange;
mod network;
mod resolve;
mod url;

pub use address::is_public;
pub use network::{Network, NetworkError};
pub use resolve::{Resolve, SystemResolver};

use async_trait::async_trait;
use connect::Connector;
use ports::{PostAnswer, PostError, PostRequest, Poster};
use std::sync::Arc;
use std::time::Duration;
use url::Target;

/// How long a post may take, from the look-up of the name to the end of the answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// Posts to public addresses, and to networks that were allowed.
pub struct Egress {
    connector: Connector,
}

impl Egress {
    /// Posts from this machine.
    pub fn new(allowed: Vec<Network>) -> Self {
        Self::with_resolver(allowed, Arc::new(SystemResolver))
    }

    /// The same, with something else in place of the system's way to look names up.
    pub fn with_resolver(allowed: Vec<Network>, resolver: Arc<dyn Resolve>) -> Self {
        Self { connector: Connector::new(allowed, resolver) }
    }
}

#[async_trait]
impl Poster for Egress {
    fn check(&self, url: &str) -> Result<(), PostError> {
        let target = Target::parse(url)?;
        match target.literal() {
            Some(address) if !self.connector.may_connect(address, target.is_https()) => {
                Err(PostError::Forbidden { host: target.host().to_owned() })
            }
            // What a name leads to is known when it is used.
            _ if !target.is_https() && !self.connector.allows_any() => {
                Err(PostError::Url { url: url.to_owned(), reason: "it must begin with https://" })
            }
            _ => Ok(()),
        }
    }

    async fn post(&self, request: PostRequest) -> Result<PostAnswer, PostError> {
        let target = Target::parse(&request.url)?;
        match tokio::time::timeout(PATIENCE, exchange::exchange(&self.connector, &target, request)).await {
            Ok(answer) => answer,
            Err(_) => {
                let reason = format!("{} did not answer within {} seconds", target.host(), PATIENCE.as_secs());
                Err(PostError::Unavailable(reason.into()))
            }
        }
    }
}
