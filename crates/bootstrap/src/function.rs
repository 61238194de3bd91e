//! Which function this process is, and which requests are for it.

use http::request::Parts;
use http::{Method, Uri};

/// The functions of `infra/functions.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    /// An operation of the API, by its name.
    Operation(&'static str),
    /// The operations of IAM and STS.
    Query,
    /// Git's `info/refs`, for fetches and pushes.
    InfoRefs,
    /// Git's `git-upload-pack`.
    UploadPack,
    /// Git's `git-receive-pack`.
    ReceivePack,
    /// Makes sessions for principals of AWS IAM.
    CreateIamSession,
    /// Tells the gateway who sends a request of Git.
    GitAuthorizer,
    /// Takes up what the table's stream tells.
    ConsumeChanges,
    /// Delivers what waits in one lane.
    DeliverLane,
    /// Finds the lanes that are due by the clock.
    DeliverDueLanes,
    /// Removes what deleted repositories leave behind.
    SweepDeletedRepositories,
}

impl Function {
    /// The function with this name, which is also its handler.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "Query" => Self::Query,
            "InfoRefs" => Self::InfoRefs,
            "UploadPack" => Self::UploadPack,
            "ReceivePack" => Self::ReceivePack,
            "CreateIamSession" => Self::CreateIamSession,
            "GitAuthorizer" => Self::GitAuthorizer,
            "ConsumeChanges" => Self::ConsumeChanges,
            "DeliverLane" => Self::DeliverLane,
            "DeliverDueLanes" => Self::DeliverDueLanes,
            "SweepDeletedRepositories" => Self::SweepDeletedRepositories,
            _ => {
                Self::Operation(functions::operations().iter().map(|entry| entry.name()).find(|known| *known == name)?)
            }
        })
    }

    /// Whether clients send its requests to `/`, whatever path the edge gave them.
    pub(crate) fn is_at_the_root(self) -> bool {
        matches!(self, Self::Operation(_) | Self::Query)
    }

    /// Whether a request is for this function, and not one that the gateway should have sent elsewhere. A function has the
    /// permissions for its own work only, and must not be talked into another's.
    pub(crate) fn takes(self, request: &Parts) -> bool {
        let (is_post, is_root) = (request.method == Method::POST, request.uri.path() == "/");
        match self {
            Self::Operation(name) => is_post && is_root && target(request) == Some(name),
            Self::Query => is_post && is_root && request.headers.get("x-amz-target").is_none(),
            Self::InfoRefs => request.method == Method::GET && asks_for(&request.uri, "/info/refs"),
            Self::UploadPack => is_post && asks_for(&request.uri, "/git-upload-pack"),
            Self::ReceivePack => is_post && asks_for(&request.uri, "/git-receive-pack"),
            Self::CreateIamSession
            | Self::GitAuthorizer
            | Self::ConsumeChanges
            | Self::DeliverLane
            | Self::DeliverDueLanes
            | Self::SweepDeletedRepositories => false,
        }
    }

    /// Which API requests to this function are of: the JSON APIs, IAM's (with signing in by it) or Git's. `None` for what answers no requests.
    pub(crate) fn api(self) -> Option<&'static str> {
        match self {
            Self::Operation(_) => Some("api"),
            Self::Query | Self::CreateIamSession => Some("iam"),
            Self::InfoRefs | Self::UploadPack | Self::ReceivePack => Some("git"),
            Self::GitAuthorizer
            | Self::ConsumeChanges
            | Self::DeliverLane
            | Self::DeliverDueLanes
            | Self::SweepDeletedRepositories => None,
        }
    }
}

/// The operation that the target header names, without the prefix of its API.
fn target(request: &Parts) -> Option<&str> {
    let mut targets = request.headers.get_all("x-amz-target").iter();
    let (_, operation) = targets.next()?.to_str().ok()?.rsplit_once('.')?;
    targets.next().is_none().then_some(operation)
}

fn asks_for(uri: &Uri, what: &str) -> bool {
    uri.path().starts_with("/v1/repos/") && uri.path().ends_with(what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    #[test]
    fn every_function_of_the_list_is_in_the_binary() {
        let list = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/functions.json");
        let list: Vec<serde_json::Value> = serde_json::from_slice(&std::fs::read(list).unwrap()).unwrap();
        assert!(list.len() > 80);
        for function in list {
            let (name, kind) = (function["name"].as_str().unwrap(), function["kind"].as_str().unwrap());
            let expected = match Function::named(name).unwrap_or_else(|| panic!("the binary has no function {name}")) {
                Function::Operation(_) => ["api", "own"].as_slice(),
                Function::Query => &["query"],
                Function::InfoRefs | Function::UploadPack | Function::ReceivePack => &["git"],
                Function::CreateIamSession => &["iam"],
                Function::GitAuthorizer => &["authorizer"],
                Function::ConsumeChanges => &["stream"],
                Function::DeliverLane => &["worker"],
                Function::DeliverDueLanes | Function::SweepDeletedRepositories => &["schedule"],
            };
            assert!(expected.contains(&kind), "{name} is listed as {kind}");
        }
    }

    fn takes(function: &str, method: &str, path: &str, targets: &[&str]) -> bool {
        let mut request = Request::builder().method(method).uri(path);
        for target in targets {
            request = request.header("x-amz-target", *target);
        }
        Function::named(function).unwrap().takes(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn a_function_takes_its_own_requests_only() {
        assert!(takes("GetRepository", "POST", "/", &["CodeCommit_20150413.GetRepository"]));
        assert!(!takes("GetRepository", "POST", "/", &["CodeCommit_20150413.DeleteRepository"]));
        assert!(!takes("GetRepository", "POST", "/", &[]));
        let both = ["CodeCommit_20150413.GetRepository", "CodeCommit_20150413.DeleteRepository"];
        assert!(!takes("GetRepository", "POST", "/", &both), "which one is meant must not be a matter of order");
        assert!(takes("Query", "POST", "/", &[]));
        assert!(!takes("Query", "POST", "/", &["CodeCommit_20150413.DeleteRepository"]));
        assert!(takes("InfoRefs", "GET", "/v1/repos/site/info/refs?service=git-upload-pack", &[]));
        assert!(takes("UploadPack", "POST", "/v1/repos/site/git-upload-pack", &[]));
        assert!(!takes("UploadPack", "POST", "/v1/repos/site/git-receive-pack", &[]));
        assert!(!takes("ReceivePack", "POST", "/", &[]));
        for name in ["CreateIamSession", "ConsumeChanges", "DeliverLane", "DeliverDueLanes", "SweepDeletedRepositories"]
        {
            assert!(!takes(name, "POST", "/", &[]), "{name}");
        }
    }
}
