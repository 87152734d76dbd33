//! The command as tests run it: without the settings, rules and language of whoever runs them.

use assert_cmd::Command;

/// The command, ready for arguments.
pub(crate) fn modori() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_modori"));
    command.env_remove("MODORI_RULES").env("XDG_CONFIG_HOME", "/nonexistent").env("LC_ALL", "C").env_remove("NO_COLOR");
    command
}

/// What it prints on stdout and stderr, and its exit status.
pub(crate) fn run(args: &[&str]) -> (String, String, i32) {
    let output = modori().args(args).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}
