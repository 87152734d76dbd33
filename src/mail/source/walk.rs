//! A path: the files at it, in the order of names.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::Unread;

/// Where mails are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Stdin,
    File(PathBuf),
}

impl Place {
    /// How the place is called.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Stdin => "-".to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }
}

/// The files at a path: stdin for `-`, the file itself, or all below a folder.
pub(super) fn places(path: PathBuf) -> impl Iterator<Item = Result<Place, Unread>> + Send {
    let is_stdin = path == Path::new("-");
    let below = (!is_stdin).then(|| below(path).map(|file| file.map(Place::File)));
    is_stdin.then_some(Ok(Place::Stdin)).into_iter().chain(below.into_iter().flatten())
}

/// What a walk finds. Links are followed; one that leads back up is said and not gone into.
pub(super) fn below(path: PathBuf) -> impl Iterator<Item = Result<PathBuf, Unread>> + Send {
    let mut folder = Folder::default();
    // All entries of a folder are called alike up to their names, which cost more to take out than to compare.
    let walk = WalkDir::new(&path).follow_links(true).sort_by(|one, other| one.path().as_os_str().cmp(other.path().as_os_str()));
    walk.into_iter().filter_entry(move |entry| folder.holds(entry)).filter_map(move |entry| match entry {
        // A path that was asked for may be anything that can be read, a pipe for one.
        Ok(entry) if entry.file_type().is_file() || (entry.depth() == 0 && !entry.file_type().is_dir()) => Some(Ok(entry.into_path())),
        Ok(_) => None,
        Err(error) => Some(Err(unread(&path, &error))),
    })
}

fn unread(root: &Path, error: &walkdir::Error) -> Unread {
    let name = error.path().unwrap_or(root).display().to_string();
    let why = match (error.io_error(), error.loop_ancestor()) {
        (Some(error), _) => error.to_string(),
        (None, Some(above)) => format!("this link leads back to {}", above.display()),
        (None, None) => error.to_string(),
    };
    Unread { name, why }
}

/// The folder whose entries are being looked at.
#[derive(Debug, Default)]
struct Folder {
    path: PathBuf,
    is_maildir: bool,
}

impl Folder {
    /// Whether mails may be at an entry: in a Maildir in `cur`, `new` and its subfolders, elsewhere in all that is not hidden.
    fn holds(&mut self, entry: &DirEntry) -> bool {
        let Some(parent) = entry.path().parent().filter(|_| entry.depth() > 0) else { return true };
        if self.path.as_os_str() != parent.as_os_str() {
            self.path = parent.to_owned();
            self.is_maildir = is_maildir(parent);
        }
        let name = entry.file_name();
        let is_hidden = name.as_encoded_bytes().starts_with(b".");
        if self.is_maildir {
            [OsStr::new("cur"), OsStr::new("new")].contains(&name) || is_maildir(entry.path())
        } else {
            !is_hidden || is_maildir(entry.path())
        }
    }
}

/// Whether a folder is a Maildir.
fn is_maildir(path: &Path) -> bool {
    ["cur", "new"].iter().all(|folder| path.join(folder).is_dir())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for file in files {
            let path = root.path().join(file);
            if file.ends_with('/') {
                fs::create_dir_all(path).unwrap();
            } else {
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, "").unwrap();
            }
        }
        root
    }

    fn found(root: &Path) -> Vec<String> {
        let name = |place: Result<Place, Unread>| match place {
            Ok(Place::File(path)) => path.strip_prefix(root).unwrap().display().to_string(),
            Ok(Place::Stdin) => "-".to_owned(),
            Err(unread) => format!("!{}", unread.name.trim_start_matches(&*root.to_string_lossy())),
        };
        places(root.to_owned()).map(name).collect()
    }

    #[test]
    fn of_a_maildir_only_mails_are_read() {
        let root = tree(&["new/2", "cur/1:2,S", "tmp/3", "dovecot.index", "subscriptions", ".Bounces/cur/4", ".Bounces/new/", ".hidden/5"]);
        assert_eq!(found(root.path()), [".Bounces/cur/4", "cur/1:2,S", "new/2"]);
        assert_eq!(found(tree(&["new/", "cur/", "tmp/"]).path()), Vec::<String>::new());
    }

    #[test]
    fn folders_are_read_to_the_bottom_in_order() {
        let root = tree(&["b/c/2.eml", "a.eml", "b/1.eml", ".git/x", "tmp/y"]);
        assert_eq!(found(root.path()), ["a.eml", "b/1.eml", "b/c/2.eml", "tmp/y"]);
        assert_eq!(places("-".into()).collect::<Vec<_>>(), [Ok(Place::Stdin)]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_back_is_said() {
        let root = tree(&["a/1.eml", "b.eml"]);
        std::os::unix::fs::symlink(root.path(), root.path().join("a/up")).unwrap();
        std::os::unix::fs::symlink("nowhere", root.path().join("c.eml")).unwrap();
        assert_eq!(found(root.path()), ["a/1.eml", "!/a/up", "b.eml", "!/c.eml"]);
    }
}
