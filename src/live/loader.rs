//! The loader: from where rules are read, how strictly, and what refuses them. Start-up and every reload take the same road.

use std::fmt;
use std::path::PathBuf;

use crate::Engine;
use crate::model::Own;
use crate::output::render_faults;
use crate::rules::{Fault, Layer, Level, content_hash, load, load_valid};
use crate::suite::{CaseResult, example_cases, run};

/// How many failed examples are told one by one.
const TOLD: usize = 20;

/// A folder or file of rules, on top of those before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Somebody named it: it must be there.
    Named(PathBuf),
    /// It is looked at by custom, and may come later.
    Usual(PathBuf),
}

impl Place {
    /// Where it is.
    #[must_use]
    pub const fn path(&self) -> &PathBuf {
        match self {
            Self::Named(path) | Self::Usual(path) => path,
        }
    }

    /// The files that are there now.
    #[must_use]
    pub fn read(&self) -> Layer {
        match self {
            Self::Usual(path) if !path.is_dir() => Layer::default(),
            Self::Usual(path) | Self::Named(path) => Layer::read(path),
        }
    }
}

/// What becomes of a set in which some rules are broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Broken {
    /// It is refused whole.
    #[default]
    Refused,
    /// The broken rules are left out, and counted in every answer.
    LeftOut,
}

/// What a set must do before it is put in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Verify {
    /// Load.
    #[default]
    Nothing,
    /// Say of its own examples what they expect.
    Examples,
}

/// From where rules are read, and how strictly.
#[derive(Debug, Clone, Default)]
pub struct Loader {
    /// What lies on the shipped rules, later over earlier.
    pub places: Vec<Place>,
    /// Who we are.
    pub own: Own,
    /// What becomes of a set in which some rules are broken.
    pub broken: Broken,
    /// What a set must do besides.
    pub verify: Verify,
}

/// Why a set is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// Its files have faults. When some are left out instead, nothing usable is left.
    Faults(Vec<Fault>),
    /// Where rules were, none are left: a folder is gone or empty, as while it is being replaced.
    Vanished(Vec<PathBuf>),
    /// Examples do not get what they expect: each with its place.
    Examples(Vec<String>),
}

impl Refusal {
    /// The whole of it for people, coloured or plain.
    #[must_use]
    pub fn render(&self, colour: bool) -> String {
        match self {
            Self::Faults(faults) => render_faults(faults.iter().filter(|fault| fault.level == Level::Error), colour),
            Self::Vanished(_) | Self::Examples(_) => self.to_string(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Faults(_) => f.write_str(&self.render(false)),
            Self::Vanished(paths) => paths.iter().try_for_each(|path| {
                writeln!(f, "{} held rules and holds none now; put them back, or start anew to do without them", path.display())
            }),
            Self::Examples(failed) => {
                writeln!(f, "{} examples do not get what they expect:", failed.len())?;
                failed.iter().take(TOLD).try_for_each(|one| writeln!(f, "  {one}"))?;
                let more = failed.len().saturating_sub(TOLD);
                if more > 0 { writeln!(f, "  and {more} more; `modori test` tells them all") } else { Ok(()) }
            }
        }
    }
}

impl std::error::Error for Refusal {}

/// The files as they are now, before anybody looks into them.
#[derive(Debug)]
pub(super) struct Snapshot {
    /// The shipped layer, then one for each place.
    layers: Vec<Layer>,
    /// The hash of all.
    pub(super) hash: String,
}

impl Snapshot {
    /// How many files lie on the shipped ones.
    pub(super) fn files(&self) -> usize {
        self.on_top().map(|layer| layer.files.len()).sum()
    }

    fn on_top(&self) -> impl Iterator<Item = &Layer> {
        self.layers.iter().skip(1)
    }

    /// Which places hold a file that could be read.
    pub(super) fn held(&self) -> Vec<bool> {
        self.on_top().map(|layer| layer.files.iter().any(|file| file.bytes.is_ok())).collect()
    }
}

impl Loader {
    /// The same for one folder of rules and nothing else.
    #[must_use]
    pub fn of(path: impl Into<PathBuf>) -> Self {
        Self { places: vec![Place::Named(path.into())], ..Self::default() }
    }

    /// Reads all files.
    pub(super) fn read(&self) -> Snapshot {
        let layers: Vec<Layer> = std::iter::once(Layer::shipped()).chain(self.places.iter().map(Place::read)).collect();
        Snapshot { hash: content_hash(&layers), layers }
    }

    /// The places that held rules, by `held`, and hold none any more.
    pub(super) fn vanished(&self, held: &[bool], now: &Snapshot) -> Vec<PathBuf> {
        let places = self.places.iter().zip(held).zip(now.held());
        places.filter(|((_, before), now)| **before && !now).map(|((place, _), _)| place.path().clone()).collect()
    }

    /// Compiles the files, unless something refuses them.
    pub(super) fn compile(&self, snapshot: &Snapshot, generation: u64) -> Result<Engine, Refusal> {
        let loaded = match self.broken {
            Broken::Refused => load(&snapshot.layers),
            Broken::LeftOut => load_valid(&snapshot.layers),
        };
        let Some(mut set) = loaded.set else { return Err(Refusal::Faults(loaded.faults)) };
        set.status.generation = generation;
        let engine = Engine::new(set).with_own(self.own.clone());
        match self.verify {
            Verify::Nothing => Ok(engine),
            Verify::Examples => verified(engine),
        }
    }
}

/// The engine, if its own examples get what they expect.
fn verified(engine: Engine) -> Result<Engine, Refusal> {
    let cases = example_cases(engine.set());
    let outcomes = cases.iter().map(|case| run(&engine, case));
    let failed = outcomes.filter_map(|outcome| match &outcome.result {
        CaseResult::Wrong(differences) => {
            let wrong = differences.iter().map(|one| format!("{}: expected {}, got {}", one.what, one.expected, one.got));
            Some(format!("{}: {}: {}", outcome.case.place, outcome.case.name, wrong.collect::<Vec<_>>().join("; ")))
        }
        _ => None,
    });
    let failed: Vec<String> = failed.collect();
    if failed.is_empty() { Ok(engine) } else { Err(Refusal::Examples(failed)) }
}
