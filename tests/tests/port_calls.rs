//! What reading a repository costs: calls of the ports, whose number does not depend on the machine.

use serde_json::{Value, json};
use tests::port_calls::{PortCalls, RECORDING, of_request};
use tests::server::Options;
use tests::wide::{OFTEN, SELDOM, Wide};
use tests::{Journey, Repo};

/// A server that tells its calls, with the repository `wide`: 20,000 files, 2,000 commits, pushed in one pack.
fn wide() -> (Journey, Repo) {
    let environment = vec![(RECORDING.0.to_owned(), RECORDING.1.to_owned())];
    let journey = Journey::begin_with(&Options { environment, ..Options::default() });
    let repo = journey.git.init_bare(&journey.path("wide"));
    Wide { files: 20_000, commits: 2000, seed: 1 }.import(&repo);
    repo.ok(&["repack", "-adfq", "--depth=50", "--window=10"]);
    let url = journey.server.create_repository("wide");
    repo.ok(&["push", "--quiet", &url, "main"]);
    (journey, repo)
}

fn calls(journey: &Journey, operation: &str, input: Value) -> PortCalls {
    of_request(&journey.server, || drop(journey.server.api_ok(operation, input)))
}

fn restart(journey: &mut Journey) {
    assert!(journey.server.terminate().success());
    journey.server.start_again();
}

#[test]
fn protections_cost_no_calls_where_they_demand_no_statuses() {
    tests::only_serve!("it counts the calls of one process");
    let environment = vec![(RECORDING.0.to_owned(), RECORDING.1.to_owned())];
    let journey = Journey::begin_with(&Options { environment, ..Options::default() });
    let repo = journey.repo_with_origin("demo");
    let tip = repo.commit_file("a", "a\n");
    repo.ok(&["push", "--quiet", "origin", "HEAD:main"]);
    let create = |name: &str| {
        calls(&journey, "CreateBranch", json!({ "repositoryName": "demo", "branchName": name, "commitId": tip }))
    };
    let put = |demands: Value| {
        let mut input = json!({ "repositoryName": "demo", "protectionName": "all", "refPatterns": ["refs/*"] });
        input.as_object_mut().unwrap().extend(demands.as_object().unwrap().clone());
        journey.server.api_ok("PutRefProtection", input);
    };
    create("first");
    let without = create("without");
    put(json!({}));
    assert_eq!(create("protected"), without);
    put(json!({ "requiredStatuses": ["ci/build"] }));
    let status = json!({ "repositoryName": "demo", "commitId": tip, "context": "ci/build", "state": "success" });
    journey.server.api_ok("PutCommitStatus", status);
    let with = create("checked");
    assert_eq!((with.table_reads, with.table_commits), (without.table_reads + 1, without.table_commits), "{with:?}");
}

#[test]
fn reading_a_file_or_a_page_reads_no_more_than_it_needs() {
    tests::only_serve!("it counts the calls of one process");
    let (mut journey, repo) = wide();
    for number in [0, 9_999, 12_345] {
        let path = Wide::path(number);
        let get = json!({ "repositoryName": "wide", "filePath": path, "commitSpecifier": "main" });
        restart(&mut journey);
        let cold = calls(&journey, "GetFile", get.clone());
        assert!(cold.blob_reads <= 8, "in a cold cache, {path} takes {cold:?}");
        let warm = calls(&journey, "GetFile", get);
        assert_eq!(warm.blob_reads, 0, "in a warm cache, {path} takes {warm:?}");
        // What decides over the caller is remembered for a while, and then costs no read.
        assert!(warm.table_reads <= cold.table_reads && warm.table_commits == 0, "{warm:?} after {cold:?}");
    }

    // A page of what differs reads the folders on the way to what it tells, not the other files.
    let differences = json!({ "repositoryName": "wide", "beforeCommitSpecifier": repo.id("main~1"),
        "afterCommitSpecifier": "main" });
    restart(&mut journey);
    let cold = calls(&journey, "GetDifferences", differences.clone());
    assert!(cold.blob_reads <= 12, "{cold:?}");
    assert_eq!(calls(&journey, "GetDifferences", differences).blob_reads, 0);

    let history = |path: &str, results: usize| json!({ "repositoryName": "wide", "filePath": path, "commitSpecifier": "main", "maxResults": results });
    restart(&mut journey);
    let few = calls(&journey, "ListFileCommitHistory", history(OFTEN, 5));
    restart(&mut journey);
    let all = calls(&journey, "ListFileCommitHistory", history(SELDOM, 5));
    assert!(few.blob_reads <= 8, "{few:?}");
    assert!(all.blob_reads <= 60, "{all:?}");
}
