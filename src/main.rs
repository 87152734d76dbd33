//! The command `modori`.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    modori::cli::main()
}
