//! What the API's operations have in common.

use crate::check::{Check, Violation};
use crate::errors::ErrorCode;
use crate::json_api::JsonApi;
use crate::shapes::CreatePullRequestInput;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// An operation of an API.
pub trait Operation: 'static {
    /// The API it belongs to.
    const API: JsonApi;
    /// Its name, as in `X-Amz-Target: CodeCommit_20150413.<name>`.
    const NAME: &'static str;
    /// The errors that the model declares for it.
    const ERRORS: &'static [ErrorCode];
    /// What a request carries.
    type Input: Check + DeserializeOwned + Send + 'static;
    /// What a response carries; `()` for nothing.
    type Output: Serialize + Send + 'static;
}

/// The input of an operation that has none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Empty {}

impl Check for Empty {
    fn check(&self) -> Result<(), Violation> {
        Ok(())
    }
}

/// An input that names the repository it is about.
pub trait NamesRepository {
    /// The name, if the client sent one; not yet validated.
    fn repository_name(&self) -> Option<&str>;
}

/// What an input says of itself that policies may have conditions on.
pub trait Conditions {
    /// The full name of the ref that the request is about (condition key `codecommit:References`), if it is about one.
    fn reference(&self) -> Option<String> {
        None
    }

    /// The tags that the request sets, and the keys of those that it removes (`aws:RequestTag/…`, `aws:TagKeys`).
    fn request_tags(&self) -> Vec<(&str, Option<&str>)> {
        Vec::new()
    }
}

impl Conditions for Empty {}

/// The full name of a branch's ref.
pub(crate) fn branch_reference(branch: Option<&str>) -> Option<String> {
    branch.map(|branch| format!("refs/heads/{branch}"))
}

/// The full name of the branch that a commit specifier names; `None` when it names a commit.
pub(crate) fn specified_reference(specifier: Option<&str>) -> Option<String> {
    let specifier = specifier?;
    if specifier.starts_with("refs/") {
        return Some(specifier.to_owned());
    }
    let is_commit_id = specifier.len() == 40 && specifier.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_commit_id { None } else { branch_reference(Some(specifier)) }
}

/// An input that names the comment it is about.
pub trait NamesComment {
    /// The comment's id, if the client sent one; not yet validated.
    fn comment_id(&self) -> Option<&str>;
}

/// An input that may name the user that it is about, who is the caller otherwise.
pub trait NamesUser {
    /// The name, if the client sent one; not yet validated.
    fn user_name(&self) -> Option<&str>;
}

/// An input that names what it is about by its ARN.
pub trait NamesResource {
    /// The ARN, if the client sent one; not yet validated.
    fn resource_arn(&self) -> Option<&str>;
}

/// All targets of a pull request are in one repository, so that the first one tells which.
impl NamesRepository for CreatePullRequestInput {
    fn repository_name(&self) -> Option<&str> {
        self.targets.as_ref()?.first()?.repository_name.as_deref()
    }
}

/// An input that names the pull request it is about.
pub trait NamesPullRequest {
    /// The id, if the client sent one; not yet validated.
    fn pull_request_id(&self) -> Option<&str>;

    /// The name of the repository that the pull request is said to be in, if the input has that member and the client sent it;
    /// not yet validated.
    fn repository_name(&self) -> Option<&str> {
        None
    }
}
