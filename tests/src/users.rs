//! Users besides the administrator, made through the IAM API.

use crate::http::{self, Answer};
use crate::server::Server;
use crate::signing::{ApiError, Call, Keys, signed_headers};
use serde_json::{Value, json};
use std::time::SystemTime;

/// A user with an access key and a Git password.
#[derive(Debug, Clone)]
pub struct User {
    /// The ARN.
    pub arn: String,
    /// The access key id.
    pub access_key_id: String,
    /// The secret key.
    pub secret_access_key: String,
    /// The user name for git.
    pub git_username: String,
    /// The password for git.
    pub git_password: String,
}

/// Keys of a session.
#[derive(Debug, Clone)]
pub struct Session {
    /// The access key id.
    pub access_key_id: String,
    /// The secret key.
    pub secret_access_key: String,
    /// The token.
    pub session_token: String,
    /// When it expires.
    pub expiration: String,
}

impl User {
    /// The access key.
    pub fn keys(&self) -> Keys<'_> {
        Keys { id: &self.access_key_id, secret: &self.secret_access_key, token: None }
    }
}

impl Session {
    /// The keys, to sign with.
    pub fn keys(&self) -> Keys<'_> {
        Keys { id: &self.access_key_id, secret: &self.secret_access_key, token: Some(&self.session_token) }
    }

    /// A call that should be accepted.
    pub fn call(&self, server: &Server, operation: &str, input: &Value) -> Call {
        let mut call = Call::new(server, operation, input);
        call.access_key_id.clone_from(&self.access_key_id);
        call.secret_access_key.clone_from(&self.secret_access_key);
        call.session_token = Some(self.session_token.clone());
        call
    }
}

impl Server {
    /// Makes a user to whom these managed policies of AWS's names are attached.
    pub fn create_user(&self, name: &str, policies: &[&str]) -> User {
        self.iam_ok("CreateUser", &[("UserName", name)]);
        for policy in policies {
            let arn = format!("arn:aws:iam::aws:policy/{policy}");
            self.iam_ok("AttachUserPolicy", &[("UserName", name), ("PolicyArn", &arn)]);
        }
        self.give_credentials(name)
    }

    /// Gives a user an access key and a Git password.
    pub fn give_credentials(&self, name: &str) -> User {
        let found = self.iam_ok("GetUser", &[("UserName", name)]);
        let key = self.iam_ok("CreateAccessKey", &[("UserName", name)]);
        let service = ("ServiceName", "codecommit.amazonaws.com");
        let git = self.iam_ok("CreateServiceSpecificCredential", &[("UserName", name), service]);
        User {
            arn: element(&found, "Arn"),
            access_key_id: element(&key, "AccessKeyId"),
            secret_access_key: element(&key, "SecretAccessKey"),
            git_username: element(&git, "ServiceUserName"),
            git_password: element(&git, "ServicePassword"),
        }
    }

    /// Gives a user an inline policy of these statements, in place of an earlier one.
    pub fn put_policy(&self, user: &str, statements: &Value) {
        let document = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
        let parameters = [("UserName", user), ("PolicyName", "inline"), ("PolicyDocument", document.as_str())];
        self.iam_ok("PutUserPolicy", &parameters);
    }

    /// Calls an operation of the IAM API as the administrator, which must succeed; gives the XML.
    pub fn iam_ok(&self, action: &str, parameters: &[(&str, &str)]) -> String {
        let credentials = (self.credentials.access_key_id.as_str(), self.credentials.secret_access_key.as_str());
        let answer = self.iam(credentials, action, parameters);
        assert_eq!(answer.status, 200, "{action} {parameters:?}: {}", answer.text());
        answer.text()
    }

    /// Calls an operation of the IAM API with a key id and its secret.
    pub fn iam(&self, (id, secret): (&str, &str), action: &str, parameters: &[(&str, &str)]) -> Answer {
        self.query(Keys { id, secret, token: None }, ("iam", "2010-05-08"), action, parameters)
    }

    /// Calls an operation of the IAM API with the keys of a session.
    pub fn iam_in_session(&self, session: &Session, action: &str, parameters: &[(&str, &str)]) -> Answer {
        self.query(session.keys(), ("iam", "2010-05-08"), action, parameters)
    }

    /// Calls an operation of the STS API.
    pub fn sts(&self, keys: Keys<'_>, action: &str, parameters: &[(&str, &str)]) -> Answer {
        self.query(keys, ("sts", "2011-06-15"), action, parameters)
    }

    /// Keys for a session of a user.
    pub fn session(&self, user: &User, parameters: &[(&str, &str)]) -> Session {
        let answer = self.sts(user.keys(), "GetSessionToken", parameters);
        assert_eq!(answer.status, 200, "{}", answer.text());
        let text = |name: &str| element(&answer.text(), name);
        Session {
            access_key_id: text("AccessKeyId"),
            secret_access_key: text("SecretAccessKey"),
            session_token: text("SessionToken"),
            expiration: text("Expiration"),
        }
    }

    /// Calls an operation of the API with the keys of a session.
    pub fn api_in_session(&self, session: &Session, operation: &str, input: Value) -> Result<Value, ApiError> {
        session.call(self, operation, &input).send(self)
    }

    fn query(
        &self,
        keys: Keys<'_>,
        (service, version): (&str, &str),
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Answer {
        let mut body = format!("Action={action}&Version={version}");
        for (name, value) in parameters {
            body.push_str(&format!("&{name}={}", encoded(value)));
        }
        let content_type = ("content-type", "application/x-www-form-urlencoded; charset=utf-8");
        let headers = [("host", self.address()), content_type];
        let signed = signed_headers(self, keys, ("us-east-1", service), SystemTime::now(), &headers, body.as_bytes());
        let headers: Vec<(&str, &str)> = signed.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        http::request(self.address(), "POST", "/", &headers, body.as_bytes())
    }

    /// Calls an operation of the API as a user.
    pub fn api_as(&self, user: &User, operation: &str, input: Value) -> Result<Value, ApiError> {
        let mut call = Call::new(self, operation, &input);
        call.access_key_id.clone_from(&user.access_key_id);
        call.secret_access_key.clone_from(&user.secret_access_key);
        call.send(self)
    }
}

/// The text of the first element of this name.
pub fn element(xml: &str, name: &str) -> String {
    let text = xml.split_once(&format!("<{name}>")).and_then(|(_, rest)| rest.split_once("</"));
    text.unwrap_or_else(|| panic!("no {name} in {xml}")).0.to_owned()
}

/// Percent-encoding of everything but letters and digits.
fn encoded(text: &str) -> String {
    let byte = |byte: u8| {
        if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    text.bytes().map(byte).collect()
}
