//! `UpdateAccessKey`: makes an access key active or inactive, which ends its sessions.

use super::inputs::{active, missing};
use service::{Authorized, Context, QueryInput, Result, UserOrCaller, Xml};
use store::{AccessKeyRecord, User, UserEdit};

/// Makes a key of the user active or inactive. Sessions that were asked for with it end for good when it becomes inactive.
pub(crate) async fn update_access_key(cx: Context, user: Authorized<UserOrCaller>, input: QueryInput) -> Result<Xml> {
    let (id, active) = (input.required("AccessKeyId")?, active(&input)?);
    let unknown = || missing("access key", id.escape_debug());
    if !user.access_keys.iter().any(|key| key.id == id) {
        return Err(unknown());
    }
    let sealed = cx.credential_made(id, active).await?.ok_or_else(unknown)?;
    let change = |user: &User| -> Result<_> {
        let key = user.access_keys.iter().find(|key| key.id == id).ok_or_else(unknown)?;
        let sessions_valid_after = if active { key.sessions_valid_after } else { Some(cx.now()) };
        let key = AccessKeyRecord { active, sessions_valid_after, ..key.clone() };
        Ok(vec![UserEdit::PutAccessKey { key, sealed: sealed.clone() }])
    };
    cx.store.change_user(&cx.actor(), &user.summary.name, change).await?;
    Ok(Xml::new())
}
