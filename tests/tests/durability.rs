//! What was acknowledged is there after a power cut.

use tests::crashes;

#[test]
fn every_acknowledged_push_survives_a_kill() {
    tests::only_serve!("it kills the process, which a rehearsal does not outlive");
    crashes::kill_under_load(10, 3);
}
