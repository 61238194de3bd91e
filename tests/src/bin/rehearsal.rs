//! `rehearsal serve`: brings the synthesized template up on this machine and serves it, like `coldforge serve` to those who use it.
//! `rehearsal left-out`: lists the journeys that need `coldforge serve` and so do not go through it, with their reasons.
//!
//! What happens inside is told on standard error, one JSON object a line with a field `rehearsal`, among the functions' own log lines.

#![expect(clippy::print_stderr, clippy::print_stdout, reason = "it is a command-line tool")]
#![expect(clippy::unwrap_used, reason = "what is not there ends a rehearsal")]

use clap::{Parser, Subcommand};
use http::HeaderMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tests::door::LeftOut;
use tests::rehearsal::aws_calls::Here;
use tests::rehearsal::aws_door::Behind;
use tests::rehearsal::destinations::{Destination, Destinations};
use tests::rehearsal::edge::Edge;
use tests::rehearsal::emulator::Emulator;
use tests::rehearsal::faults::Faults;
use tests::rehearsal::gateway::Gateway;
use tests::rehearsal::iam::Principals;
use tests::rehearsal::lambda::Lambda;
use tests::rehearsal::template::{Place, Template};
use tests::rehearsal::{administrator, aws_door, clock, stream, wire};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Serve(Box<Options>),
    LeftOut,
}

#[derive(clap::Args)]
struct Options {
    #[arg(long)]
    data_dir: PathBuf,
    #[arg(long)]
    listen: SocketAddr,
    #[arg(long)]
    region: String,
    #[arg(long)]
    account_id: String,
    #[arg(long)]
    log_format: Option<String>,
    /// What stands in for a subscriber of the topic, for the function, or for a target of the bus, with this ARN.
    #[arg(long, value_name = "ARN=URL")]
    destination: Vec<Destination>,
    /// The IAM principal that is the administrator when it signs in, as the setting `adminPrincipalArn` of a deployment has it.
    #[arg(long, value_name = "ARN")]
    admin_principal_arn: Option<String>,
    #[arg(long)]
    webhook_allow: Vec<String>,
    #[arg(long)]
    max_repositories: Option<usize>,
    #[arg(long)]
    max_approval_rule_templates: Option<usize>,
    #[arg(long)]
    max_open_pull_requests: Option<usize>,
    #[arg(long)]
    max_token_days: Option<usize>,
    #[arg(long, env = "COLDFORGE_MAX_FAILED_SIGN_INS_OF_ADDRESS")]
    max_failed_sign_ins_of_address: Option<usize>,
    #[arg(long, env = "COLDFORGE_MAX_FAILED_SIGN_INS_OF_CREDENTIAL")]
    max_failed_sign_ins_of_credential: Option<usize>,
}

/// What CloudFront tells the functions.
const ORIGIN_SECRET: &str = "the-secret-of-the-rehearsed-distribution";

fn main() {
    match Cli::parse().command {
        Command::Serve(options) => serve(*options),
        Command::LeftOut => LeftOut::all().iter().for_each(|left_out| println!("{left_out}")),
    }
}

#[tokio::main]
async fn serve(options: Options) {
    let listener = match TcpListener::bind(options.listen).await {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("cannot listen on {}: {error}", options.listen);
            std::process::exit(1);
        }
    };
    std::fs::create_dir_all(&options.data_dir).unwrap();
    let (region, account) = (options.region.as_str(), options.account_id.as_str());
    let emulator = Arc::new(Emulator::start(region));
    let key_arn = emulator.create_key();
    let place = Place {
        region: region.to_owned(),
        account: account.to_owned(),
        host: listener.local_addr().unwrap().to_string(),
        origin_secret: ORIGIN_SECRET.to_owned(),
        key_arn: key_arn.clone(),
    };
    let template = Template::read(&Template::file(), place);
    emulator.create(&template);

    let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut environment = vec![
        ("AWS_ENDPOINT_URL".to_owned(), format!("http://{}", door.local_addr().unwrap())),
        ("AWS_REGION".to_owned(), region.to_owned()),
        ("TMPDIR".to_owned(), scratch(&options)),
        ("COLDFORGE_WEBHOOK_ALLOW".to_owned(), options.webhook_allow.join(",")),
    ];
    for (name, quota) in [
        ("COLDFORGE_MAX_REPOSITORIES", options.max_repositories),
        ("COLDFORGE_MAX_APPROVAL_RULE_TEMPLATES", options.max_approval_rule_templates),
        ("COLDFORGE_MAX_OPEN_PULL_REQUESTS", options.max_open_pull_requests),
        ("COLDFORGE_MAX_TOKEN_DAYS", options.max_token_days),
        ("COLDFORGE_MAX_FAILED_SIGN_INS_OF_ADDRESS", options.max_failed_sign_ins_of_address),
        ("COLDFORGE_MAX_FAILED_SIGN_INS_OF_CREDENTIAL", options.max_failed_sign_ins_of_credential),
    ] {
        environment.extend(quota.map(|quota| (name.to_owned(), quota.to_string())));
    }
    environment.extend(options.admin_principal_arn.clone().map(|arn| ("COLDFORGE_ADMIN_ARN".to_owned(), arn)));
    let mut functions = template.functions();
    for function in &mut functions {
        let endpoint = function.environment.get_mut("COLDFORGE_ENDPOINT").unwrap();
        *endpoint = endpoint.replace("https://", "http://");
    }
    // Which keys there are is told where `coldforge serve` keeps its own.
    let keys = serde_json::json!({"keys": [{"id": key_arn.rsplit('/').next(), "enabled": true}]});
    std::fs::write(options.data_dir.join("keys.json"), keys.to_string()).unwrap();
    let faults = Arc::new(Faults::from_environment());
    let made = administrator::make(&functions[0], &emulator.address, region);
    let lambda = Arc::new(Lambda::new(functions, bootstrap(), environment, (region, account), faults.clone()));
    let here = Here { region: region.to_owned(), account: account.to_owned(), key_arn };
    let destinations = Destinations::new(options.destination.clone(), &emulator);
    let behind = Behind { emulator: emulator.address.clone(), here, lambda: lambda.clone(), destinations, faults };
    tokio::spawn(aws_door::open(door, behind));
    clock::start(&template, &lambda);
    let principals = Arc::new(Principals::from_environment());
    let gateway = || Gateway::new(&template, lambda.clone(), principals.clone(), (region, account));
    let (direct, edge) = (Arc::new(gateway()), Arc::new(Edge::new(&template, gateway())));
    let credentials = serde_json::to_vec_pretty(&made).unwrap();
    std::fs::write(options.data_dir.join("admin-credentials.json"), credentials).unwrap();

    let serving = wire::serve(listener, move |request, peer| {
        let (edge, direct) = (edge.clone(), direct.clone());
        async move {
            match request.uri().path() {
                "/healthz" => wire::answer(200, HeaderMap::new(), "ok\n"),
                _ if Gateway::is_addressed(request.headers()) => direct.respond_to(request, peer).await,
                _ => edge.respond(request, peer).await,
            }
        }
    });
    let (mut terminate, mut interrupt) =
        (signal(SignalKind::terminate()).unwrap(), signal(SignalKind::interrupt()).unwrap());
    tokio::select! {
        () = serving => {}
        () = stream::follow(&template, emulator, lambda) => {}
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Where the functions work on files.
fn scratch(options: &Options) -> String {
    let scratch = options.data_dir.join("scratch");
    std::fs::create_dir_all(&scratch).unwrap();
    scratch.display().to_string()
}

/// The functions' program: `COLDFORGE_BOOTSTRAP`, or the one built beside this.
fn bootstrap() -> PathBuf {
    match std::env::var_os("COLDFORGE_BOOTSTRAP") {
        Some(program) => program.into(),
        None => std::env::current_exe().unwrap().with_file_name("bootstrap"),
    }
}
