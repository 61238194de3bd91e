//! `bootstrap`: the service as Lambda functions. One binary is all of them; the handler setting says which one it is.
//!
//! Nothing is asked of AWS before the first request. What a function answers, the same `service` answers as in `coldforge serve`;
//! here is only what is different about where it runs: settings from the environment, requests as the gateway's events.

mod audit;
mod authorizer;
mod deliveries;
mod function;
mod gateway;
mod iam_session;
mod log;
mod maintenance;
mod metrics;
#[cfg(test)]
mod samples;
mod settings;
mod wiring;

use crate::function::Function;
use crate::gateway::Gateway;
use crate::iam_session::IamSessions;
use crate::settings::{Settings, SettingsError};
use crate::wiring::Wiring;
use lambda_runtime::{LambdaEvent, service_fn};
use std::convert::Infallible;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // When not even standard error can be written to, the exit code must do.
            _ = writeln!(std::io::stderr(), "bootstrap: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Why the process ends, or does not begin.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Connection(#[from] aws::ConnectionError),
    #[error("COLDFORGE_LOG: {0}")]
    Log(#[from] tracing_subscriber::filter::ParseError),
    #[error("the runtime cannot be started: {0}")]
    Runtime(#[from] std::io::Error),
    #[error("Lambda's runtime interface failed: {0}")]
    Lambda(#[source] lambda_runtime::Error),
}

fn run() -> Result<(), Ended> {
    let settings = Settings::from_environment()?;
    log::start(&settings.log, settings.metrics())?;
    // One request at a time, on one thread: what computes runs on threads of its own, for which a function may have a
    // second processor or not.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(serve(settings))
}

/// Answers invocations until Lambda ends the process.
async fn serve(settings: Settings) -> Result<(), Ended> {
    let wiring = Wiring::new(&settings)?;
    let ended = match settings.function {
        Function::GitAuthorizer => {
            let (service, secret) = (Arc::new(wiring.service(&settings)), settings.origin_secret);
            lambda_runtime::run(service_fn(move |event: LambdaEvent<authorizer::Question>| {
                let (service, secret) = (service.clone(), secret.clone());
                async move { authorizer::answer(&service, secret.as_deref(), event.payload).await }
            }))
            .await
        }
        Function::CreateIamSession => {
            let (service, hosts) = (wiring.service(&settings), settings.service.hosts);
            let sessions = Arc::new(IamSessions::new(service, settings.administrator, hosts));
            lambda_runtime::run(service_fn(move |event: LambdaEvent<gateway::Event>| {
                let sessions = sessions.clone();
                async move { Ok::<_, Infallible>(sessions.answer(event.payload).await) }
            }))
            .await
        }
        Function::ConsumeChanges => {
            let (notifier, workers) = (wiring.notifier(&settings), wiring.lane_workers(&settings)?);
            lambda_runtime::run(service_fn(move |event: LambdaEvent<deliveries::Batch>| {
                let (notifier, workers) = (notifier.clone(), workers.clone());
                async move { Ok::<_, Infallible>(deliveries::consume_changes(&notifier, &workers, event.payload).await) }
            }))
            .await
        }
        Function::DeliverLane => {
            let notifier = wiring.notifier(&settings);
            lambda_runtime::run(service_fn(move |event: LambdaEvent<deliveries::Work>| {
                let notifier = notifier.clone();
                async move { deliveries::deliver_lane(&notifier, &event.payload, &event.context.request_id).await }
            }))
            .await
        }
        Function::DeliverDueLanes => {
            let (notifier, workers) = (wiring.notifier(&settings), wiring.lane_workers(&settings)?);
            lambda_runtime::run(service_fn(move |_event: LambdaEvent<serde_json::Value>| {
                let (notifier, workers) = (notifier.clone(), workers.clone());
                async move { deliveries::deliver_due_lanes(&notifier, &workers).await }
            }))
            .await
        }
        Function::SweepDeletedRepositories => {
            lambda_runtime::run(service_fn(move |_event: LambdaEvent<serde_json::Value>| {
                let wiring = wiring.clone();
                async move { maintenance::sweep(&wiring).await }
            }))
            .await
        }
        _ => {
            let gateway = Arc::new(Gateway::new(wiring.service(&settings), settings.function, settings.origin_secret));
            lambda_runtime::run(service_fn(move |event: LambdaEvent<gateway::Event>| {
                let gateway = gateway.clone();
                async move { Ok::<_, Infallible>(gateway.answer(event.payload).await) }
            }))
            .await
        }
    };
    ended.map_err(Ended::Lambda)
}
