//! `CreateIamSession`: keys for those for whose identity AWS IAM vouches. No keys of ours are needed to ask for them.
//!
//! The proof is made elsewhere, by a gateway that checks a signature of AWS; here is decided whose keys they are. An IAM principal
//! that signs in first is remembered by its unique id, so that a role or user that somebody makes again under the name is not taken
//! for it.

use crate::administrator::{Administrator, AdministratorError};
use crate::api_request::MOST_BODY_BYTES;
use crate::audit::{EventSource, hidden};
use crate::authenticate::user_principal;
use crate::body::Body;
use crate::credentials::{NewSession, too_large};
use crate::failure::{Code, Failure, Result};
use crate::identities::check_policy;
use crate::iso_time::iso_time;
use crate::pipeline::{Service, uncollected};
use crate::record::Record;
use api::ErrorCode;
use auth::{SessionError, SessionParent, UserFacts};
use domain::{Actor, IamPrincipal, UserName};
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;
use store::{IamPrincipalRecord, IdentityError, User, UserEdit};

/// What the log and the records call it.
const OPERATION: &str = "CreateIamSession";

/// How many seconds a session may last, and how many it does when nobody says: as the session of a role in AWS (AWS STS API
/// reference, `AssumeRole`).
const SECONDS: std::ops::RangeInclusive<u64> = 900..=43_200;
const DEFAULT_SECONDS: u64 = 3600;

/// Somebody for whose identity AWS IAM vouches.
#[derive(Debug, Clone)]
pub struct IamCaller {
    /// Who it is.
    pub principal: IamPrincipal,
    /// Its ARN, with the name of its session if it is a role.
    pub arn: String,
    /// Its unique id, such as `AROA…`; no other principal ever has it.
    pub unique_id: String,
    /// Whether the deployment names it as its administrator.
    pub is_administrator: bool,
}

/// What is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Input {
    /// How long the keys are good.
    duration_seconds: Option<u64>,
    /// A policy: the session may do what this and the user's policies both allow.
    policy: Option<String>,
}

impl Service {
    /// Makes keys for a session of the user that an IAM principal is (3 reads, and a write when it signs in first).
    pub(crate) async fn create_iam_session(
        &self,
        caller: &IamCaller,
        body: Body,
        record: &mut Record,
    ) -> Result<Vec<u8>> {
        OPERATION.clone_into(&mut record.operation);
        record.source = EventSource::Coldforge;
        record.claimed = Some(caller.unique_id.clone());
        record.parameters = json!({ "iamPrincipal": caller.arn });
        let body = body.collect(MOST_BODY_BYTES).await.map_err(uncollected)?;
        let input = read(&body)?;
        record.parameters = hidden(json!({
            "iamPrincipal": caller.arn,
            "durationSeconds": input.duration_seconds,
            "policy": input.policy,
        }));
        let seconds = input.duration_seconds.unwrap_or(DEFAULT_SECONDS);
        if !SECONDS.contains(&seconds) {
            let (least, most) = (SECONDS.start(), SECONDS.end());
            return Err(invalid(format!("durationSeconds is a number from {least} to {most}")));
        }
        if let Some(policy) = &input.policy {
            check_policy(policy).map_err(|failure| invalid(format!("policy: {}", failure.message())))?;
        }

        let user = self.user_of(caller).await?;
        let facts =
            UserFacts { name: user.summary.name, path: user.summary.path, id: user.summary.id, tags: user.tags };
        let principal = user_principal(&self.settings, facts, &caller.unique_id);
        record.principal = Some(principal.clone());
        let session = NewSession {
            user: &principal,
            parent: SessionParent::IamPrincipal {
                principal: caller.principal.clone(),
                unique_id: caller.unique_id.clone(),
            },
            lasting: Duration::from_secs(seconds),
            policy: input.policy.as_deref(),
        };
        let issued = session.issue(&*self.vault.newest().await?, self.components.clock.now());
        let (claims, keys) = issued.map_err(|error| match error {
            SessionError::TooLarge => invalid(too_large()),
            error => Failure::internal(error),
        })?;
        let expiration = iso_time(claims.expires());
        record.response = json!({ "accessKeyId": keys.access_key_id, "expiration": expiration });
        let credentials = json!({
            "accessKeyId": keys.access_key_id,
            "secretAccessKey": keys.secret.expose(),
            "sessionToken": keys.token.expose(),
            "expiration": expiration,
        });
        serde_json::to_vec(&json!({ "credentials": credentials, "userArn": principal.arn() }))
            .map_err(Failure::internal)
    }

    /// The user that an IAM principal is, which it is known to be from now on.
    async fn user_of(&self, caller: &IamCaller) -> Result<User> {
        let store = &self.components.store;
        let name = match store.find_iam_principal(&caller.principal).await? {
            Some(name) => name,
            None if caller.is_administrator => self.map_administrator(caller).await?,
            None => return Err(nobody(caller)),
        };
        let user = store.find_user(&name).await?.ok_or_else(|| nobody(caller))?;
        let known = user.iam_principals.iter().find(|known| known.principal == caller.principal);
        match known.ok_or_else(|| nobody(caller))?.unique_id.as_deref() {
            Some(id) if id == caller.unique_id => Ok(user),
            Some(id) => Err(another(caller, id)),
            None => {
                self.remember(caller, &name).await?;
                Ok(user)
            }
        }
    }

    /// Remembers the unique id of a principal that signs in first.
    async fn remember(&self, caller: &IamCaller, name: &UserName) -> Result<()> {
        let actor = Actor::new(caller.arn.clone());
        let remember = |user: &User| -> std::result::Result<_, Refused> {
            let known = user.iam_principals.iter().find(|known| known.principal == caller.principal);
            let known = known.ok_or_else(|| nobody(caller))?;
            match known.unique_id.as_deref() {
                Some(id) if id != caller.unique_id => Err(another(caller, id).into()),
                Some(_) => Ok(Vec::new()),
                None => Ok(vec![UserEdit::PutIamPrincipal(IamPrincipalRecord {
                    unique_id: Some(caller.unique_id.clone()),
                    ..known.clone()
                })]),
            }
        };
        self.components.store.change_user(&actor, name, remember).await.map_err(|refused| refused.0)?;
        self.identities.forget();
        Ok(())
    }

    /// Makes the administrator that the deployment names, unless it was there before, and lets the principal be that user.
    async fn map_administrator(&self, caller: &IamCaller) -> Result<UserName> {
        let (store, settings) = (&self.components.store, &self.settings);
        let internal = |error: AdministratorError| Failure::internal(error);
        let administrator =
            Administrator::new(store, &self.vault, &settings.region, &settings.account).map_err(internal)?;
        administrator.ensure().await.map_err(internal)?;
        let record = IamPrincipalRecord {
            principal: caller.principal.clone(),
            unique_id: None,
            created: self.components.clock.now(),
        };
        let actor = Actor::new(caller.arn.clone());
        let map = |user: &User| -> std::result::Result<_, IdentityError> {
            let is_known = user.iam_principals.iter().any(|known| known.principal == caller.principal);
            Ok(if is_known { Vec::new() } else { vec![UserEdit::PutIamPrincipal(record.clone())] })
        };
        match store.change_user(&actor, administrator.name(), map).await {
            Ok(()) => Ok(administrator.name().clone()),
            Err(IdentityError::Missing) => Err(Failure::access_denied(format!(
                "{} is the administrator of this deployment, but the user '{}' was deleted; make a user of that name again",
                caller.arn,
                administrator.name()
            ))),
            Err(error) => Err(Failure::internal(error)),
        }
    }
}

/// Reads the body; an empty one asks for what is usual.
fn read(body: &[u8]) -> Result<Input> {
    if body.is_empty() {
        return Ok(Input::default());
    }
    serde_json::from_slice(body).map_err(|error| {
        // Words of serde's may quote the body.
        let place = format!("line {} column {}", error.line(), error.column());
        Failure::with_code(
            Code::Serialization,
            format!("the body is no JSON object with durationSeconds and policy: {place}"),
        )
    })
}

fn invalid(message: String) -> Failure {
    Failure::new(ErrorCode::ValidationException, message)
}

fn nobody(caller: &IamCaller) -> Failure {
    Failure::access_denied(format!(
        "{} is nobody here; an administrator lets it sign in: coldforge iam-principal map <user> <ARN>",
        caller.arn
    ))
}

fn another(caller: &IamCaller, known: &str) -> Failure {
    Failure::access_denied(format!(
        "{} has the unique id {} and not {known}, as when it signed in first: it was made again in AWS. An administrator can let it \
         sign in anew: coldforge iam-principal unmap, then map",
        caller.arn, caller.unique_id
    ))
}

/// Why the unique id was not remembered.
struct Refused(Failure);

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self(failure)
    }
}

impl From<IdentityError> for Refused {
    fn from(error: IdentityError) -> Self {
        Self(match error {
            IdentityError::Store(error) => error.into(),
            IdentityError::Missing => Failure::access_denied("the user was deleted meanwhile"),
            error => Failure::internal(error),
        })
    }
}
