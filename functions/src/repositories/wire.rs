//! Repositories as the API shows them.

use api::{RepositoryMetadata, Timestamp};
use service::{Context, Result};
use store::Repository;

/// The metadata of a repository. SSH is not spoken, so there is no SSH clone URL.
pub(crate) async fn metadata(cx: &Context, repository: &Repository) -> Result<RepositoryMetadata> {
    Ok(RepositoryMetadata {
        account_id: Some(cx.settings.account.to_string()),
        repository_id: Some(repository.id().to_string()),
        repository_name: Some(repository.name().to_string()),
        repository_description: repository.description().map(str::to_owned),
        default_branch: repository.default_branch().map(ToString::to_string),
        last_modified_date: Some(Timestamp::from(repository.last_modified().await?)),
        creation_date: Some(Timestamp::from(repository.created())),
        clone_url_http: Some(format!("{}/v1/repos/{}", cx.settings.endpoint, repository.name())),
        clone_url_ssh: None,
        arn: Some(cx.arn(repository.name()).to_string()),
        kms_key_id: repository.kms_key_id().map(str::to_owned),
    })
}
