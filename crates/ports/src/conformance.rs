//! Suites that every adapter of a port runs through, one macro line each, and adapters in memory to compare with.
//!
//! ```text
//! async fn make_table() -> Arc<MyTable> { … }
//! ports::table_conformance!(make_table);
//! ports::feed_conformance!(make_table);
//! ports::blobs_conformance!(make_blobs);
//! ports::keys_conformance!(make_keys);
//! ```
//!
//! In a test of one's own, `ports::table_conformance!(in this test: make_table().await)` runs all cases one after the other, for
//! adapters whose service takes long to start.
//!
//! Each line becomes one `#[tokio::test]` per case, so the calling crate needs `tokio` (`macros`, `rt-multi-thread`) among its
//! dev-dependencies, and two lines for adapters of the same port stand in modules of their own. `make_…` is called
//! once per case and may return the adapter in an `Arc`, or a fixture ([`table::TableFixture`], [`blobs::BlobsFixture`],
//! [`keys::KeysFixture`]) that can also close and reopen it. Cases use fresh names only, so an adapter may stand on a store
//! that other cases use at the same time.

pub mod blobs;
pub mod feed;
pub mod keys;
pub mod model;
pub mod table;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// A name that no other case and no earlier run used.
fn fresh_name(case: &str) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let nanoseconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    format!("{case}-{nanoseconds:x}-{:x}-{:x}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Runs every case of the suite for [`Table`](crate::Table) on what `$make` returns.
#[macro_export]
macro_rules! table_conformance {
    ($($make:tt)+) => {
        $crate::conformance_cases! { table, [$($make)+]
            every_expectation_meets_every_state_of_a_row,
            a_commit_with_one_failing_expectation_changes_nothing,
            a_conflict_names_just_the_failing_rows_in_order,
            rows_put_by_a_commit_have_the_version_it_returned,
            a_version_is_never_used_again,
            deleting_an_absent_row_is_no_error,
            a_row_that_expired_reads_as_absent,
            the_end_of_a_row_is_kept_in_whole_seconds,
            fifty_writers_lose_no_increment,
            one_of_many_creators_wins,
            sums_survive_concurrent_transfers,
            a_key_may_occur_once_in_a_commit,
            a_commit_has_one_to_a_hundred_writes,
            the_largest_row_fits_and_no_larger_one,
            a_commit_is_limited_as_a_whole,
            keys_have_limits,
            a_limit_of_zero_is_refused,
            scans_page_through_every_range_at_any_limit,
            a_scan_goes_on_behind_a_row_that_is_gone,
            a_scan_goes_on_from_outside_its_range,
            sort_keys_are_ordered_by_their_bytes,
            a_scan_stays_in_its_partition,
            a_scan_passes_over_expired_rows,
            a_scan_of_large_rows_reaches_all_of_them,
            random_histories_agree_with_the_model,
        }
    };
}

/// Runs every case of the suite for [`Feed`](crate::Feed) on what `$make` returns.
#[macro_export]
macro_rules! feed_conformance {
    ($($make:tt)+) => {
        $crate::conformance_cases! { feed, [$($make)+]
            the_feed_tells_every_change_in_order,
            the_feed_goes_on_behind_any_sequence,
            what_did_not_happen_is_not_in_the_feed,
            concurrent_commits_are_all_in_the_feed,
            a_feed_limit_of_zero_is_refused,
            feeds_of_random_histories_agree_with_the_model,
            rows_and_feed_survive_a_restart,
        }
    };
}

/// Runs every case of the suite for [`Blobs`](crate::Blobs) on what `$make` returns.
#[macro_export]
macro_rules! blobs_conformance {
    ($($make:tt)+) => {
        $crate::conformance_cases! { blobs, [$($make)+]
            what_was_put_is_read_back,
            a_second_put_is_refused_and_changes_nothing,
            one_of_many_racing_puts_wins,
            a_file_of_several_megabytes_is_stored_whole,
            a_file_that_does_not_exist_stores_nothing,
            ranges_are_exact_at_every_edge,
            a_read_past_the_end_is_an_error,
            a_missing_blob_is_not_found,
            a_deleted_blob_is_gone_and_its_name_free,
            lists_page_in_byte_order_at_any_limit,
            a_list_goes_on_behind_a_blob_that_is_gone,
            a_list_limit_of_zero_is_refused,
            many_readers_read_the_same_bytes,
            blobs_survive_a_restart,
        }
    };
}

/// Runs every case of the suite for [`Keys`](crate::Keys) on what `$make` returns.
#[macro_export]
macro_rules! keys_conformance {
    ($($make:tt)+) => {
        $crate::conformance_cases! { keys, [$($make)+]
            what_was_encrypted_is_decrypted,
            equal_plaintexts_have_different_ciphertexts,
            plaintexts_have_limits,
            another_context_is_refused,
            a_context_cannot_be_read_in_two_ways,
            an_altered_ciphertext_is_refused,
            a_truncated_or_extended_ciphertext_is_refused,
            a_data_key_unwraps_to_the_same_key,
            data_keys_differ,
            an_unknown_key_is_not_found,
            the_default_key_is_enabled_and_known_by_its_id,
            a_disabled_key_is_refused,
            ciphertexts_survive_a_restart,
        }
    };
}

/// Runs one case among others in a test, and tells its name when it fails.
#[doc(hidden)]
#[expect(clippy::panic, reason = "a suite reports a broken promise as every test does")]
pub async fn run_case(name: &str, case: impl Future<Output = ()> + Send + 'static) {
    if tokio::spawn(case).await.is_err() {
        panic!("the case `{name}` failed");
    }
}

/// What the suites' macros expand to.
#[doc(hidden)]
#[macro_export]
macro_rules! conformance_cases {
    ($port:ident, [in this test: $make:expr] $($case:ident,)*) => {
        $(
            $crate::conformance::run_case(stringify!($case), $crate::conformance::$port::$case($make)).await;
        )*
    };
    ($port:ident, [$make:path] $($case:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                $crate::conformance::$port::$case($make().await).await;
            }
        )*
    };
}
