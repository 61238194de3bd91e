//! What becomes of conflicts when somebody decides about them.

use crate::packs::Packs;
use crate::repository::{Edit, NewCommit, Repository, import};
use git::ObjectId;
use git::merge::{Contested, Decisions, Detail, Merge, MergeLimits};

/// A base, and two commits on it.
fn parted(base: &[Edit], ours: &[Edit], theirs: &[Edit]) -> (Repository, Packs, ObjectId, ObjectId) {
    let repository = Repository::new();
    let commit =
        |parents: &[usize], edits: &[Edit]| NewCommit { parents: parents.to_vec(), edits: edits.to_vec(), skew: 0 };
    let commits = import(&repository, &[commit(&[], base), commit(&[0], ours), commit(&[0], theirs)]);
    let packs = Packs::one(&repository, &commits[1..]);
    (repository, packs, commits[1], commits[2])
}

/// The paths of the tree that comes of deciding about each conflict.
fn decided(
    parts: &(Repository, Packs, ObjectId, ObjectId),
    decide: impl Fn(&Contested) -> Option<git::diff::Side>,
) -> Vec<String> {
    let (repository, packs, ours, theirs) = parts;
    let mut merge = Merge::new(&packs.odb, ours, theirs, MergeLimits::default()).unwrap();
    let conflicts = merge.contested().filter(|contested| contested.is_conflict(Detail::Line));
    let decisions: Decisions = conflicts.map(|conflict| (conflict.path.clone(), decide(conflict))).collect();
    let tree = merge.write_tree(&decisions).unwrap();
    for (kind, content) in merge.new_objects(&tree).unwrap() {
        repository.git(&["hash-object", "-w", "--literally", "--stdin", "-t", kind.name()], &content);
    }
    let listing = repository.text(&["ls-tree", "-r", "--name-only", &tree.to_string()], "");
    listing.lines().map(str::to_owned).collect()
}

#[test]
fn of_a_file_and_a_folder_with_the_same_name_one_stays() {
    let base = [Edit::File("a", 0)];
    let parts = parted(&base, &[Edit::File("d", 1)], &[Edit::File("d/a", 2), Edit::File("d/b", 3)]);
    assert_eq!(decided(&parts, |conflict| conflict.files.ours), ["a", "d"]);
    assert_eq!(decided(&parts, |conflict| conflict.files.theirs), ["a", "d/a", "d/b"]);
}

#[test]
fn a_file_that_one_side_deleted_stays_or_goes() {
    let base = [Edit::File("a", 0), Edit::File("b", 0)];
    let parts = parted(&base, &[Edit::Delete("a")], &[Edit::File("a", 1)]);
    assert_eq!(decided(&parts, |conflict| conflict.files.ours), ["b"]);
    assert_eq!(decided(&parts, |conflict| conflict.files.theirs), ["a", "b"]);
    assert_eq!(decided(&parts, |conflict| conflict.files.base), ["a", "b"]);
}

#[test]
fn a_symbolic_link_a_submodule_and_a_mode_can_be_in_conflict() {
    let base = [Edit::File("a", 0), Edit::Submodule("b", 0), Edit::File("c", 0)];
    let ours = [Edit::Link("a"), Edit::Submodule("b", 1), Edit::Executable("c", 0)];
    let theirs = [Edit::File("a", 1), Edit::Submodule("b", 2), Edit::File("c", 1)];
    let (_repository, packs, ours, theirs) = parted(&base, &ours, &theirs);
    let merge = Merge::new(&packs.odb, &ours, &theirs, MergeLimits::default()).unwrap();
    let told: Vec<_> = merge
        .contested()
        .map(|contested| (contested.path[0], contested.type_conflict, contested.content_conflict(Detail::Line)))
        .collect();
    // A mode and a content that were changed apart are no conflict.
    assert_eq!(told, [(b'a', true, false), (b'b', false, true)]);
}
