//! What works behind `coldforge serve` works in an AWS account: the synthesized template, brought up on this machine.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::aws::Aws;
use tests::cases::{Cases, World};
use tests::model::Model;
use tests::rehearsal::emulator::Emulator;
use tests::rehearsal::template::{Place, Template};
use tests::server::{Options, rehearsal};
use tests::signing::{Call, Keys, signed_headers};
use tests::{Journey, PROTOCOLS, compare, http};

fn begin() -> Journey {
    Journey::begin_with(&Options { program: Some(rehearsal()), ..Options::default() })
}

/// What the rehearsal told of itself: those lines of its log that are about `what`.
fn told(journey: &Journey, what: &str) -> Vec<Value> {
    let log = journey.server.log();
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["rehearsal"] == what).collect()
}

/// The functions that were invoked for requests, in order.
fn asked_for(journey: &Journey) -> Vec<String> {
    let invoked = told(journey, "invoked").into_iter().filter(|line| line["by"] == "gateway");
    invoked.filter_map(|line| line["function"].as_str().map(str::to_owned)).collect()
}

/// No function asked for anything that its role does not allow, and none failed.
fn assert_nothing_went_wrong(journey: &Journey) {
    assert_eq!(told(journey, "forbidden"), Vec::<Value>::new());
    assert_eq!(told(journey, "failed"), Vec::<Value>::new());
    assert_eq!(told(journey, "gave up"), Vec::<Value>::new());
}

#[test]
fn git_pushes_clones_and_fetches_through_the_gateway() {
    let journey = begin();
    let repo = journey.repo_with_origin("demo");
    repo.commit_file("a.txt", "one\n");
    repo.commit_file("b.txt", "two\n");
    repo.ok(&["tag", "v1"]);
    repo.ok(&["push", "--quiet", "origin", "HEAD:refs/heads/main", "v1"]);
    journey.assert_same(&repo, "demo");
    for protocol in PROTOCOLS {
        let path = journey.path("clone");
        let clone = journey.git.speaking(protocol).clone_to(&journey.server.url("demo"), &path, &[]);
        compare::assert_sound(&clone);
        assert_eq!(clone.id("HEAD"), repo.id("HEAD"));
    }
    // More than git sends in one piece: a probe, then a body whose length is not told before it.
    let noise: Vec<u8> = (0..2_000_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    repo.commit_file("noise.bin", &noise);
    repo.ok(&["push", "--quiet", "origin", "HEAD:refs/heads/main"]);
    repo.ok(&["push", "--quiet", "origin", ":refs/tags/v1"]);
    repo.ok(&["tag", "--delete", "v1"]);
    journey.assert_same(&repo, "demo");
    let functions: BTreeSet<String> = asked_for(&journey).into_iter().collect();
    let expected = ["CreateRepository", "GitAuthorizer", "InfoRefs", "ReceivePack", "UploadPack"];
    assert_eq!(functions, expected.map(str::to_owned).into());
    assert_nothing_went_wrong(&journey);
}

#[test]
fn git_is_asked_for_a_password_and_told_when_it_is_wrong() {
    let journey = begin();
    let url = journey.server.create_repository("demo");
    let address = journey.server.address();
    let path = "/v1/repos/demo/info/refs?service=git-upload-pack";
    let basic = journey.server.basic();
    let api_itself = "rehearsal1.execute-api.eu-west-1.amazonaws.com";
    for (host, path) in [(address, path.to_owned()), (api_itself, format!("/live{path}"))] {
        let unasked = http::request(address, "GET", &path, &[("host", host)], b"");
        assert_eq!(
            (unasked.status, unasked.header("www-authenticate")),
            (401, Some("Basic realm=\"coldforge\"")),
            "{host}"
        );
        let wrong = http::request(address, "GET", &path, &[("host", host), ("authorization", "Basic YTpi")], b"");
        assert_eq!(
            (wrong.status, wrong.header("www-authenticate")),
            (401, Some("Basic realm=\"coldforge\"")),
            "{host}"
        );
        let right = http::request(address, "GET", &path, &[("host", host), ("authorization", &basic)], b"");
        assert_eq!(right.status, 200, "{host}: {}", right.text());
    }
    let stranger = tests::Git::new(&journey.path("stranger"));
    let told = stranger.with_env("GIT_TERMINAL_PROMPT", "0").refused(journey.directory(), &["ls-remote", &url]);
    assert!(told.contains("could not read Username"), "{told}");
    assert_nothing_went_wrong(&journey);
}

#[test]
fn a_push_that_is_too_large_ends_with_an_error() {
    let journey = begin();
    let repo = journey.repo_with_origin("demo");
    repo.commit_file("small.txt", "small\n");
    repo.ok(&["push", "--quiet", "origin", "HEAD:refs/heads/main"]);
    let tip = repo.id("HEAD");
    let mut state = 1_u64;
    for (name, megabytes, status) in [("lambda.bin", 6, "502"), ("gateway.bin", 11, "413")] {
        // What cannot be compressed.
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as u8
        })
        .take(megabytes << 20)
        .collect();
        repo.commit_file(name, &noise);
        let told = repo.refused(&["push", "origin", "HEAD:refs/heads/main"]);
        assert!(told.contains(&format!("HTTP {status}")), "{told}");
        repo.ok(&["reset", "--quiet", "--hard", &tip]);
    }
    let listed = repo.ok(&["ls-remote", "origin", "refs/heads/main"]);
    assert!(listed.starts_with(&tip), "{listed}");
}

#[test]
fn every_operation_is_reached_by_boto3_and_lands_in_its_own_function() {
    let journey = begin();
    let (cases, model) = (Cases::read(), Model::read());
    let repo = journey.repo_with_origin("demo");
    for (path, content) in [("a.txt", "a\n"), ("b.txt", "b\n")] {
        repo.commit_file(path, content);
    }
    for branch in ["main", "put", "commit", "delete"] {
        repo.ok(&["push", "--quiet", "origin", &format!("HEAD:refs/heads/{branch}")]);
    }
    let mut world = World::default();
    let keys = &journey.server.credentials;
    world.name("none", &"1".repeat(40));
    world.name("arn", &format!("arn:aws:codecommit:{}:{}:demo", keys.region, keys.account_id));
    let revisions = [
        ("tip", "HEAD"),
        ("parent", "HEAD^"),
        ("tree", "HEAD^{tree}"),
        ("blob", "HEAD:a.txt"),
        ("large_blob", "HEAD:b.txt"),
    ];
    for (name, revision) in revisions {
        world.name(name, &repo.id(revision));
    }
    world.make(&journey.server);

    let operations = model.operations();
    let calls: Vec<Value> = operations
        .iter()
        .map(|operation| {
            let input = cases.input(operation).map_or_else(|| json!({}), |input| world.expand(input));
            json!([operation, input])
        })
        .collect();
    let file = journey.path("calls.json");
    std::fs::write(&file, Value::from(calls).to_string()).unwrap();
    let before = asked_for(&journey).len();
    let answers = Aws::new(journey.git.home(), &journey.server)
        .python_tells("every_operation.py", &[&file.display().to_string()]);
    let answers: Vec<Value> = answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), operations.len());
    let mut wrong = Vec::new();
    for (answer, operation) in answers.iter().zip(&operations) {
        let declared = model.errors(operation);
        if answer["error"].as_str().is_some_and(|error| !declared.iter().any(|known| known == error)) {
            wrong.push(answer.clone());
        }
    }
    assert_eq!(wrong, Vec::<Value>::new());
    let done = answers.iter().filter(|answer| answer["error"].is_null()).count();
    assert!(done > operations.len() / 2, "only {done} of {} operations were done", operations.len());
    assert_eq!(asked_for(&journey)[before..], operations);
    assert_nothing_went_wrong(&journey);
}

#[test]
fn nobody_but_the_edge_can_say_what_the_original_headers_were() {
    let journey = begin();
    journey.server.create_repository("demo");
    let server = &journey.server;
    let call = Call::new(server, "GetRepository", &json!({"repositoryName": "demo"}));
    let headers = [
        ("host", server.address()),
        ("content-type", "application/x-amz-json-1.1"),
        ("x-amz-target", "CodeCommit_20150413.GetRepository"),
    ];
    let keys = Keys { id: &call.access_key_id, secret: &call.secret_access_key, token: None };
    let signed = signed_headers(server, keys, ("eu-west-1", "codecommit"), call.at, &headers, &call.body);
    let signed: Vec<(&str, &str)> = signed.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = http::request(server.address(), "POST", "/", &signed, &call.body);
    assert_eq!(answer.status, 200, "as it is meant: {}", answer.text());

    // Straight to the API, under the names that only the edge may use.
    let renamed = |name: &str| match name {
        "authorization" => "x-cf-authorization",
        "x-amz-target" => "x-cf-target",
        "host" => "x-cf-host",
        _ => "",
    };
    let mut forged: Vec<(&str, &str)> = signed
        .iter()
        .map(|(name, value)| (Some(renamed(name)).filter(|name| !name.is_empty()).unwrap_or(name), *value))
        .collect();
    forged.push(("host", "rehearsal1.execute-api.eu-west-1.amazonaws.com"));
    for secret in [None, Some("a guess")] {
        let mut sent = forged.clone();
        sent.extend(secret.map(|secret| ("x-cf-origin-secret", secret)));
        let answer = http::request(server.address(), "POST", "/live/op/GetRepository", &sent, &call.body);
        assert_eq!(answer.status, 400, "{secret:?}: {}", answer.text());
    }
    // Through the edge, with more of its names.
    let mut sent = signed.clone();
    sent.extend([("x-cf-target", "CodeCommit_20150413.DeleteRepository"), ("x-cf-origin-secret", "a guess")]);
    let answer = http::request(server.address(), "POST", "/", &sent, &call.body);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let deleted = told(&journey, "invoked").iter().any(|line| line["function"] == "DeleteRepository");
    assert!(!deleted);
    assert_nothing_went_wrong(&journey);
}

#[test]
fn users_are_administered_through_the_edge() {
    let journey = begin();
    journey.server.create_repository("demo");
    let reader = journey.server.create_user("reader", &["AWSCodeCommitReadOnly"]);
    let read = journey.server.api_as(&reader, "GetRepository", json!({"repositoryName": "demo"}));
    assert!(read.is_ok(), "{read:?}");
    let written = journey.server.api_as(&reader, "DeleteRepository", json!({"repositoryName": "demo"}));
    assert_eq!(written.unwrap_err().name, "AccessDeniedException");
    assert_nothing_went_wrong(&journey);
}

/// How often somebody tries who is told that something went wrong.
const TRIES: usize = 20;

/// How often is pushed while things go wrong: at least, and at most until they have.
const LEAST_ROUNDS: usize = 20;
const MOST_ROUNDS: usize = 200;

#[test]
fn nothing_acknowledged_is_lost_when_aws_falters_and_processes_are_killed() {
    let environment = [("COLDFORGE_FAULTS", "5"), ("COLDFORGE_KILLS", "5")];
    let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let options = Options { program: Some(rehearsal()), environment, ..Options::default() };
    let journey = Journey::begin_with(&options);
    let api = |operation: &str, input: Value, done_already: &str| {
        for _ in 0..TRIES {
            match journey.server.api(operation, input.clone()) {
                Ok(_) => return,
                Err(error) if error.name == done_already => return,
                Err(error) => assert!(error.status >= 500, "{operation} is not to be tried again: {error:?}"),
            }
        }
        panic!("{operation} {input} fails each time");
    };
    api("CreateRepository", json!({"repositoryName": "demo"}), "RepositoryNameExistsException");
    let repo = journey.repo();
    repo.ok(&["remote", "add", "origin", &journey.server.url("demo")]);
    let went_wrong = || !told(&journey, "fault").is_empty() && !told(&journey, "killed").is_empty();
    let mut rounds = 0;
    // By lot, it may take longer until something has gone wrong of either kind.
    while rounds < LEAST_ROUNDS || (rounds < MOST_ROUNDS && !went_wrong()) {
        let number = rounds;
        rounds += 1;
        repo.commit_file("a.txt", format!("{number}\n"));
        let pushed = (0..TRIES).any(|_| {
            let pushed = repo.run(&["push", "origin", "HEAD:refs/heads/main"]);
            let told = String::from_utf8_lossy(&pushed.stderr).into_owned();
            let is_passing = ["HTTP 5", "error: 5", "unexpected disconnect", "hung up", "try again"];
            assert!(pushed.status.success() || is_passing.iter().any(|words| told.contains(words)), "{told}");
            pushed.status.success()
        });
        assert!(pushed, "push {number} fails each time");
        let commit = json!({"repositoryName": "demo", "branchName": format!("b{number}"), "commitId": repo.id("HEAD")});
        api("CreateBranch", commit, "BranchNameExistsException");
    }
    let branches: Vec<String> = (0..rounds).map(|number| format!("refs/heads/b{number}")).collect();
    let listed = (0..TRIES).find_map(|_| {
        let listed = repo.run(&["ls-remote", "origin"]);
        listed.status.success().then(|| String::from_utf8(listed.stdout).unwrap())
    });
    let listed = listed.unwrap();
    for branch in branches.iter().map(String::as_str).chain(["refs/heads/main"]) {
        assert!(listed.lines().any(|line| line.ends_with(&format!("\t{branch}"))), "{branch} is lost: {listed}");
    }
    let clone = (0..TRIES).find_map(|_| {
        let path = journey.path("clone");
        let cloned = journey
            .git
            .run(journey.directory(), &["clone", "--mirror", &journey.server.url("demo"), path.to_str().unwrap()]);
        cloned.status.success().then(|| journey.git.open(&path))
    });
    let clone = clone.unwrap();
    compare::assert_sound(&clone);
    assert_eq!(clone.id("refs/heads/main"), repo.id("HEAD"));
    assert!(went_wrong());
    assert_eq!(told(&journey, "forbidden"), Vec::<Value>::new());
}

#[test]
fn the_bucket_is_made_in_whatever_region() {
    for region in ["us-east-1", "ap-southeast-2"] {
        let emulator = Emulator::start(region);
        let place = Place {
            region: region.to_owned(),
            account: "123456789012".to_owned(),
            host: "127.0.0.1:1".to_owned(),
            origin_secret: String::new(),
            key_arn: emulator.create_key(),
        };
        let template = Template::read(&Template::file(), place);
        emulator.create(&template);
        let (table, _) = template.only("AWS::DynamoDB::Table");
        assert_eq!(emulator.records(&emulator.stream(table), None), Vec::<Value>::new(), "{region}");
    }
}
