//! IAM principals as the API names and shows them.

use crate::inputs::invalid;
use api::own;
use domain::IamPrincipal;
use service::Result;
use store::{IamPrincipalRecord, User};

/// The principal that an input names.
pub(crate) fn principal(arn: Option<String>) -> Result<IamPrincipal> {
    IamPrincipal::of_arn(&arn.unwrap_or_default()).map_err(|error| invalid("principalArn", error))
}

/// What is told of a principal of a user.
pub(crate) fn told(user: &User, record: &IamPrincipalRecord) -> own::IamPrincipal {
    own::IamPrincipal {
        principal: Some(record.principal.to_string()),
        user_name: Some(user.summary.name.to_string()),
        unique_id: record.unique_id.clone(),
        creation_date: Some(record.created.into()),
    }
}
