//! The synthesized CloudFormation template, with what it refers to looked up.

use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Where the stack is: what the template's references come to.
#[derive(Debug, Clone)]
pub struct Place {
    /// The region.
    pub region: String,
    /// The account.
    pub account: String,
    /// The host and port under which clients reach the distribution.
    pub host: String,
    /// What CloudFront tells the functions.
    pub origin_secret: String,
    /// The ARN of the KMS key.
    pub key_arn: String,
}

/// A template.
#[derive(Debug)]
pub struct Template {
    resources: Map<String, Value>,
    place: Place,
}

/// A Lambda function of the template.
#[derive(Debug, Clone)]
pub struct Function {
    /// Its name in the account.
    pub name: String,
    /// Its handler.
    pub handler: String,
    /// Its environment.
    pub environment: BTreeMap<String, String>,
    /// Its memory, in MB.
    pub memory_mb: u64,
    /// How long it may run, in seconds.
    pub timeout_seconds: u64,
    /// How often it is invoked again when nobody waits for it and it fails.
    pub retries: u64,
    /// The policy statements of its role.
    pub statements: Vec<Value>,
    /// Whether it may change who may do what.
    pub changes_identities: bool,
}

/// The id of the API in its own addresses.
pub const API_ID: &str = "rehearsal1";

impl Template {
    /// The file that `make synth` writes, or the one that `COLDFORGE_TEMPLATE` names.
    pub fn file() -> PathBuf {
        match std::env::var_os("COLDFORGE_TEMPLATE") {
            Some(file) => file.into(),
            None => folder().join("coldforge.template.json"),
        }
    }

    /// The file that `make synth` writes for a deployment with the event bus `all`.
    pub fn file_with_event_bus() -> PathBuf {
        folder().join("event-bus/coldforge.template.json")
    }

    /// Reads the template for a place.
    pub fn read(file: &Path, place: Place) -> Self {
        let text = std::fs::read(file).unwrap_or_else(|error| panic!("{}: {error}; run `make synth`", file.display()));
        let mut template: Value = serde_json::from_slice(&text).unwrap();
        let Some(Value::Object(resources)) = template.get_mut("Resources").map(Value::take) else {
            panic!("{} has no resources", file.display());
        };
        Self { resources, place }
    }

    /// The properties of the only resource of a type, and the name it has in the template.
    pub fn only<'a>(&'a self, kind: &'a str) -> (&'a str, Value) {
        let mut found = self.all(kind);
        let only = found.next().unwrap_or_else(|| panic!("the template has no {kind}"));
        assert!(found.next().is_none(), "the template has more than one {kind}");
        only
    }

    /// The resources of a type.
    pub fn all<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = (&'a str, Value)> + 'a {
        let of_kind = self.resources.iter().filter(move |(_, resource)| resource["Type"] == kind);
        of_kind.map(|(name, resource)| (name.as_str(), self.resolve(&resource["Properties"])))
    }

    /// The functions.
    pub fn functions(&self) -> Vec<Function> {
        let functions = self.all("AWS::Lambda::Function").map(|(resource, properties)| {
            let variables = properties["Environment"]["Variables"].as_object().cloned().unwrap_or_default();
            let environment = variables.iter().map(|(name, value)| (name.clone(), text(value)));
            let name = text(&properties["FunctionName"]);
            Function {
                retries: self.retries(&name),
                name,
                handler: text(&properties["Handler"]),
                environment: environment.collect(),
                memory_mb: properties["MemorySize"].as_u64().unwrap_or(128),
                timeout_seconds: properties["Timeout"].as_u64().unwrap_or(3),
                statements: self.statements(&text(&properties["Role"])),
                changes_identities: self.resources[resource]["Metadata"]["coldforge:class"] == "identity",
            }
        });
        functions.collect()
    }

    /// What the template says about invocations that nobody waits for, or what Lambda does otherwise.
    fn retries(&self, function: &str) -> u64 {
        let mut configurations = self.all("AWS::Lambda::EventInvokeConfig");
        let own = configurations.find(|(_, properties)| properties["FunctionName"] == function);
        own.and_then(|(_, properties)| properties["MaximumRetryAttempts"].as_u64()).unwrap_or(2)
    }

    /// What the policies of a role say, those inside of it and those that are attached to it.
    fn statements(&self, role_arn: &str) -> Vec<Value> {
        let role = role_arn.rsplit('/').next().unwrap_or_default();
        let own = self.resolve(&self.resources[role]["Properties"]["Policies"]);
        let mut documents: Vec<Value> =
            own.as_array().into_iter().flatten().map(|policy| policy["PolicyDocument"].clone()).collect();
        for (_, policy) in self.all("AWS::IAM::Policy") {
            if policy["Roles"].as_array().is_some_and(|roles| roles.iter().any(|name| name == role)) {
                documents.push(policy["PolicyDocument"].clone());
            }
        }
        let statements = documents.iter().flat_map(|document| match &document["Statement"] {
            Value::Array(statements) => statements.clone(),
            statement => vec![statement.clone()],
        });
        statements.collect()
    }

    /// A value with its references looked up.
    fn resolve(&self, value: &Value) -> Value {
        match value {
            Value::Array(values) => values.iter().map(|value| self.resolve(value)).collect(),
            Value::Object(object) => match object.iter().next().filter(|_| object.len() == 1) {
                Some((name, argument)) if name == "Ref" => Value::String(self.reference(&text(argument))),
                Some((name, argument)) if name == "Fn::GetAtt" => {
                    Value::String(self.attribute(&text(&argument[0]), &text(&argument[1])))
                }
                Some((name, argument)) if name == "Fn::Join" => {
                    let parts = self.resolve(&argument[1]);
                    let parts: Vec<String> = parts.as_array().into_iter().flatten().map(text).collect();
                    Value::String(self.dynamic(parts.join(&text(&argument[0]))))
                }
                Some((name, argument)) if name == "Fn::Sub" => Value::String(self.substituted(&text(argument))),
                _ => object.iter().map(|(name, value)| (name.clone(), self.resolve(value))).collect(),
            },
            other => other.clone(),
        }
    }

    fn reference(&self, name: &str) -> String {
        let Place { region, account, key_arn, .. } = &self.place;
        match name {
            "AWS::Region" => region.clone(),
            "AWS::AccountId" => account.clone(),
            "AWS::Partition" => "aws".to_owned(),
            "AWS::URLSuffix" => "amazonaws.com".to_owned(),
            "AWS::StackName" => "coldforge".to_owned(),
            _ => match self.resources[name]["Type"].as_str() {
                Some("AWS::ApiGateway::RestApi") => API_ID.to_owned(),
                Some("AWS::KMS::Key") => key_arn.rsplit('/').next().unwrap_or_default().to_owned(),
                // S3 takes no capitals.
                Some("AWS::S3::Bucket") => name.to_lowercase(),
                Some("AWS::Lambda::Function") => self.function_name(name),
                _ => name.to_owned(),
            },
        }
    }

    fn function_name(&self, resource: &str) -> String {
        text(&self.resolve(&self.resources[resource]["Properties"]["FunctionName"]))
    }

    fn attribute(&self, name: &str, attribute: &str) -> String {
        let Place { region, account, host, key_arn, .. } = &self.place;
        match (self.resources[name]["Type"].as_str().unwrap_or_default(), attribute) {
            ("AWS::CloudFront::Distribution", "DomainName") => host.clone(),
            ("AWS::KMS::Key", "Arn") => key_arn.clone(),
            ("AWS::DynamoDB::Table", "Arn") => format!("arn:aws:dynamodb:{region}:{account}:table/{name}"),
            ("AWS::S3::Bucket", "Arn") => format!("arn:aws:s3:::{}", self.reference(name)),
            ("AWS::Lambda::Function", "Arn") => {
                format!("arn:aws:lambda:{region}:{account}:function:{}", self.function_name(name))
            }
            ("AWS::IAM::Role", "Arn") => format!("arn:aws:iam::{account}:role/{name}"),
            (kind, _) => format!("arn:aws:rehearsal:{region}:{account}:{kind}/{name}/{attribute}"),
        }
    }

    /// The secret, where the text says that it is to be looked up.
    fn dynamic(&self, text: String) -> String {
        if text.starts_with("{{resolve:secretsmanager:") { self.place.origin_secret.clone() } else { text }
    }

    fn substituted(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("${") {
            let (name, after) = behind.split_once('}').unwrap_or((behind, ""));
            out.push_str(before);
            out.push_str(&match name.split_once('.') {
                Some((resource, attribute)) => self.attribute(resource, attribute),
                None => self.reference(name),
            });
            rest = after;
        }
        out + rest
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/cdk.out")
}

/// A value as text.
pub fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
