//! Git's smart HTTP (gitprotocol-http): the functions behind `info/refs`, `git-upload-pack` and `git-receive-pack`.

mod noted;
mod push;
mod receive_pack;
mod request_reader;
mod respond;
mod response_writer;
mod upload_pack;

use service::GitEntries;

/// The functions, for the pipeline.
pub fn git_entries() -> GitEntries {
    GitEntries {
        advertise_upload_pack: |cx, repository, request| Box::pin(upload_pack::advertise_refs(cx, repository, request)),
        upload_pack: |cx, repository, request| Box::pin(upload_pack::upload_pack(cx, repository, request)),
        advertise_receive_pack: |cx, repository, request| {
            Box::pin(receive_pack::advertise_refs(cx, repository, request))
        },
        receive_pack: |cx, repository, request| Box::pin(receive_pack::receive_pack(cx, repository, request)),
    }
}
