//! Packs made of objects that were made here.

use crate::git_repository::GitRepository;
use crate::raw_pack::{commit_of, tree_of};
use crate::stored::Stored;
use git::Kind;
use git::receive::PackBuilder;

#[test]
fn a_made_pack_is_one_that_git_takes() {
    let mut stored = Stored::empty();
    let mut builder = PackBuilder::new(stored.scratch()).unwrap();
    let blob = builder.add(Kind::Blob, b"content\n").unwrap();
    assert_eq!(builder.add(Kind::Blob, b"content\n").unwrap(), blob);
    let tree = builder.add(Kind::Tree, &tree_of(&[("100644", b"a", &blob), ("100755", b"b", &blob)])).unwrap();
    let commit = builder.add(Kind::Commit, &commit_of(&tree, &[])).unwrap();
    let staged = builder.finish(&stored.odb()).unwrap();
    assert_eq!((staged.record.objects, staged.roots.as_deref()), (3, Some(&[commit][..])));

    let pack = std::fs::read(&staged.pack).unwrap();
    let repository = GitRepository::new();
    assert!(std::fs::read(&staged.index).unwrap() == repository.index(&pack));
    repository.git(&["index-pack", "--strict", "--stdin"], &pack);
    repository.git(&["fsck", "--strict", &commit.to_string()], b"");

    stored.store(staged);
    let odb = stored.odb();
    assert_eq!(odb.find(&blob).unwrap().unwrap().data, &b"content\n"[..]);
    assert_eq!(odb.commit(&commit).unwrap().unwrap().tree, tree);
}

#[test]
fn objects_made_here_pass_the_same_checks() {
    let stored = Stored::empty();
    let mut builder = PackBuilder::new(stored.scratch()).unwrap();
    let blob = builder.add(Kind::Blob, b"x").unwrap();
    let refused = builder.add(Kind::Tree, &tree_of(&[("100644", b".GIT", &blob)])).unwrap_err();
    assert!(refused.to_string().contains("hasDotgit"));
    drop(builder);

    let mut builder = PackBuilder::new(stored.scratch()).unwrap();
    let modules = builder.add(Kind::Blob, b"[submodule \"..\"]\nurl=x").unwrap();
    builder.add(Kind::Tree, &tree_of(&[("100644", b".gitmodules", &modules)])).unwrap();
    assert!(builder.finish(&stored.odb()).unwrap_err().to_string().contains("gitmodulesName"));

    let mut builder = PackBuilder::new(stored.scratch()).unwrap();
    builder.add(Kind::Commit, &commit_of(&git::ObjectId::from([9; 20]), &[])).unwrap();
    assert!(builder.finish(&stored.odb()).unwrap_err().to_string().contains("is missing"));
    assert_eq!(std::fs::read_dir(stored.scratch()).unwrap().count(), 0);
}
