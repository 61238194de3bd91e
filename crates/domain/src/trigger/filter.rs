//! Which changes of refs a trigger tells of.

use super::{Trigger, TriggerEvent, TriggerReference};
use crate::event::ReferenceChange;

impl Trigger {
    /// What the trigger tells of a change, if it tells of it: the branch is one of its branches, and what happened one of its
    /// events. A trigger for all branches also tells of tags and other refs. Of a deleted ref it tells the object id that the
    /// ref pointed to.
    pub fn tells_of(&self, change: &ReferenceChange) -> Option<TriggerReference> {
        let concerns = self.branches.is_empty()
            || change.name.branch().is_some_and(|branch| self.branches.iter().any(|wanted| wanted.as_str() == branch));
        let (event, commit) = match (&change.before, &change.after) {
            (None, Some(after)) => (TriggerEvent::CreateReference, after),
            (Some(_), Some(after)) => (TriggerEvent::UpdateReference, after),
            (before, None) => (TriggerEvent::DeleteReference, before.as_ref()?),
        };
        let wanted = self.events.iter().any(|wanted| *wanted == TriggerEvent::All || *wanted == event);
        (concerns && wanted).then(|| TriggerReference {
            commit: commit.clone(),
            created: event == TriggerEvent::CreateReference,
            deleted: event == TriggerEvent::DeleteReference,
            name: change.name.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::{BranchName, RefName};
    use crate::trigger::{Destination, TriggerName};

    fn trigger(branches: &[&str], events: &[TriggerEvent]) -> Trigger {
        Trigger {
            name: TriggerName::parse("t").unwrap(),
            destination: Destination::parse("arn:aws:sns:us-east-1:123456789012:t").unwrap(),
            custom_data: None,
            branches: branches.iter().map(|name| BranchName::parse(*name).unwrap()).collect(),
            events: events.to_vec(),
        }
    }

    fn change(name: &str, before: Option<&str>, after: Option<&str>) -> ReferenceChange {
        let text = |id: Option<&str>| id.map(str::to_owned);
        ReferenceChange { name: RefName::parse(name).unwrap(), before: text(before), after: text(after), forced: false }
    }

    #[test]
    fn a_trigger_tells_of_its_branches_and_events_alone() {
        let created = change("refs/heads/main", None, Some("a"));
        let moved = change("refs/heads/main", Some("a"), Some("b"));
        let deleted = change("refs/heads/main", Some("b"), None);
        let other = change("refs/heads/other", None, Some("a"));
        let tag = change("refs/tags/main", None, Some("a"));
        let all = [&created, &moved, &deleted, &other, &tag];
        let told = |trigger: &Trigger| all.map(|change| trigger.tells_of(change).is_some());
        use TriggerEvent::{All, CreateReference, DeleteReference, UpdateReference};
        for (branches, events, expected) in [
            (&[][..], &[All][..], [true, true, true, true, true]),
            (&["main"], &[All], [true, true, true, false, false]),
            (&[], &[CreateReference], [true, false, false, true, true]),
            (&["main"], &[UpdateReference, DeleteReference], [false, true, true, false, false]),
            (&["gone"], &[All], [false; 5]),
        ] {
            assert_eq!(told(&trigger(branches, events)), expected, "{branches:?} {events:?}");
        }
    }

    #[test]
    fn a_deleted_ref_is_told_with_what_it_pointed_to() {
        let told = trigger(&[], &[TriggerEvent::All]).tells_of(&change("refs/heads/a", Some("b"), None)).unwrap();
        assert_eq!((told.commit.as_str(), told.created, told.deleted), ("b", false, true));
    }
}
