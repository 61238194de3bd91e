//! The APIs are called as their models say.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use api::{JsonApi, operations, own};
use serde_json::Value;

fn model(file: &str) -> Value {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("model").join(file);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn targets_and_signatures_are_those_of_the_models() {
    for (api, file) in [(JsonApi::CodeCommit, "codecommit.json"), (JsonApi::Coldforge, "coldforge.json")] {
        let metadata = &model(file)["metadata"];
        assert_eq!(metadata["targetPrefix"], api.target_prefix());
        assert_eq!(metadata["jsonVersion"], "1.1");
        assert_eq!(metadata["signingName"].as_str().unwrap_or("codecommit"), api.signing_name());
    }
}

#[test]
fn an_operation_is_of_one_api_only() {
    for operation in own::operations::OPERATIONS {
        assert!(!operations::OPERATIONS.contains(operation), "{operation}");
    }
}
