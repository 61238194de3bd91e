//! Operations as the pipeline sees them: all of one form, whatever they take and give.
//!
//! What is wrong with a request is told in a fixed order: what breaks the model's rules (see [`Check`]), that the caller may
//! not, that the resource is not there, what the operation itself finds.

use crate::Response;
use crate::context::Context;
use crate::failure::{Code, Failure, GitFailure, Result};
use crate::git_request::GitRequest;
use crate::resource::{Authorized, Resource};
use api::{Check, Conditions, ErrorCode, JsonApi, Operation};
use futures_util::future::BoxFuture;
use store::Repository;

type Run = dyn Fn(Context, Vec<u8>) -> BoxFuture<'static, Result<Vec<u8>>> + Send + Sync;

/// A function that acts on a `T`.
type Function<T, Input, Output> = fn(Context, Authorized<T>, Input) -> BoxFuture<'static, Result<Output>>;

/// One operation of an API with its function.
pub struct Entry {
    api: JsonApi,
    name: &'static str,
    errors: &'static [ErrorCode],
    run: Box<Run>,
}

impl Entry {
    /// The operation `O`, done by `function`, which acts on a `T`.
    pub fn new<O: Operation, T: Resource<O::Input> + 'static>(function: Function<T, O::Input, O::Output>) -> Self
    where
        O::Input: Conditions + Sync,
    {
        let run = move |cx: Context, body: Vec<u8>| -> BoxFuture<'static, Result<Vec<u8>>> {
            Box::pin(async move {
                let input: O::Input = decode(&body)?;
                drop(body);
                input.check().map_err(|violation| Failure::new(violation.code, violation.message))?;
                let cx = cx.of_input(&input);
                let action = format!("{}:{}", O::API.signing_name(), O::NAME);
                let done = async {
                    let resource = T::find(&cx, &action, &input).await?;
                    function(cx, resource, input).await
                };
                // The operation may come upon a key that cannot be used and not declare any error for that.
                let undeclared =
                    |failure: &Failure| matches!(failure.code, Code::Api(code) if !O::ERRORS.contains(&code));
                let done = done.await;
                encode(&done.map_err(|failure| if undeclared(&failure) { failure.without_key() } else { failure })?)
            })
        };
        Self { api: O::API, name: O::NAME, errors: O::ERRORS, run: Box::new(run) }
    }

    /// The API that the operation belongs to.
    pub fn api(&self) -> JsonApi {
        self.api
    }

    /// The operation's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether the model lets the operation fail like this. Faults of the service itself are always possible, and so is
    /// `ValidationException`, which answers broken constraints that the operation declares no error for.
    pub fn declares(&self, code: Code) -> bool {
        match code {
            Code::Api(ErrorCode::ValidationException) => true,
            Code::Api(code) => self.errors.contains(&code),
            _ => true,
        }
    }

    pub(crate) fn run(&self, cx: Context, body: Vec<u8>) -> BoxFuture<'static, Result<Vec<u8>>> {
        (self.run)(cx, body)
    }
}

/// An empty body stands for an empty input.
fn decode<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body)
        .map_err(|error| Failure::with_code(Code::Serialization, format!("the request body cannot be read: {error}")))
}

/// An operation without output answers with an empty object.
fn encode<T: serde::Serialize>(output: &T) -> Result<Vec<u8>> {
    let json = serde_json::to_vec(output).map_err(Failure::internal)?;
    Ok(if json == b"null" { b"{}".to_vec() } else { json })
}

type GitFunction =
    fn(Context, Authorized<Repository>, GitRequest) -> BoxFuture<'static, std::result::Result<Response, GitFailure>>;

/// The functions behind Git's smart HTTP (gitprotocol-http).
#[derive(Clone, Copy)]
pub struct GitEntries {
    /// `GET info/refs?service=git-upload-pack`.
    pub advertise_upload_pack: GitFunction,
    /// `POST git-upload-pack`.
    pub upload_pack: GitFunction,
    /// `GET info/refs?service=git-receive-pack`.
    pub advertise_receive_pack: GitFunction,
    /// `POST git-receive-pack`.
    pub receive_pack: GitFunction,
}
