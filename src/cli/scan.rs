//! `modori scan`: what came back, and why?

use std::fs;
use std::io::{self, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;

use super::setup::Setup;
use super::{Common, Exit, Failed, Format};
use crate::mail::Report;
use crate::model::Kind;
use crate::output::{Record, render_text};

/// Read mails and say why they came back
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  modori scan bounce.eml
  modori scan --format ndjson ~/Maildir
  modori scan - < bounce.eml")]
pub(super) struct Scan {
    /// Mails: files, folders that hold some, or `-` for one on stdin
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,

    /// How to print the answers
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    format: Format,

    #[command(flatten)]
    common: Common,
}

impl Scan {
    pub(super) fn run(&self) -> Result<Exit, Failed> {
        let setup = Setup::leaked(&self.common)?;
        let mut scanned =
            Scanned { scan: self, setup, out: BufWriter::new(anstream::AutoStream::auto(io::stdout().lock())), count: 0, exit: Exit::Done };
        for path in &self.paths {
            scanned.path(path)?;
        }
        scanned.end()
    }
}

/// A scan under way.
struct Scanned<'s> {
    scan: &'s Scan,
    setup: &'s Setup,
    out: BufWriter<anstream::AutoStream<io::StdoutLock<'static>>>,
    count: usize,
    exit: Exit,
}

impl Scanned<'_> {
    fn path(&mut self, path: &Path) -> Result<(), Failed> {
        if path == Path::new("-") {
            let mut mail = Vec::new();
            io::stdin().lock().read_to_end(&mut mail).map_err(|error| Failed::Because(format!("stdin cannot be read: {error}")))?;
            return self.mail("-", &mail);
        }
        let files = match files(path) {
            Ok(files) => files,
            Err(error) => {
                self.unread(path, &error);
                return Ok(());
            }
        };
        for file in files {
            match fs::read(&file) {
                Ok(mail) => self.mail(&file.display().to_string(), &mail)?,
                Err(error) => self.unread(&file, &error),
            }
        }
        Ok(())
    }

    /// A mail that cannot be read is said, and the rest goes on.
    fn unread(&mut self, path: &Path, error: &io::Error) {
        anstream::eprintln!("modori: {} cannot be read: {error}", path.display());
        self.exit = Exit::No;
    }

    fn mail(&mut self, file: &str, mail: &[u8]) -> Result<(), Failed> {
        let engine = &self.setup.engine;
        let Report::Failures(failures) = engine.read_mail(mail) else { return Ok(()) };
        for (index, failure) in failures.into_iter().enumerate() {
            let diagnosis = engine.diagnose(failure, self.setup.from);
            if diagnosis.rule.is_none() && diagnosis.kind == Kind::Bounce {
                self.exit = Exit::No;
            }
            match self.scan.format {
                Format::Text => {
                    for lang in self.setup.langs.list() {
                        let text = render_text(engine, &diagnosis, &lang);
                        writeln!(self.out, "{}{file}\n{text}", if self.count > 0 { "\n" } else { "" })?;
                    }
                }
                Format::Json | Format::Ndjson => {
                    let array = self.scan.format == Format::Json;
                    self.out.write_all(if !array {
                        b""
                    } else if self.count == 0 {
                        b"[\n"
                    } else {
                        b",\n"
                    })?;
                    let record = Record::new(engine, &diagnosis, Some(file), index, &self.setup.langs);
                    serde_json::to_writer(&mut self.out, &record).map_err(io::Error::from)?;
                    self.out.write_all(if array { b"" } else { b"\n" })?;
                }
            }
            self.count += 1;
        }
        Ok(())
    }

    fn end(mut self) -> Result<Exit, Failed> {
        if self.scan.format == Format::Json {
            self.out.write_all(if self.count == 0 { b"[]\n" } else { b"\n]\n" })?;
        }
        self.out.flush()?;
        Ok(self.exit)
    }
}

/// The files at a path: itself, or everything in the folder but what is hidden.
pub(super) fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut entries = fs::read_dir(path)?.map(|entry| entry.map(|e| e.path())).collect::<io::Result<Vec<_>>>()?;
    entries.retain(|path| !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')));
    entries.sort();
    let mut found = Vec::new();
    for entry in entries {
        if entry.is_dir() && !entry.is_symlink() {
            found.extend(files(&entry)?);
        } else if entry.is_file() {
            found.push(entry);
        }
    }
    Ok(found)
}
