//! `MapIamPrincipal`: lets a user or role of AWS IAM sign in as a user here.

use super::wire;
use crate::unchanged_user::Unchanged;
use api::ErrorCode;
use api::own::{MapIamPrincipalInput, MapIamPrincipalOutput};
use domain::iam_principal::MOST_IAM_PRINCIPALS;
use service::{Authorized, Context, Failure, Result, UserOrCaller};
use store::{IamPrincipalRecord, User, UserEdit};

/// Maps it. One that is mapped to the user already is left as it is.
pub(crate) async fn map_iam_principal(
    cx: Context,
    user: Authorized<UserOrCaller>,
    input: MapIamPrincipalInput,
) -> Result<MapIamPrincipalOutput> {
    cx.require_long_term_credentials("MapIamPrincipal")?;
    let principal = wire::principal(input.principal_arn)?;
    if let Some(known) = user.iam_principals.iter().find(|known| known.principal == principal) {
        return Ok(MapIamPrincipalOutput { iam_principal: Some(wire::told(&user, known)) });
    }
    if cx.store.find_iam_principal(&principal).await?.is_some() {
        let words = format!("{principal} signs in as another user; it has to be unmapped first");
        return Err(Failure::new(ErrorCode::IamPrincipalAlreadyMappedException, words));
    }
    let record = IamPrincipalRecord { principal, unique_id: None, created: cx.now() };
    let add = |user: &User| -> std::result::Result<_, Unchanged> {
        if user.iam_principals.len() >= MOST_IAM_PRINCIPALS {
            let words = format!("a user has at most {MOST_IAM_PRINCIPALS} IAM principals");
            return Err(Failure::new(ErrorCode::MaximumIamPrincipalsExceededException, words).into());
        }
        Ok(vec![UserEdit::PutIamPrincipal(record.clone())])
    };
    cx.store.change_user(&cx.actor(), &user.summary.name, add).await?;
    cx.identities_changed();
    Ok(MapIamPrincipalOutput { iam_principal: Some(wire::told(&user, &record)) })
}
