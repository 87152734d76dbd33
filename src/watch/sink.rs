//! Where records go: stdout, or a file that somebody rotates.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Where records go.
#[derive(Debug)]
pub enum Sink {
    /// To whoever reads the process's output.
    Stdout,
    /// To the end of a file.
    File {
        /// Its name.
        path: PathBuf,
        /// What is open by it.
        file: File,
        /// Set when it should be opened anew, after somebody moved it away.
        reopen: Arc<AtomicBool>,
    },
}

impl Sink {
    /// A file; `reopen` is looked at before each mail.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn file(path: &Path, reopen: Arc<AtomicBool>) -> io::Result<Self> {
        Ok(Self::File { path: path.to_owned(), file: open(path)?, reopen })
    }

    /// Writes the records of one mail; they are on the disk when it returns.
    pub(super) fn write(&mut self, records: &[u8]) -> io::Result<()> {
        match self {
            Self::Stdout => {
                let mut out = io::stdout().lock();
                out.write_all(records)?;
                out.flush()
            }
            Self::File { path, file, reopen } => {
                if reopen.swap(false, Ordering::Relaxed) {
                    *file = open(path)?;
                }
                file.write_all(records)?;
                match file.sync_data() {
                    // A pipe or a terminal has no disk.
                    Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
                    synced => synced,
                }
            }
        }
    }
}

/// Opens a file to add to it. A last line that is not whole is ended, so that the next one begins where lines do.
fn open(path: &Path) -> io::Result<File> {
    let mut file = OpenOptions::new().create(true).append(true).read(true).open(path)?;
    if file.metadata()?.is_file() && file.seek(SeekFrom::End(0))? > 0 {
        let mut last = [0];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            file.write_all(b"\n")?;
        }
    }
    Ok(file)
}
