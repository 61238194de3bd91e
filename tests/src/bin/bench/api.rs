//! What the operations of the API cost on a large repository: calls of the ports, in a cold and in a warm cache, and time.

use crate::contestant::{Contestant, Ours};
use crate::made_once;
use crate::measure::{cpu_seconds, timed};
use serde_json::{Value, json};
use std::path::Path;
use tests::port_calls::{PortCalls, of_request};
use tests::wide::{OFTEN, SELDOM, Wide};
use tests::{Git, Repo};

/// The repository in which the operations are measured.
const WIDE: Wide = Wide { files: 100_000, commits: 50_000, seed: 3 };

/// An operation and its input.
struct Request {
    name: &'static str,
    operation: &'static str,
    input: Value,
    /// Whether it may be asked twice.
    reads: bool,
}

/// Prints the table.
pub(crate) fn run(git: &Git, place: &Path) {
    let project = made_once(git, "wide", "100,000 files and 50,000 commits", |repo| WIDE.import(repo));
    let mut ours = Ours::start(&place.join("api"), true);
    let url = ours.create("wide");
    project.ok(&["push", "--quiet", &url, "refs/heads/*:refs/heads/*"]);
    println!("\nThe API on 100,000 files and 50,000 commits; cold is the first request after a start:\n");
    println!(
        "{:<44} {:>6} {:>7} {:>6} {:>6} {:>6} {:>9} {:>9}  {:>6} {:>9}",
        "operation", "reads", "commits", "blobs", "writes", "depth", "cold wall", "cold cpu", "blobs", "warm wall"
    );
    for request in requests(&mut ours, &project) {
        measure(&mut ours, &request);
    }
}

fn measure(ours: &mut Ours, request: &Request) {
    let server = ours.server();
    assert!(server.terminate().success());
    server.start_again();
    let cpu = cpu_seconds(server.pid());
    let (cold, cold_wall) = ask(ours, request);
    let cpu = cpu_seconds(ours.server().pid()) - cpu;
    let PortCalls { table_reads, table_commits, blob_reads, blob_writes, depth } = cold;
    print!(
        "{:<44} {table_reads:>6} {table_commits:>7} {blob_reads:>6} {blob_writes:>6} {depth:>6} {cold_wall:>7.1}ms {:>7.0}ms",
        request.name,
        cpu * 1e3
    );
    if request.reads {
        let (warm, warm_wall) = ask(ours, request);
        print!("  {:>6} {warm_wall:>7.1}ms", warm.blob_reads);
    }
    println!();
}

/// The calls of a request, and the milliseconds until it is answered.
fn ask(ours: &mut Ours, request: &Request) -> (PortCalls, f64) {
    let server = ours.server();
    let mut wall = 0.0;
    let calls = of_request(server, || {
        wall = timed(|| drop(server.api_ok(request.operation, request.input.clone()))).as_secs_f64() * 1e3;
    });
    (calls, wall)
}

/// The second page of a listing.
fn second_page(ours: &mut Ours, operation: &'static str, input: &Value, token: &str) -> Value {
    let mut input = input.clone();
    input[token] = ours.server().api_ok(operation, input.clone())[token].clone();
    input
}

fn requests(ours: &mut Ours, project: &Repo) -> Vec<Request> {
    let tip = project.id("main");
    let path = Wide::path(54_321);
    let folder = path.rsplit_once('/').unwrap().0;
    let blob = project.id(&format!("main:{path}"));
    let often = |revision: &str| project.id(&format!("{revision}:{OFTEN}"));
    let at = |more: Value| {
        let mut input = json!({ "repositoryName": "wide", "commitSpecifier": "main" });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let on = |more: Value| {
        let mut input = at(more);
        input.as_object_mut().unwrap().remove("commitSpecifier");
        input
    };
    let since = |count: usize| {
        json!({ "repositoryName": "wide", "afterCommitSpecifier": "main",
        "beforeCommitSpecifier": project.id(&format!("main~{count}")) })
    };
    let everything = json!({ "repositoryName": "wide", "afterCommitSpecifier": "main" });
    let history = |path: &str| at(json!({ "filePath": path, "maxResults": 100 }));
    let blobs = on(json!({ "beforeBlobId": often("main~20000"), "afterBlobId": often("main") }));
    let second_differences = second_page(ours, "GetDifferences", &everything, "NextToken");
    let second_history = second_page(ours, "ListFileCommitHistory", &history(OFTEN), "nextToken");

    let read = |name, operation, input| Request { name, operation, input, reads: true };
    let write = |name, operation, input| Request { name, operation, input, reads: false };
    let branch = |name: &str| {
        let input = json!({ "repositoryName": "wide", "branchName": name, "commitId": tip });
        ours.server().api_ok("CreateBranch", input);
        json!({ "repositoryName": "wide", "branchName": name, "parentCommitId": tip })
    };
    let mut commit_to = branch;
    let mut with = |name: &str, more: Value| {
        let mut input = commit_to(name);
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let put = with("put", json!({ "filePath": path, "fileContent": "bmV3Cg==" }));
    let delete = with("delete", json!({ "filePath": path }));
    let files: Vec<Value> =
        (0..100).map(|n| json!({ "filePath": Wide::path(n * 997), "fileContent": "bmV3Cg==" })).collect();
    let commit = with("commit", json!({ "putFiles": files }));
    vec![
        read("GetFile, at depth 6", "GetFile", at(json!({ "filePath": path }))),
        read("GetFolder, at depth 5", "GetFolder", at(json!({ "folderPath": folder }))),
        read("GetFolder, the root", "GetFolder", at(json!({ "folderPath": "/" }))),
        read("GetBlob", "GetBlob", on(json!({ "blobId": blob }))),
        read("GetBlobDifferences", "GetBlobDifferences", blobs),
        read("GetDifferences, one commit", "GetDifferences", since(1)),
        read("GetDifferences, 1,000 commits, a page of 100", "GetDifferences", since(1000)),
        read("GetDifferences, all files, a page of 100", "GetDifferences", everything),
        read("GetDifferences, all files, the next page", "GetDifferences", second_differences),
        read("ListFileCommitHistory, often, a page of 100", "ListFileCommitHistory", history(OFTEN)),
        read("ListFileCommitHistory, often, the next page", "ListFileCommitHistory", second_history),
        read("ListFileCommitHistory, seldom, first page", "ListFileCommitHistory", history(SELDOM)),
        read("GetCommit", "GetCommit", on(json!({ "commitId": tip }))),
        read("BatchGetCommits", "BatchGetCommits", on(json!({ "commitIds": [tip] }))),
        read("GetBranch", "GetBranch", on(json!({ "branchName": "main" }))),
        read("ListBranches", "ListBranches", on(json!({}))),
        read("GetRepository", "GetRepository", on(json!({}))),
        read("BatchGetRepositories", "BatchGetRepositories", json!({ "repositoryNames": ["wide"] })),
        read("ListRepositories", "ListRepositories", json!({})),
        write("CreateBranch", "CreateBranch", on(json!({ "branchName": "new", "commitId": tip }))),
        write("DeleteBranch", "DeleteBranch", on(json!({ "branchName": "new" }))),
        write("PutFile, at depth 6", "PutFile", put),
        write("DeleteFile, at depth 6", "DeleteFile", delete),
        write("CreateCommit, 100 files", "CreateCommit", commit),
        write("UpdateDefaultBranch", "UpdateDefaultBranch", on(json!({ "defaultBranchName": "put" }))),
        write(
            "UpdateRepositoryDescription",
            "UpdateRepositoryDescription",
            on(json!({ "repositoryDescription": "x" })),
        ),
    ]
}
