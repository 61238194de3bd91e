//! Generated files are what the generator writes.

#[test]
fn generated_files_are_fresh() {
    for (path, content) in xtask::codegen::generate(&xtask::root()).unwrap() {
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == content, "{} is stale: run `make codegen`", path.display());
    }
}
