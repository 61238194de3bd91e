//! The rehearsal: the synthesized template brought up on this machine, so that everything that works behind `coldforge serve` can be
//! seen to work in an AWS account too.
//!
//! What is real: the template's functions with their settings, roles, routes, stream filters and schedules, the `bootstrap` binary behind Lambda's
//! runtime interface, the CloudFront Function's code, and the AWS SDK's calls. What stands in for AWS: moto for the table, the bucket
//! and the keys; [`gateway`] and [`edge`] for API Gateway and CloudFront, with their documented limits; [`stream`] and [`clock`] for what
//! invokes functions that no request asks for; [`policies`] and [`iam`] for IAM.
//!
//! It speaks plain HTTP, where the deployment's addresses are HTTPS; nothing else of the template is changed.

pub mod administrator;
pub mod aws_calls;
pub mod aws_door;
pub mod clock;
pub mod destinations;
pub mod edge;
pub mod emulator;
pub mod faults;
pub mod gateway;
pub mod iam;
pub mod lambda;
pub mod policies;
pub mod runtime_api;
pub mod stream;
pub mod template;
pub mod wire;
