//! Every error that the model declares for an operation is produced, by a case of `tests/errors` or by a test that is named there,
//! or cannot happen for a reason that is told there.
#![allow(clippy::unwrap_used, reason = "functions beside the tests belong to them")]

use serde_json::json;
use std::path::{Path, PathBuf};
use tests::Journey;
use tests::cases::{Case, Cases, World, patched};
use tests::door::Door;
use tests::model::Model;
use tests::signing::Call;

/// What is said of records that CloudWatch Logs keeps.
const RECORDS_ELSEWHERE: &str = "AuditEventsNotAvailableException";

/// A server with a repository `demo` that git filled, and everything that the cases have names for.
fn world(journey: &Journey) -> World {
    let repo = journey.repo_with_origin("demo");
    let work = PathBuf::from(repo.ok(&["rev-parse", "--show-toplevel"]).trim());
    repo.commit_file("a.txt", "a\n");
    for (path, content) in [("folder/b.txt", "b\n"), ("kept/.gitkeep", ""), ("deep/er/c.txt", "c\n")] {
        std::fs::create_dir_all(work.join(path).parent().unwrap()).unwrap();
        std::fs::write(work.join(path), content).unwrap();
    }
    std::fs::write(work.join("large.bin"), vec![7; 6 * 1024 * 1024 + 1]).unwrap();
    repo.ok(&["add", "--all"]);
    repo.ok(&["update-index", "--add", "--cacheinfo", &format!("160000,{},module", "2".repeat(40))]);
    repo.ok(&["commit", "--quiet", "--message", "Second"]);
    repo.ok(&["tag", "v1"]);
    // Some operations are given a branch of their own to change, so that no case depends on another operation's.
    for branch in ["main", "put", "commit", "delete"] {
        repo.ok(&["push", "--quiet", "origin", &format!("HEAD:refs/heads/{branch}")]);
    }
    repo.ok(&["push", "--quiet", "origin", "v1"]);

    let mut world = World::default();
    world.name("none", &"1".repeat(40));
    let keys = &journey.server.credentials;
    world.name("arn", &format!("arn:aws:codecommit:{}:{}:demo", keys.region, keys.account_id));
    for (name, revision) in [
        ("tip", "HEAD"),
        ("parent", "HEAD^"),
        ("tree", "HEAD^{tree}"),
        ("blob", "HEAD:a.txt"),
        ("large_blob", "HEAD:large.bin"),
    ] {
        world.name(name, &repo.id(revision));
    }
    world.make(&journey.server);
    world
}

/// The operations that have a function.
fn implemented<'a>(journey: &Journey, models: &'a [Model]) -> Vec<(&'a Model, String)> {
    let of = |model: &'a Model| model.operations().into_iter().map(move |operation| (model, operation));
    let mut operations: Vec<(&Model, String)> = models.iter().flat_map(of).collect();
    operations.retain(|(_, operation)| {
        !matches!(journey.server.api(operation, json!({})), Err(error) if error.name == "NotImplementedException")
    });
    operations
}

#[test]
fn every_declared_error_is_produced_or_cannot_happen() {
    let (cases, models) = (Cases::read(), Model::both());
    let mut wrong: Vec<String> = cases
        .strangers(&models)
        .into_iter()
        .map(|stranger| format!("{stranger}: the model declares no such thing"))
        .collect();
    for (model, operation) in implemented(&Journey::begin(), &models) {
        if cases.input(&operation).is_none() {
            wrong.push(format!("{operation}: no file of tests/errors tells an input"));
            continue;
        }
        for error in model.errors(&operation) {
            match cases.of(&operation, &error) {
                None => wrong.push(format!("{operation} {error}: neither a case nor a reason")),
                Some(Case::Impossible(reason)) if reason.len() < 20 => {
                    wrong.push(format!("{operation} {error}: '{reason}' is no reason"));
                }
                Some(Case::Test { file, function }) => {
                    let found = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file));
                    let source = found.unwrap_or_default();
                    let there = [format!("fn {function}("), format!("def {function}(")];
                    let stem = error.trim_end_matches("Exception");
                    if !there.iter().any(|head| source.contains(head)) || !source.contains(stem) {
                        wrong.push(format!("{operation} {error}: {file} has no {function} that tells of it"));
                    }
                }
                Some(Case::Patches(patches)) if patches.is_empty() => {
                    wrong.push(format!("{operation} {error}: an empty list of cases"));
                }
                Some(Case::Patches(_) | Case::Impossible(_)) => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_case_is_answered_with_its_error() {
    let journey = Journey::begin();
    let (cases, models, world) = (Cases::read(), Model::both(), world(&journey));
    let mut wrong = Vec::new();
    for (model, operation) in implemented(&journey, &models) {
        let Some(input) = cases.input(&operation).map(|input| world.expand(input)) else { continue };
        for error in model.errors(&operation) {
            let Some(Case::Patches(patches)) = cases.of(&operation, &error) else { continue };
            for patch in patches {
                let spoilt = patched(&input, &world.expand(patch));
                if spoilt.to_string().len() > Door::of_this_run().most_request_bytes() {
                    continue;
                }
                let name = match Call::new(&journey.server, &operation, &spoilt).send(&journey.server) {
                    Ok(output) => format!("the answer {output}"),
                    Err(error) => format!("{}: {}", error.name, error.message),
                };
                if name.split(':').next() != Some(&error) {
                    wrong.push(format!("{operation} with {patch}: not {error}, but {name}"));
                }
            }
        }
        // What is refused above is refused for what was made wrong: without that, the input is accepted.
        if let Err(error) = journey.server.api(&operation, input.clone())
            && !(error.name == RECORDS_ELSEWHERE && Door::of_this_run() == Door::Rehearsal)
        {
            wrong.push(format!("{operation} refuses {input}: {error:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The operations whose input names the branch that the condition key `codecommit:References` is about.
const OF_A_BRANCH: [&str; 5] = ["CreateBranch", "CreateCommit", "DeleteBranch", "DeleteFile", "PutFile"];

/// The operations on what belongs to a user, who everybody is to themselves: also those who may only read repositories may do this.
const OF_ONESELF: [&str; 4] = ["CreateToken", "DeleteToken", "ListTokens", "UpdateToken"];

/// What reads, but is not for those who may only read repositories.
const OF_ADMINISTRATORS: [&str; 1] = ["ListIamPrincipals"];

/// The other operations that may have the key, depending on what their input names.
const PERHAPS_OF_A_BRANCH: [&str; 8] = [
    "CreateUnreferencedMergeCommit",
    "GetMergeCommit",
    "MergeBranchesByFastForward",
    "MergeBranchesBySquash",
    "MergeBranchesByThreeWay",
    "MergePullRequestByFastForward",
    "MergePullRequestBySquash",
    "MergePullRequestByThreeWay",
];

#[test]
fn every_operation_is_refused_to_those_whose_policies_do_not_allow_it() {
    let journey = Journey::begin();
    let (cases, models, world) = (Cases::read(), Model::both(), world(&journey));
    let server = &journey.server;
    let [nobody, elsewhere, but_one, no_refs, only] =
        ["nobody", "elsewhere", "but-one", "no-refs", "only"].map(|name| server.create_user(name, &[]));
    let reader = server.create_user("reader", &["AWSCodeCommitReadOnly"]);
    let statement =
        |effect: &str, action: &str, resource: &str| json!({"Effect": effect, "Action": action, "Resource": resource});
    server.put_policy(
        "elsewhere",
        &json!(["codecommit:*", "coldforge:*"].map(|actions| statement(
            "Allow",
            actions,
            "arn:aws:codecommit:eu-west-1:123456789012:elsewhere"
        ))),
    );
    let mut with_refs = statement("Deny", "codecommit:*", "*");
    with_refs["Condition"] = json!({"Null": {"codecommit:References": "false"}});
    let all = ["codecommit:*", "coldforge:*"].map(|actions| statement("Allow", actions, "*"));
    server.put_policy("no-refs", &json!([all[0], all[1], with_refs]));

    let mut wrong = Vec::new();
    for (_, operation) in implemented(&journey, &models) {
        let Some(input) = cases.input(&operation).map(|input| world.expand(input)) else { continue };
        let api = if Model::is_own(&operation) { "coldforge" } else { "codecommit" };
        let action = format!("{api}:{operation}");
        let everything_else = json!([statement("Allow", "*", "*"), statement("Deny", &action, "*")]);
        server.put_policy("but-one", &everything_else);
        server.put_policy("only", &statement("Allow", &action, "*"));
        let reads = ["Get", "List", "Describe", "BatchGet", "BatchDescribe", "Evaluate"];
        let is_read =
            reads.iter().any(|verb| operation.starts_with(verb)) && !OF_ADMINISTRATORS.contains(&operation.as_str());
        let of_oneself = OF_ONESELF.contains(&operation.as_str());
        let of_a_branch = OF_A_BRANCH.contains(&operation.as_str());
        let mut expected =
            vec![(&nobody, true), (&elsewhere, true), (&but_one, true), (&reader, !is_read && !of_oneself)];
        if of_a_branch || !PERHAPS_OF_A_BRANCH.contains(&operation.as_str()) {
            expected.push((&no_refs, of_a_branch));
        }
        expected.push((&only, false));
        for (user, denied) in expected {
            let told = server.api_as(user, &operation, input.clone()).err().map(|error| error.name);
            if (told.as_deref() == Some("AccessDeniedException")) != denied {
                wrong.push(format!("{operation} by {}: {told:?}", user.arn));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
