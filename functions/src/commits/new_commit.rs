//! Making a commit on a branch out of file changes: the part that PutFile, CreateCommit and their kin share.

use crate::blocking::{blocking, unreadable};
use crate::changes;
use crate::inputs::object_id;
use api::ErrorCode;
use domain::{BranchName, RefName};
use git::commit::NewCommit;
use git::edit::Edit;
use git::receive::PackBuilder;
use git::{Kind, ObjectId, Odb};
use service::{Context, Failure, Result};
use std::sync::Arc;
use std::time::UNIX_EPOCH;
use store::{ChangeError, PackOrigin, Refusal, RefusalReason, Repository};

/// The most characters of an author's name and of an e-mail address.
const MOST_NAME_CHARACTERS: usize = 1024;
/// The most bytes of a commit message.
const MOST_MESSAGE_BYTES: usize = 64 * 1024;

/// Where a commit goes: the branch, and the commit it is made on.
pub(crate) struct Base {
    pub(crate) branch: BranchName,
    /// The tip that the new commit follows; `None` in an empty repository.
    pub(crate) parent: Option<ObjectId>,
    /// The parent's root tree.
    pub(crate) tree: Option<ObjectId>,
    pub(crate) odb: Arc<Odb>,
}

/// Who makes the commit, and what for.
#[derive(Clone)]
pub(crate) struct Words {
    name: String,
    email: String,
    message: String,
}

impl Words {
    /// A commit in these words, at a time in seconds since the epoch.
    pub(crate) fn commit<'a>(&'a self, tree: ObjectId, parents: &'a [ObjectId], time: i64) -> NewCommit<'a> {
        NewCommit { tree, parents, name: &self.name, email: &self.email, time, message: &self.message }
    }
}

/// The objects a commit needs besides its trees, and the paths they go to.
#[derive(Default)]
pub(crate) struct Content {
    pub(crate) blobs: Vec<Vec<u8>>,
    pub(crate) edits: Vec<Edit>,
}

/// The commit that was made.
pub(crate) struct Made {
    pub(crate) commit: ObjectId,
    pub(crate) tree: ObjectId,
}

/// Checks author, e-mail and message. The author defaults to the caller, the message to `default_message`.
pub(crate) fn words(
    cx: &Context,
    name: Option<String>,
    email: Option<String>,
    message: Option<String>,
    default_message: String,
) -> Result<Words> {
    let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| cx.principal.name().to_owned());
    let email = email.unwrap_or_default();
    let message = message.filter(|message| !message.is_empty()).unwrap_or(default_message);
    if name.chars().count() > MOST_NAME_CHARACTERS {
        return Err(Failure::new(
            ErrorCode::NameLengthExceededException,
            format!("an author's name has at most {MOST_NAME_CHARACTERS} characters"),
        ));
    }
    if email.chars().count() > MOST_NAME_CHARACTERS || email.contains(['<', '>', '\n', '\0']) {
        return Err(Failure::new(
            ErrorCode::InvalidEmailException,
            format!(
                "an e-mail address has at most {MOST_NAME_CHARACTERS} characters, no angle brackets and no line breaks"
            ),
        ));
    }
    if message.len() > MOST_MESSAGE_BYTES {
        return Err(Failure::new(
            ErrorCode::CommitMessageLengthExceededException,
            format!("a commit message has at most {MOST_MESSAGE_BYTES} bytes"),
        ));
    }
    Ok(Words { name, email, message })
}

/// Finds where the commit goes. The branch must exist, and `parent` must be its tip; in an empty repository neither is
/// there, and the branch will be made.
pub(crate) async fn base(repository: &Repository, branch: BranchName, parent: Option<String>) -> Result<Base> {
    let tip = repository.find_ref(&branch.full_name()).await?.map(|found| found.target);
    let odb = repository.odb().await?;
    let Some(tip) = tip else {
        return unborn(repository, branch, odb).await;
    };
    let given =
        object_id(parent, ErrorCode::ParentCommitIdRequiredException, ErrorCode::InvalidParentCommitIdException)?;
    let objects = odb.clone();
    let node = blocking(move || objects.commit(&given).map_err(unreadable)).await?.ok_or_else(|| {
        Failure::new(ErrorCode::ParentCommitDoesNotExistException, format!("there is no commit {given}"))
    })?;
    if given != tip {
        return Err(outdated(&branch, tip));
    }
    Ok(Base { branch, parent: Some(tip), tree: Some(node.tree), odb })
}

/// A branch that is not there can be made only by the first commit of all.
async fn unborn(repository: &Repository, branch: BranchName, odb: Arc<Odb>) -> Result<Base> {
    let tag = RefName::parse(format!("refs/tags/{branch}")).map_err(Failure::internal)?;
    if repository.find_ref(&tag).await?.is_some() {
        return Err(Failure::new(
            ErrorCode::BranchNameIsTagNameException,
            format!("'{branch}' is a tag; commits go to branches"),
        ));
    }
    if !repository.list_branches(None, 1).await?.branches.is_empty() {
        return Err(Failure::new(
            ErrorCode::BranchDoesNotExistException,
            format!("there is no branch '{branch}'; make it with CreateBranch first"),
        ));
    }
    Ok(Base { branch, parent: None, tree: None, odb })
}

fn outdated(branch: &BranchName, tip: ObjectId) -> Failure {
    Failure::new(
        ErrorCode::ParentCommitIdOutdatedException,
        format!("branch '{branch}' is at {tip}; make the change again on top of that"),
    )
}

/// Makes the commit and moves the branch to it. `unchanged` is the code for a commit that would change nothing.
pub(crate) async fn make(
    cx: &Context,
    repository: &Repository,
    base: Base,
    words: Words,
    content: Content,
    unchanged: ErrorCode,
) -> Result<Made> {
    let scratch = cx.store.scratch().to_owned();
    let seconds = cx.now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64);
    let (odb, tree, parent) = (base.odb.clone(), base.tree, base.parent);
    let (staged, made) = blocking(move || {
        let mut pack = PackBuilder::new(&scratch).map_err(rejected)?;
        for blob in &content.blobs {
            pack.add(Kind::Blob, blob).map_err(rejected)?;
        }
        let mut refused = None;
        let new_tree = git::edit::edit(&odb, tree.as_ref(), &content.edits, |tree| {
            pack.add(Kind::Tree, tree).map_err(|error| {
                let text = error.to_string();
                refused = Some(rejected(error));
                git::Error::Io(std::io::Error::other(text))
            })
        });
        let new_tree = match (new_tree, refused) {
            (_, Some(failure)) => return Err(failure),
            (tree, None) => tree.map_err(unreadable)?,
        };
        if tree == Some(new_tree) {
            return Err(Failure::new(unchanged, "the change leaves every file as it is"));
        }
        let parents: Vec<ObjectId> = parent.into_iter().collect();
        let commit = words.commit(new_tree, &parents, seconds);
        let commit = pack.add(Kind::Commit, &commit.encode()).map_err(rejected)?;
        let mut staged = pack.finish(&odb).map_err(rejected)?;
        staged.record.closed = staged.roots.as_ref().is_some_and(|roots| roots[..] == [commit]);
        Ok((staged, Made { commit, tree: new_tree }))
    })
    .await?;

    let stored = repository.store_pack(staged, PackOrigin::Api).await?;
    let mut change = repository.change(cx.actor());
    change.register(stored);
    match base.parent {
        Some(parent) => change.update_ref(base.branch.full_name(), parent, made.commit, None, false),
        None => {
            change.create_ref(base.branch.full_name(), made.commit, None);
            change.set_default_branch_if_none(base.branch.clone());
        }
    };
    change.commit().await.map_err(|error| match error {
        ChangeError::Refused(refusals) => {
            changes::protected(&refusals).unwrap_or_else(|| refused(&base.branch, &refusals))
        }
        other => changes::failure(other),
    })?;
    Ok(made)
}

/// The failure for a branch that could not be moved or made.
fn refused(branch: &BranchName, refusals: &[Refusal]) -> Failure {
    match refusals.first().map(|refusal| &refusal.reason) {
        Some(RefusalReason::Moved { actual, .. } | RefusalReason::Exists { current: actual }) => {
            outdated(branch, *actual)
        }
        Some(RefusalReason::Missing) => {
            Failure::new(ErrorCode::BranchDoesNotExistException, format!("branch '{branch}' was deleted meanwhile"))
        }
        _ => Failure::new(
            ErrorCode::InvalidBranchNameException,
            refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
        ),
    }
}

/// What the engine refuses to store is, for the API, a bad path: names such as `.git` are all that input can get wrong here.
fn rejected(error: git::receive::ReceiveError) -> Failure {
    if error.is_internal() {
        return Failure::internal(error);
    }
    Failure::new(ErrorCode::InvalidPathException, error.to_string())
}
