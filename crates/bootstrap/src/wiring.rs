//! The service over the adapters of an AWS account.

use crate::audit::PrintedRecords;
use crate::deliveries::LaneWorkers;
use crate::settings::{Settings, SettingsError};
use aws::{AwsPublisher, Connection, ConnectionError, DynamoTable, Encryption, KmsKeys, S3Blobs};
use egress::Egress;
use notify::Notifier;
use ports::clock::{Clock, SystemClock};
use ports::{EncryptionContext, Keys, Poster, Publisher};
use service::{Operations, Service};
use std::sync::Arc;
use store::Store;

/// In which blocks packs are looked at.
const BLOCK_BYTES: usize = 64 * 1024;

/// The adapters. Making them asks nothing of AWS.
#[derive(Clone)]
pub(crate) struct Wiring {
    /// All state.
    pub(crate) store: Store,
    /// The time.
    pub(crate) clock: Arc<dyn Clock>,
    keys: Arc<dyn Keys>,
    publisher: Arc<dyn Publisher>,
    poster: Arc<dyn Poster>,
}

impl Wiring {
    /// The adapters for these settings, with the credentials of the function's role.
    pub(crate) fn new(settings: &Settings) -> Result<Self, ConnectionError> {
        let connection = Connection::from_environment()?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let encryption = Encryption { key_id: settings.key_arn.clone(), context: EncryptionContext::new() };
        let store = Store::new(store::Components {
            table: Arc::new(DynamoTable::new(&connection, &settings.table, clock.clone())),
            feed: None,
            blobs: Arc::new(S3Blobs::new(&connection, &settings.bucket).with_encryption(encryption)),
            clock: clock.clone(),
            scratch: settings.scratch.clone(),
            block_size: BLOCK_BYTES,
            block_cache_bytes: settings.cache_bytes,
            object_cache_bytes: settings.cache_bytes,
        });
        let keys = Arc::new(KmsKeys::new(&connection, &settings.key_arn));
        let publisher = Arc::new(AwsPublisher::new(&connection));
        let poster = Arc::new(Egress::new(settings.webhook_allow.clone()));
        Ok(Self { store, clock, keys, publisher, poster })
    }

    /// The service, as `coldforge serve` runs it.
    pub(crate) fn service(&self, settings: &Settings) -> Service {
        let components = service::Components {
            store: self.store.clone(),
            keys: self.keys.clone(),
            publisher: self.publisher.clone(),
            poster: self.poster.clone(),
            clock: self.clock.clone(),
            audit: Arc::new(PrintedRecords),
            trail: None,
        };
        let operations = Operations {
            api: functions::operations(),
            query: functions::query_operations(),
            git: functions::git_entries(),
        };
        Service::new(components, settings.service.clone(), operations)
    }

    /// What tells others, as `coldforge serve` runs it.
    pub(crate) fn notifier(&self, settings: &Settings) -> Notifier {
        let components = notify::Components {
            store: self.store.clone(),
            publisher: self.publisher.clone(),
            poster: self.poster.clone(),
            keys: self.keys.clone(),
            clock: self.clock.clone(),
        };
        let service = &settings.service;
        Notifier::new(
            components,
            notify::Settings {
                region: service.region.clone(),
                account: service.account.clone(),
                endpoint: service.endpoint.clone(),
                console: settings.console.clone(),
                bus: settings.bus.clone(),
            },
        )
    }

    /// Those who deliver what waits in lanes.
    pub(crate) fn lane_workers(&self, settings: &Settings) -> Result<LaneWorkers, SettingsError> {
        let function = settings.lane_worker.clone().ok_or(SettingsError::Missing("COLDFORGE_LANE_WORKER"))?;
        Ok(LaneWorkers::new(self.publisher.clone(), function))
    }
}
