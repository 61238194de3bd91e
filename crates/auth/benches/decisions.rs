//! What one decision costs, for policies of the usual size and for those that are as large as policies can be: `make bench`.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark ends when something is wrong, and prints its table"
)]

use auth::policy::{MOST_CHARACTERS, Policy, Request, RequestContext, Verdict, evaluate, managed};
use serde_json::{Value, json};
use std::hint::black_box;
use std::time::{Duration, Instant};

const REPOSITORY: &str = "arn:aws:codecommit:eu-west-1:123456789012:a-repository-of-the-usual-kind";

/// How long each row is measured.
const TIME: Duration = Duration::from_millis(500);

/// Policies, and the request that is decided over.
struct Case {
    name: &'static str,
    policies: Vec<Policy>,
    resource: String,
    verdict: Verdict,
}

impl Case {
    fn new(name: &'static str, verdict: Verdict, documents: &[Value]) -> Self {
        let parse = |document: &Value| Policy::parse(&document.to_string()).unwrap();
        Self { name, policies: documents.iter().map(parse).collect(), resource: REPOSITORY.to_owned(), verdict }
    }

    fn on(self, resource: String) -> Self {
        Self { resource, ..self }
    }

    /// Nanoseconds of a decision: the median and the worst of many runs of 100.
    fn measure(&self, context: &RequestContext) -> (u128, u128) {
        let request = Request { action: "codecommit:GitPush", resource: &self.resource, context };
        assert_eq!(evaluate(&self.policies, &request).verdict, self.verdict, "{}", self.name);
        let (started, mut runs) = (Instant::now(), Vec::new());
        while started.elapsed() < TIME {
            let run = Instant::now();
            for _ in 0..100 {
                black_box(evaluate(black_box(&self.policies), &request));
            }
            runs.push(run.elapsed().as_nanos() / 100);
        }
        runs.sort_unstable();
        (runs[runs.len() / 2], runs[runs.len() - 1])
    }
}

fn statement(effect: &str, action: &str, resource: &str, condition: &Value) -> Value {
    json!({"Effect": effect, "Action": [action], "Resource": [resource], "Condition": condition})
}

/// The largest policy that can be made of statements like these; the first is added until the document is full.
fn full(statement: impl Fn(usize) -> Value) -> Value {
    largest(|count| json!({"Version": "2012-10-17", "Statement": (0..count).map(&statement).collect::<Vec<_>>()}))
}

/// The largest document of this kind that is not too large.
fn largest(document: impl Fn(usize) -> Value) -> Value {
    let characters = |document: &Value| document.to_string().chars().filter(|letter| !letter.is_whitespace()).count();
    (1..).map(document).take_while(|document| characters(document) <= MOST_CHARACTERS).last().unwrap()
}

/// A developer who may push to branches of features only, in repositories of their team.
fn usual() -> Value {
    let team = json!({"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}});
    let features = json!({
        "StringNotLike": {"codecommit:References": ["refs/heads/feature/*", "refs/heads/users/${aws:username}/*"]},
        "Null": {"codecommit:References": "false"}
    });
    json!({"Version": "2012-10-17", "Statement": [
        statement("Allow", "codecommit:Git*", "arn:aws:codecommit:*:*:*", &team),
        statement("Allow", "codecommit:Get*", "*", &json!({})),
        statement("Deny", "codecommit:GitPush", "arn:aws:codecommit:eu-west-1:123456789012:*", &features),
    ]})
}

fn cases() -> Vec<Case> {
    let none = json!({});
    let named = |number| format!("arn:aws:codecommit:eu-west-1:123456789012:repository-{number}");
    let allow = |resource: &Value, condition: &Value| {
        json!({"Version": "2012-10-17", "Statement":
            [{"Effect": "Allow", "Action": "codecommit:GitPush", "Resource": resource, "Condition": condition}]})
    };
    let patterns = |count| (0..count).map(|number| format!("arn:aws:*:*:*:*-{number}-*-of-*")).collect::<Value>();
    let owned = |number| {
        statement("Allow", "codecommit:Git*", &format!("arn:aws:codecommit:*:*:${{aws:username}}-{number}"), &none)
    };
    let on_ref = |number| {
        let condition = json!({"StringLike": {"codecommit:References": format!("refs/heads/*/{number}/*")}});
        statement("Deny", "codecommit:GitPush", "*", &condition)
    };
    let values = |count| (0..count).map(|number| format!("refs/heads/{number}/${{aws:username}}/*")).collect::<Value>();
    let (any, many) = (json!("*"), full(|number| statement("Allow", "codecommit:Git*", &named(number), &none)));
    // What costs most: a long stretch behind a star that fails late at every place of the longest name there is.
    let slow = format!("arn:aws:*:*:*:*{}b*", "a".repeat(48));
    let slowest = largest(|count| allow(&vec![slow.clone(); count].into(), &none));
    let longest_name = format!("arn:aws:codecommit:eu-west-1:123456789012:{}", "a".repeat(100));
    let administrator: Value =
        serde_json::from_str(managed::find(managed::ADMINISTRATOR_ACCESS).unwrap().document).unwrap();
    vec![
        Case::new("AdministratorAccess", Verdict::Allowed, &[administrator]),
        Case::new("a policy of three statements", Verdict::Allowed, &[usual()]),
        Case::new("full of statements", Verdict::ImplicitDeny, std::slice::from_ref(&many)),
        Case::new("full of patterns for resources", Verdict::ImplicitDeny, &[largest(|n| allow(&patterns(n), &none))]),
        Case::new("full of variables in resources", Verdict::ImplicitDeny, &[full(owned)]),
        Case::new("full of conditions on refs", Verdict::ImplicitDeny, &[full(on_ref)]),
        Case::new(
            "full of values of one condition",
            Verdict::ImplicitDeny,
            &[largest(|count| allow(&any, &json!({"StringLike": {"codecommit:References": values(count)}})))],
        ),
        Case::new("full of what costs most", Verdict::ImplicitDeny, &[slowest]).on(longest_name),
        Case::new("ten policies full of statements", Verdict::ImplicitDeny, &vec![many; 10]),
    ]
}

fn main() {
    let mut context = RequestContext::new();
    for (key, value) in [
        ("aws:username", "ana-maria"),
        ("aws:PrincipalTag/team", "storage"),
        ("aws:ResourceTag/team", "storage"),
        ("codecommit:References", "refs/heads/feature/a-branch-of-the-usual-kind"),
    ] {
        context.set(key, value);
    }
    println!("{:<34} {:>12} {:>12}", "one decision over", "median", "worst");
    for case in cases() {
        let (median, worst) = case.measure(&context);
        println!("{:<34} {:>9.1} µs {:>9.1} µs", case.name, median as f64 / 1e3, worst as f64 / 1e3);
    }
}
