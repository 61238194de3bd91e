//! What the blobs do when S3 is busy, fails or does not answer; large files, encryption, and requests for others.

use crate::emulator::{BUCKET, Emulator};
use crate::script::{Answer, Script, Sent, answer, s3_refusal};
use aws::{Encryption, S3Blobs};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ports::{BlobError, BlobName, Blobs as _, EncryptionContext, KeyError};
use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::{NamedTempFile, TempPath};

fn name() -> BlobName {
    BlobName::parse("packs/one.pack").unwrap()
}

fn blobs(script: &Script) -> S3Blobs {
    S3Blobs::new(&script.connection(), BUCKET)
}

/// A file that is stored in two parts.
fn large_file() -> TempPath {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(&vec![b'x'; (8 << 20) + 5]).unwrap();
    file.into_temp_path()
}

fn key() -> Encryption {
    let context = EncryptionContext::from([("repository".to_owned(), "r-1".to_owned())]);
    Encryption { key_id: "arn:aws:kms:eu-central-1:123456789012:key/k".to_owned(), context }
}

fn found_with(mark: &str) -> Answer {
    let headers = vec![("x-amz-meta-put", mark.to_owned()), ("content-length", "0".to_owned())];
    Answer::Response { status: 200, headers, body: String::new() }
}

fn mark(sent: &Sent) -> String {
    sent.headers["x-amz-meta-put"].clone()
}

fn methods(script: &Script) -> Vec<String> {
    script.sent().into_iter().map(|sent| sent.method).collect()
}

#[tokio::test(start_paused = true)]
async fn a_call_is_made_again_after_every_passing_trouble() {
    let script = Script::new(|n, _| match n {
        0 => s3_refusal(503, "SlowDown", "Reduce your request rate."),
        1 => s3_refusal(503, "ServiceUnavailable", "Reduce your request rate."),
        2 => s3_refusal(500, "InternalError", "We encountered an internal error."),
        3 => s3_refusal(409, "ConditionalRequestConflict", "The conditional request cannot succeed."),
        4 => s3_refusal(400, "RequestTimeout", "Idle connections will be closed."),
        5 => Answer::Lost,
        _ => answer(200, ""),
    });
    blobs(&script).put(&name(), "bytes".into()).await.unwrap();
    let sent = script.sent();
    assert_eq!(sent.len(), 7);
    assert!(sent.iter().all(|sent| sent.headers["if-none-match"] == "*" && sent.body == b"bytes"));
}

#[tokio::test(start_paused = true)]
async fn a_call_gives_up_when_its_time_is_up() {
    let script = Script::new(|_, _| s3_refusal(503, "SlowDown", "Reduce your request rate."));
    let began = tokio::time::Instant::now();
    let told = blobs(&script).with_patience(Duration::from_secs(3)).get_range(&name(), 0..1).await.unwrap_err();
    assert_eq!(
        told.to_string(),
        "the blob store is unavailable: GetObject failed: SlowDown: Reduce your request rate."
    );
    assert!(began.elapsed() <= Duration::from_secs(3));
}

#[tokio::test(start_paused = true)]
async fn a_read_that_breaks_off_is_made_again() {
    let script = Script::new(|n, _| Answer::Response {
        status: 206,
        headers: vec![("content-length", "5".to_owned())],
        body: if n == 0 { "hal" } else { "whole" }.to_owned(),
    });
    assert_eq!(blobs(&script).get_range(&name(), 10..15).await.unwrap(), "whole");
    assert_eq!(script.sent()[1].headers["range"], "bytes=10-14");
}

#[tokio::test(start_paused = true)]
async fn a_put_that_finds_itself_after_a_lost_answer_has_succeeded() {
    let own = Arc::new(Mutex::new(String::new()));
    let script = Script::new(move |n, sent| match n {
        0 => {
            *own.lock().unwrap() = mark(sent);
            Answer::Lost
        }
        1 => s3_refusal(412, "PreconditionFailed", "At least one condition did not hold."),
        _ => found_with(&own.lock().unwrap()),
    });
    blobs(&script).put(&name(), "bytes".into()).await.unwrap();
    assert_eq!(methods(&script), ["PUT", "PUT", "HEAD"]);
}

#[tokio::test(start_paused = true)]
async fn a_put_that_finds_another_blob_changes_nothing() {
    let script = Script::new(|n, sent| match (n, sent.method.as_str()) {
        (0, _) => Answer::Lost,
        (_, "PUT") => s3_refusal(412, "PreconditionFailed", "At least one condition did not hold."),
        _ => found_with("of another put"),
    });
    assert!(matches!(blobs(&script).put(&name(), "bytes".into()).await, Err(BlobError::Exists(_))));
    assert_eq!(methods(&script), ["PUT", "PUT", "HEAD"]);

    let script = Script::new(|_, _| s3_refusal(412, "PreconditionFailed", "At least one condition did not hold."));
    assert!(matches!(blobs(&script).put(&name(), "bytes".into()).await, Err(BlobError::Exists(_))));
    assert_eq!(methods(&script), ["PUT"], "no answer was lost, so there is no doubt");
}

/// S3 as a multipart upload sees it; `complete` answers the completion, which comes `n`-th.
fn multipart(
    part: impl Fn(&Sent) -> Answer + Send + Sync + 'static,
    complete: impl Fn(usize, &str) -> Answer + Send + Sync + 'static,
) -> Script {
    let own = Mutex::new(String::new());
    let completions = Mutex::new(0);
    Script::new(move |_, sent| match (sent.method.as_str(), sent.uri.split_once('?').map(|(_, query)| query)) {
        ("POST", Some(query)) if query.starts_with("uploads") => {
            *own.lock().unwrap() = mark(sent);
            answer(200, "<InitiateMultipartUploadResult><UploadId>u-1</UploadId></InitiateMultipartUploadResult>")
        }
        ("PUT", Some(_)) => part(sent),
        ("POST", Some(_)) => {
            let mut completions = completions.lock().unwrap();
            *completions += 1;
            complete(*completions, &own.lock().unwrap())
        }
        ("HEAD", _) => complete(0, &own.lock().unwrap()),
        _ => answer(204, ""),
    })
}

fn stored_part(_: &Sent) -> Answer {
    Answer::Response { status: 200, headers: vec![("etag", "\"e\"".to_owned())], body: String::new() }
}

fn completed() -> Answer {
    answer(200, "<CompleteMultipartUploadResult><Key>k</Key></CompleteMultipartUploadResult>")
}

fn is_abort(sent: &Sent) -> bool {
    sent.method == "DELETE" && sent.uri.contains("uploadId=u-1")
}

#[tokio::test]
async fn an_upload_that_fails_is_aborted() {
    let fails = |sent: &Sent| {
        if sent.uri.contains("partNumber=2") {
            s3_refusal(403, "AccessDenied", "Access Denied")
        } else {
            stored_part(sent)
        }
    };
    let script = multipart(fails, |_, _| completed());
    let told = blobs(&script).put_file(&name(), &large_file()).await;
    assert!(matches!(told, Err(BlobError::Unavailable(_))), "{told:?}");
    assert!(is_abort(script.sent().last().unwrap()), "{:?}", methods(&script));
}

#[tokio::test]
async fn an_upload_whose_caller_went_away_is_not_left_behind() {
    let script = multipart(stored_part, |_, _| completed());
    let blobs = blobs(&script);
    let file = large_file();
    let given_up = tokio::time::timeout(Duration::from_nanos(1), blobs.put_file(&name(), &file)).await;
    drop(given_up);
    drop(file);
    // It either completes or aborts; both end with a request that names the upload.
    for _ in 0..1000 {
        let sent = script.sent();
        let Some(last) = sent.last() else { break };
        if is_abort(last) || (last.method == "POST" && last.uri.contains("uploadId")) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(script.sent().is_empty(), "{:?}", methods(&script));
}

#[tokio::test]
async fn a_completion_whose_answer_was_lost_is_recognised() {
    let script = multipart(stored_part, |n, own| match n {
        0 => found_with(own),
        1 => Answer::Lost,
        _ => s3_refusal(404, "NoSuchUpload", "The specified upload does not exist."),
    });
    blobs(&script).put_file(&name(), &large_file()).await.unwrap();
    assert_eq!(script.sent().last().unwrap().method, "HEAD");

    let script = multipart(stored_part, |n, _| match n {
        0 => found_with("of another put"),
        _ => s3_refusal(412, "PreconditionFailed", "At least one condition did not hold."),
    });
    let told = blobs(&script).put_file(&name(), &large_file()).await;
    assert!(matches!(told, Err(BlobError::Exists(_))), "{told:?}");
    assert!(is_abort(script.sent().last().unwrap()));
}

#[tokio::test]
async fn an_error_within_an_answer_of_success_is_an_error() {
    let script = multipart(stored_part, |n, _| match n {
        1 => s3_refusal(200, "InternalError", "We encountered an internal error. Please try again."),
        _ => completed(),
    });
    blobs(&script).put_file(&name(), &large_file()).await.unwrap();
    assert_eq!(script.sent().iter().filter(|sent| sent.uri.contains("uploadId") && sent.method == "POST").count(), 2);
}

#[tokio::test]
async fn a_key_that_cannot_be_used_is_told_by_what_is_wrong_with_it() {
    for (status, code, message, is_right) in [
        (
            400,
            "KMS.NotFoundException",
            "Key does not exist",
            (|error| matches!(error, KeyError::NotFound(_))) as fn(&KeyError) -> bool,
        ),
        (400, "KMS.DisabledException", "The key is disabled.", |error| matches!(error, KeyError::Disabled(_))),
        (400, "KMS.KMSInvalidStateException", "The key is pending deletion.", |error| {
            matches!(error, KeyError::Disabled(_))
        }),
        (403, "AccessDenied", "User: u is not authorized to perform: kms:Decrypt on this resource", |error| {
            matches!(error, KeyError::AccessDenied(_))
        }),
    ] {
        let script = Script::new(move |_, _| s3_refusal(status, code, message));
        let blobs = blobs(&script).with_encryption(key());
        let put = blobs.put(&name(), "bytes".into()).await.unwrap_err();
        let put_file = blobs.put_file(&name(), &large_file()).await.unwrap_err();
        let get = blobs.get_range(&name(), 0..1).await.unwrap_err();
        for told in [put, put_file, get] {
            assert!(matches!(&told, BlobError::Key(error) if is_right(error)), "{code}: {told:?}");
        }
    }
    let script = Script::new(|_, _| s3_refusal(403, "AccessDenied", "Access Denied"));
    assert!(matches!(blobs(&script).get_range(&name(), 0..1).await, Err(BlobError::Unavailable(_))));
}

#[tokio::test]
async fn every_object_is_encrypted_under_the_key_that_was_set() {
    let script = multipart(stored_part, |_, _| completed());
    let blobs = blobs(&script).with_encryption(key());
    blobs.put(&name(), "bytes".into()).await.unwrap();
    blobs.put_file(&name(), &large_file()).await.unwrap();
    let begun = script.sent().into_iter().filter(|sent| sent.headers.contains_key("x-amz-meta-put"));
    let begun: Vec<_> = begun.collect();
    assert_eq!(begun.len(), 2);
    for sent in begun {
        assert_eq!(sent.headers["x-amz-server-side-encryption"], "aws:kms");
        assert_eq!(sent.headers["x-amz-server-side-encryption-aws-kms-key-id"], key().key_id);
        let context = STANDARD.decode(&sent.headers["x-amz-server-side-encryption-context"]).unwrap();
        assert_eq!(context, br#"{"repository":"r-1"}"#);
    }
}

#[tokio::test]
async fn a_repositorys_own_key_takes_the_place_of_the_usual_one() {
    let context = [("repository".to_owned(), "r-2".to_owned())].into();
    for (own, usual, expected) in [
        (Some("key-of-r-2"), Some(key()), Some("key-of-r-2")),
        (None, Some(key()), Some(key().key_id.as_str())),
        (Some("key-of-r-2"), None, Some("key-of-r-2")),
        (None, None, None),
    ] {
        let script = Script::new(|_, _| answer(200, ""));
        let blobs = usual.map_or_else(|| blobs(&script), |usual| blobs(&script).with_encryption(usual));
        let Some(encrypted) = blobs.encrypted_under(own, &context) else {
            assert_eq!(expected, None, "without any key there is no door of its own");
            continue;
        };
        encrypted.put(&name(), "bytes".into()).await.unwrap();
        let [sent] = script.sent().try_into().unwrap();
        assert_eq!(sent.headers["x-amz-server-side-encryption-aws-kms-key-id"], expected.unwrap());
        let told = STANDARD.decode(&sent.headers["x-amz-server-side-encryption-context"]).unwrap();
        assert_eq!(told, br#"{"repository":"r-2"}"#);
    }
}

#[tokio::test]
async fn an_emulator_keeps_the_key_of_an_object() {
    let emulator = Emulator::start();
    let key_id = emulator.key();
    let blobs = emulator.blobs();
    let own = blobs.with_encryption(Encryption { key_id: key_id.clone(), ..key() });
    own.put(&name(), "bytes".into()).await.unwrap();
    let large = BlobName::parse("packs/large.pack").unwrap();
    own.put_file(&large, &large_file()).await.unwrap();
    for blob in [name(), large] {
        let found = emulator.send("s3", "HEAD", &format!("/{BUCKET}/{blob}"), &[], b"");
        assert_eq!(found.headers["x-amz-server-side-encryption-aws-kms-key-id"], key_id);
    }
    assert_eq!(blobs.get_range(&name(), 1..3).await.unwrap(), "yt");
}

#[tokio::test]
async fn a_second_large_file_is_refused_and_leaves_no_parts() {
    let emulator = Emulator::start();
    let blobs = emulator.blobs();
    blobs.put_file(&name(), &large_file()).await.unwrap();
    let again = blobs.put_file(&name(), &large_file()).await;
    assert!(matches!(again, Err(BlobError::Exists(_))), "{again:?}");
    let uploads = emulator.send("s3", "GET", &format!("/{BUCKET}?uploads"), &[], b"");
    let uploads = String::from_utf8(uploads.body).unwrap();
    assert!(uploads.contains("ListMultipartUploadsResult") && !uploads.contains("<UploadId>"), "{uploads}");
}

#[tokio::test]
async fn a_presigned_request_needs_no_credentials() {
    let emulator = Emulator::start();
    let blobs = emulator.blobs();
    let hour = Duration::from_secs(3600);
    let put = blobs.presign_put(&name(), hour).await.unwrap().unwrap();
    let headers: Vec<_> = put.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert!(headers.contains(&("if-none-match", "*")), "{headers:?}");
    let store = |bytes: &[u8]| emulator.send_as_it_is("PUT", emulator.path(&put.url), &headers, bytes);
    assert_eq!(store(b"bytes").status, 200);
    assert_eq!(store(b"other").status, 412, "a blob is never replaced");
    assert_eq!(blobs.get_range(&name(), 0..5).await.unwrap(), "bytes");

    let get = blobs.presign_get(&name(), hour).await.unwrap().unwrap();
    assert!(get.url.contains("X-Amz-Expires=3600") && get.url.contains("X-Amz-Signature="));
    let headers: Vec<_> = get.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let read = emulator.send_as_it_is("GET", emulator.path(&get.url), &headers, b"");
    assert_eq!((read.status, read.body.as_slice()), (200, &b"bytes"[..]));

    let too_long = blobs.presign_get(&name(), Duration::from_secs(8 * 24 * 3600)).await;
    assert!(matches!(too_long, Err(BlobError::Invalid(_))));
}
