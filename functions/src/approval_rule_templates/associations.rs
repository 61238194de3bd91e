//! Associations of templates with repositories, one by one and many at once.

use super::wire::{missing_template, template_name};
use api::ErrorCode;
use domain::{ApprovalRuleTemplateName, RepositoryName};
use service::{Code, Context, Failure, Result};
use std::collections::BTreeSet;
use store::{AssociateTemplateError, Repository};

/// The most repositories one request may name (AWS CodeCommit API reference, `MaximumRepositoryNamesExceededException`).
const MOST_NAMES: usize = 100;

/// What a request about many repositories is to do with each.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wish {
    /// Associate it with the template.
    Associate,
    /// End the association.
    Disassociate,
}

/// One repository for which a request about many did nothing, and why.
#[derive(Debug)]
pub(crate) struct Refused {
    /// The name as it was given.
    pub(crate) repository_name: String,
    /// The name of the error that the same request about this repository alone would get.
    pub(crate) code: String,
    /// Words for the caller.
    pub(crate) message: String,
}

/// Associates a template with many repositories, or ends that, one after the other. Each is all done or told to be refused.
pub(crate) async fn for_each(
    cx: &Context,
    action: &str,
    template: Option<String>,
    names: Option<Vec<String>>,
    wish: Wish,
) -> Result<(Vec<String>, Vec<Refused>)> {
    let template = template_name(template)?;
    let names = names.unwrap_or_default();
    if names.len() > MOST_NAMES {
        return Err(Failure::new(
            ErrorCode::MaximumRepositoryNamesExceededException,
            format!("at most {MOST_NAMES} repository names can be given at once"),
        ));
    }
    for name in names.iter().filter_map(|name| RepositoryName::parse(name.as_str()).ok()) {
        cx.authorize(action, &name).await?;
    }
    if cx.store.find_approval_rule_template(&template).await?.is_none() {
        return Err(missing_template(&template));
    }
    let (mut done, mut refused, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for name in names {
        if !seen.insert(name.clone()) {
            continue;
        }
        match one(cx, &template, &name, wish).await {
            Ok(()) => done.push(name),
            Err(failure) => match failure.code() {
                // Told for all of them, as it is when the template is missing from the beginning.
                Code::Api(ErrorCode::ApprovalRuleTemplateDoesNotExistException) => return Err(failure),
                Code::Api(code) => refused.push(Refused {
                    repository_name: name,
                    code: code.as_str().to_owned(),
                    message: failure.message().to_owned(),
                }),
                _ => return Err(failure),
            },
        }
    }
    Ok((done, refused))
}

async fn one(cx: &Context, template: &ApprovalRuleTemplateName, name: &str, wish: Wish) -> Result<()> {
    let repository = find(cx, name).await?;
    let done = match wish {
        Wish::Associate => repository.associate_approval_rule_template(&cx.actor(), template).await,
        Wish::Disassociate => repository.disassociate_approval_rule_template(&cx.actor(), template).await,
    };
    done.map(drop).map_err(failure)
}

async fn find(cx: &Context, name: &str) -> Result<Repository> {
    let name = RepositoryName::parse(name)
        .map_err(|error| Failure::new(ErrorCode::InvalidRepositoryNameException, error.to_string()))?;
    cx.store.find_repository(&name).await?.ok_or_else(|| {
        Failure::new(ErrorCode::RepositoryDoesNotExistException, format!("there is no repository '{name}'"))
    })
}

/// An association that was neither made nor ended.
pub(crate) fn failure(error: AssociateTemplateError) -> Failure {
    match error {
        AssociateTemplateError::Missing(name) => missing_template(&name),
        AssociateTemplateError::TooMany(_) => {
            Failure::new(ErrorCode::MaximumRuleTemplatesAssociatedWithRepositoryException, error.to_string())
        }
        AssociateTemplateError::Store(error) => error.into(),
    }
}
