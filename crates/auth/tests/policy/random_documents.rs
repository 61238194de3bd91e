//! Random documents, from anything at all to what is nearly a policy: each is refused with a reason or decides, and no more.
//!
//! `POLICIES` says how many; `make soak` tries a million. `make fuzz T=auth/policy` looks for others, led by what the parser does.

use crate::made_up::MadeUp;
use auth::policy::{Policy, Request, RequestContext, Verdict, evaluate};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// A document that takes so long, on however busy a machine, will never be done.
const HANGS: Duration = Duration::from_secs(60);

fn count() -> usize {
    std::env::var("POLICIES").map_or(30_000, |count| count.parse().unwrap())
}

/// What a random request says, with a value for some of the keys that the policy asks for.
fn context(made_up: &mut MadeUp, policy: &Policy) -> RequestContext {
    let mut context = RequestContext::new();
    for key in policy.keys() {
        match made_up.below(3) {
            0 => context.set(&key, made_up.value()),
            1 => context.set_many(&key, vec![made_up.value(), made_up.value()]),
            _ => {}
        }
    }
    context
}

/// What becomes of one document: the verdict, if it is a policy.
fn decide(made_up: &mut MadeUp, document: &str, no_to_everything: &Policy) -> Option<Verdict> {
    let policy = match Policy::parse(document) {
        Ok(policy) => policy,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return None;
        }
    };
    assert_eq!(Policy::parse(document).as_ref(), Ok(&policy), "read in two ways");
    let context = context(made_up, &policy);
    let action = made_up.one_of(&["codecommit:GitPull", "iam:CreateUser", "codecommit:*", "", ":"]);
    let resource = made_up.one_of(&["arn:aws:codecommit:eu-west-1:123456789012:demo", "*", "arn:aws:s3:::a*b", ""]);
    let request = Request { action, resource, context: &context };
    let decided = evaluate([&policy], &request);
    assert_eq!(decided.verdict == Verdict::ImplicitDeny, decided.because_of.is_empty());
    assert_eq!(evaluate([&policy, no_to_everything], &request).verdict, Verdict::ExplicitDeny);
    Some(decided.verdict)
}

/// Names the document when deciding over it panics.
struct AtWork<'a>(usize, &'a str);

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("document {}: {:?}", self.0, self.1);
        }
    }
}

#[test]
fn random_documents_are_refused_or_decide_and_nothing_hangs() {
    let (tell, told) = channel();
    let worker = std::thread::spawn(move || {
        let everything = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#;
        let no_to_everything = Policy::parse(everything).unwrap();
        let mut verdicts = Vec::new();
        for number in 0..count() {
            // Each document has a seed of its own, so that one that does harm can be made again alone.
            let mut made_up = MadeUp::new(number as u64);
            let document = made_up.document();
            tell.send(number).unwrap();
            let _at_work = AtWork(number, &document);
            verdicts.extend(decide(&mut made_up, &document, &no_to_everything));
        }
        verdicts
    });
    let mut last = None;
    loop {
        match told.recv_timeout(HANGS) {
            Ok(number) => last = Some(number),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                let document = last.map(|number| MadeUp::new(number as u64).document());
                panic!("document {last:?} hangs: {document:?}");
            }
        }
    }
    let verdicts = worker.join().expect("no document makes it panic");
    let of = |verdict: Verdict| verdicts.iter().filter(|found| **found == verdict).count();
    let (allowed, denied) = (of(Verdict::Allowed), of(Verdict::ExplicitDeny));
    eprintln!(
        "{} documents: {} are policies; {allowed} allow, {denied} deny, the others say nothing",
        count(),
        verdicts.len()
    );
    // That all three come up shows that the documents have something to do with the requests.
    let least = count() / 200;
    assert!(allowed > least && denied > least && verdicts.len() - allowed - denied > least);
    assert!(verdicts.len() > count() / 10 && verdicts.len() < count() / 2);
}
