//! Who may come in: AWS signatures, Git signatures and Git passwords, and every way in which they are wrong.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "functions beside the tests belong to them")]

use serde_json::json;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, SystemTime};
use tempfile::TempDir;
use tests::aws::{Aws, environment};
use tests::server::{Options, basic};
use tests::signing::{Call, answer};
use tests::{Git, Journey, Server, http};

const MINUTE: Duration = Duration::from_secs(60);

/// A call that is accepted as it is.
fn good(server: &Server) -> Call {
    Call::new(server, "ListRepositories", &json!({}))
}

/// The name of the error that answers a call.
fn refusal(server: &Server, call: &Call) -> String {
    let error = call.send(server).expect_err("this call should be refused");
    assert!((400..500).contains(&error.status), "{error:?}");
    assert!(!error.message.is_empty(), "{error:?}");
    error.name
}

#[test]
fn a_signature_by_the_sdk_is_accepted_up_to_five_minutes_off() {
    let journey = Journey::begin();
    let call = good(&journey.server);
    call.send(&journey.server).unwrap();
    for at in [SystemTime::now() - 4 * MINUTE, SystemTime::now() + 4 * MINUTE] {
        Call { at, ..call.clone() }.send(&journey.server).unwrap();
    }
}

#[test]
fn what_does_not_fit_the_signature_is_refused() {
    let journey = Journey::begin();
    let server = &journey.server;
    let call = good(server);
    let wrong = [
        Call { secret_access_key: server.credentials.secret_access_key.to_lowercase() + "x", ..call.clone() },
        Call { sent_body: Some(b"{ }".to_vec()), ..call.clone() },
        Call { sent_operation: Some("DeleteRepository".to_owned()), ..call.clone() },
        Call { region: "us-east-1".to_owned(), ..call.clone() },
        Call { service: "s3".to_owned(), ..call.clone() },
        Call { at: SystemTime::now() - 20 * MINUTE, ..call.clone() },
        Call { at: SystemTime::now() + 20 * MINUTE, ..call.clone() },
    ];
    for wrong in &wrong {
        assert_eq!(refusal(server, wrong), "InvalidSignatureException", "{wrong:?}");
    }
}

#[test]
fn what_botocore_signs_is_accepted_and_what_is_changed_in_it_is_not() {
    let journey = Journey::begin();
    Aws::new(&journey.path("home"), &journey.server).python("signed_requests.py", &["300"]);
}

#[test]
fn unknown_keys_are_refused() {
    let journey = Journey::begin();
    let server = &journey.server;
    let mut other = server.credentials.access_key_id.clone();
    other.replace_range(4..8, "2222");
    for access_key_id in [other, "AKIAIOSFODNN7EXAMPLE".to_owned(), "admin".to_owned(), "x/../y".to_owned()] {
        let call = Call { access_key_id: access_key_id.clone(), ..good(server) };
        let name = refusal(server, &call);
        assert!(
            ["UnrecognizedClientException", "IncompleteSignatureException"].contains(&name.as_str()),
            "{access_key_id}: {name}"
        );
    }
    let unknown = Call { access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(), ..good(server) };
    assert_eq!(refusal(server, &unknown), "UnrecognizedClientException");
}

#[test]
fn nobody_calls_the_api_unsigned() {
    let journey = Journey::begin();
    let server = &journey.server;
    let call = |authorization: Option<&str>| {
        let mut headers = vec![
            ("Content-Type", "application/x-amz-json-1.1"),
            ("X-Amz-Target", "CodeCommit_20150413.ListRepositories"),
        ];
        headers.extend(authorization.map(|authorization| ("Authorization", authorization)));
        answer(&http::request(server.address(), "POST", "/", &headers, b"{}")).expect_err("this should be refused").name
    };
    assert_eq!(call(None), "MissingAuthenticationTokenException");
    assert_eq!(call(Some("AWS4-HMAC-SHA256 nonsense")), "IncompleteSignatureException");
    // A Git password is for Git.
    let name = call(Some(&server.basic()));
    assert!(name.ends_with("Exception"), "{name}");
    for other in ["Bearer x", "Basic", "Negotiate abc", ""] {
        call(Some(other));
    }
    assert_eq!(server.api_ok("ListRepositories", json!({}))["repositories"], json!([]));
}

#[test]
fn nobody_uses_git_without_a_password() {
    let journey = Journey::begin();
    let server = &journey.server;
    server.create_repository("closed");
    let credentials = &server.credentials;
    let mut guess = credentials.git_password.clone();
    let last = guess.pop().unwrap();
    guess.push(if last == 'a' { 'b' } else { 'a' });
    let wrong = [
        None,
        Some(basic(&credentials.git_username, &guess)),
        Some(basic(&credentials.git_username, "")),
        Some(basic("", "")),
        Some(basic(&credentials.access_key_id, &credentials.secret_access_key)),
        Some(basic(&credentials.git_password, &credentials.git_username)),
        Some("Basic !!!".to_owned()),
        Some("Bearer abc".to_owned()),
    ];
    for authorization in &wrong {
        let headers: Vec<(&str, &str)> =
            authorization.iter().map(|authorization| ("Authorization", authorization.as_str())).collect();
        // Whether a repository exists is told to nobody who may not see it.
        for repository in ["closed", "never-made"] {
            for (method, path) in [
                ("GET", "info/refs?service=git-upload-pack"),
                ("GET", "info/refs?service=git-receive-pack"),
                ("POST", "git-upload-pack"),
                ("POST", "git-receive-pack"),
            ] {
                let path = format!("/v1/repos/{repository}/{path}");
                let answer = http::request(server.address(), method, &path, &headers, b"");
                assert_eq!(answer.status, 401, "{path} with {authorization:?}");
                let challenge = answer.header("www-authenticate").unwrap_or_default().to_owned();
                assert!(challenge.starts_with("Basic realm="), "{challenge}");
            }
        }
    }
    let path = "/v1/repos/closed/info/refs?service=git-upload-pack";
    assert_eq!(http::request(server.address(), "GET", path, &[("Authorization", &server.basic())], b"").status, 200);
}

#[test]
fn git_forgets_a_password_that_is_refused() {
    let journey = Journey::begin();
    let url = journey.server.create_repository("closed");
    let stranger = Git::new(&journey.path("stranger"));
    let told = stranger.refused(journey.directory(), &["ls-remote", &url]);
    assert!(told.contains("could not read Username") || told.contains("Authentication failed"), "{told}");

    let mut wrong = journey.server.credentials.clone();
    wrong.git_password.push('x');
    let mistaken = Git::new(&journey.path("mistaken")).with_password(&wrong);
    let told = mistaken.refused(journey.directory(), &["ls-remote", &url]);
    assert!(told.contains("Authentication failed"), "{told}");
    assert_eq!(std::fs::read_to_string(mistaken.home().join(".git-credentials")).unwrap(), "", "not forgotten");
}

#[test]
fn the_password_may_stand_in_the_url() {
    let journey = Journey::begin();
    let url = journey.server.create_repository("in-url");
    let credentials = &journey.server.credentials;
    let with_password = url.replace("://", &format!("://{}:{}@", credentials.git_username, credentials.git_password));
    let git = Git::new(&journey.path("home"));
    let repo = git.init(&journey.path("work"));
    repo.commit_file("a", "a\n");
    repo.ok(&["push", "--quiet", &with_password, "main"]);
    assert_eq!(repo.ok(&["ls-remote", &with_password, "main"]), format!("{}\trefs/heads/main", repo.id("main")));
}

#[test]
fn the_cli_and_boto3_show_who_is_refused_and_why() {
    let journey = Journey::begin();
    let aws = Aws::new(&journey.path("home"), &journey.server);
    assert_eq!(aws.ok(&["list-repositories"]), json!({ "repositories": [] }));
    let wrong = |name: &str, value: &str| {
        let mut command = aws.command("aws");
        let credentials = &journey.server.credentials;
        command
            .env_remove("AWS_PROFILE")
            .env("AWS_ACCESS_KEY_ID", &credentials.access_key_id)
            .env("AWS_SECRET_ACCESS_KEY", &credentials.secret_access_key)
            .env("AWS_DEFAULT_REGION", &credentials.region)
            .env("AWS_ENDPOINT_URL_CODECOMMIT", &credentials.endpoint)
            .env(name, value)
            .args(["codecommit", "list-repositories"]);
        String::from_utf8_lossy(&command.output().unwrap().stderr).into_owned()
    };
    let told = wrong("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    assert!(told.contains("(InvalidSignatureException)"), "{told}");
    let told = wrong("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
    assert!(told.contains("(UnrecognizedClientException)"), "{told}");
    let told = wrong("AWS_DEFAULT_REGION", "us-west-2");
    assert!(told.contains("eu-west-1"), "the right region is not named: {told}");
    assert_eq!(wrong("AWS_MAX_ATTEMPTS", "2"), "");
    journey.server.create_repository("signed");
    journey.server.create_repository("other");
    aws.python("identity.py", &["signed", "other"]);
}

/// A person whose git asks the AWS CLI for a password.
fn git_with_credential_helper(home: PathBuf, server: &Server) -> Git {
    Aws::new(&home, server);
    let helper = format!(
        "[credential \"{}\"]\n\thelper =\n\thelper = \"!f(){{ test \\\"$1\\\" = get && aws --profile cc codecommit \
         credential-helper --ignore-host-check get; }}; f\"\n\tuseHttpPath = true\n",
        server.credentials.endpoint
    );
    Git::new(&home).configure(&helper).with_env("PATH", path_with_aws()).with_env("AWS_EC2_METADATA_DISABLED", "true")
}

fn path_with_aws() -> String {
    format!("{}:{}", environment().join("bin").display(), std::env::var("PATH").unwrap())
}

#[test]
fn git_works_with_the_clis_credential_helper() {
    let journey = Journey::begin();
    let git = git_with_credential_helper(journey.path("home"), &journey.server);
    let url = journey.server.create_repository("helped");
    for url in [&url, &format!("{url}.git")] {
        let clone = git.clone_to(url, &journey.path("clone"), &[]);
        clone.commit_file("a", url);
        clone.ok(&["push", "--quiet", "origin", "HEAD:main"]);
        assert_eq!(
            git.ok(journey.directory(), &["ls-remote", url, "main"]),
            format!("{}\trefs/heads/main", clone.id("HEAD"))
        );
    }
    let mut other = journey.server.credentials.clone();
    other.secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned();
    let config = git.home().join(".aws/config");
    let lines = std::fs::read_to_string(&config).unwrap();
    let lines = lines.replace(&journey.server.credentials.secret_access_key, &other.secret_access_key);
    std::fs::write(config, lines).unwrap();
    let told = git.refused(journey.directory(), &["ls-remote", &url]);
    assert!(told.contains("Authentication failed"), "{told}");
}

/// A server that speaks TLS with a certificate made for this test, and the directory with it.
fn tls_journey() -> (Journey, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let (certificate, key) = (directory.path().join("certificate.pem"), directory.path().join("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let text = |file: &PathBuf| file.to_str().unwrap().to_owned();
    let arguments = ["--tls-certificate".to_owned(), text(&certificate), "--tls-key".to_owned(), text(&key)].to_vec();
    (Journey::begin_with(&Options { arguments, ..Options::default() }), directory)
}

#[test]
fn git_remote_codecommit_and_the_cli_work_over_tls() {
    tests::only_serve!("the rehearsed distribution speaks plain HTTP");
    let (journey, certificates) = tls_journey();
    let trusted = certificates.path().join("certificate.pem");
    let server = &journey.server;
    assert!(server.credentials.endpoint.starts_with("https://"), "{}", server.credentials.endpoint);
    let home = journey.path("home");
    let aws = Aws::new(&home, server);
    let call = |arguments: &[&str]| {
        let mut command = aws.command("aws");
        command.env("AWS_CA_BUNDLE", &trusted).arg("codecommit").args(arguments);
        success(&mut command)
    };
    call(&["create-repository", "--repository-name", "demo"]);

    let git = Git::new(&home)
        .with_env("PATH", path_with_aws())
        .with_env("GIT_SSL_CAINFO", &trusted)
        .with_env("AWS_EC2_METADATA_DISABLED", "true");
    for host in [server.address().to_owned(), server.address().replace("127.0.0.1", "localhost")] {
        let git = git.clone().with_env("CODE_COMMIT_ENDPOINT", &host);
        let clone = git.clone_to("codecommit::eu-west-1://cc@demo", &journey.path("clone"), &[]);
        clone.commit_file("host", &host);
        clone.ok(&["push", "--quiet", "origin", "HEAD:main"]);
        let again = git.clone_to("codecommit://cc@demo", &journey.path("again"), &[]);
        assert_eq!(again.id("HEAD"), clone.id("HEAD"));
        tests::compare::assert_sound(&again);
    }
    let helped = git_with_credential_helper(journey.path("helped"), server).with_env("GIT_SSL_CAINFO", &trusted);
    let clone = helped.clone_to(&server.url("demo"), &journey.path("clone"), &[]);
    assert_eq!(clone.id("HEAD"), clone.id("origin/main"));
    // Nobody is fooled by a certificate of one's own making.
    let told = helped
        .with_env("GIT_SSL_CAINFO", "/etc/ssl/certs/ca-certificates.crt")
        .refused(journey.directory(), &["ls-remote", &server.url("demo")]);
    assert!(told.contains("certificate"), "{told}");
}

fn success(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
