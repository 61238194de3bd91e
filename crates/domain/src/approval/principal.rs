//! Those who approve, as their ARNs tell.

/// The parts of a principal's ARN that matter to approval pools.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Approver<'a> {
    /// The partition, such as `aws`.
    pub(super) partition: &'a str,
    /// `iam` or `sts`.
    pub(super) service: &'a str,
    /// The account.
    pub(super) account: &'a str,
    /// What stands behind the account, such as `user/ana`.
    pub(super) resource: &'a str,
}

/// What kind of principal a resource is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    /// An IAM user, by its name without the path; names are unique whatever the path.
    User(&'a str),
    /// A federated user.
    FederatedUser(&'a str),
    /// A session of a role.
    AssumedRole {
        /// The role's name; the path is not part of a session's ARN.
        role: &'a str,
        /// `<role>/<session>`.
        session: &'a str,
    },
    /// Something else, such as the root user.
    Other,
}

impl<'a> Approver<'a> {
    /// Reads `arn:<partition>:<service>::<account>:<resource>`; `None` for what has another form.
    pub(super) fn of_arn(arn: &'a str) -> Option<Self> {
        let mut parts = arn.splitn(6, ':');
        let (prefix, partition, service, region) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let (account, resource) = (parts.next()?, parts.next()?);
        let good = prefix == "arn" && matches!(service, "iam" | "sts") && region.is_empty() && !resource.is_empty();
        good.then_some(Self { partition, service, account, resource })
    }

    pub(super) fn kind(&self) -> Kind<'a> {
        match (self.service, self.resource.split_once('/')) {
            ("iam", Some(("user", path_and_name))) => {
                Kind::User(path_and_name.rsplit_once('/').map_or(path_and_name, |(_, name)| name))
            }
            ("sts", Some(("federated-user", name))) => Kind::FederatedUser(name),
            ("sts", Some(("assumed-role", session))) => match session.split_once('/') {
                Some((role, _)) => Kind::AssumedRole { role, session },
                None => Kind::Other,
            },
            _ => Kind::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arn_tells_the_kind() {
        for (arn, kind) in [
            ("arn:aws:iam::123456789012:user/ana", Kind::User("ana")),
            ("arn:aws:iam::123456789012:user/coldforge/team/ana", Kind::User("ana")),
            ("arn:aws:sts::123456789012:federated-user/ana", Kind::FederatedUser("ana")),
            (
                "arn:aws-cn:sts::123456789012:assumed-role/Review/ana@example.com",
                Kind::AssumedRole { role: "Review", session: "Review/ana@example.com" },
            ),
            ("arn:aws:iam::123456789012:root", Kind::Other),
            ("arn:aws:iam::123456789012:assumed-role/Review/ana", Kind::Other),
            ("arn:aws:sts::123456789012:user/ana", Kind::Other),
            ("arn:aws:sts::123456789012:assumed-role/Review", Kind::Other),
        ] {
            assert_eq!(Approver::of_arn(arn).unwrap().kind(), kind, "{arn}");
        }
    }

    #[test]
    fn other_texts_are_no_principals() {
        for text in [
            "",
            "ana",
            "arn:aws:iam::123456789012",
            "arn:aws:iam::123456789012:",
            "arn:aws:s3:::bucket",
            "arn:aws:iam:eu-west-1:123456789012:user/ana",
        ] {
            assert_eq!(Approver::of_arn(text), None, "{text}");
        }
    }
}
