//! What was counted before: a mail that waits says the same again at every attempt.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;

use crate::log::{Entry, Stamp};
use crate::output::Counted;

/// How many different entries are known at once.
const MANY: usize = 1 << 16;

/// What was counted of entries, by all that a judgement of them depends on. Several threads may share it.
#[derive(Debug, Default)]
pub struct Known(Mutex<FxHashMap<u64, Counted>>);

impl Known {
    /// What is counted of an entry: as before, else as `judge` says.
    pub(super) fn counted(&self, entry: &Entry, judge: impl FnOnce() -> Counted) -> Counted {
        let key = key(entry);
        if let Some(counted) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return *counted;
        }
        let counted = judge();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MANY {
            known.clear();
        }
        known.insert(key, counted);
        counted
    }
}

/// A hash of the words, and of what else a judgement depends on: of the recipient that is the domain.
fn key(entry: &Entry) -> u64 {
    let mut hasher = DefaultHasher::new();
    let domain = entry.recipient.as_deref().map(|recipient| recipient.rsplit_once('@').map_or(recipient, |(_, domain)| domain));
    let date = entry.time.map(Stamp::date);
    (entry.system, entry.kind, entry.status, date, domain, &entry.relay, &entry.host, &entry.text).hash(&mut hasher);
    hasher.finish()
}
