//! Operations of the Query protocol as the pipeline sees them: all of one form, whatever they act on.

use super::{QueryApi, QueryInput, Xml};
use crate::context::Context;
use crate::failure::Result;
use crate::resource::{Authorized, Resource};
use futures_util::future::BoxFuture;

type Run = dyn Fn(Context, QueryInput) -> BoxFuture<'static, Result<Xml>> + Send + Sync;

/// A function that acts on a `T`.
type Function<T> = fn(Context, Authorized<T>, QueryInput) -> BoxFuture<'static, Result<Xml>>;

/// One operation with its function.
pub struct QueryEntry {
    api: QueryApi,
    name: &'static str,
    run: Box<Run>,
}

impl QueryEntry {
    /// The operation `name` of IAM, done by `function`, which acts on a `T`.
    pub fn iam<T: Resource<QueryInput> + 'static>(name: &'static str, function: Function<T>) -> Self {
        Self::new(QueryApi::Iam, name, function)
    }

    /// The operation `name` of STS, done by `function`, which acts on a `T`.
    pub fn sts<T: Resource<QueryInput> + 'static>(name: &'static str, function: Function<T>) -> Self {
        Self::new(QueryApi::Sts, name, function)
    }

    fn new<T: Resource<QueryInput> + 'static>(api: QueryApi, name: &'static str, function: Function<T>) -> Self {
        let action = format!("{}:{name}", api.name());
        let run = move |cx: Context, input: QueryInput| -> BoxFuture<'static, Result<Xml>> {
            let action = action.clone();
            Box::pin(async move {
                let tags = input.entries("Tags", "Key");
                let tags =
                    tags.iter().filter_map(|tag| Some((tag.given("Key")?, tag.given("Value").unwrap_or_default())));
                let cx = cx.with_request_tags(tags);
                let resource = T::find(&cx, &action, &input).await?;
                function(cx, resource, input).await
            })
        };
        Self { api, name, run: Box::new(run) }
    }

    /// Which API the operation belongs to, and its name there.
    pub(crate) fn place(&self) -> (&'static str, &'static str) {
        (self.api.name(), self.name)
    }

    /// Whether it leaves everything as it is.
    pub(crate) fn is_read(&self) -> bool {
        ["Get", "List", "Simulate"].iter().any(|verb| self.name.starts_with(verb))
    }

    /// Whether who came with the keys of a session may call it (AWS STS API reference, `GetSessionToken`): a session changes no
    /// identities and makes no further sessions.
    pub(crate) fn is_for_sessions(&self) -> bool {
        match self.api {
            QueryApi::Iam => self.is_read(),
            QueryApi::Sts => self.name == "GetCallerIdentity",
        }
    }

    pub(crate) fn run(&self, cx: Context, input: QueryInput) -> BoxFuture<'static, Result<Xml>> {
        (self.run)(cx, input)
    }
}
