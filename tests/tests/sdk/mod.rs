//! The AWS SDK for Rust, as each test binary that runs it sets it up. The SDK is a dependency of the tests alone, so this cannot
//! stand with the other clients in `tests/src`.

use aws_sdk_codecommit::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_codecommit::{Client, Config};
use tests::Server;

/// A client with the server's first keys, over plain HTTP; everything else is as the SDK has it.
pub(crate) fn client(server: &Server) -> Client {
    let keys = &server.credentials;
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(keys.region.clone()))
        .endpoint_url(&keys.endpoint)
        .credentials_provider(Credentials::new(&keys.access_key_id, &keys.secret_access_key, None, None, "test"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Client::from_conf(config)
}
