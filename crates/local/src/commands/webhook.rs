//! `coldforge webhook`: URLs that are told of what happens.

use super::{CommandError, Connection, EXIT_CODES, call_and_print};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Map, Value, json};

/// What to do with webhooks.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Webhook {
    #[command(subcommand)]
    verb: Verb,

    #[command(flatten)]
    connection: Connection,
}

/// Whose webhooks are meant.
#[derive(Debug, Args)]
struct Scope {
    /// The repository that the webhook belongs to. Without it, webhooks of the account are meant, which are told of all
    /// repositories
    #[arg(long, value_name = "NAME")]
    repository: Option<String>,
}

/// One webhook.
#[derive(Debug, Args)]
struct Named {
    /// The webhook's id
    #[arg(value_name = "ID")]
    id: String,

    #[command(flatten)]
    scope: Scope,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make a webhook, and print it with its secret, which is shown this one time
    Create {
        /// Where it is: an https:// URL
        #[arg(value_name = "URL")]
        url: String,
        /// What it is told of: types such as `branch.updated`, groups such as `pull_request.*`, or `*`; in the GitHub form
        /// `push`, `create`, `delete`, `pull_request` or `*`. May be given several times
        #[arg(long = "event", value_name = "TYPE", required = true)]
        events: Vec<String>,
        /// In which form it is told
        #[arg(long, value_enum, default_value_t = Format::Coldforge)]
        format: Format,
        /// What to sign with, instead of a secret that is made: whsec_… in our own form. Other users of this machine may see it
        /// here; `COLDFORGE_WEBHOOK_SECRET` is not seen
        #[arg(long, value_name = "SECRET", env = "COLDFORGE_WEBHOOK_SECRET", hide_env_values = true)]
        secret: Option<String>,
        #[command(flatten)]
        scope: Scope,
    },
    /// List webhooks
    List(Scope),
    /// Show a webhook
    Get(Named),
    /// Change a webhook; what is not given stays
    Update {
        #[command(flatten)]
        named: Named,
        /// Where it is from now on
        #[arg(long, value_name = "URL")]
        url: Option<String>,
        /// What it is told of from now on
        #[arg(long = "event", value_name = "TYPE")]
        events: Vec<String>,
        /// Whether it is told; what was disabled is told again with `true`
        #[arg(long, value_name = "BOOL")]
        active: Option<bool>,
    },
    /// Remove a webhook
    Delete(Named),
    /// Deliver a ping to a webhook; what became of it is in its log
    Test(Named),
    /// Tell what a webhook was told, the newest first
    Deliveries {
        #[command(flatten)]
        named: Named,
        /// How many
        #[arg(long, value_name = "N", default_value_t = 20)]
        limit: u32,
    },
    /// Deliver once more what the log holds
    Redeliver {
        #[command(flatten)]
        named: Named,
        /// The delivery's id
        #[arg(value_name = "DELIVERY")]
        delivery: String,
    },
}

/// The forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Our own, signed as Standard Webhooks says.
    Coldforge,
    /// That of GitHub's webhooks.
    Github,
}

impl Webhook {
    /// Calls the operation and prints what it gives.
    pub(crate) async fn run(self) -> Result<(), CommandError> {
        let (operation, input) = called(self.verb);
        call_and_print(&self.connection, operation, input).await
    }
}

/// The operation of a verb, and its input.
fn called(verb: Verb) -> (&'static str, Map<String, Value>) {
    match verb {
        Verb::Create { url, events, format, secret, scope } => {
            let format = if format == Format::Github { "github" } else { "coldforge" };
            let mut input = scope.input();
            input.extend([("url".to_owned(), url.into()), ("events".to_owned(), events.into())]);
            input.insert("format".to_owned(), format.into());
            input.extend(secret.map(|secret| ("secret".to_owned(), secret.into())));
            ("CreateWebhook", input)
        }
        Verb::List(scope) => ("ListWebhooks", scope.input()),
        Verb::Get(named) => ("GetWebhook", named.input()),
        Verb::Update { named, url, events, active } => {
            let mut input = named.input();
            input.extend(url.map(|url| ("url".to_owned(), url.into())));
            if !events.is_empty() {
                input.insert("events".to_owned(), events.into());
            }
            input.extend(active.map(|active| ("active".to_owned(), active.into())));
            ("UpdateWebhook", input)
        }
        Verb::Delete(named) => ("DeleteWebhook", named.input()),
        Verb::Test(named) => ("TestWebhook", named.input()),
        Verb::Deliveries { named, limit } => {
            let mut input = named.input();
            input.insert("maxResults".to_owned(), json!(limit));
            ("ListWebhookDeliveries", input)
        }
        Verb::Redeliver { named, delivery } => {
            let mut input = named.input();
            input.insert("deliveryId".to_owned(), delivery.into());
            ("RedeliverWebhookDelivery", input)
        }
    }
}

impl Scope {
    fn input(self) -> Map<String, Value> {
        self.repository.map(|name| ("repositoryName".to_owned(), name.into())).into_iter().collect()
    }
}

impl Named {
    fn input(self) -> Map<String, Value> {
        let mut input = self.scope.input();
        input.insert("webhookId".to_owned(), self.id.into());
        input
    }
}
