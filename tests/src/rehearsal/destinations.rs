//! What stands in for topics' subscribers and for functions that triggers call: endpoints that keep what arrives.

use super::emulator::Emulator;
use super::wire::{self, Body, full, incoming};
use bytes::Bytes;
use http::{Method, Request, Response};
use std::collections::BTreeMap;
use std::io;
use std::str::FromStr;

/// A topic or a function by its ARN, and the URL of what stands in for it: `ARN=URL`.
#[derive(Debug, Clone)]
pub struct Destination {
    arn: String,
    url: String,
}

impl FromStr for Destination {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (arn, url) = text.split_once('=').ok_or("it must look like ARN=URL")?;
        Ok(Self { arn: arn.to_owned(), url: url.to_owned() })
    }
}

/// The functions that are not the deployment's own.
#[derive(Debug, Default)]
pub struct Destinations(BTreeMap<String, String>);

impl Destinations {
    /// Makes the topics in the emulator, and keeps the functions.
    pub fn new(destinations: Vec<Destination>, emulator: &Emulator) -> Self {
        let mut functions = BTreeMap::new();
        for Destination { arn, url } in destinations {
            if arn.starts_with("arn:aws:sns:") {
                emulator.create_topic(&arn, &url);
            } else {
                functions.insert(arn, url);
            }
        }
        Self(functions)
    }

    /// Whether something stands in for the function.
    pub fn has(&self, function: &str) -> bool {
        self.0.contains_key(function)
    }

    /// Gives what stands in for a function its event.
    pub async fn call(&self, function: &str, event: Bytes) -> io::Result<Response<Body>> {
        let url = self.0.get(function).map(String::as_str).unwrap_or_default();
        let (address, path) = url.trim_start_matches("http://").split_once('/').unwrap_or((url, ""));
        let request = Request::builder().method(Method::POST).uri(format!("/{path}"));
        let request = request.header("host", address).header("content-length", event.len()).body(full(event));
        let answered = wire::send(address, request.map_err(io::Error::other)?).await?;
        Ok(answered.map(incoming))
    }
}
