//! `cargo run -p xtask -- codegen`: writes all generated files anew.

#![expect(clippy::print_stderr, reason = "it is a command-line tool")]

use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() != Some("codegen") {
        eprintln!("usage: xtask codegen");
        return ExitCode::from(2);
    }
    let written = xtask::codegen::generate(&xtask::root())
        .and_then(|files| files.iter().try_for_each(|(path, content)| Ok(std::fs::write(path, content)?)));
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("codegen: {error}");
            ExitCode::FAILURE
        }
    }
}
