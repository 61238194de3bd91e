//! What stands in for topics' subscribers, for functions that triggers call and for targets of a bus's rules: endpoints that keep
//! what arrives.

use super::aws_calls::Here;
use super::emulator::Emulator;
use super::template::text;
use super::wire::{self, Body, answer, full, incoming};
use crate::random::Random;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io;
use std::str::FromStr;

/// A topic, a function or a bus by its ARN, and the URL of what stands in for it: `ARN=URL`.
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

/// The functions that are not the deployment's own, and the buses.
#[derive(Debug, Default)]
pub struct Destinations(BTreeMap<String, String>);

impl Destinations {
    /// Makes the topics in the emulator, and keeps the others.
    pub fn new(destinations: Vec<Destination>, emulator: &Emulator) -> Self {
        let mut others = BTreeMap::new();
        for Destination { arn, url } in destinations {
            if arn.starts_with("arn:aws:sns:") {
                emulator.create_topic(&arn, &url);
            } else {
                others.insert(arn, url);
            }
        }
        Self(others)
    }

    /// Whether something stands in for the function or the bus.
    pub fn has(&self, arn: &str) -> bool {
        self.0.contains_key(arn)
    }

    /// Puts events on a bus: what stands in for a target of its rules gets each of them as `EventBridge` would hand it on
    /// (`EventBridge` user guide, "Event structure").
    pub async fn put_events(&self, bus: &str, request: &[u8], here: &Here) -> io::Result<Response<Body>> {
        let request: Value = serde_json::from_slice(request)?;
        let mut answered = Vec::new();
        for entry in request["Entries"].as_array().into_iter().flatten() {
            let mut random = Random::of_this_run();
            let id = format!("{:08x}-0000-4000-8000-{:012x}", random.below(1 << 32), random.below(1 << 48));
            let time = jiff::Timestamp::from_second(entry["Time"].as_f64().unwrap_or_default() as i64);
            let event = json!({
                "version": "0", "id": id, "detail-type": entry["DetailType"], "source": entry["Source"],
                "account": here.account, "time": time.map_err(io::Error::other)?.to_string(), "region": here.region,
                "resources": entry["Resources"], "detail": serde_json::from_str::<Value>(&text(&entry["Detail"]))?,
            });
            let taken = self.call(bus, event.to_string().into()).await?;
            if !taken.status().is_success() {
                return Ok(taken);
            }
            answered.push(json!({ "EventId": id }));
        }
        let body = json!({ "FailedEntryCount": 0, "Entries": answered });
        Ok(answer(200, HeaderMap::new(), body.to_string()))
    }

    /// Gives what stands in for a function or a bus an event.
    pub async fn call(&self, arn: &str, event: Bytes) -> io::Result<Response<Body>> {
        let url = self.0.get(arn).map(String::as_str).unwrap_or_default();
        let (address, path) = url.trim_start_matches("http://").split_once('/').unwrap_or((url, ""));
        let request = Request::builder().method(Method::POST).uri(format!("/{path}"));
        let request = request.header("host", address).header("content-length", event.len()).body(full(event));
        let answered = wire::send(address, request.map_err(io::Error::other)?).await?;
        Ok(answered.map(incoming))
    }
}
