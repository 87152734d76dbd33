//! Who says when to look at the files again: a bell on the files, a clock, and SIGHUP.

use std::io;
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use super::bell::Bell;
use super::set::{Live, Outcome};

/// How often a thread that waits looks whether the set is still wanted.
const BREATH: Duration = Duration::from_secs(1);

/// How long a folder may be gone or empty before that is told: those who replace it are still at it.
const GRACE: Duration = Duration::from_millis(400);

/// What says when to look at the files again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Triggers {
    /// The system tells that files changed.
    #[default]
    Changes,
    /// The files are read again and again at this distance: for file systems that tell nothing, such as NFS.
    Clock(Duration),
}

/// Reloads `live` when its files change, and at SIGHUP; each outcome goes to `tell`. It goes on until `live` is dropped.
///
/// # Errors
/// When the system gives no thread, cannot watch files or does not know the signal.
pub fn keep_watch(live: &Arc<Live>, triggers: Triggers, tell: impl Fn(&Outcome) + Clone + Send + 'static) -> io::Result<()> {
    at_hangup(live, tell.clone())?;
    let weak = Arc::downgrade(live);
    match triggers {
        Triggers::Clock(distance) => spawn("modori-clock", move || by_clock(&weak, distance, tell)),
        Triggers::Changes => {
            let mut bell = hang(live)?;
            // What changed between the first load and now rang no bell.
            tell(&live.reload());
            spawn("modori-bell", move || {
                while let Some(live) = weak.upgrade() {
                    let start = Instant::now();
                    if bell.wait(Some(BREATH)) {
                        tell(&patient(&live, &mut bell));
                    } else if start.elapsed() < BREATH / 2 {
                        // The bell is broken: another one, and a look at what it missed.
                        drop(live);
                        thread::sleep(BREATH);
                        let Some(live) = weak.upgrade() else { return };
                        if let Ok(another) = hang(&live) {
                            bell = another;
                            tell(&live.reload());
                        }
                    }
                }
            })
        }
    }
}

fn hang(live: &Live) -> io::Result<Bell> {
    Bell::new(live.places().map(|place| place.path().clone())).map_err(io::Error::other)
}

/// Reloads; where rules vanished, it waits a little for them to come back first.
fn patient(live: &Live, bell: &mut Bell) -> Outcome {
    if live.misses_rules() {
        let _ = bell.wait(Some(GRACE));
    }
    live.reload()
}

fn by_clock(live: &Weak<Live>, distance: Duration, tell: impl Fn(&Outcome)) {
    let mut last = Instant::now();
    while let Some(live) = live.upgrade() {
        if last.elapsed() >= distance {
            tell(&live.reload());
            last = Instant::now();
        }
        drop(live);
        thread::sleep(BREATH.min(distance));
    }
}

#[cfg(unix)]
fn at_hangup(live: &Arc<Live>, tell: impl Fn(&Outcome) + Send + 'static) -> io::Result<()> {
    let mut signals = signal_hook::iterator::Signals::new([signal_hook::consts::SIGHUP])?;
    let live = Arc::downgrade(live);
    spawn("modori-hangup", move || {
        for _ in signals.forever() {
            let Some(live) = live.upgrade() else { return };
            tell(&live.reload());
        }
    })
}

#[cfg(not(unix))]
fn at_hangup(_: &Arc<Live>, _: impl Fn(&Outcome) + Send + 'static) -> io::Result<()> {
    Ok(())
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name(name.to_owned()).spawn(work).map(drop)
}
