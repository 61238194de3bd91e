//! The shared AWS files `config` and `credentials` (AWS SDKs and tools reference guide, "Format of the config file").
//!
//! Sections with settings, and settings that have settings of their own when the lines below are indented:
//!
//! ```text
//! [profile dev]
//! region = eu-west-1
//! services = dev
//! [services dev]
//! codecommit =
//!   endpoint_url = https://git.example.com
//! ```

use crate::error::ConfigurationError;
use std::collections::BTreeMap;
use std::path::Path;

type Settings = BTreeMap<String, String>;

/// What both files say.
#[derive(Default)]
pub struct Profiles {
    profiles: BTreeMap<String, Settings>,
    services: BTreeMap<String, Settings>,
    files: Vec<String>,
}

/// One profile.
pub struct Profile<'a> {
    name: &'a str,
    settings: Option<&'a Settings>,
    services: Option<&'a Settings>,
}

/// The kind of file, by which its section names differ.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Config,
    Credentials,
}

impl Profiles {
    /// Reads both files; one that is not there says nothing. What stands in the credentials file prevails.
    pub fn read(config: &Path, credentials: &Path) -> Result<Self, ConfigurationError> {
        let mut profiles = Self::default();
        for (kind, file) in [(Kind::Config, config), (Kind::Credentials, credentials)] {
            profiles.files.push(format!("'{}'", file.display()));
            match std::fs::read_to_string(file) {
                Ok(text) => profiles
                    .add(kind, &text)
                    .map_err(|reason| ConfigurationError::Malformed { file: file.to_owned(), reason })?,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(source) => return Err(ConfigurationError::File { file: file.to_owned(), source }),
            }
        }
        Ok(profiles)
    }

    /// The profile of this name; one that is in no file has no settings.
    pub fn get<'a>(&'a self, name: &'a str) -> Profile<'a> {
        let settings = self.profiles.get(name);
        let services = settings.and_then(|settings| settings.get("services"));
        Profile { name, settings, services: services.and_then(|name| self.services.get(name)) }
    }

    /// The profile of this name, which must be in one of the files.
    pub fn require<'a>(&'a self, name: &'a str) -> Result<Profile<'a>, ConfigurationError> {
        if self.profiles.contains_key(name) {
            return Ok(self.get(name));
        }
        Err(ConfigurationError::NoProfile { profile: name.to_owned(), files: self.files.join(" and ") })
    }

    fn add(&mut self, kind: Kind, text: &str) -> Result<(), String> {
        let mut section: Option<&mut Settings> = None;
        let mut in_section = false;
        let mut parent = String::new();
        for (number, line) in (1..).zip(text.lines()) {
            let indented = line.starts_with([' ', '\t']);
            let line = uncommented(line).trim();
            if line.is_empty() {
                continue;
            }
            if let Some(name) = line.strip_prefix('[') {
                let name = name.strip_suffix(']').ok_or_else(|| format!("line {number}: a ']' is missing"))?;
                section = self.section(kind, name.trim());
                (in_section, parent) = (true, String::new());
                continue;
            }
            let (name, value) = line.split_once('=').ok_or_else(|| format!("line {number}: a '=' is missing"))?;
            let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
            if !in_section {
                return Err(format!("line {number}: it stands before the first [section]"));
            }
            let name = if indented && !parent.is_empty() { format!("{parent}.{name}") } else { name };
            if !indented {
                parent = if value.is_empty() { name.clone() } else { String::new() };
            }
            if let Some(section) = &mut section {
                section.insert(name, value.to_owned());
            }
        }
        Ok(())
    }

    /// The section of this name; `None` for those that mean nothing here.
    fn section(&mut self, kind: Kind, name: &str) -> Option<&mut Settings> {
        let (word, rest) = name.split_once(char::is_whitespace).unwrap_or((name, ""));
        let rest = rest.trim().trim_matches('"');
        match (kind, word) {
            (Kind::Credentials, _) => Some(self.profiles.entry(name.to_owned()).or_default()),
            (Kind::Config, "default") if rest.is_empty() => Some(self.profiles.entry(word.to_owned()).or_default()),
            (Kind::Config, "profile") => Some(self.profiles.entry(rest.to_owned()).or_default()),
            (Kind::Config, "services") => Some(self.services.entry(rest.to_owned()).or_default()),
            (Kind::Config, _) => None,
        }
    }
}

impl Profile<'_> {
    /// Its name.
    pub fn name(&self) -> &str {
        self.name
    }

    /// A setting that is there and not empty.
    pub fn get(&self, setting: &str) -> Option<&str> {
        self.settings?.get(setting).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The endpoint that its `services` section has for a service.
    pub fn endpoint_of(&self, service: &str) -> Option<&str> {
        self.services?.get(&format!("{service}.endpoint_url")).map(String::as_str)
    }
}

/// A line without its comment: one that begins with `#` or `;`, or either behind a space.
fn uncommented(line: &str) -> &str {
    if line.trim_start().starts_with(['#', ';']) {
        return "";
    }
    line.find(" #").or_else(|| line.find(" ;")).map_or(line, |at| &line[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profiles(config: &str, credentials: &str) -> Profiles {
        let mut profiles = Profiles::default();
        profiles.add(Kind::Config, config).unwrap();
        profiles.add(Kind::Credentials, credentials).unwrap();
        profiles
    }

    #[test]
    fn sections_settings_and_services_are_read() {
        let config = "# mine\n[default]\nregion=us-east-1\n\n[profile dev]  \nregion = eu-west-1 # near\nServices = dev\n\
                      s3 =\n  endpoint_url = https://s3\nrole_arn = x\n[services dev]\ncodecommit =\n  endpoint_url = https://git\n\
                      sts=\n\tendpoint_url=https://sts\n[sso-session x]\na = b\n";
        let credentials =
            "[dev]\naws_access_key_id = CFKA\naws_secret_access_key=a=b#c\n[default]\nregion = eu-north-1\n";
        let profiles = profiles(config, credentials);
        let dev = profiles.get("dev");
        assert_eq!((dev.get("region"), dev.get("aws_secret_access_key")), (Some("eu-west-1"), Some("a=b#c")));
        assert_eq!((dev.endpoint_of("codecommit"), dev.endpoint_of("sts")), (Some("https://git"), Some("https://sts")));
        assert_eq!((dev.endpoint_of("iam"), dev.get("s3"), dev.get("endpoint_url")), (None, None, None));
        assert_eq!(profiles.get("default").get("region"), Some("eu-north-1"));
        assert!(profiles.require("x").is_err() && profiles.require("dev").is_ok());
    }

    #[test]
    fn what_is_no_setting_is_told_with_its_line() {
        for (wrong, line) in [("[default]\nregion", "line 2"), ("a = b", "line 1"), ("[default", "line 1")] {
            let told = Profiles::default().add(Kind::Config, wrong).unwrap_err();
            assert!(told.contains(line), "{told}");
        }
    }
}
