//! A server with everything that can be wrong on the way to it.

use std::path::{Path, PathBuf};
use tests::proxy::Proxy;
use tests::server::Options;
use tests::{Journey, Server, User};

/// What is different about a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Situation {
    /// Nothing.
    Right,
    /// The keys are those of a session.
    InSession,
    /// The secret or the password is another one.
    WrongSecret,
    /// Somebody on the way changes what is asked for.
    Tampered,
    /// The keys are those of a session that has ended.
    Expired,
    /// The keys or the password were made inactive.
    Revoked,
    /// The clocks are two hours apart.
    Skewed,
    /// The client takes the service for one at another host.
    OtherHost,
    /// The client takes the service for one in another region.
    OtherRegion,
}

impl Situation {
    /// All, in the order of the table.
    pub(crate) const ALL: [Self; 9] = [
        Self::Right,
        Self::InSession,
        Self::WrongSecret,
        Self::Tampered,
        Self::Expired,
        Self::Revoked,
        Self::Skewed,
        Self::OtherHost,
        Self::OtherRegion,
    ];
}

/// What a client is configured with.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: Option<String>,
    pub(crate) git_username: String,
    pub(crate) git_password: String,
    /// The service's URL, as the client takes it.
    pub(crate) endpoint: String,
    /// The URL of the service for a program that gets keys; nobody changes what it sends.
    pub(crate) keys_endpoint: String,
    pub(crate) region: String,
    /// A directory of the client's own.
    pub(crate) home: PathBuf,
    /// A certificate to trust.
    pub(crate) certificate: Option<PathBuf>,
}

/// The server, the proxies and the users.
pub(crate) struct World {
    journey: Journey,
    tampering: Proxy,
    elsewhere: Proxy,
    user: User,
    gone: User,
    session: tests::users::Session,
    certificate: Option<PathBuf>,
    ahead: bool,
}

impl World {
    /// A server, which may speak TLS, with a repository `demo`.
    pub(crate) fn new(tls: bool) -> Self {
        // The first is one that signatures may be for; the second is not, also without its port.
        let tampering =
            Proxy::start("127.0.0.1", &[("ListRepositories", "ListRepositorieS"), ("/repos/demo", "/repos/dema")]);
        let elsewhere = Proxy::start("127.0.0.2", &[]);
        let mut arguments = vec!["--log".to_owned(), "trace".to_owned()];
        for host in ["127.0.0.1", &tampering.address] {
            arguments.extend(["--host".to_owned(), host.to_owned()]);
        }
        // The users are made over plain HTTP, which is what the other tests' clients speak.
        let mut journey = Journey::begin_with(&Options { arguments, ..Options::default() });
        let server = &journey.server;
        tampering.lead_to(server.address());
        elsewhere.lead_to(server.address());
        server.create_repository("demo");
        server.create_repository("dema");
        let policies = ["AWSCodeCommitPowerUser"];
        let (user, gone) = (server.create_user("dora", &policies), server.create_user("gone", &policies));
        let session = server.session(&user, &[("DurationSeconds", "900")]);
        let name = ("UserName", "gone");
        let key = ("AccessKeyId", gone.access_key_id.as_str());
        server.iam_ok("UpdateAccessKey", &[name, key, ("Status", "Inactive")]);
        let listed = server.iam_ok("ListServiceSpecificCredentials", &[name]);
        let id = tests::users::element(&listed, "ServiceSpecificCredentialId");
        let password = ("ServiceSpecificCredentialId", id.as_str());
        server.iam_ok("UpdateServiceSpecificCredential", &[name, password, ("Status", "Inactive")]);
        let certificate = tls.then(|| encrypt(&mut journey));
        Self { journey, tampering, elsewhere, user, gone, session, certificate, ahead: false }
    }

    /// What a client is configured with in this situation, and the server made ready for it.
    pub(crate) fn in_situation(&mut self, situation: Situation) -> Setting {
        self.set_clock(matches!(situation, Situation::Expired | Situation::Skewed));
        let user = if situation == Situation::Revoked { &self.gone } else { &self.user };
        let server = &self.journey.server;
        let address = match situation {
            Situation::Tampered => &self.tampering.address,
            Situation::OtherHost => &self.elsewhere.address,
            _ => server.address(),
        };
        let scheme = if self.certificate.is_some() { "https" } else { "http" };
        let keys_address = if situation == Situation::Tampered { server.address() } else { address };
        let mut setting = Setting {
            access_key_id: user.access_key_id.clone(),
            secret_access_key: user.secret_access_key.clone(),
            session_token: None,
            git_username: user.git_username.clone(),
            git_password: user.git_password.clone(),
            endpoint: format!("{scheme}://{address}"),
            keys_endpoint: format!("{scheme}://{keys_address}"),
            region: server.credentials.region.clone(),
            home: self.journey.path("home"),
            certificate: self.certificate.clone(),
        };
        match situation {
            Situation::WrongSecret => {
                setting.secret_access_key.push('x');
                setting.git_password = self.gone.git_password.clone();
            }
            Situation::InSession | Situation::Expired => {
                setting.access_key_id.clone_from(&self.session.access_key_id);
                setting.secret_access_key.clone_from(&self.session.secret_access_key);
                setting.session_token = Some(self.session.session_token.clone());
            }
            Situation::OtherRegion => "us-west-2".clone_into(&mut setting.region),
            _ => {}
        }
        setting
    }

    fn set_clock(&mut self, ahead: bool) {
        if ahead != self.ahead {
            self.ahead = ahead;
            let environment = [("COLDFORGE_CLOCK_AHEAD".to_owned(), "7200".to_owned())];
            assert!(self.journey.server.terminate().success());
            self.journey.server.start_again_with(if ahead { &environment } else { &[] });
        }
    }

    /// Looks for every secret that there was in everything that the server wrote.
    pub(crate) fn assert_no_secret_was_written(mut self) {
        assert!(self.journey.server.terminate().success());
        let server: &Server = &self.journey.server;
        let secrets = [
            &self.user.secret_access_key,
            &self.user.git_password,
            &self.gone.secret_access_key,
            &self.gone.git_password,
            &self.session.secret_access_key,
            &self.session.session_token,
        ];
        let log = server.log();
        assert!(log.contains("\"message\":\"request\""), "the log has no requests");
        for secret in secrets {
            assert!(!log.contains(secret.as_str()), "a secret is in the log");
            let files = files_with(&server.data_dir, secret);
            assert!(files.is_empty(), "a secret is in {files:?}");
        }
        for word in ["Signature=", "authorization: ", "Authorization: "] {
            assert!(!log.contains(word), "'{word}' is in the log");
        }
        let audit = files_with(&server.data_dir, "eventVersion");
        assert!(!audit.is_empty(), "there are no records");
    }
}

/// Starts the server again with TLS.
fn encrypt(journey: &mut Journey) -> PathBuf {
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned(), "127.0.0.2".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    let (certificate, key) = (journey.path("certificate.pem"), journey.path("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    assert!(journey.server.terminate().success());
    let text = |file: &Path| file.to_str().unwrap().to_owned();
    journey.server.add_arguments(["--tls-certificate", &text(&certificate), "--tls-key", &text(&key)]);
    journey.server.start_again();
    certificate
}

/// The files below a directory that have a text in them.
fn files_with(directory: &Path, text: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, text));
        } else if std::fs::read(&path).unwrap().windows(text.len()).any(|window| window == text.as_bytes()) {
            found.push(path);
        }
    }
    found
}
