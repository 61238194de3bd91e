//! Git's smart HTTP requests: which function they are for (gitprotocol-http, "URL Format" and "Smart Service").

use crate::body::Body;
use http::request::Parts;
use http::{HeaderMap, Method, Uri};

/// The version a client asks for in the `Git-Protocol` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GitProtocol {
    /// The original protocol.
    V0,
    /// The original protocol with a version line.
    V1,
    /// Protocol version 2.
    V2,
}

impl GitProtocol {
    /// The highest version among the header's `version=` values; unknown ones are ignored.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let values = headers.get("git-protocol").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let asked = |version: &str| values.split(':').any(|value| value.trim() == version);
        if asked("version=2") {
            Self::V2
        } else if asked("version=1") {
            Self::V1
        } else {
            Self::V0
        }
    }

    /// Whether it is version 1.
    pub fn is_v1(self) -> bool {
        self == Self::V1
    }
}

/// What a Git function is asked.
pub struct GitRequest {
    /// The protocol version the client speaks.
    pub protocol: GitProtocol,
    /// The request body, as sent: perhaps gzipped.
    pub body: Body,
}

/// The four things that can be asked of a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GitAction {
    AdvertiseFetch,
    Fetch,
    AdvertisePush,
    Push,
}

impl GitAction {
    /// The name for the log.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AdvertiseFetch => "git-upload-pack info/refs",
            Self::Fetch => "git-upload-pack",
            Self::AdvertisePush => "git-receive-pack info/refs",
            Self::Push => "git-receive-pack",
        }
    }

    /// Whether it is about changing the repository.
    pub(crate) fn is_push(self) -> bool {
        matches!(self, Self::AdvertisePush | Self::Push)
    }

    /// The permission it needs.
    pub(crate) fn permission(self) -> &'static str {
        match self {
            Self::AdvertiseFetch | Self::Fetch => "codecommit:GitPull",
            Self::AdvertisePush | Self::Push => "codecommit:GitPush",
        }
    }
}

/// Where clients see what the service has at `/`: the gateway's stage, such as `/prod`. An extension of requests that came
/// through one.
#[derive(Debug, Clone)]
pub struct MountedAt(pub String);

/// A path below a repository.
pub(crate) struct GitTarget {
    /// The repository's name as sent, without `.git`.
    pub(crate) repository: String,
    /// The paths of the repository that a signature may be for.
    pub(crate) signed_paths: Vec<String>,
    /// What is asked; `None` when it is nothing we know.
    pub(crate) action: Option<GitAction>,
}

/// Reads the path of a Git request; `None` when it does not lead to a repository.
pub(crate) fn target(request: &Parts) -> Option<GitTarget> {
    let Parts { method, uri, extensions, .. } = request;
    let below = uri.path().strip_prefix("/v1/repos/")?;
    let (name, rest) = below.split_once('/').unwrap_or((below, ""));
    let rest = rest.trim_start_matches('/');
    let repository = name.strip_suffix(".git").unwrap_or(name).to_owned();
    let action = match (method, rest) {
        (&Method::GET, "info/refs") => match service(uri)? {
            "git-upload-pack" => Some(GitAction::AdvertiseFetch),
            "git-receive-pack" => Some(GitAction::AdvertisePush),
            _ => None,
        },
        (&Method::POST, "git-upload-pack") => Some(GitAction::Fetch),
        (&Method::POST, "git-receive-pack") => Some(GitAction::Push),
        _ => None,
    };
    // The credential helper signs the path of the remote's URL as the person wrote it.
    let mut written = vec![format!("/v1/repos/{repository}"), format!("/v1/repos/{repository}.git")];
    if let Some(MountedAt(stage)) = extensions.get() {
        written.extend(written.clone().into_iter().map(|path| format!("{stage}{path}")));
    }
    let signed_paths = written.into_iter().flat_map(|path| [format!("/{path}"), format!("{path}/"), path]).collect();
    Some(GitTarget { repository, signed_paths, action })
}

/// The `service` parameter. Without one it is the dumb protocol, which is not served.
fn service(uri: &Uri) -> Option<&str> {
    Some(
        uri.query()
            .into_iter()
            .flat_map(|query| query.split('&'))
            .find_map(|pair| pair.strip_prefix("service="))
            .unwrap_or(""),
    )
}
