//! The members of an approval pool.

use super::principal::{Approver, Kind};
use crate::account::AccountId;
use crate::pattern;

/// What the names of users and sessions begin with in a pool.
const APPROVERS: &str = "CodeCommitApprovers:";

/// One line of an approval pool: whose approvals count. `*` and `?` are wildcards in names and in the resource of an ARN; `*`
/// stands for slashes too, but nothing reaches from one part of an ARN into the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PoolMember(Form);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Form {
    /// `*`
    Anybody,
    /// `CodeCommitApprovers:<account>:<name>`. Without an account, which clients leave out too, that of nobody in particular.
    Named { account: Option<AccountId>, name: String },
    /// `arn:<partition>:<service>::<account>:<resource>`
    Arn { partition: String, service: String, account: AccountId, resource: String },
}

impl PoolMember {
    /// Reads a member; the error says what it should look like.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        if text == "*" {
            return Ok(Self(Form::Anybody));
        }
        if let Some(rest) = text.strip_prefix(APPROVERS) {
            return Self::named(rest).ok_or("must look like CodeCommitApprovers:123456789012:name");
        }
        Self::arn(text).ok_or(
            "must be CodeCommitApprovers:<account>:<name> or the ARN of an IAM user, a role, a session of a role or a \
             federated user",
        )
    }

    fn named(rest: &str) -> Option<Self> {
        let (account, name) = match rest.split_once(':') {
            Some((account, name)) => (Some(AccountId::parse(account).ok()?), name),
            None => (None, rest),
        };
        let good = !name.is_empty() && !name.contains(':') && AccountId::parse(name).is_err();
        good.then(|| Self(Form::Named { account, name: name.to_owned() }))
    }

    fn arn(text: &str) -> Option<Self> {
        let Approver { partition, service, account, resource } = Approver::of_arn(text)?;
        let known_partition = partition == "aws" || partition.starts_with("aws-");
        let account = AccountId::parse(account).ok()?;
        let good = known_partition && !resource.contains(':');
        let (partition, service, resource) = (partition.to_owned(), service.to_owned(), resource.to_owned());
        good.then_some(Self(Form::Arn { partition, service, account, resource }))
    }

    /// Whether an approval of this principal counts (AWS CodeCommit API reference, `CreatePullRequestApprovalRule`).
    pub(super) fn includes(&self, approver: &Approver<'_>) -> bool {
        match &self.0 {
            Form::Anybody => true,
            Form::Named { account, name } => {
                account.as_ref().is_none_or(|account| account.as_str() == approver.account) && has_name(approver, name)
            }
            Form::Arn { partition, service, account, resource } => {
                partition == approver.partition
                    && account.as_str() == approver.account
                    && has_resource(approver, service, resource)
            }
        }
    }
}

/// A user or a federated user is called by its name, a session `<role>/<session>`; each may also be called by its whole resource,
/// as in `user/*`.
fn has_name(approver: &Approver<'_>, wanted: &str) -> bool {
    let name = match approver.kind() {
        Kind::User(name) | Kind::FederatedUser(name) => name,
        Kind::AssumedRole { session, .. } => session,
        Kind::Other => return false,
    };
    pattern::matches(wanted, name) || pattern::matches(wanted, approver.resource)
}

fn has_resource(approver: &Approver<'_>, service: &str, wanted: &str) -> bool {
    if service == approver.service && pattern::matches(wanted, approver.resource) {
        return true;
    }
    let Kind::AssumedRole { role, .. } = approver.kind() else { return false };
    match wanted.split_once('/') {
        // The role without a session stands for all of its sessions (AWS user guide, "Create an approval rule").
        Some(("assumed-role", wanted)) => service == "sts" && pattern::matches(wanted, role),
        // So does the role itself. The path, which a session's ARN lacks, is not compared: names are unique without it.
        Some(("role", wanted)) if service == "iam" => {
            let name = wanted.strip_suffix("/*").unwrap_or(wanted);
            pattern::matches(name.rsplit_once('/').map_or(name, |(_, name)| name), role)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MARY: &str = "arn:aws:iam::123456789012:user/Mary_Major";
    const MARY_BELOW_A_PATH: &str = "arn:aws:iam::123456789012:user/team/Mary_Major";
    const MARY_FEDERATED: &str = "arn:aws:sts::123456789012:federated-user/Mary_Major";
    const MARYS_SESSION: &str = "arn:aws:sts::123456789012:assumed-role/CodeCommitReview/Mary_Major";
    const STRANGER: &str = "arn:aws:iam::210987654321:user/Mary_Major";
    const ALL: [&str; 5] = [MARY, MARY_BELOW_A_PATH, MARY_FEDERATED, MARYS_SESSION, STRANGER];

    fn included(member: &str) -> Vec<&'static str> {
        let member = PoolMember::parse(member).unwrap();
        ALL.into_iter().filter(|arn| member.includes(&Approver::of_arn(arn).unwrap())).collect()
    }

    #[test]
    fn a_name_is_that_of_users_and_federated_users_but_not_of_sessions() {
        let users = [MARY, MARY_BELOW_A_PATH, MARY_FEDERATED];
        assert_eq!(included("CodeCommitApprovers:123456789012:Mary_Major"), users);
        assert_eq!(included("CodeCommitApprovers:123456789012:Mary_*"), users);
        assert_eq!(included("CodeCommitApprovers:123456789012:Mary_Majo?"), users);
        assert!(included("CodeCommitApprovers:123456789012:mary_major").is_empty());
        assert_eq!(included("CodeCommitApprovers:210987654321:Mary_Major"), [STRANGER]);
    }

    #[test]
    fn a_wildcard_or_the_role_reaches_sessions() {
        let everybody = [MARY, MARY_BELOW_A_PATH, MARY_FEDERATED, MARYS_SESSION];
        assert_eq!(included("CodeCommitApprovers:123456789012:*Mary_Major"), everybody);
        for session in ["CodeCommitReview/Mary_Major", "CodeCommitReview/*", "assumed-role/CodeCommitReview/*"] {
            assert_eq!(included(&format!("CodeCommitApprovers:123456789012:{session}")), [MARYS_SESSION]);
            assert_eq!(included(&format!("CodeCommitApprovers:{session}")), [MARYS_SESSION]);
        }
        assert!(included("CodeCommitApprovers:123456789012:CodeCommitReview").is_empty());
    }

    #[test]
    fn a_resource_names_a_kind_of_principal() {
        assert_eq!(included("CodeCommitApprovers:123456789012:user/*"), [MARY, MARY_BELOW_A_PATH]);
        assert_eq!(included("CodeCommitApprovers:123456789012:federated-user/*"), [MARY_FEDERATED]);
        assert_eq!(included("arn:aws:iam::123456789012:user/*"), [MARY, MARY_BELOW_A_PATH]);
        assert_eq!(included("arn:aws:iam::123456789012:*"), [MARY, MARY_BELOW_A_PATH]);
    }

    #[test]
    fn an_arn_is_compared_part_by_part() {
        assert_eq!(included(MARY), [MARY]);
        assert_eq!(included(MARY_FEDERATED), [MARY_FEDERATED]);
        assert_eq!(included(MARYS_SESSION), [MARYS_SESSION]);
        for other in ["arn:aws-cn:iam::123456789012:user/Mary_Major", "arn:aws:iam::123456789012:user/other/Mary_Major"]
        {
            assert!(included(other).is_empty(), "{other}");
        }
    }

    #[test]
    fn a_role_stands_for_its_sessions() {
        for role in [
            "arn:aws:sts::123456789012:assumed-role/CodeCommitReview/*",
            "arn:aws:sts::123456789012:assumed-role/CodeCommitReview",
            "arn:aws:sts::123456789012:assumed-role/*",
            "arn:aws:iam::123456789012:role/CodeCommitReview",
            "arn:aws:iam::123456789012:role/CodeCommitReview/*",
            "arn:aws:iam::123456789012:role/some/path/CodeCommit*",
            "arn:aws:iam::123456789012:role/*",
        ] {
            assert_eq!(included(role), [MARYS_SESSION], "{role}");
        }
        for other in [
            "arn:aws:sts::123456789012:assumed-role/CodeCommit",
            "arn:aws:sts::123456789012:assumed-role/CodeCommitReview/mary",
            "arn:aws:iam::123456789012:role/Review",
            "arn:aws:iam::123456789012:assumed-role/CodeCommitReview/*",
            "arn:aws:sts::210987654321:assumed-role/CodeCommitReview/*",
        ] {
            assert!(included(other).is_empty(), "{other}");
        }
    }

    #[test]
    fn a_star_is_everybody() {
        assert_eq!(included("*"), ALL);
    }

    #[test]
    fn other_texts_are_refused() {
        for wrong in [
            "",
            "Mary_Major",
            "**",
            "CodeCommitApprovers:",
            "CodeCommitApprovers:123456789012",
            "CodeCommitApprovers:123456789012:",
            "CodeCommitApprovers:*:Mary_Major",
            "CodeCommitApprovers:123456789012:user:Mary",
            "codecommitapprovers:123456789012:Mary_Major",
            "arn:aws:iam::*:user/Mary_Major",
            "arn:aws:iam::12345:user/Mary_Major",
            "arn:*:iam::123456789012:user/Mary_Major",
            "arn:aws:iam::123456789012:user/Mary:Major",
            "arn:aws:s3:::bucket",
        ] {
            assert!(PoolMember::parse(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_literal_arn_includes_nobody_else(a in "[a-c]{1,2}(/[a-c]{1,2})?", b in "[a-c]{1,2}(/[a-c]{1,2})?") {
            let (first, second) =
                (format!("arn:aws:iam::123456789012:user/{a}"), format!("arn:aws:iam::123456789012:user/{b}"));
            let includes = PoolMember::parse(&first).unwrap().includes(&Approver::of_arn(&second).unwrap());
            prop_assert_eq!(includes, a == b);
        }

        #[test]
        fn no_member_reaches_into_another_account(name in "[a-z*?/]{1,8}", who in 0..ALL.len() - 1) {
            let member = PoolMember::parse(&format!("CodeCommitApprovers:210987654321:{name}")).unwrap();
            prop_assert!(!member.includes(&Approver::of_arn(ALL[who]).unwrap()));
            for service in ["iam", "sts"] {
                let member = PoolMember::parse(&format!("arn:aws:{service}::210987654321:{name}")).unwrap();
                prop_assert!(!member.includes(&Approver::of_arn(ALL[who]).unwrap()));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,60}") {
            let _ = PoolMember::parse(&text);
        }
    }
}
