//! `CreateServiceSpecificCredential`: gives a user a user name and password for git.

use super::inputs::{failure, git_service};
use super::wire;
use domain::{UniqueId, UniqueIdKind};
use service::{Authorized, Context, QueryError, QueryInput, Result, Xml};
use store::{GitCredentialRecord, User, UserEdit};

/// The most Git passwords a user may have (AWS IAM quotas).
const MOST: usize = 2;

/// Makes a user name and password. The password is told only now.
pub(crate) async fn create_service_specific_credential(
    cx: Context,
    user: Authorized<User>,
    input: QueryInput,
) -> Result<Xml> {
    git_service(input.required("ServiceName")?)?;
    let name = &user.summary.name;
    let new = cx.new_git_password(name).await?;
    let id = store::unique_id(UniqueIdKind::ServiceCredential)?;
    let add = |user: &User| -> Result<_> {
        if user.git_credentials.len() >= MOST {
            return Err(failure(QueryError::LimitExceeded, format!("a user has at most {MOST} Git passwords")));
        }
        let credential = credential(&cx, user, &id, &new.id);
        Ok(vec![UserEdit::PutGitCredential { credential, sealed: new.sealed.clone() }])
    };
    cx.store.change_user(&cx.actor(), name, add).await?;
    let made =
        wire::git_credential(&user, &credential(&cx, &user, &id, &new.id)).text("ServicePassword", new.secret.expose());
    Ok(Xml::new().nested("ServiceSpecificCredential", &made))
}

/// The user's name for git says whose it is; the second one tells itself from the first.
fn credential(cx: &Context, user: &User, id: &UniqueId, credential: &str) -> GitCredentialRecord {
    let (name, account) = (&user.summary.name, &cx.settings.account);
    let first = format!("{name}-at-{account}");
    let taken = user.git_credentials.iter().any(|known| known.user_name == first);
    let user_name = if taken { format!("{name}+1-at-{account}") } else { first };
    GitCredentialRecord {
        id: id.to_string(),
        user_name,
        credential: credential.to_owned(),
        active: true,
        created: cx.now(),
    }
}
