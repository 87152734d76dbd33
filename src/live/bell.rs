//! A bell that rings when files change. What changed is not told: whoever hears it reads everything again.
//!
//! Editors, `git` and container systems replace files and folders by renaming and by swapping links. So folders are watched,
//! never files; with every path also the folder above it and the folders of all links on the way to it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

/// It rings once nothing has changed for this long, lest half a save be read.
const QUIET: Duration = Duration::from_millis(200);

/// It rings after this long even where something changes all the time.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many links are followed from one path.
const MAX_LINKS: usize = 40;

/// A bell on some files and folders.
#[derive(Debug)]
pub struct Bell {
    paths: Vec<PathBuf>,
    watcher: RecommendedWatcher,
    changes: Receiver<notify::Result<Event>>,
}

impl Bell {
    /// Hangs a bell on these paths; one that is not there yet may come.
    ///
    /// # Errors
    /// Where the system cannot watch files.
    pub fn new(paths: impl IntoIterator<Item = PathBuf>) -> Result<Self, notify::Error> {
        let (sender, changes) = channel();
        let watcher = notify::recommended_watcher(move |event| {
            // Nobody listens any more: nothing is lost.
            let _ = sender.send(event);
        })?;
        let paths = paths.into_iter().map(|path| std::path::absolute(&path).unwrap_or(path)).collect();
        let mut bell = Self { paths, watcher, changes };
        bell.arm();
        Ok(bell)
    }

    /// Waits until something has changed and is quiet again; `false` when `limit` passes first.
    ///
    /// What changed before the call counts as well.
    #[must_use]
    pub fn wait(&mut self, limit: Option<Duration>) -> bool {
        let end = limit.map(|limit| Instant::now() + limit);
        loop {
            let event = match end {
                None => self.changes.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(end) => self.changes.recv_timeout(end.saturating_duration_since(Instant::now())),
            };
            match event {
                Err(_) => return false,
                Ok(event) if self.matters(&event) => break,
                Ok(_) => {}
            }
        }
        self.settle();
        // Folders may have been made, or replaced by others of the same name.
        self.arm();
        true
    }

    /// Waits for the quiet.
    fn settle(&self) {
        let start = Instant::now();
        let mut last = start;
        while start.elapsed() < PATIENCE {
            let Some(left) = QUIET.checked_sub(last.elapsed()) else { return };
            match self.changes.recv_timeout(left) {
                Ok(event) if self.matters(&event) => last = Instant::now(),
                Ok(_) => {}
                Err(_) => return,
            }
        }
    }

    /// Whether an event may change what is read from the paths. An error may: something was missed.
    fn matters(&self, event: &notify::Result<Event>) -> bool {
        let Ok(event) = event else { return true };
        if event.need_rescan() || event.paths.is_empty() {
            return true;
        }
        let on_the_way =
            |path: &PathBuf| self.paths.iter().flat_map(|own| way(own)).any(|own| path.starts_with(&own) || own.starts_with(path));
        !matches!(event.kind, EventKind::Access(_)) && event.paths.iter().any(on_the_way)
    }

    /// Watches all that there is to watch; what cannot be watched now is tried again after the next ring.
    fn arm(&mut self) {
        let stops: BTreeSet<PathBuf> = self.paths.iter().flat_map(|path| way(path)).collect();
        let above = stops.iter().filter_map(|stop| stop.ancestors().skip(1).find(|above| above.is_dir()));
        // Of two watches on one folder the later counts.
        for folder in above {
            let _ = self.watcher.watch(folder, RecursiveMode::NonRecursive);
        }
        for folder in stops.iter().filter(|stop| stop.is_dir()) {
            let _ = self.watcher.watch(folder, RecursiveMode::Recursive);
        }
    }
}

/// A path, every link that has to be followed on the way to it, and where it really is.
fn way(path: &Path) -> BTreeSet<PathBuf> {
    let mut stops = BTreeSet::from([path.to_owned()]);
    let mut at = path.to_owned();
    for _ in 0..MAX_LINKS {
        let Some((link, target)) = at.ancestors().find_map(|part| fs::read_link(part).ok().map(|target| (part.to_owned(), target))) else {
            break;
        };
        let rest = at.strip_prefix(&link).map(Path::to_owned).unwrap_or_default();
        at = link.parent().unwrap_or(Path::new("/")).join(target);
        if !rest.as_os_str().is_empty() {
            at.push(rest);
        }
        stops.insert(link);
        stops.insert(at.clone());
    }
    stops.extend(fs::canonicalize(path));
    stops
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Option<Duration> = Some(Duration::from_secs(30));
    const SHORT: Option<Duration> = Some(Duration::from_millis(400));

    #[test]
    fn it_rings_for_a_file_that_is_written_replaced_or_made() {
        let folder = tempfile::tempdir().unwrap();
        let rules = folder.path().join("rules");
        let file = rules.join("a.toml");
        fs::create_dir(&rules).unwrap();
        fs::write(&file, "1").unwrap();
        let mut bell = Bell::new([rules.clone()]).unwrap();
        fs::write(&file, "2").unwrap();
        assert!(bell.wait(LONG), "written");
        fs::write(folder.path().join("new"), "3").unwrap();
        fs::rename(folder.path().join("new"), &file).unwrap();
        assert!(bell.wait(LONG), "replaced");
        fs::create_dir(rules.join("sub")).unwrap();
        assert!(bell.wait(LONG), "a folder is made");
        fs::write(rules.join("sub/b.toml"), "4").unwrap();
        assert!(bell.wait(LONG), "a file in it is written");
        fs::remove_dir_all(&rules).unwrap();
        assert!(bell.wait(LONG), "all is gone");
        fs::create_dir(&rules).unwrap();
        assert!(bell.wait(LONG), "and comes back");
    }

    #[test]
    fn it_keeps_still_for_what_lies_beside_and_for_reading() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.toml");
        fs::write(&file, "1").unwrap();
        let mut bell = Bell::new([file.clone()]).unwrap();
        fs::write(folder.path().join("b.toml"), "2").unwrap();
        fs::read(&file).unwrap();
        assert!(!bell.wait(SHORT));
    }

    #[cfg(unix)]
    #[test]
    fn it_rings_when_a_link_on_the_way_is_swapped() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["one", "two"] {
            fs::create_dir(at(name)).unwrap();
            fs::write(at(name).join("a.toml"), name).unwrap();
        }
        std::os::unix::fs::symlink("one", at("..data")).unwrap();
        std::os::unix::fs::symlink("..data/a.toml", at("a.toml")).unwrap();
        let mut bell = Bell::new([at("a.toml")]).unwrap();
        std::os::unix::fs::symlink("two", at("..tmp")).unwrap();
        fs::rename(at("..tmp"), at("..data")).unwrap();
        assert!(bell.wait(LONG));
        assert_eq!(fs::read_to_string(at("a.toml")).unwrap(), "two");
    }
}
