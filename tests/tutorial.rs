//! The tutorial is true: its commands, run in their order, print what it shows.
//!
//! With `MODORI_TUTORIAL=write` the outputs are put into it; read the difference.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

const TUTORIAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/tutorial.md");

/// Runs a command as a person would, both streams together.
fn shell(folder: &Path, command: &str) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_modori")).parent().unwrap();
    let path = env::join_paths(std::iter::once(binary.to_owned()).chain(env::split_paths(&env::var_os("PATH").unwrap()))).unwrap();
    let mut shell = Command::new("sh");
    shell.current_dir(folder).args(["-c", &format!("exec 2>&1; {command}")]).env("PATH", path);
    shell.env_remove("MODORI_RULES").env("XDG_CONFIG_HOME", "/nonexistent").env("LC_ALL", "C");
    String::from_utf8(shell.output().unwrap().stdout).unwrap()
}

/// Whether `printed` is what is shown; `…` stands for anything.
fn fits(shown: &str, printed: &str) -> bool {
    let pieces: Vec<&str> = shown.split('…').collect();
    let [first, between @ .., last] = &pieces[..] else { return shown == printed };
    let Some(mut rest) = printed.strip_prefix(first) else { return false };
    for piece in between {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last)
}

/// The commands of a block, each with what is shown below it.
fn commands(block: &str) -> Vec<(&str, &str)> {
    let starts: Vec<usize> = block.match_indices("$ ").map(|(at, _)| at).filter(|at| *at == 0 || block[..*at].ends_with('\n')).collect();
    let ends = starts.iter().skip(1).copied().chain([block.len()]);
    starts.iter().zip(ends).map(|(start, end)| block[start + 2..end].split_once('\n').unwrap_or_default()).collect()
}

#[test]
fn every_command_prints_what_is_shown() {
    let text = fs::read_to_string(TUTORIAL).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mail = text.split("```text\n").nth(1).unwrap().split("```\n").next().unwrap();
    fs::create_dir(folder.path().join("bounces")).unwrap();
    fs::write(folder.path().join("bounces/parcel.eml"), mail).unwrap();
    let mut written = String::new();
    let mut wrong = Vec::new();
    let mut blocks = text.split("```console\n");
    written.push_str(blocks.next().unwrap());
    for block in blocks {
        let (block, prose) = block.split_once("```\n").unwrap();
        written.push_str("```console\n");
        for (command, shown) in commands(block) {
            let printed = shell(folder.path(), command);
            let same = fits(shown, &printed);
            written.push_str(&format!("$ {command}\n{}", if same { shown } else { &printed }));
            if !same {
                wrong.push(format!("$ {command}\n{printed}"));
            }
        }
        written.push_str("```\n");
        written.push_str(prose);
    }
    if env::var_os("MODORI_TUTORIAL").is_some_and(|what| what == "write") {
        fs::write(TUTORIAL, written).unwrap();
    } else {
        assert!(wrong.is_empty(), "the tutorial shows something else than\n{}", wrong.join("\n"));
    }
}
