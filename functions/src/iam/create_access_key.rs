//! `CreateAccessKey`: gives a user a key for signing requests.

use super::inputs::failure;
use super::wire;
use service::{Authorized, Context, QueryError, QueryInput, Result, UserOrCaller, Xml};
use store::{AccessKeyRecord, User, UserEdit};

/// The most keys a user may have (AWS IAM quotas): one in use, and the one that replaces it.
const MOST: usize = 2;

/// Makes a key. Its secret is told only now.
pub(crate) async fn create_access_key(cx: Context, user: Authorized<UserOrCaller>, _input: QueryInput) -> Result<Xml> {
    let name = &user.summary.name;
    let new = cx.new_access_key(name).await?;
    let key = AccessKeyRecord { id: new.id.clone(), active: true, created: cx.now(), sessions_valid_after: None };
    let add = |user: &User| -> Result<_> {
        if user.access_keys.len() >= MOST {
            return Err(failure(QueryError::LimitExceeded, format!("a user has at most {MOST} access keys")));
        }
        Ok(vec![UserEdit::PutAccessKey { key: key.clone(), sealed: new.sealed.clone() }])
    };
    cx.store.change_user(&cx.actor(), name, add).await?;
    let made = wire::access_key(&user, &key).text("SecretAccessKey", new.secret.expose());
    Ok(Xml::new().nested("AccessKey", &made))
}
