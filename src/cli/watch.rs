//! `modori watch`: what came back, as it comes.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::Args;

use super::running::Running;
use super::{Common, Exit, Failed};
use crate::watch::{self, Backlog, Journal, Sink};

/// Say why mails came back as they arrive, one JSON object a line
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  modori watch ~/Maildir
  modori watch --state /var/lib/modori/bounces.state --to /var/log/modori/bounces.ndjson /var/mail/bounces/
  modori watch --state ~/.modori.state --mbox /var/mail/bounces

A mail in an mbox is told of once the next one stands behind it, or once nothing was written for a second and the mail ends
as mails do (ten seconds, where it does not), while nobody holds a lock on the mbox.

With --state each mail is told of exactly once, however often the command ends and begins again. Records of the one mail
that was at work when the process was killed may come twice; the second time they have \"repeated\": true.
SIGHUP opens the file of --to anew and looks at the rules; SIGTERM and SIGINT stop.")]
pub(super) struct Watch {
    /// Where mails arrive: Maildirs, or folders into which mails are moved whole; a file is taken as by --mbox
    #[arg(value_name = "MAILDIR", required_unless_present = "mboxes")]
    paths: Vec<PathBuf>,

    /// A file in mbox format to which mails are appended; it need not be there yet. Several: give it several times
    #[arg(long = "mbox", value_name = "FILE")]
    mboxes: Vec<PathBuf>,

    /// Judge the mails as well that are there at the first start
    #[arg(long)]
    backlog: bool,

    /// Remember in this file what was done
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,

    /// Add the records to this file
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,

    /// Move mails of a MAILDIR there that were reports, once they are told of: a folder or Maildir on the same file system
    #[arg(long, value_name = "DIR", requires = "paths")]
    move_to: Option<PathBuf>,

    #[command(flatten)]
    running: Running,

    #[command(flatten)]
    common: Common,
}

impl Watch {
    pub(super) fn run(&self) -> Result<Exit, Failed> {
        let (folders, mboxes) = self.places()?;
        let (stop, reopen) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        listen(&stop, &reopen).map_err(|error| Failed::Because(format!("signals cannot be heard: {error}")))?;
        let journal = self.state.as_deref().map_or_else(
            || Ok(Journal::passing()),
            |path| Journal::open(path).map_err(|error| Failed::Because(format!("{} cannot be used: {error}", path.display()))),
        )?;
        let sink = self.to.as_deref().map_or(Ok(Sink::Stdout), |path| {
            Sink::file(path, reopen).map_err(|error| Failed::Because(format!("{} cannot be written: {error}", path.display())))
        })?;
        let (live, langs) = self.running.start(&self.common)?;
        let mut watch = watch::Watch::new(folders, mboxes, langs, journal, sink);
        watch.provider.clone_from(&self.common.provider);
        watch.move_to.clone_from(&self.move_to);
        let backlog = if self.backlog { Backlog::Judged } else { Backlog::Passed };
        watch.run(&live, backlog, &stop, |complaint| anstream::eprintln!("modori: {complaint}"))?;
        Ok(Exit::Done)
    }

    /// The folders and the mboxes that are to be watched.
    fn places(&self) -> Result<(Vec<PathBuf>, Vec<PathBuf>), Failed> {
        let (files, folders): (Vec<PathBuf>, Vec<PathBuf>) = self.paths.iter().cloned().partition(|path| path.is_file());
        let mboxes = [self.mboxes.clone(), files].concat();
        let above = mboxes.iter().filter_map(|mbox| mbox.parent()).filter(|above| *above != Path::new(""));
        let mut needed = folders.iter().chain(&self.move_to).map(PathBuf::as_path).chain(above);
        if let Some(missing) = needed.find(|folder| !folder.is_dir()) {
            return Err(Failed::Because(format!("there is no folder {}", missing.display())));
        }
        match mboxes.iter().find(|mbox| mbox.exists() && !mbox.is_file()) {
            Some(wrong) => Err(Failed::Because(format!("{} is no file", wrong.display()))),
            None => Ok((folders, mboxes)),
        }
    }
}

/// Lets signals set what they mean.
fn listen(stop: &Arc<AtomicBool>, reopen: &Arc<AtomicBool>) -> std::io::Result<()> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    signal_hook::flag::register(SIGTERM, Arc::clone(stop))?;
    signal_hook::flag::register(SIGINT, Arc::clone(stop))?;
    #[cfg(unix)]
    signal_hook::flag::register(signal_hook::consts::SIGHUP, Arc::clone(reopen))?;
    Ok(())
}
