//! Which error answers which broken rule of the model.
//!
//! Mostly the names tell: `branchName` is answered by `BranchNameRequiredException` and `InvalidBranchNameException`, as far as
//! the operation declares them. The tables here decide the rest, by what the API reference says each error means. What no
//! table decides is an error of the generator, so that nothing new in the model goes unnoticed.
//!
//! Coldforge's own operations need no table: what none of their declared errors is named after, `ValidationException` answers.
//!
//! Members are named by their path in the input, such as `targets.repositoryName`; `Operation.path` is about one operation.

/// What a broken rule is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// This error, which the operation declares.
    Declared(String),
    /// `ValidationException`: the operation declares nothing that fits.
    Generic,
    /// Nothing yet: the operation itself says it in its output, entry by entry.
    Output,
}

/// Errors for the absence of a member whose name does not tell. Of several, the first that the operation declares.
const MISSING: &[(&str, &[&str])] = &[
    ("afterBlobId", &["BlobIdRequiredException"]),
    ("afterCommitId", &["CommitIdRequiredException"]),
    ("beforeCommitId", &["CommitIdRequiredException"]),
    ("afterCommitSpecifier", &["CommitRequiredException"]),
    ("sourceCommitSpecifier", &["CommitRequiredException"]),
    ("destinationCommitSpecifier", &["CommitRequiredException"]),
    ("commitIds", &["CommitIdsListRequiredException"]),
    ("content", &["CommentContentRequiredException"]),
    ("inReplyTo", &["CommentIdRequiredException"]),
    ("defaultBranchName", &["BranchNameRequiredException"]),
    ("targetBranch", &["BranchNameRequiredException"]),
    ("oldName", &["RepositoryNameRequiredException"]),
    ("newName", &["RepositoryNameRequiredException"]),
    ("oldApprovalRuleTemplateName", &["ApprovalRuleTemplateNameRequiredException"]),
    ("newApprovalRuleTemplateName", &["ApprovalRuleTemplateNameRequiredException"]),
    ("newRuleContent", &["ApprovalRuleTemplateContentRequiredException", "ApprovalRuleContentRequiredException"]),
    ("filePath", &["PathRequiredException"]),
    ("folderPath", &["PathRequiredException"]),
    // The merges of pull requests declare no FileModeRequiredException.
    ("fileMode", &["FileModeRequiredException", "InvalidFileModeException"]),
    ("kmsKeyId", &["EncryptionKeyRequiredException"]),
    ("tags", &["TagsMapRequiredException"]),
    ("tagKeys", &["TagKeysListRequiredException"]),
    ("triggers", &["RepositoryTriggersListRequiredException"]),
    ("triggers.name", &["RepositoryTriggerNameRequiredException"]),
    ("triggers.destinationArn", &["RepositoryTriggerDestinationArnRequiredException"]),
    ("triggers.branches", &["RepositoryTriggerBranchNameListRequiredException"]),
    ("triggers.events", &["RepositoryTriggerEventsListRequiredException"]),
    ("targets.sourceReference", &["ReferenceNameRequiredException"]),
    // No error says that these two are required: they are not valid then.
    ("UpdatePullRequestDescription.description", &["InvalidDescriptionException"]),
    (
        "UpdateApprovalRuleTemplateDescription.approvalRuleTemplateDescription",
        &["InvalidApprovalRuleTemplateDescriptionException"],
    ),
];

/// Errors for a value that breaks a constraint, where the member's name does not tell.
const INVALID: &[(&str, &[&str])] = &[
    ("defaultBranchName", &["InvalidBranchNameException"]),
    ("oldName", &["InvalidRepositoryNameException"]),
    ("newName", &["InvalidRepositoryNameException"]),
    ("repositoryNames", &["InvalidRepositoryNameException"]),
    ("oldApprovalRuleTemplateName", &["InvalidApprovalRuleTemplateNameException"]),
    ("newApprovalRuleTemplateName", &["InvalidApprovalRuleTemplateNameException"]),
    ("newRuleContent", &["InvalidApprovalRuleTemplateContentException", "InvalidApprovalRuleContentException"]),
    ("fileContent", &["FileContentSizeLimitExceededException"]),
    ("conflictResolution.replaceContents.content", &["FileContentSizeLimitExceededException"]),
    ("location.relativeFileVersion", &["InvalidRelativeFileVersionEnumException"]),
    ("kmsKeyId", &["EncryptionKeyInvalidIdException"]),
    ("tags.key", &["InvalidTagsMapException"]),
    ("tags.value", &["InvalidTagsMapException"]),
    ("tagKeys", &["InvalidTagKeysListException"]),
    ("triggers.branches", &["InvalidRepositoryTriggerBranchNameException"]),
    ("triggers.events", &["InvalidRepositoryTriggerEventsException"]),
];

/// Errors for an entry of a list that has no members at all.
const EMPTY_ENTRY: &[(&str, &[&str])] = &[("targets", &["TargetRequiredException"])];

/// Members whose absence the model allows, although the operation cannot do without them and declares the error for it.
const ALSO_REQUIRED: &[&str] = &[
    "GetBranch.repositoryName",
    "GetBranch.branchName",
    // API reference, RepositoryTrigger: the list may be empty, and then stands for all branches, but must be there.
    "triggers.branches",
];

/// Required members that are there even when they are empty. Elsewhere an empty text, list, map or content is none.
const MAY_BE_EMPTY: &[&str] = &[
    // The root folder (AWS CLI reference, get-folder).
    "GetFolder.folderPath",
    // An empty description is a way to remove it.
    "UpdatePullRequestDescription.description",
    "UpdateApprovalRuleTemplateDescription.approvalRuleTemplateDescription",
    // API reference: a blank value removes the reaction.
    "PutCommentReaction.reactionValue",
    // An empty list removes all triggers, as deployment tools do.
    "PutRepositoryTriggers.triggers",
    "TestRepositoryTriggers.triggers",
    "triggers.branches",
];

/// What has no declared error: `ValidationException` answers.
const GENERIC: &[&str] = &["ListFileCommitHistory.filePath"];

/// Entries that the operation answers one by one, in its output.
const IN_THE_OUTPUT: &[&str] = &[
    "BatchAssociateApprovalRuleTemplateWithRepositories.repositoryNames",
    "BatchDisassociateApprovalRuleTemplateFromRepositories.repositoryNames",
];

/// All lines of all tables: the member, and the errors it may be answered with.
pub fn lines() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    let members = [ALSO_REQUIRED, MAY_BE_EMPTY, GENERIC, IN_THE_OUTPUT].into_iter().flatten();
    let errors = [MISSING, INVALID, EMPTY_ENTRY].into_iter().flatten();
    errors.copied().chain(members.map(|member| (*member, &[][..])))
}

/// The place of a member: the operation, and its path in the input.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The operation's name.
    pub operation: &'a str,
    /// The path.
    pub path: &'a str,
    /// The errors that the operation declares.
    pub declared: &'a [String],
    /// Whether the operation is one of Coldforge's own.
    pub own: bool,
}

impl Place<'_> {
    /// What answers the member's absence; `None` when nothing does.
    pub fn missing(&self) -> Option<Answer> {
        self.answer(MISSING, format!("{}RequiredException", self.capitalised()))
    }

    /// What answers a value that breaks a constraint; `None` when nothing does.
    pub fn invalid(&self) -> Option<Answer> {
        self.answer(INVALID, format!("Invalid{}Exception", self.capitalised()))
    }

    /// The error that answers an entry of this list that has no members at all; `None` when nothing does.
    pub fn empty_entry(&self) -> Option<&'static str> {
        let (_, errors) = EMPTY_ENTRY.iter().find(|(member, _)| *member == self.path)?;
        errors.iter().find(|error| self.declared.iter().any(|declared| declared == *error)).copied()
    }

    /// Whether the member is required, whatever the model says.
    pub fn also_required(&self) -> bool {
        self.is_in(ALSO_REQUIRED)
    }

    /// Whether the member is there even when it is empty.
    pub fn may_be_empty(&self) -> bool {
        self.is_in(MAY_BE_EMPTY)
    }

    fn answer(&self, table: &[(&str, &[&str])], by_name: String) -> Option<Answer> {
        let declared = |error: &str| self.declared.iter().any(|declared| declared == error);
        let told = self.names().into_iter().find_map(|name| table.iter().find(|(member, _)| *member == name));
        let found = match told {
            Some((_, errors)) => errors.iter().find(|error| declared(error)).map(|error| (*error).to_owned()),
            None => Some(by_name).filter(|error| declared(error)),
        };
        match found {
            Some(error) => Some(Answer::Declared(error)),
            None if self.own || self.is_in(GENERIC) => Some(Answer::Generic),
            None if self.is_in(IN_THE_OUTPUT) => Some(Answer::Output),
            None => None,
        }
    }

    fn is_in(&self, table: &[&str]) -> bool {
        self.names().iter().any(|name| table.contains(&name.as_str()))
    }

    /// How tables may name this place: the most particular name first.
    pub fn names(&self) -> [String; 3] {
        [format!("{}.{}", self.operation, self.path), self.path.to_owned(), self.last().to_owned()]
    }

    fn last(&self) -> &str {
        self.path.rsplit('.').next().unwrap_or_default()
    }

    fn capitalised(&self) -> String {
        let mut letters = self.last().chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
    }
}
