//! `coldforge audit`: what was done, by whom, and what was refused.

use super::{CommandError, Connection, EXIT_CODES, print};
use clap::{Args, ValueEnum};
use client::{Api, Client};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

/// Which records to show: those that everything said here is true of.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Audit {
    /// Only what this user did: the name, or the ARN
    #[arg(long, value_name = "NAME|ARN")]
    principal: Option<String>,

    /// Only what was about this repository
    #[arg(long, value_name = "NAME")]
    repository: Option<String>,

    /// Only this operation, such as `CreateBranch`; pushes and fetches are `GitPush` and `GitPull`
    #[arg(long, value_name = "NAME")]
    event: Option<String>,

    /// Nothing earlier: a time such as 2026-11-28T12:00:00Z, or how long ago, such as 30m, 24h or 7d
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<Timestamp>,

    /// Nothing later
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<Timestamp>,

    /// Only what failed or was refused
    #[arg(long)]
    errors: bool,

    /// How many records to show at most
    #[arg(long, value_name = "N", default_value_t = 50)]
    max: usize,

    /// How to show them
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    #[command(flatten)]
    connection: Connection,
}

/// How records are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line for people: time, operation, who, repository, error.
    Text,
    /// The whole records, one JSON object a line.
    Json,
}

impl Audit {
    /// Shows records from the newest to the oldest.
    pub(crate) async fn run(self) -> Result<(), CommandError> {
        let client = self.connection.client()?;
        let (mut shown, mut next) = (0, None);
        while shown < self.max {
            let page = self.page(&client, next, self.max - shown).await?;
            for event in page["events"].as_array().map(Vec::as_slice).unwrap_or_default() {
                print(&self.line(event))?;
                shown += 1;
            }
            next = page.get("nextToken").cloned();
            if next.is_none() {
                break;
            }
        }
        Ok(())
    }

    async fn page(&self, client: &Client, next: Option<Value>, room: usize) -> Result<Value, CommandError> {
        let seconds = |time: &Timestamp| Value::from(time.as_millisecond() as f64 / 1000.0);
        let text = |text: &String| Value::from(text.as_str());
        let members = [
            ("principal", self.principal.as_ref().map(text)),
            ("repositoryName", self.repository.as_ref().map(text)),
            ("eventName", self.event.as_ref().map(text)),
            ("startTime", self.since.as_ref().map(seconds)),
            ("endTime", self.until.as_ref().map(seconds)),
            ("errorsOnly", self.errors.then_some(Value::Bool(true))),
            ("maxResults", Some(room.min(50).into())),
            ("nextToken", next),
        ];
        let given = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        let input = Value::Object(given.collect::<Map<_, _>>());
        Ok(client.json(Api::Coldforge, "LookUpAuditEvents", &input).await?)
    }

    fn line(&self, event: &Value) -> String {
        let text = |name: &str| event[name].as_str().unwrap_or("-").escape_debug().to_string();
        if self.format == Format::Json {
            return format!("{}\n", event["record"].as_str().unwrap_or_default());
        }
        let time =
            event["eventTime"].as_f64().and_then(|seconds| Timestamp::from_millisecond((seconds * 1000.0) as i64).ok());
        let time = time.map_or_else(|| "-".to_owned(), |time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
        let (name, who, repository) = (text("eventName"), text("principalArn"), text("repositoryName"));
        format!("{time}  {name:<32}  {who}  {repository}  {}\n", text("errorCode"))
    }
}

/// A time, or how long ago.
fn time(text: &str) -> Result<Timestamp, String> {
    if let Ok(time) = text.parse() {
        return Ok(time);
    }
    let wrong = || "it is a time such as 2026-11-28T12:00:00Z, or how long ago, such as 30m, 24h or 7d".to_owned();
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds: i64 = match unit {
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        _ => return Err(wrong()),
    };
    let number: i64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    let ago = number.checked_mul(seconds).filter(|ago| *ago >= 0).ok_or_else(wrong)?;
    Timestamp::now().checked_sub(SignedDuration::from_secs(ago)).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_one_or_how_long_ago() {
        assert_eq!(time("2026-11-28T12:00:00Z").unwrap().as_second(), 1_795_867_200);
        let day = Timestamp::now().as_second() - time("1d").unwrap().as_second();
        assert!((86_400..86_410).contains(&day), "{day}");
        for wrong in ["", "x", "d", "1", "1w", "-1d", "é", "99999999999999999d"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }
}
