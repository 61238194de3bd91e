//! `coldforge notification`: topics that are told of what happens to a repository.

use super::{CommandError, Connection, EXIT_CODES, call_and_print};
use clap::{Args, Subcommand};
use serde_json::{Map, Value};

/// What to do with notification rules.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Notification {
    #[command(subcommand)]
    verb: Verb,

    #[command(flatten)]
    connection: Connection,
}

/// The repository of a rule.
#[derive(Debug, Args)]
struct Of {
    /// The repository
    #[arg(long, value_name = "NAME")]
    repository: String,
}

/// One rule.
#[derive(Debug, Args)]
struct Named {
    /// The rule's id
    #[arg(value_name = "ID")]
    id: String,

    #[command(flatten)]
    of: Of,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make a rule: a topic of SNS is told of events in a sentence for people, with the facts for programs
    Create {
        /// The rule's name, for people
        #[arg(value_name = "RULE")]
        name: String,
        /// What is told: types such as `pull_request.created`, groups such as `branch.*`, or `*`. May be given several times
        #[arg(long = "event", value_name = "TYPE", required = true)]
        events: Vec<String>,
        /// The topic
        #[arg(long, value_name = "ARN")]
        topic: String,
        #[command(flatten)]
        of: Of,
    },
    /// List the rules of a repository
    List(Of),
    /// Show a rule
    Get(Named),
    /// Change a rule; what is not given stays
    Update {
        #[command(flatten)]
        named: Named,
        /// Another name
        #[arg(long, value_name = "RULE")]
        name: Option<String>,
        /// What is told from now on
        #[arg(long = "event", value_name = "TYPE")]
        events: Vec<String>,
        /// Another topic
        #[arg(long, value_name = "ARN")]
        topic: Option<String>,
        /// Whether the topic is told
        #[arg(long, value_name = "BOOL")]
        active: Option<bool>,
    },
    /// Remove a rule
    Delete(Named),
}

impl Notification {
    /// Calls the operation and prints what it gives.
    pub(crate) async fn run(self) -> Result<(), CommandError> {
        let (operation, input) = called(self.verb);
        call_and_print(&self.connection, operation, input).await
    }
}

/// The operation of a verb, and its input.
fn called(verb: Verb) -> (&'static str, Map<String, Value>) {
    match verb {
        Verb::Create { name, events, topic, of } => {
            let mut input = of.input();
            input.extend([("name".to_owned(), name.into()), ("events".to_owned(), events.into())]);
            input.insert("targetArn".to_owned(), topic.into());
            ("CreateNotificationRule", input)
        }
        Verb::List(of) => ("ListNotificationRules", of.input()),
        Verb::Get(named) => ("GetNotificationRule", named.input()),
        Verb::Update { named, name, events, topic, active } => {
            let mut input = named.input();
            input.extend(name.map(|name| ("name".to_owned(), name.into())));
            if !events.is_empty() {
                input.insert("events".to_owned(), events.into());
            }
            input.extend(topic.map(|topic| ("targetArn".to_owned(), topic.into())));
            input.extend(active.map(|active| ("active".to_owned(), active.into())));
            ("UpdateNotificationRule", input)
        }
        Verb::Delete(named) => ("DeleteNotificationRule", named.input()),
    }
}

impl Of {
    fn input(self) -> Map<String, Value> {
        Map::from_iter([("repositoryName".to_owned(), self.repository.into())])
    }
}

impl Named {
    fn input(self) -> Map<String, Value> {
        let mut input = self.of.input();
        input.insert("ruleId".to_owned(), self.id.into());
        input
    }
}
