//! Decorators: wrappers around any adapter of a port that count and time its calls, make them fail, or slow them down.
//!
//! All are one type, [`Decorated`], around an adapter of [`Table`](crate::Table), [`Feed`](crate::Feed),
//! [`Blobs`](crate::Blobs) or [`Keys`](crate::Keys), with something that acts [`Around`] each call; what they do is told by their handle:
//!
//! | decorator | handle | for |
//! |---|---|---|
//! | [`Recording`] | [`Recorder`] | what an operation costs: calls, rows, bytes, sequential depth |
//! | [`Failing`] | [`Failures`] | what happens when a call fails, before or after it took effect |
//! | [`Latency`] | [`Delay`] | what happens when calls take time |

mod call;
mod decorated;
mod failing;
mod latency;
mod recording;

pub use call::{Call, CallKind};
pub use decorated::{Around, Decorated, Measure, Unavailability};
pub use failing::{Failing, Failure, Failures, InjectedFailure};
pub use latency::{Delay, Latency};
pub use recording::{Outcome, Recorded, RecordedCall, Recorder, Recording};
