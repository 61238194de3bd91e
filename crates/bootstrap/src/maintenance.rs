//! The function that a timer runs.

use crate::wiring::Wiring;
use serde_json::{Value, json};

/// Removes what deleted repositories left behind. An invocation that fails is repeated by Lambda, and what it did not get to
/// waits for the next one.
pub(crate) async fn sweep(wiring: &Wiring) -> Result<Value, lambda_runtime::Error> {
    let swept = functions::background::sweep_deleted_repositories(&wiring.store, wiring.clock.now()).await?;
    Ok(json!({ "sweptRepositories": swept }))
}
