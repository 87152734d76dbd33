//! The set in force, which is replaced whole while others read it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use jiff::Timestamp;

use super::loader::{Loader, Place, Refusal, Snapshot};
use super::status::Status;
use crate::Engine;

/// The set in force, and how it is replaced.
///
/// Readers [load](Live::load) it once for each piece of work, and keep what they loaded to the end of it. They never wait.
#[derive(Debug)]
pub struct Live {
    engine: ArcSwap<Engine>,
    loader: Loader,
    state: Mutex<State>,
    /// Held while a set is loaded, so that there is one at a time.
    turn: Mutex<()>,
}

/// What is known of the last load and the last attempt.
#[derive(Debug)]
struct State {
    status: Status,
    /// The places that hold rules in the set in force.
    held: Vec<bool>,
    /// The hash of the files that were last refused.
    refused: Option<String>,
}

/// What an attempt to reload came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The files are those in force.
    Unchanged,
    /// The files that were refused are still there.
    StillRefused,
    /// The files that were refused are gone, and those in force are back.
    Mended,
    /// Other files are in force now.
    Swapped(Box<Status>),
    /// Other files are there, and are refused.
    Refused(Refusal),
}

impl Live {
    /// Loads the first set.
    ///
    /// # Errors
    /// Why it is refused.
    pub fn start(loader: Loader) -> Result<Self, Refusal> {
        let snapshot = loader.read();
        let engine = loader.compile(&snapshot, 1)?;
        let status = Status::in_force(&engine, snapshot.files(), places(&loader), 0);
        let state = State { status, held: snapshot.held(), refused: None };
        Ok(Self { engine: ArcSwap::from_pointee(engine), loader, state: Mutex::new(state), turn: Mutex::new(()) })
    }

    /// The set in force.
    #[must_use]
    pub fn load(&self) -> Arc<Engine> {
        self.engine.load_full()
    }

    /// What is in force, since when, and what was last refused.
    #[must_use]
    pub fn status(&self) -> Status {
        self.state().status.clone()
    }

    /// The places whose files are read.
    pub fn places(&self) -> impl Iterator<Item = &Place> {
        self.loader.places.iter()
    }

    /// Whether a place that held rules holds none just now, as while it is being replaced.
    #[must_use]
    pub fn misses_rules(&self) -> bool {
        let snapshot = self.loader.read();
        !self.loader.vanished(&self.state().held, &snapshot).is_empty()
    }

    /// Reads all files again. If they are others than those in force and nothing refuses them, they are put in force.
    pub fn reload(&self) -> Outcome {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let snapshot = self.loader.read();
        if let Some(outcome) = self.known(&snapshot) {
            return outcome;
        }
        let vanished = self.loader.vanished(&self.state().held, &snapshot);
        let generation = self.state().status.generation + 1;
        let compiled = if vanished.is_empty() { self.loader.compile(&snapshot, generation) } else { Err(Refusal::Vanished(vanished)) };
        match compiled {
            Ok(engine) => self.swap(engine, &snapshot),
            Err(refusal) => self.refuse(refusal, snapshot.hash),
        }
    }

    /// What is known already of files with this hash.
    fn known(&self, snapshot: &Snapshot) -> Option<Outcome> {
        let mut state = self.state();
        state.status.last_attempt = Timestamp::now();
        if state.status.hash == snapshot.hash {
            state.refused = None;
            return Some(if state.status.last_error.take().is_some() { Outcome::Mended } else { Outcome::Unchanged });
        }
        (state.refused.as_ref() == Some(&snapshot.hash)).then_some(Outcome::StillRefused)
    }

    fn swap(&self, engine: Engine, snapshot: &Snapshot) -> Outcome {
        let mut state = self.state();
        let status = Status::in_force(&engine, snapshot.files(), places(&self.loader), state.status.refused);
        self.engine.store(Arc::new(engine));
        *state = State { status: status.clone(), held: snapshot.held(), refused: None };
        Outcome::Swapped(Box::new(status))
    }

    fn refuse(&self, refusal: Refusal, hash: String) -> Outcome {
        let mut state = self.state();
        state.status.last_error = Some(refusal.to_string());
        state.status.refused += 1;
        state.refused = Some(hash);
        Outcome::Refused(refusal)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in it is ever half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn places(loader: &Loader) -> Vec<String> {
    loader.places.iter().map(|place| place.path().display().to_string()).collect()
}
