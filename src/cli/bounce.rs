//! Bounces as a person has them in hand: a file with a mail or a text, stdin, or the text itself.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use clap::Args;

use super::Failed;
use crate::authoring::{Specimen, is_mail};
use crate::mail::source::{Content, Inputs, Limits};

/// A bounce as it was given.
#[derive(Debug)]
pub(super) struct Bounce {
    /// The file, or a word for where it came from.
    pub(super) name: String,
    /// A mail, or a text.
    pub(super) bytes: Vec<u8>,
}

impl Bounce {
    /// Takes a file by its name, `-` for stdin, or anything else as the text itself.
    pub(super) fn take(given: &str) -> Result<Self, Failed> {
        if given != "-" && !Path::new(given).exists() {
            if !given.trim().contains(char::is_whitespace) {
                return Err(Failed::Because(format!("there is no file {given}, and one word is no bounce")));
            }
            return Ok(Self { name: "the text".to_owned(), bytes: given.as_bytes().to_vec() });
        }
        Self::read(Path::new(given))
    }

    /// Reads a file, or stdin where it is called `-`.
    pub(super) fn read(path: &Path) -> Result<Self, Failed> {
        let mut bytes = Vec::new();
        let read = match path {
            path if path == Path::new("-") => io::stdin().lock().read_to_end(&mut bytes).map(|_| ()),
            path => fs::read(path).map(|all| bytes = all),
        };
        read.map_err(|error| Failed::Because(format!("{} cannot be read: {error}", path.display())))?;
        Ok(Self { name: path.display().to_string(), bytes })
    }

    /// The text, where it is no mail.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).trim().to_owned()
    }

    /// It as something that can be judged.
    pub(super) fn specimen(self) -> Specimen {
        if is_mail(&self.bytes) { Specimen::Mail(self.bytes) } else { Specimen::Text(self.text()) }
    }
}

/// Where a command finds what it judges.
#[derive(Debug, Args)]
pub(super) struct Corpus {
    /// Mails: files, folders that hold some, or `-` for one on stdin
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,

    /// The files hold texts, one a line
    #[arg(long)]
    lines: bool,
}

impl Corpus {
    /// All that can be judged: a mail or a text each, or with `--lines` every line a text. What cannot be read is said, and the rest
    /// goes on.
    pub(super) fn specimens(&self) -> Result<Vec<Specimen>, Failed> {
        if let Some(missing) = self.paths.iter().find(|path| path.as_path() != Path::new("-") && !path.exists()) {
            return Err(Failed::Because(format!("there is nothing at {}", missing.display())));
        }
        let mut found = Vec::new();
        for input in Inputs::new(self.paths.clone(), Limits::default()) {
            match input {
                Ok(input) if self.lines => found.extend(lines(&input.content)),
                Ok(input) => found.push(Bounce { name: input.name(), bytes: bytes(input.content) }.specimen()),
                Err(unread) => anstream::eprintln!("modori: {} cannot be read: {}", unread.name, unread.why),
            }
        }
        Ok(found)
    }
}

fn bytes(content: Content) -> Vec<u8> {
    match content {
        Content::Mail(bytes) | Content::Notices(bytes) => bytes,
    }
}

/// Each line as something that can be judged.
fn lines(content: &Content) -> Vec<Specimen> {
    let (Content::Mail(bytes) | Content::Notices(bytes)) = content;
    let text = String::from_utf8_lossy(bytes);
    text.lines().filter(|line| !line.trim().is_empty()).map(|line| Specimen::Text(line.to_owned())).collect()
}
