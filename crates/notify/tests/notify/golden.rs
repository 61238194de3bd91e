//! What is made of each sample in the folder `events`, held against files that were looked at. `UPDATE_GOLDEN=1` writes them anew.

use crate::world::settings;
use domain::{Event, WebhookEvents, WebhookFormat};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The samples, by name.
fn samples() -> Vec<(String, Event)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
    let mut samples: Vec<(String, Event)> = folder
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .filter_map(|path| {
            let name = path.file_stem()?.to_str()?.to_owned();
            Event::from_json(&std::fs::read(&path).unwrap()).ok().map(|event| (name, event))
        })
        .collect();
    samples.sort_by(|a, b| a.0.cmp(&b.0));
    samples
}

fn told(event: &Event) -> Value {
    let settings = settings(true);
    let bus: Vec<Value> = notify::bus_events(event, &settings)
        .into_iter()
        .map(|told| {
            json!({
                "source": told.source,
                "detailType": told.detail_type,
                "resources": told.resources,
                "detail": serde_json::from_str::<Value>(&told.detail).unwrap(),
            })
        })
        .collect();
    let all = |format| {
        let events = WebhookEvents::parse(format, vec!["*".to_owned()]).unwrap();
        notify::webhook::messages(event, &events, &settings)
            .into_iter()
            .map(|told| json!({ "kind": told.kind, "body": serde_json::from_str::<Value>(&told.body).unwrap() }))
            .collect::<Vec<_>>()
    };
    let notification = notify::notification(event, &settings);
    json!({
        "webhook": all(WebhookFormat::Coldforge),
        "github": all(WebhookFormat::Github),
        "notification": {
            "subject": notification.subject,
            "text": notification.default.lines().collect::<Vec<_>>(),
            "attributes": notification.attributes,
        },
        "order": notify::order::order(event),
        "sentence": notify::sentence(event),
        "link": notify::link(event, &settings),
        "bus": bus,
    })
}

#[test]
fn every_kind_of_event_is_told_as_the_golden_files_say() {
    let samples = samples();
    assert!(samples.len() > 33);
    for (name, event) in samples {
        let file: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.json"));
        let made = serde_json::to_string_pretty(&told(&event)).unwrap() + "\n";
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&file, &made).unwrap();
        }
        let golden = std::fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(made, golden, "{}", file.display());
    }
}
