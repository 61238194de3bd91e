//! `SimulateCustomPolicy`: tells what given policies decide over actions.

use super::inputs::failure;
use super::simulation;
use service::{Account, Authorized, Context, QueryError, QueryInput, Result, Xml};

/// Decides by the policies of the request alone.
pub(crate) async fn simulate_custom_policy(
    cx: Context,
    _account: Authorized<Account>,
    input: QueryInput,
) -> Result<Xml> {
    if input.list("PolicyInputList").is_empty() {
        return Err(failure(QueryError::ValidationError, "PolicyInputList is required"));
    }
    simulation::answer(&cx, None, &input).await
}
