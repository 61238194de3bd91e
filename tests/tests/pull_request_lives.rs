//! The lives of many pull requests in random order, against a small model of what should become of each.
#![allow(clippy::unwrap_used, clippy::panic, reason = "functions beside the tests belong to them")]

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use tests::random::Random;
use tests::{Journey, Repo};

/// How many pull requests are followed from creation on.
const LIVES: usize = if cfg!(feature = "soak") { 200 } else { 40 };
const NAMES: [&str; 6] = ["main", "a", "b", "c/d", "c/e", "f"];

/// A branch: its tip, and all commits that it has.
#[derive(Debug, Clone, PartialEq)]
struct Branch {
    tip: String,
    commits: BTreeSet<String>,
}

/// A pull request as it should be.
#[derive(Debug, Clone)]
struct Life {
    source: String,
    destination: String,
    title: String,
    source_commit: String,
    /// Known from the last look; it has to be another one exactly if the source moved since then.
    revision: String,
    moved: bool,
    closed_at: Option<String>,
    merge: Option<(&'static str, String)>,
    events: Vec<&'static str>,
}

struct World<'a> {
    journey: &'a Journey,
    repo: Repo,
    random: Random,
    branches: BTreeMap<&'static str, Branch>,
    lives: BTreeMap<u32, Life>,
    files: u32,
}

impl Life {
    fn close(&mut self, destination_tip: &str, merge: Option<(&'static str, String)>) {
        if merge.is_some() {
            self.events.push("MERGE_STATE_CHANGED");
        }
        self.events.push("STATUS_CHANGED");
        self.closed_at = Some(destination_tip.to_owned());
        self.merge = merge;
    }
}

impl World<'_> {
    /// Moves a branch, and whatever follows it.
    fn moved(&mut self, name: &'static str, to: Branch) {
        let before = self.branches.insert(name, to.clone()).unwrap();
        if before.tip == to.tip {
            return;
        }
        let forced = !to.commits.is_superset(&before.commits);
        for life in self.lives.values_mut().filter(|life| life.closed_at.is_none()) {
            if life.source == name {
                life.source_commit.clone_from(&to.tip);
                life.moved = true;
                life.events.push("SOURCE_REFERENCE_UPDATED");
            }
            if life.destination == name && !forced && life.source_commit == to.tip {
                life.close(&before.tip, Some(("FAST_FORWARD_MERGE", to.tip.clone())));
            }
        }
    }

    fn some_branch(&mut self) -> &'static str {
        let names: Vec<&'static str> = self.branches.keys().copied().collect();
        names[self.random.below(names.len())]
    }

    /// A pull request, an open one if possible.
    fn some_life(&mut self) -> Option<u32> {
        let open: Vec<u32> =
            self.lives.iter().filter(|(_, life)| life.closed_at.is_none()).map(|(id, _)| *id).collect();
        let all: Vec<u32> = self.lives.keys().copied().collect();
        let among = if open.is_empty() || self.random.below(8) == 0 { all } else { open };
        (!among.is_empty()).then(|| among[self.random.below(among.len())])
    }

    fn put_file(&mut self) {
        let name = self.some_branch();
        let mut branch = self.branches[name].clone();
        self.files += 1;
        let input = json!({
            "repositoryName": "demo", "branchName": name, "filePath": format!("file{}", self.files), "fileContent": "eA==",
            "parentCommitId": branch.tip,
        });
        let made = self.journey.server.api_ok("PutFile", input);
        branch.tip = made["commitId"].as_str().unwrap().to_owned();
        branch.commits.insert(branch.tip.clone());
        self.moved(name, branch);
    }

    /// Forces a branch to where another one is.
    fn force(&mut self) {
        let (name, other) = (self.some_branch(), self.some_branch());
        let to = self.branches[other].clone();
        self.repo.ok(&["fetch", "--quiet", "origin", other]);
        let refspec = format!("{}:refs/heads/{name}", to.tip);
        self.repo.ok(&["push", "--quiet", "--force", "origin", &refspec]);
        self.moved(name, to);
    }

    fn create_branch(&mut self) {
        let free = NAMES.into_iter().find(|name| !self.branches.contains_key(name));
        let (Some(name), from) = (free, self.some_branch()) else { return };
        let from = self.branches[from].clone();
        let input = json!({"repositoryName": "demo", "branchName": name, "commitId": from.tip});
        self.journey.server.api_ok("CreateBranch", input);
        self.branches.insert(name, from);
    }

    fn delete_branch(&mut self) {
        let name = self.some_branch();
        if name == "main" {
            return;
        }
        self.journey.server.api_ok("DeleteBranch", json!({"repositoryName": "demo", "branchName": name}));
        for life in self.lives.values_mut().filter(|life| life.closed_at.is_none()) {
            if life.source == name || life.destination == name {
                life.close(&self.branches[life.destination.as_str()].tip, None);
            }
        }
        self.branches.remove(name);
    }

    fn create(&mut self) {
        let (source, destination) = (self.some_branch(), self.some_branch());
        let target = json!({"repositoryName": "demo", "sourceReference": source, "destinationReference": destination});
        let input = json!({"title": "New", "targets": [target]});
        if source == destination {
            let error = self.journey.server.api_error("CreatePullRequest", input);
            assert_eq!(error, "SourceAndDestinationAreSameException");
            return;
        }
        let made = self.journey.server.api_ok("CreatePullRequest", input)["pullRequest"].take();
        let life = Life {
            source: source.to_owned(),
            destination: destination.to_owned(),
            title: "New".to_owned(),
            source_commit: self.branches[source].tip.clone(),
            revision: made["revisionId"].as_str().unwrap().to_owned(),
            moved: false,
            closed_at: None,
            merge: None,
            events: vec!["CREATED"],
        };
        let id = made["pullRequestId"].as_str().unwrap().parse().unwrap();
        assert_eq!(id as usize, self.lives.len() + 1);
        self.lives.insert(id, life);
    }

    /// Calls an operation on a pull request, which must be refused if that is closed; tells whether it was done.
    fn call(&self, id: u32, operation: &str, mut input: Value) -> bool {
        input["pullRequestId"] = json!(id.to_string());
        if self.lives[&id].closed_at.is_none() {
            self.journey.server.api_ok(operation, input);
            return true;
        }
        assert_eq!(self.journey.server.api_error(operation, input), "PullRequestAlreadyClosedException");
        false
    }

    fn set_title(&mut self, id: u32) {
        let title = format!("Title {}", self.random.below(3));
        if self.call(id, "UpdatePullRequestTitle", json!({"title": title})) {
            self.lives.get_mut(&id).unwrap().title = title;
        }
    }

    fn close(&mut self, id: u32) {
        let input = json!({"pullRequestId": id.to_string(), "pullRequestStatus": "CLOSED"});
        self.journey.server.api_ok("UpdatePullRequestStatus", input);
        let life = self.lives.get_mut(&id).unwrap();
        if life.closed_at.is_none() {
            life.close(&self.branches[life.destination.as_str()].tip, None);
        }
    }

    fn merge(&mut self, id: u32) {
        let (operation, option) = [
            ("MergePullRequestByFastForward", "FAST_FORWARD_MERGE"),
            ("MergePullRequestBySquash", "SQUASH_MERGE"),
            ("MergePullRequestByThreeWay", "THREE_WAY_MERGE"),
        ][self.random.below(3)];
        let life = self.lives[&id].clone();
        let input = json!({"repositoryName": "demo", "pullRequestId": id.to_string()});
        if life.closed_at.is_some() {
            assert_eq!(self.journey.server.api_error(operation, input), "PullRequestAlreadyClosedException");
            return;
        }
        let (source, mut destination) =
            (self.branches[life.source.as_str()].clone(), self.branches[life.destination.as_str()].clone());
        let contained = destination.commits.is_superset(&source.commits);
        if option == "FAST_FORWARD_MERGE" && !contained && !source.commits.is_superset(&destination.commits) {
            assert_eq!(self.journey.server.api_error(operation, input), "ManualMergeRequiredException");
            return;
        }
        let merged = self.journey.server.api_ok(operation, input)["pullRequest"].take();
        let commit = merged["pullRequestTargets"][0]["mergeMetadata"]["mergeCommitId"].as_str().unwrap().to_owned();
        let before = destination.tip.clone();
        if contained {
            assert_eq!(commit, before);
        } else {
            match option {
                "FAST_FORWARD_MERGE" => assert_eq!(commit, source.tip),
                _ => assert!(!source.commits.contains(&commit) && !destination.commits.contains(&commit)),
            }
            if option != "SQUASH_MERGE" {
                destination.commits.extend(source.commits);
            }
            destination.commits.insert(commit.clone());
            destination.tip.clone_from(&commit);
        }
        self.lives.get_mut(&id).unwrap().close(&before, Some((option, commit)));
        let name = self.branches.keys().copied().find(|name| *name == life.destination).unwrap();
        self.moved(name, destination);
    }

    /// Compares a pull request with what it should be.
    fn check(&mut self, id: u32) {
        let answer = self.journey.server.api_ok("GetPullRequest", json!({"pullRequestId": id.to_string()}));
        let (found, life) = (&answer["pullRequest"], self.lives.get_mut(&id).unwrap());
        let target = &found["pullRequestTargets"][0];
        let destination = match &life.closed_at {
            Some(commit) => commit,
            None => &self.branches[life.destination.as_str()].tip,
        };
        assert_eq!(found["title"], life.title);
        assert_eq!(found["pullRequestStatus"], if life.closed_at.is_some() { "CLOSED" } else { "OPEN" });
        assert_eq!(target["sourceCommit"], life.source_commit, "{id}: {life:?}");
        assert_eq!(target["destinationCommit"], *destination, "{id}: {life:?}");
        let merge = &target["mergeMetadata"];
        assert_eq!(merge["isMerged"], life.merge.is_some(), "{id}: {life:?}");
        assert_eq!(merge["mergeOption"].as_str(), life.merge.as_ref().map(|merge| merge.0));
        assert_eq!(merge["mergeCommitId"].as_str(), life.merge.as_ref().map(|merge| merge.1.as_str()));
        let revision = found["revisionId"].as_str().unwrap();
        assert_eq!(revision != life.revision, std::mem::take(&mut life.moved), "{id}: {life:?}");
        life.revision = revision.to_owned();
    }

    fn check_everything(&mut self) {
        let ids: Vec<u32> = self.lives.keys().copied().collect();
        let server = &self.journey.server;
        for (status, closed) in [("OPEN", false), ("CLOSED", true)] {
            let input = json!({"repositoryName": "demo", "pullRequestStatus": status, "maxResults": 100});
            let mut listed: Vec<String> = Vec::new();
            let mut page = server.api_ok("ListPullRequests", input.clone());
            loop {
                listed.extend(
                    page["pullRequestIds"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()),
                );
                let Some(token) = page["nextToken"].as_str().map(str::to_owned) else { break };
                let mut next = input.clone();
                next["nextToken"] = json!(token);
                page = server.api_ok("ListPullRequests", next);
            }
            let expected = self.lives.iter().filter(|(_, life)| life.closed_at.is_some() == closed);
            assert_eq!(listed, expected.map(|(id, _)| id.to_string()).collect::<Vec<_>>());
        }
        for id in ids {
            self.check(id);
            let answer =
                self.journey.server.api_ok("DescribePullRequestEvents", json!({"pullRequestId": id.to_string()}));
            let told: Vec<&str> = answer["pullRequestEvents"]
                .as_array()
                .unwrap()
                .iter()
                .map(|event| event["pullRequestEventType"].as_str().unwrap().trim_start_matches("PULL_REQUEST_"))
                .collect();
            let expected = &self.lives[&id].events;
            assert_eq!(told, expected[..expected.len().min(100)], "{id}");
        }
        for (name, branch) in &self.branches {
            let found = self.journey.server.api_ok("GetBranch", json!({"repositoryName": "demo", "branchName": name}));
            assert_eq!(found["branch"]["commitId"], branch.tip);
        }
    }

    fn step(&mut self) {
        let id = self.some_life();
        match (self.random.below(20), id) {
            (0..5, _) => self.put_file(),
            (5, _) => self.force(),
            (6 | 7, _) => self.create_branch(),
            (8, _) => self.delete_branch(),
            (9..12, Some(id)) => self.set_title(id),
            (12, Some(id)) => self.close(id),
            (13..16, Some(id)) => self.merge(id),
            _ => self.create(),
        }
        if let Some(id) = id {
            self.check(id);
        }
    }
}

#[test]
fn pull_requests_live_as_the_model_says() {
    let seed = 20_261_128;
    let journey = Journey::begin();
    let repo = journey.repo_with_origin("demo");
    let first = repo.commit_file("a.txt", "a\n");
    repo.ok(&["push", "--quiet", "origin", "HEAD:refs/heads/main"]);
    let branch = Branch { tip: first.clone(), commits: BTreeSet::from([first]) };
    let mut world = World {
        journey: &journey,
        repo,
        random: Random::new(seed),
        branches: BTreeMap::from([("main", branch)]),
        lives: BTreeMap::new(),
        files: 0,
    };
    while world.lives.len() < LIVES {
        world.step();
    }
    world.check_everything();
    while let Some(id) = world.lives.iter().find(|(_, life)| life.closed_at.is_none()).map(|(id, _)| *id) {
        world.merge(id);
        world.close(id);
    }
    world.check_everything();
    let clone = journey.git.clone_to(&journey.server.url("demo"), &journey.path("clone"), &["--mirror"]);
    clone.ok(&["fsck", "--full", "--strict"]);
}
