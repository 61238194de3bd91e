//! What a client may ask for: anything that a ref reaches, and nothing else.

use crate::client::refs_of;
use crate::packs::Packs;
use crate::repository::{Edit, NewCommit, Repository, import};
use git::upload::View;
use git::upload::reachability::check_wants;
use git::{ObjectId, Ref};

struct Fixture {
    source: Repository,
    packs: Packs,
    refs: Vec<Ref>,
}

/// `c0 - c1` is on a ref, `c2` above `c1` and the unrelated `c3` were on refs that are deleted.
fn fixture() -> Fixture {
    let source = Repository::new();
    let commit = |parents: &[usize], edits: Vec<Edit>| NewCommit { parents: parents.to_vec(), edits, skew: 0 };
    import(
        &source,
        &[
            commit(&[], vec![Edit::File("old", 1), Edit::File("d/e/deep", 2)]),
            commit(&[0], vec![Edit::Delete("old"), Edit::File("new", 3)]),
            commit(&[1], vec![Edit::File("secret", 4)]),
            commit(&[], vec![Edit::File("unrelated", 5)]),
        ],
    );
    source.git(&["tag", "-a", "-m", "inner", "inner", "c1"], b"");
    source.git(&["tag", "-a", "-m", "outer", "outer", "inner"], b"");
    source.git(&["tag", "-a", "-m", "hidden", "hidden", "c2"], b"");
    let all = ["c0", "c1", "c2", "c3", "outer", "hidden"].map(|name| source.id(name));
    let packs = Packs::one(&source, &all);
    let refs = refs_of(&source, &["c1", "outer"]);
    Fixture { source, packs, refs }
}

impl Fixture {
    fn check(&self, all_reachable: bool, want: ObjectId) -> Result<(), ObjectId> {
        self.check_with(all_reachable, &[], want)
    }

    fn check_with(&self, all_reachable: bool, unreferenced: &[ObjectId], want: ObjectId) -> Result<(), ObjectId> {
        let scratch = self.packs.dir.path();
        let view = View { refs: &self.refs, head: None, odb: &self.packs.odb, all_reachable, unreferenced, scratch };
        check_wants(&view, &[self.refs[0].target, want]).unwrap()
    }
}

#[test]
fn whatever_a_ref_reaches_may_be_wanted() {
    let fixture = fixture();
    let revs = ["c1", "c0", "c0^{tree}", "c0:old", "c0:d/e", "c1:d/e/deep", "outer", "inner", "c1:new"];
    for rev in revs {
        assert_eq!(fixture.check(false, fixture.source.id(rev)), Ok(()), "{rev}");
    }
}

#[test]
fn what_only_a_deleted_ref_reached_may_not() {
    let fixture = fixture();
    for rev in ["c2", "c3", "c2^{tree}", "c2:secret", "c3:unrelated", "hidden"] {
        let want = fixture.source.id(rev);
        assert_eq!(fixture.check(false, want), Err(want), "{rev}");
    }
}

#[test]
fn a_commit_without_a_ref_may_be_wanted_if_it_is_told_of_but_not_what_is_behind_it() {
    let fixture = fixture();
    let told = [fixture.source.id("c2"), ObjectId::from([0x11; 20])];
    assert_eq!(fixture.check_with(false, &told, told[0]), Ok(()));
    assert_eq!(fixture.check_with(false, &told, told[1]), Err(told[1]));
    let blob = fixture.source.id("c2:secret");
    assert_eq!(fixture.check_with(false, &told, blob), Err(blob));
}

#[test]
fn an_object_that_is_not_stored_may_never_be_wanted() {
    let fixture = fixture();
    let nothing = ObjectId::from([0x11; 20]);
    assert_eq!(fixture.check(true, nothing), Err(nothing));
    assert_eq!(fixture.check(false, nothing), Err(nothing));
}

#[test]
fn where_all_is_reachable_being_stored_is_enough() {
    let fixture = fixture();
    assert_eq!(fixture.check(true, fixture.source.id("c0:old")), Ok(()));
}
