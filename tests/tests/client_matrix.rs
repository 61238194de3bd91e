//! Every kind of client in every kind of trouble: what comes of it is a table, and every cell is tried with the real client.
//!
//! The server logs everything it can meanwhile; afterwards neither its log nor anything in its data has a secret in it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "functions beside the tests belong to them")]

mod matrix;

use matrix::clients::Client;
use matrix::world::{Situation, World};

/// What comes of it.
enum Outcome {
    /// The client does what it was asked to.
    Works,
    /// The client tells the person this.
    Says(&'static str),
    /// There is no such thing, for this reason.
    Senseless(&'static str),
}

use Outcome::{Says, Senseless, Works};

/// What API clients are told.
const SIGNATURE: Outcome = Says("InvalidSignatureException");
/// What git tells the person about a 401.
const FAILED: Outcome = Says("Authentication failed");

/// The outcomes of the situations, in their order: right, in a session, wrong secret, tampered, expired, revoked, skewed, other
/// host, other region.
fn row(client: Client) -> [Outcome; 9] {
    match client {
        Client::Cli | Client::Boto3 | Client::RustSdk | Client::JavaScriptSdk | Client::Curl => [
            Works,
            Works,
            SIGNATURE,
            SIGNATURE,
            Says("ExpiredTokenException"),
            Says("UnrecognizedClientException"),
            // This one sets its clock by the time of the answer, and tries again.
            if client == Client::RustSdk { Works } else { SIGNATURE },
            SIGNATURE,
            SIGNATURE,
        ],
        Client::CredentialHelper => [Works, Works, FAILED, FAILED, FAILED, FAILED, FAILED, FAILED, FAILED],
        Client::GitRemoteCodecommit => [
            Works,
            Works,
            FAILED,
            Senseless("it speaks TLS alone, and whoever changes what passes there breaks the connection"),
            FAILED,
            FAILED,
            FAILED,
            FAILED,
            FAILED,
        ],
        Client::GitPassword => [
            Works,
            Senseless("a session has no Git password"),
            FAILED,
            Senseless("a password signs nothing; that nobody changes what passes is for TLS to see to"),
            Senseless("Git passwords do not expire"),
            FAILED,
            // It says nothing of the time, nor of where it is sent: it is good until it is revoked.
            Works,
            Works,
            Senseless("a password is for no region"),
        ],
        Client::CredentialProcess => [
            Works,
            Says("Cannot call GetSessionToken with session credentials"),
            Says("SignatureDoesNotMatch"),
            SIGNATURE,
            Senseless("the program is asked for new keys with each call"),
            Says("InvalidClientTokenId"),
            Says("SignatureDoesNotMatch"),
            Says("SignatureDoesNotMatch"),
            Says("SignatureDoesNotMatch"),
        ],
    }
}

fn try_all(client: Client) {
    let mut world = World::new(client == Client::GitRemoteCodecommit);
    let mut wrong = Vec::new();
    // The server's clock is changed for the last ones.
    for (situation, outcome) in Situation::ALL.into_iter().zip(row(client)) {
        if matches!(outcome, Senseless(_)) {
            continue;
        }
        let done = client.call(&world.in_situation(situation));
        let fits = match (&outcome, &done) {
            (Works, Ok(())) => true,
            (Says(word), Err(told)) => told.contains(word),
            _ => false,
        };
        if !fits {
            let expected = match outcome {
                Works => "works",
                Says(word) => word,
                Senseless(reason) => reason,
            };
            wrong.push(format!("{situation:?}: {done:?} instead of {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{client:?}:\n{}", wrong.join("\n"));
    world.assert_no_secret_was_written();
}

#[test]
fn the_aws_cli() {
    tests::only_serve!("it sets the clock of the process, and gives it other hosts and TLS");
    try_all(Client::Cli);
}

#[test]
fn boto3() {
    tests::only_serve!("it sets the clock of the process, and gives it other hosts and TLS");
    try_all(Client::Boto3);
}

#[test]
fn the_aws_sdk_for_rust() {
    tests::only_serve!("it sets the clock of the process, and gives it other hosts and TLS");
    try_all(Client::RustSdk);
}

#[test]
fn the_aws_sdk_for_javascript() {
    tests::only_serve!("it sets the clock of the process, and gives it other hosts and TLS");
    try_all(Client::JavaScriptSdk);
}

#[test]
fn curl() {
    tests::only_serve!("it sets the clock of the process, and gives it other hosts and TLS");
    try_all(Client::Curl);
}

#[test]
fn git_with_the_credential_helper() {
    tests::only_serve!("it sets the clock of the process, and gives it other hosts and TLS");
    try_all(Client::CredentialHelper);
}

#[test]
fn git_remote_codecommit() {
    tests::only_serve!("it sets the clock of the process, and gives it other hosts and TLS");
    try_all(Client::GitRemoteCodecommit);
}

#[test]
fn git_with_a_password() {
    tests::only_serve!("it sets the clock of the process, and gives it other hosts and TLS");
    try_all(Client::GitPassword);
}

#[test]
fn the_aws_cli_with_credential_process() {
    tests::only_serve!("it sets the clock of the process, and gives it other hosts and TLS");
    try_all(Client::CredentialProcess);
}
