//! The request of a push as git sends it.

use crate::git_repository::GitRepository;
use git::Limits;
use git::receive::PushRequest;
use std::io::Read as _;

/// What `git send-pack` sends to a server that advertises what ours does. The connection ends where the report would begin.
fn sent(repository: &GitRepository, refspecs: &[&str]) -> Vec<u8> {
    let mut advertisement = Vec::new();
    git::receive::advertise(git::upload::ProtocolVersion::V0, &[], &mut advertisement).unwrap();
    // Without the service line, which belongs to HTTP.
    let advertisement = &advertisement["001f# service=git-receive-pack\n0000".len()..];
    let ended =
        repository.run(&[&["send-pack", "--stateless-rpc", "--helper-status", "x"], refspecs].concat(), advertisement);
    ended.output
}

#[test]
fn a_push_of_git_is_read_and_its_pack_follows() {
    let repository = GitRepository::with_history();
    let bytes = sent(&repository, &["refs/heads/main", "refs/tags/v1"]);
    // git frames what it sends once more here, each part as one packet.
    let mut rest = &bytes[..];
    let mut body = Vec::new();
    while rest.len() >= 4 {
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..4]).unwrap(), 16).unwrap();
        if length == 0 {
            break;
        }
        body.extend_from_slice(&rest[4..length]);
        rest = &rest[length..];
    }
    let mut input = &body[..];
    let request = PushRequest::read(&mut input, &Limits::default()).unwrap();
    let names: Vec<_> = request.commands.iter().map(|command| command.name.as_str()).collect();
    assert_eq!(names, ["refs/heads/main", "refs/tags/v1"]);
    assert_eq!(request.commands[0].new, repository.id("main"));
    assert!(request.commands[0].creates() && request.has_pack());
    assert!(request.capabilities.report_status_v2 && request.capabilities.side_band_64k);
    let mut pack = [0; 4];
    input.read_exact(&mut pack).unwrap();
    assert_eq!(&pack, b"PACK");
}
