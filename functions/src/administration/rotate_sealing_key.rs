//! `RotateSealingKey`: seals under a new key from now on.

use api::own::{RotateSealingKeyInput, RotateSealingKeyOutput};
use service::{Account, Authorized, Context, Failure, Result};

/// Makes a new version of the sealing key. What older versions sealed stays readable and is sealed anew when it is used.
pub(crate) async fn rotate_sealing_key(
    cx: Context,
    _account: Authorized<Account>,
    _input: RotateSealingKeyInput,
) -> Result<RotateSealingKeyOutput> {
    let version = cx.rotate_sealing_key().await?;
    Ok(RotateSealingKeyOutput { key_version: Some(i32::try_from(version).map_err(Failure::internal)?) })
}
