//! Where the service is and with which keys it is called, whatever says so.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use client::{Configuration, ConfigurationError, Environment, Wanted};
use std::collections::BTreeMap;
use std::path::Path;
use tempfile::TempDir;

const CONFIG: &str = "[default]\nregion = us-east-1\nendpoint_url = https://default.example.com\n\
                      [profile dev]\nregion = eu-west-1\nservices = dev\n\
                      [services dev]\ncodecommit =\n  endpoint_url = https://dev.example.com\n\
                      [profile role]\nregion = eu-west-1\nrole_arn = arn:aws:iam::123456789012:role/x\n\
                      endpoint_url = https://role.example.com\n\
                      [profile asks]\nregion = eu-west-1\nendpoint_url = https://asks.example.com\n\
                      credential_process = echo '{\"Version\": 1, \"AccessKeyId\": \"CFKS-asked\", \
                      \"SecretAccessKey\": \"asked\", \"SessionToken\": \"token\"}'\n\
                      [profile half]\nregion = eu-west-1\naws_access_key_id = CFKA\nendpoint_url = https://half.example.com\n";
const CREDENTIALS: &str = "[default]\naws_access_key_id = CFKA-default\naws_secret_access_key = default\n\
                           [dev]\naws_access_key_id = CFKA-dev\naws_secret_access_key = dev\n";
const ADMINISTRATOR: &str = r#"{"endpoint": "http://127.0.0.1:7420", "region": "eu-north-1", "accountId": "0",
    "accessKeyId": "CFKA-admin", "secretAccessKey": "admin", "gitUsername": "a", "gitPassword": "b"}"#;

fn home() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join(".aws")).unwrap();
    std::fs::write(home.path().join(".aws/config"), CONFIG).unwrap();
    std::fs::write(home.path().join(".aws/credentials"), CREDENTIALS).unwrap();
    std::fs::write(home.path().join("admin-credentials.json"), ADMINISTRATOR).unwrap();
    home
}

fn environment(home: &Path, variables: &[(&str, &str)]) -> Environment {
    let mut all: BTreeMap<String, String> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    all.insert("HOME".to_owned(), home.display().to_string());
    Environment::new(move |name| all.get(name).cloned())
}

/// Key id, endpoint and region.
fn found(wanted: &Wanted, variables: &[(&str, &str)]) -> Result<(String, String, String), ConfigurationError> {
    let home = home();
    let found = Configuration::find(wanted, &environment(home.path(), variables))?;
    Ok((found.credentials.access_key_id, found.endpoint.to_string(), found.region))
}

fn three(id: &str, endpoint: &str, region: &str) -> (String, String, String) {
    (id.to_owned(), endpoint.to_owned(), region.to_owned())
}

fn profile(name: &str) -> Wanted {
    Wanted { profile: Some(name.to_owned()), ..Wanted::default() }
}

#[test]
fn the_default_profile_is_what_remains() {
    let default = three("CFKA-default", "https://default.example.com", "us-east-1");
    assert_eq!(found(&Wanted::default(), &[]).unwrap(), default);
    assert_eq!(found(&Wanted::default(), &[("AWS_PROFILE", "")]).unwrap(), default);
}

#[test]
fn a_profile_has_keys_region_and_a_services_section() {
    let dev = three("CFKA-dev", "https://dev.example.com", "eu-west-1");
    assert_eq!(found(&Wanted::default(), &[("AWS_PROFILE", "dev")]).unwrap(), dev);
    // A profile that is asked for is worth more than keys that happen to be in the environment.
    let keys = [("AWS_ACCESS_KEY_ID", "CFKA-env"), ("AWS_SECRET_ACCESS_KEY", "env")];
    assert_eq!(found(&profile("dev"), &keys).unwrap(), dev);
}

#[test]
fn the_environment_overrides_the_files_and_flags_override_both() {
    let variables = [
        ("AWS_ACCESS_KEY_ID", "CFKA-env"),
        ("AWS_SECRET_ACCESS_KEY", "env"),
        ("AWS_ENDPOINT_URL_CODECOMMIT", "https://env.example.com"),
        ("AWS_DEFAULT_REGION", "eu-central-1"),
        ("AWS_PROFILE", "dev"),
    ];
    let environment = three("CFKA-env", "https://env.example.com", "eu-central-1");
    assert_eq!(found(&Wanted::default(), &variables).unwrap(), environment);
    let wanted = Wanted {
        endpoint: Some("https://flag.example.com/prod".to_owned()),
        region: Some("sa-east-1".to_owned()),
        ..profile("dev")
    };
    assert_eq!(found(&wanted, &variables).unwrap(), three("CFKA-dev", "https://flag.example.com/prod", "sa-east-1"));
    let own = [&variables[..], &[("COLDFORGE_ENDPOINT", "https://own.example.com")]].concat();
    assert_eq!(found(&Wanted::default(), &own).unwrap().1, "https://own.example.com");
}

#[test]
fn a_data_directory_has_everything() {
    let home = home();
    let administrator = three("CFKA-admin", "http://127.0.0.1:7420", "eu-north-1");
    let wanted = Wanted { data_dir: Some(home.path().to_owned()), ..Wanted::default() };
    assert_eq!(found(&wanted, &[("AWS_PROFILE", "dev")]).unwrap(), administrator);
    let directory = home.path().display().to_string();
    assert_eq!(found(&Wanted::default(), &[("COLDFORGE_DATA_DIR", &directory)]).unwrap(), administrator);
    let both = [("COLDFORGE_DATA_DIR", directory.as_str()), ("AWS_PROFILE", "dev")];
    assert_eq!(found(&Wanted::default(), &both).unwrap().0, "CFKA-dev");
}

#[test]
fn a_profile_may_name_a_program_that_prints_keys() {
    let home = home();
    let found = Configuration::find(&profile("asks"), &environment(home.path(), &[])).unwrap();
    assert_eq!(found.credentials.access_key_id, "CFKS-asked");
    assert_eq!(found.credentials.session_token.unwrap().expose(), "token");
    let again = [("COLDFORGE_CREDENTIAL_PROCESS", "1")];
    let again = Configuration::find(&profile("asks"), &environment(home.path(), &again));
    assert!(matches!(again, Err(ConfigurationError::Process { .. })));
}

#[test]
fn what_is_missing_is_told_with_a_remedy() {
    let told = |wanted: &Wanted, variables: &[(&str, &str)]| found(wanted, variables).unwrap_err().to_string();
    assert!(told(&profile("nobody"), &[]).contains("no profile 'nobody'"));
    assert!(told(&profile("role"), &[]).contains("aws configure export-credentials"));
    assert!(told(&profile("half"), &[]).contains("give both"));
    assert!(told(&Wanted::default(), &[("AWS_ACCESS_KEY_ID", "x")]).contains("give both"));
    assert!(told(&Wanted::default(), &[("COLDFORGE_ENDPOINT", "http://far.example.com")]).contains("use https://"));
    let nothing = [("AWS_CONFIG_FILE", "/nowhere"), ("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")];
    assert!(told(&Wanted::default(), &nothing).contains("--endpoint"));
    let endpoint = Wanted { endpoint: Some("https://x.example.com".to_owned()), ..Wanted::default() };
    assert!(told(&endpoint, &nothing).contains("--region"));
    let region = Wanted { region: Some("eu-west-1".to_owned()), ..endpoint };
    assert!(told(&region, &nothing).contains("AWS_ACCESS_KEY_ID"));
}
