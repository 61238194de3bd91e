//! `coldforge serve`: puts the service together on the embedded adapters and runs it until it is told to stop.

use crate::administrator::{self, AdministratorError, Place};
use crate::cli::Serve;
use crate::clock;
use crate::deliver::Deliveries;
use crate::port_log;
use crate::server::{self, Answer};
use crate::tls::{self, TlsError};
use domain::{AccountId, EventBus, Region};
use egress::Egress;
use embedded::{AuditFiles, DataDirectory, HttpPublisher, OpenError};
use http::{Request, Response};
use notify::Notifier;
use ports::clock::Clock;
use ports::decorators::{Decorated, Recorder};
use ports::{Blobs, Poster, Publisher, Table};
use service::{Body, Operations, Peer, Quotas, Service, Settings, Vault};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// In which blocks packs are looked at. Sixteen are read at once, which is enough where a read is a system call.
const BLOCK_BYTES: usize = 16 * 1024;
/// How much memory the pieces may take in which packs are read: enough to hold the index and graph part of a repository of a
/// hundred thousand objects.
const BLOCK_CACHE_BYTES: u64 = 16 << 20;
/// How much memory decoded objects may take.
const OBJECT_CACHE_BYTES: u64 = 16 << 20;

/// How often deleted repositories are looked for.
const SWEEP_PAUSE: Duration = Duration::from_secs(60);

/// Why the service does not run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeError {
    #[error("{0}")]
    Setting(String),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Administrator(#[from] AdministratorError),
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("cannot listen on {address}: {source}")]
    Listen { address: SocketAddr, source: io::Error },
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// Serves until SIGTERM or SIGINT, then finishes what is running. A second signal ends it at once.
pub(crate) async fn serve(options: Serve) -> Result<(), ServeError> {
    let region = Region::parse(options.region.as_str()).map_err(|error| ServeError::Setting(error.to_string()))?;
    let account =
        AccountId::parse(options.account_id.as_str()).map_err(|error| ServeError::Setting(error.to_string()))?;
    let tls = match (&options.tls_certificate, &options.tls_key) {
        (Some(certificate), Some(key)) => Some(tls::acceptor(certificate, key)?),
        _ => None,
    };
    if !options.listen.ip().is_loopback() && tls.is_none() {
        return Err(ServeError::Setting(format!(
            "{} can be reached from other machines, where passwords must not travel in the clear: give --tls-certificate \
             and --tls-key, or listen on 127.0.0.1",
            options.listen
        )));
    }
    let clock = clock::clock().map_err(ServeError::Setting)?;
    let destinations = options.destinations.iter().cloned().collect();
    let bus = bus(&options.destinations)?;
    let publisher = HttpPublisher::new(destinations, clock.clone())
        .map_err(|error| ServeError::Setting(format!("--destination: {error}")))?;
    let signals = count_signals()?;
    let directory = DataDirectory::open(&options.data_dir)?;
    let audit = AuditFiles::open(directory.path().join("audit"), clock.clone(), options.audit_retention_days)?;
    let listen_error = |source| ServeError::Listen { address: options.listen, source };
    let listener = TcpListener::bind(options.listen).await.map_err(listen_error)?;
    let address = listener.local_addr()?;

    let hosts = hosts(&options.hosts, address)?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let endpoint = format!("{scheme}://{}", hosts[0]);
    let recorder = port_log::recorder();
    let store = store(&directory, clock.clone(), recorder.as_ref());
    // What goes on between requests is not to be counted with them.
    let background = if recorder.is_some() { self::store(&directory, clock.clone(), None) } else { store.clone() };
    let publisher: Arc<dyn Publisher> = Arc::new(publisher);
    let poster: Arc<dyn Poster> = Arc::new(Egress::new(options.webhook_allow));
    let keys = directory.keys();
    let notifier = Notifier::new(
        notify::Components {
            store: background.clone(),
            publisher: publisher.clone(),
            poster: poster.clone(),
            keys: keys.clone(),
            clock: clock.clone(),
        },
        notify::Settings {
            region: region.clone(),
            account: account.clone(),
            endpoint: endpoint.clone(),
            console: options.console.map(|console| console.trim_end_matches('/').to_owned()),
            bus,
        },
    );
    let mut deliveries = Deliveries::resume(background.clone(), notifier).await?;
    deliveries.catch_up().await?;
    let place = Place { endpoint: &endpoint, region: &region, account: &account };
    let vault = Vault::new(store.clone(), keys.clone(), clock.clone());
    if let Some(made) = administrator::ensure(&store, &vault, directory.path(), &place).await? {
        show(&administrator::welcome(&made, &administrator::file(directory.path())))?;
    }

    let quotas = Quotas {
        repositories: options.max_repositories,
        approval_rule_templates: options.max_approval_rule_templates,
        open_pull_requests: options.max_open_pull_requests,
        token_days: options.max_token_days,
        failed_sign_ins_of_address: options.max_failed_sign_ins_of_address,
        failed_sign_ins_of_credential: options.max_failed_sign_ins_of_credential,
    };
    let settings = Settings { region, account, endpoint: endpoint.clone(), hosts, quotas };
    let audit = Arc::new(audit);
    let components = service::Components {
        store,
        keys,
        publisher,
        poster,
        clock: clock.clone(),
        audit: audit.clone(),
        trail: Some(audit),
    };
    let operations = Operations {
        api: functions::operations(),
        query: functions::query_operations(),
        git: functions::git_entries(),
    };
    let service = Service::new(components, settings, operations);
    let sweeper = tokio::spawn(sweep(background, clock));
    let deliverer = tokio::spawn(deliveries.run());
    tracing::info!(endpoint, data = %directory.path().display(), "serving");
    let (mut once, mut twice) = (signals.clone(), signals);
    let stop = async { _ = once.wait_for(|count| *count >= 1).await };
    let give_up = async { _ = twice.wait_for(|count| *count >= 2).await };
    server::serve(listener, tls, Arc::new(Local { service, recorder }), stop, give_up).await;
    sweeper.abort();
    deliverer.abort();
    Ok(())
}

/// The bus among the destinations: there is one at most, which gets every event.
fn bus<T>(destinations: &[(String, T)]) -> Result<Option<EventBus>, ServeError> {
    let mut buses = destinations.iter().filter_map(|(arn, _)| EventBus::parse(arn.as_str()));
    let bus = buses.next();
    match buses.next() {
        Some(other) => Err(ServeError::Setting(format!("--destination: {} is a second event bus", other.as_str()))),
        None => Ok(bus),
    }
}

/// How many times the process was asked to stop.
fn count_signals() -> io::Result<watch::Receiver<u32>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (count, counted) = watch::channel(0);
    tokio::spawn(async move {
        loop {
            tokio::select! { _ = terminate.recv() => {} _ = interrupt.recv() => {} }
            count.send_modify(|count| *count += 1);
        }
    });
    Ok(counted)
}

/// The hosts that clients may sign for. Without `--host`, the address itself and, on this machine, its name.
fn hosts(given: &[String], address: SocketAddr) -> Result<Vec<String>, ServeError> {
    if !given.is_empty() {
        let with_port =
            given.iter().filter(|host| !host.contains(':')).map(|host| format!("{host}:{}", address.port()));
        return Ok(given.iter().cloned().chain(with_port).collect());
    }
    if address.ip().is_unspecified() {
        return Err(ServeError::Setting(format!(
            "clients cannot be told to connect to {}: name the host they use with --host",
            address.ip()
        )));
    }
    let mut hosts = vec![address.to_string()];
    if address.ip().is_loopback() {
        hosts.push(format!("localhost:{}", address.port()));
    }
    Ok(hosts)
}

fn store(directory: &DataDirectory, clock: Arc<dyn Clock>, recorder: Option<&Recorder>) -> Store {
    let (mut table, mut blobs): (Arc<dyn Table>, Arc<dyn Blobs>) = (directory.table(), directory.blobs());
    if let Some(recorder) = recorder {
        table = Arc::new(Decorated::new(table, recorder.clone()));
        blobs = Arc::new(Decorated::new(blobs, recorder.clone()));
    }
    Store::new(store::Components {
        table,
        feed: Some(directory.table()),
        blobs,
        clock,
        scratch: directory.scratch().to_owned(),
        block_size: BLOCK_BYTES,
        block_cache_bytes: BLOCK_CACHE_BYTES,
        object_cache_bytes: OBJECT_CACHE_BYTES,
    })
}

/// Removes what deleted repositories leave behind, for ever.
async fn sweep(store: Store, clock: Arc<dyn Clock>) {
    loop {
        if let Err(error) = functions::background::sweep_deleted_repositories(&store, clock.now()).await {
            tracing::warn!(%error, "deleted repositories could not be swept; another try follows");
        }
        tokio::time::sleep(SWEEP_PAUSE).await;
    }
}

/// Standard output is for what a person keeps; the log goes to standard error.
fn show(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

struct Local {
    service: Service,
    recorder: Option<Recorder>,
}

impl Answer for Local {
    async fn answer(&self, request: Request<Body>, peer: Peer) -> Response<Body> {
        let Some(recorder) = self.recorder.clone() else {
            return self.service.handle(request, peer).await;
        };
        recorder.reset();
        let response = self.service.handle(request, peer).await;
        response.map(|body| body.at_end(move |_bytes| port_log::tell(&recorder)))
    }
}
