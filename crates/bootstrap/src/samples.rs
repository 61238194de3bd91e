//! The samples in `events/lambda` are what the functions take.

use crate::authorizer::Question;
use crate::deliveries::{Batch, Work};
use crate::function::Function;
use crate::gateway::{Event, from_edge};
use crate::iam_session::caller;
use domain::Lane;
use http::Request;
use serde_json::Value;
use service::{Body, MountedAt, Peer};

fn sample(name: &str) -> Value {
    let file = format!("{}/../../events/lambda/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

/// The request of a sample, as a function gets it whose deployment has this secret.
fn request(name: &str, function: Function) -> (Request<Body>, Peer) {
    let event: Event = serde_json::from_value(sample(name)).unwrap();
    from_edge(event, function, Some("s3cret")).unwrap()
}

#[tokio::test]
async fn every_kind_of_request_arrives_at_its_function() {
    for (name, function, uri, body) in [
        ("api", "GetRepository", "/", "{\"repositoryName\": \"demo\"}"),
        ("own", "ListRefProtections", "/", "{\"repositoryName\": \"demo\"}"),
        ("query", "Query", "/", "Action=GetUser&Version=2010-05-08&UserName=ana"),
        ("info-refs", "InfoRefs", "/v1/repos/demo/info/refs?service=git-upload-pack", ""),
        ("upload-pack", "UploadPack", "/v1/repos/demo/git-upload-pack", "0011command=fetch"),
        ("receive-pack", "ReceivePack", "/v1/repos/demo/git-receive-pack", "00b4"),
    ] {
        let function = Function::named(function).unwrap();
        let (request, peer) = request(name, function);
        assert_eq!(request.uri(), uri, "{name}");
        assert_eq!(peer.address.ip().to_string(), "203.0.113.9", "{name}: the client's, and not the edge's");
        assert_eq!(request.extensions().get::<MountedAt>().is_some(), !function.is_at_the_root(), "{name}");
        assert!(request.headers().keys().all(|header| !header.as_str().starts_with("x-cf-")), "{name}");
        assert!(request.headers().contains_key("authorization"), "{name}");
        let (parts, got) = request.into_parts();
        assert!(function.takes(&parts), "{name}");
        let others = ["DeleteRepository", "Query", "InfoRefs", "UploadPack", "ReceivePack"];
        let takers = others.iter().filter(|other| Function::named(other).unwrap().takes(&parts)).count();
        assert_eq!(takers, usize::from(!["api", "own"].contains(&name)), "{name} is for one function only");
        let got = got.collect(1 << 20).await.unwrap();
        assert!(got.starts_with(body.as_bytes()), "{name}: {got:?}");
    }
}

#[test]
fn a_signed_request_of_an_api_is_as_the_client_signed_it() {
    for (name, function, target, service) in [
        ("api", "GetRepository", "CodeCommit_20150413.GetRepository", "/codecommit/aws4_request"),
        ("own", "ListRefProtections", "Coldforge_20261128.ListRefProtections", "/coldforge/aws4_request"),
    ] {
        let (request, _) = request(name, Function::named(function).unwrap());
        assert_eq!(request.headers()["host"], "git.example.com");
        assert_eq!(request.headers()["x-amz-target"], target);
        let authorization = request.headers()["authorization"].to_str().unwrap();
        assert!(authorization.contains(service), "{authorization}");
    }
}

#[test]
fn the_gateways_question_is_about_a_request() {
    let question: Question = serde_json::from_value(sample("authorizer")).unwrap();
    assert!(question.method_arn.ends_with("/live/GET/v1/repos/demo/info/refs"));
    let (request, _) = from_edge(question.request, Function::InfoRefs, Some("s3cret")).unwrap();
    assert!(Function::InfoRefs.takes(&request.into_parts().0));
}

#[tokio::test]
async fn the_gateway_vouches_for_a_principal_of_iam() {
    let event: Event = serde_json::from_value(sample("iam")).unwrap();
    let hosts = ["abcdef1234.execute-api.eu-central-1.amazonaws.com".to_owned()];
    let caller = caller(&event, &hosts, None).unwrap();
    assert_eq!(caller.principal.to_string(), "111122223333:role/Developers");
    assert_eq!(caller.unique_id, "AROAEXAMPLEEXAMPLEXX");
    let (request, peer) = from_edge(event, Function::CreateIamSession, None).unwrap();
    assert_eq!(peer.address.ip().to_string(), "203.0.113.9");
    let body = request.into_body().collect(1 << 20).await.unwrap();
    assert_eq!(body, "{\"durationSeconds\":3600}");
}

#[test]
fn the_timer_says_nothing_that_matters() {
    assert_eq!(sample("schedule")["detail-type"], "Scheduled Event");
    for name in ["DeliverDueLanes", "SweepDeletedRepositories"] {
        assert!(Function::named(name).is_some(), "{name}");
    }
}

#[test]
fn a_batch_of_the_stream_and_the_work_on_a_lane_are_read() {
    let batch: Batch = serde_json::from_value(sample("stream")).unwrap();
    assert!(batch.records[0].change().unwrap().key.partition.starts_with("EVENT#"));
    let work: Work = serde_json::from_value(sample("worker")).unwrap();
    let lane = Lane::parse(&work.lane).unwrap();
    assert_eq!(lane.destination, "arn:aws:sns:eu-central-1:111122223333:coldforge-trigger-builds");
    assert_eq!(serde_json::to_value(Work::on(&lane)).unwrap(), sample("worker"));
}
