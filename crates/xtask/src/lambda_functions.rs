//! The Lambda functions of a deployment, as the CDK app reads them: `infra/functions.json`.
//!
//! A function's handler is its name, by which the one binary knows what it is. Its class says what it may do in the account;
//! what that comes to in IAM statements is the CDK app's matter.

use crate::codegen::KeptApi;
use std::fmt::Write as _;

/// How long the gateway waits for an answer that is not streamed, in seconds (API Gateway quota "integration timeout"). Functions
/// that answer API requests get no more, so that none works on for a caller who was told that it failed.
const GATEWAY_SECONDS: u32 = 29;

/// How long a function may run at all, in seconds (Lambda quota "function timeout"); streamed answers may take as long.
const LONGEST_SECONDS: u32 = 900;

/// What asks a function to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An operation of the CodeCommit API: `POST /op/<name>`.
    Api,
    /// An operation of our own: the same.
    Own,
    /// The operations of IAM and STS: `POST /query/…`.
    Query,
    /// A request of Git's smart HTTP: `/v1/repos/…`.
    Git,
    /// A principal of AWS IAM that signs in: `POST /auth/iam-session`.
    Iam,
    /// The gateway, before it lets a request of Git through.
    Authorizer,
    /// The table's stream.
    Stream,
    /// A timer.
    Schedule,
    /// Other functions, which do not wait for it.
    Worker,
}

/// What a function may do in the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Read rows and blobs.
    Read,
    /// Read rows alone: refs and what else is kept beside them.
    Refs,
    /// Read, write rows, and store blobs of up to a few megabytes.
    Write,
    /// Write, and store large blobs in parts.
    Push,
    /// Read and write rows, and delete blobs.
    Delete,
    /// Read and write rows, and seal credentials.
    Identity,
    /// Read rows, and keep what is known of credentials that are used.
    Authorize,
    /// Read and write rows, and tell topics, functions and the event bus.
    Deliver,
}

/// How long a batch of the table's stream, or a look at the clock, may take, in seconds. They call nobody but AWS.
const STEP_SECONDS: u32 = 60;

/// How long a worker on one lane may take, in seconds: its shift of a minute, and the delivery that it is at when that is over.
const LANE_SECONDS: u32 = 120;

/// Operations that read no Git objects, so that their functions need not reach any blob.
const READ_ROWS_ONLY: &[&str] = &[
    "BatchGetRepositories",
    "EvaluatePullRequestApprovalRules",
    "GetApprovalRuleTemplate",
    "GetBranch",
    "GetComment",
    "GetCommentReactions",
    "GetNotificationRule",
    "GetPullRequestApprovalStates",
    "GetPullRequestOverrideState",
    "GetRefProtection",
    "GetRepository",
    "GetRepositoryTriggers",
    "GetWebhook",
    "ListIamPrincipals",
    "ListApprovalRuleTemplates",
    "ListAssociatedApprovalRuleTemplatesForRepository",
    "ListBranches",
    "ListCommitStatuses",
    "ListNotificationRules",
    "ListPullRequests",
    "ListRefProtections",
    "ListRepositories",
    "ListRepositoriesForApprovalRuleTemplate",
    "ListTagsForResource",
    "ListTokens",
    "ListWebhookDeliveries",
    "ListWebhooks",
    "LookUpAuditEvents",
];

/// Operations of our own that change users or how their secrets are sealed, or that seal secrets themselves.
const CHANGE_IDENTITIES: &[&str] = &[
    "CreateToken",
    "DeleteToken",
    "EndUserSessions",
    "MapIamPrincipal",
    "RotateSealingKey",
    "UnmapIamPrincipal",
    "UpdateToken",
];

/// What the names of operations begin with that change nothing.
const READING_VERBS: &[&str] = &["BatchDescribe", "BatchGet", "Describe", "Evaluate", "Get", "List", "LookUp"];

/// One Lambda function.
#[derive(Debug)]
pub struct LambdaFunction {
    /// Its name, which is also its handler.
    pub name: String,
    /// What asks it to run.
    pub kind: Kind,
    /// What it may do.
    pub class: Class,
    /// How long it may run, in seconds.
    pub timeout_seconds: u32,
    /// How much memory it gets, in MB; its share of a processor grows with it.
    pub memory_mb: u32,
    /// Whether its answer is sent while it is made.
    pub streaming: bool,
    /// When a timer asks it to run, as EventBridge writes it.
    pub schedule: Option<&'static str>,
}

/// All functions, where these operations have one.
pub fn functions(operations: &[(&KeptApi, &str)]) -> Vec<LambdaFunction> {
    let mut functions: Vec<LambdaFunction> =
        operations.iter().map(|(api, name)| of_operation(if api.own { Kind::Own } else { Kind::Api }, name)).collect();
    functions.extend([
        answering("Query", Kind::Query, Class::Identity),
        answering("CreateIamSession", Kind::Iam, Class::Identity),
        answering("InfoRefs", Kind::Git, Class::Refs),
        LambdaFunction {
            timeout_seconds: LONGEST_SECONDS,
            memory_mb: 1769,
            ..answering("UploadPack", Kind::Git, Class::Read)
        },
        LambdaFunction {
            timeout_seconds: LONGEST_SECONDS,
            memory_mb: 1769,
            ..answering("ReceivePack", Kind::Git, Class::Push)
        },
        LambdaFunction { streaming: false, ..answering("GitAuthorizer", Kind::Authorizer, Class::Authorize) },
        LambdaFunction {
            timeout_seconds: STEP_SECONDS,
            streaming: false,
            ..answering("ConsumeChanges", Kind::Stream, Class::Deliver)
        },
        LambdaFunction {
            timeout_seconds: LANE_SECONDS,
            streaming: false,
            ..answering("DeliverLane", Kind::Worker, Class::Deliver)
        },
        LambdaFunction {
            timeout_seconds: STEP_SECONDS,
            streaming: false,
            schedule: Some("rate(1 minute)"),
            ..answering("DeliverDueLanes", Kind::Schedule, Class::Deliver)
        },
        LambdaFunction {
            timeout_seconds: LONGEST_SECONDS,
            streaming: false,
            schedule: Some("rate(1 hour)"),
            ..answering("SweepDeletedRepositories", Kind::Schedule, Class::Delete)
        },
    ]);
    functions.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
    functions
}

fn of_operation(kind: Kind, name: &str) -> LambdaFunction {
    let class = if name == "TestRepositoryTriggers" {
        Class::Deliver
    } else if CHANGE_IDENTITIES.contains(&name) {
        Class::Identity
    } else if READ_ROWS_ONLY.contains(&name) {
        Class::Refs
    } else if READING_VERBS.iter().any(|verb| name.starts_with(verb)) {
        Class::Read
    } else {
        Class::Write
    };
    answering(name, kind, class)
}

/// A function that answers a request of the gateway, with what suits most of them.
fn answering(name: &str, kind: Kind, class: Class) -> LambdaFunction {
    LambdaFunction {
        name: name.to_owned(),
        kind,
        class,
        timeout_seconds: GATEWAY_SECONDS,
        memory_mb: 512,
        streaming: true,
        schedule: None,
    }
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Own => "own",
            Self::Query => "query",
            Self::Git => "git",
            Self::Iam => "iam",
            Self::Authorizer => "authorizer",
            Self::Stream => "stream",
            Self::Schedule => "schedule",
            Self::Worker => "worker",
        }
    }
}

impl Class {
    fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Refs => "refs",
            Self::Write => "write",
            Self::Push => "push",
            Self::Delete => "delete",
            Self::Identity => "identity",
            Self::Authorize => "authorize",
            Self::Deliver => "deliver",
        }
    }
}

/// The functions as JSON, one a line.
pub fn json(functions: &[LambdaFunction]) -> String {
    let mut out = String::from("[\n");
    for (at, function) in functions.iter().enumerate() {
        let LambdaFunction { name, kind, class, timeout_seconds, memory_mb, streaming, schedule } = function;
        let _ = write!(
            out,
            "  {{\"name\": \"{name}\", \"kind\": \"{}\", \"class\": \"{}\", \"timeoutSeconds\": {timeout_seconds}, \
             \"memoryMb\": {memory_mb}, \"streaming\": {streaming}",
            kind.as_str(),
            class.as_str()
        );
        if let Some(schedule) = schedule {
            let _ = write!(out, ", \"schedule\": \"{schedule}\"");
        }
        out.push('}');
        out.push_str(if at + 1 < functions.len() { ",\n" } else { "\n" });
    }
    out.push_str("]\n");
    out
}
