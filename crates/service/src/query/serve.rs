//! The road of a request to IAM or STS: authenticate, find the operation, find the resource, authorise, run, answer.

use super::answer::{self, name_of};
use super::{QueryApi, QueryInput, Xml};
use crate::Response;
use crate::audit::hidden;
use crate::body::Body;
use crate::failure::{Code, Failure, Result};
use crate::pipeline::{Peer, Service, log_fault, uncollected};
use crate::record::Record;
use http::request::Parts;

/// The longest request body, in bytes: a policy document of 131,072 characters, form-encoded, and the rest.
const MOST_BODY_BYTES: usize = 1 << 20;

impl Service {
    /// Answers a request of the Query protocol.
    pub(crate) async fn query(
        &self,
        from: (&Parts, &Peer),
        body: Body,
        request_id: &str,
        record: &mut Record,
    ) -> Response {
        let body = body.collect(MOST_BODY_BYTES).await.map_err(uncollected);
        let read = body.and_then(|body| Ok((QueryInput::parse(&body)?, body)));
        let (api, action, done) = match read {
            Ok((input, body)) => {
                let (api, action) = (QueryApi::of(&input), input.action().to_owned());
                (api, action, self.run_query(api, from, &body, input, request_id, record).await)
            }
            Err(failure) => (QueryApi::Iam, String::new(), Err(failure)),
        };
        match done {
            Ok(result) => answer::success(api, &action, request_id, &result),
            Err(failure) => {
                log_fault(request_id, failure.source.as_deref());
                record.fails(name_of(failure.code), failure.recorded());
                answer::failure(api, request_id, &failure)
            }
        }
    }

    /// A signature is for one of the two APIs, so the request must say which before it is checked.
    async fn run_query(
        &self,
        api: QueryApi,
        from: (&Parts, &Peer),
        body: &[u8],
        input: QueryInput,
        request_id: &str,
        record: &mut Record,
    ) -> Result<Xml> {
        let entry = self.queries.iter().find(|(place, _)| **place == (api.name(), input.action()));
        record.source = api.event_source();
        if let Some(((_, action), entry)) = entry {
            (record.operation, record.read_only) = ((*action).to_owned(), entry.is_read());
        }
        let caller = self.authenticate_api(from, body, api.name(), &api.regions(&self.settings.region)).await?;
        record.principal = Some(caller.principal.clone());
        let Some(((_, action), entry)) = entry else {
            return Err(Failure::with_code(Code::UnknownOperation, "the request names no Action that is known here"));
        };
        record.parameters = hidden(input.told());
        let cx = self.context(request_id, caller, record);
        if !entry.is_for_sessions() {
            cx.require_long_term_credentials(action)?;
        }
        let done = entry.run(cx, input).await;
        if !entry.is_read() {
            self.identities.forget();
        }
        done
    }
}
