//! `SimulatePrincipalPolicy`: tells what a user's policies decide over actions.

use super::simulation;
use service::{Authorized, Context, PolicySource, QueryInput, Result, Xml};

/// Decides as for a request of the user, with the policies of the request added.
pub(crate) async fn simulate_principal_policy(
    cx: Context,
    user: Authorized<PolicySource>,
    input: QueryInput,
) -> Result<Xml> {
    simulation::answer(&cx, Some(&user), &input).await
}
