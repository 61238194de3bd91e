//! The `coldforge` program: the service on one machine, and commands that call a service.

mod administrator;
mod cli;
mod clock;
mod commands;
mod deliver;
mod log;
mod port_log;
mod serve;
mod server;
mod tls;

use clap::Parser;
use cli::{Cli, Command, Serve};
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

/// Fetches run on many threads, one after the other, and what the caches keep of them lies between what they give back.
/// With the C library's allocator the process therefore grew with every large fetch (measured with the soak's 50,000
/// commits: 76, 87, 109 MB); this one returns whole pages from any thread, and stays where it was.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// How long work that no request waits for any more may take when the program ends.
const LAST_WORK: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Serve(options) => serve(*options),
        Command::Call(call) => commands::run(call.run()),
        Command::Webhook(webhook) => commands::run(webhook.run()),
        Command::Notification(notification) => commands::run(notification.run()),
        Command::CredentialProcess(process) => commands::run(process.run()),
        Command::GitCredential(credential) => commands::run(credential.run()),
        Command::IamPrincipal(principal) => commands::run(principal.run()),
        Command::Audit(audit) => commands::run(audit.run()),
        Command::Token(token) => commands::run(token.run()),
        Command::Protection(protection) => commands::run(protection.run()),
        Command::Status(status) => commands::run(status.run()),
    }
}

fn serve(options: Serve) -> ExitCode {
    if let Err(error) = log::start(options.log_format, &options.log) {
        return fail(&format!("--log: {error}"));
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("the runtime cannot be started: {error}")),
    };
    let served = runtime.block_on(serve::serve(options));
    runtime.shutdown_timeout(LAST_WORK);
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string()),
    }
}

/// Says what went wrong where the shell shows it.
fn fail(message: &str) -> ExitCode {
    // When not even standard error can be written to, the exit code must do.
    _ = writeln!(std::io::stderr(), "coldforge: {message}");
    ExitCode::FAILURE
}
