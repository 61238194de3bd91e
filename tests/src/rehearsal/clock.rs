//! The rules of `EventBridge` that run functions by a clock.

use super::lambda::{Caller, Lambda};
use super::template::{Template, text};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// How long a minute takes: as long as anywhere, or as `COLDFORGE_MINUTE` says, in milliseconds.
fn minute() -> Duration {
    let given = std::env::var("COLDFORGE_MINUTE").ok().and_then(|millis| millis.parse().ok());
    given.map_or(Duration::from_secs(60), Duration::from_millis)
}

/// Starts the clocks of a template.
pub fn start(template: &Template, lambda: &Arc<Lambda>) {
    for (name, rule) in template.all("AWS::Events::Rule") {
        let every = minute() * minutes(&text(&rule["ScheduleExpression"]));
        let event =
            json!({"source": "aws.events", "detail-type": "Scheduled Event", "resources": [name], "detail": {}});
        for target in rule["Targets"].as_array().into_iter().flatten() {
            let (lambda, function, event) = (lambda.clone(), text(&target["Arn"]), event.to_string());
            tokio::spawn(async move {
                loop {
                    tokio::time::sleep(every).await;
                    lambda.clone().invoke_without_waiting(&function, event.clone(), Caller::Clock);
                }
            });
        }
    }
}

/// How many minutes pass between two runs.
fn minutes(schedule: &str) -> u32 {
    let rate = schedule.strip_prefix("rate(").and_then(|rest| rest.strip_suffix(')'));
    let (number, unit) = rate.and_then(|rate| rate.split_once(' ')).unwrap_or_default();
    let unit = match unit.trim_end_matches('s') {
        "minute" => 1,
        "hour" => 60,
        "day" => 24 * 60,
        _ => panic!("the rehearsal does not know the schedule {schedule}"),
    };
    number.parse::<u32>().unwrap() * unit
}

#[cfg(test)]
mod tests {
    use super::minutes;

    #[test]
    fn rates_are_read_as_eventbridge_writes_them() {
        assert_eq!([minutes("rate(1 minute)"), minutes("rate(5 minutes)"), minutes("rate(1 hour)")], [1, 5, 60]);
    }
}
