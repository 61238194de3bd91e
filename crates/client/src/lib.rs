//! The client's side of the service: finds out where it is and with which keys, signs requests, sends them, reads answers.
//!
//! Where and with which keys is told as AWS clients are told it, so that nothing has to be set up twice: flags, the
//! environment, the shared AWS files with their `services` sections. See [`Configuration::find`] for the order.

mod administrator;
mod configuration;
mod connection;
mod endpoint;
mod error;
mod process;
mod profile;
mod send;
mod xml;

pub use configuration::{Configuration, Credentials, Environment, Wanted};
pub use endpoint::Endpoint;
pub use error::{CallError, ConfigurationError, Refusal};
pub use outbound::EndpointError;
pub use profile::{Profile, Profiles};
pub use send::{Api, Client, QueryApi};
pub use xml::element;
