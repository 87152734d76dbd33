//! What earlier lines said of messages: who sent them, their ids, and who still waits for them.
//!
//! It holds the newest messages only, so that its size does not grow with the log: two generations, of which the older is dropped
//! when the younger is full.

use std::hash::{DefaultHasher, Hash, Hasher};

use rustc_hash::FxHashMap;

use super::entry::Entry;

/// How many things one generation holds, and how many bytes of text.
const MANY: usize = 1 << 15;
const BYTES: usize = 8 << 20;

/// How many recipients of one message are known to wait.
const WAITING: usize = 256;

/// What is known of a message.
#[derive(Debug, Default)]
pub(super) struct Message {
    pub(super) sender: Option<Box<str>>,
    pub(super) message_id: Option<Box<str>>,
    waiting: Vec<Entry>,
}

/// An attempt to deliver a message.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) queue_id: Box<str>,
    pub(super) recipient: Box<str>,
}

/// What earlier lines said.
#[derive(Debug, Default)]
pub(super) struct Journal {
    messages: Recent<Message>,
    attempts: Recent<Attempt>,
}

impl Journal {
    /// Takes up what a line says of a message.
    pub(super) fn tell(&mut self, queue_id: &str, sender: Option<&str>, message_id: Option<&str>) {
        let bytes = sender.map_or(0, str::len) + message_id.map_or(0, str::len);
        let message = self.messages.entry(key(queue_id), bytes);
        message.sender = sender.map(Box::from).or_else(|| message.sender.take());
        message.message_id = message_id.map(Box::from).or_else(|| message.message_id.take());
    }

    /// What is known of a message.
    pub(super) fn message(&self, queue_id: &str) -> Option<&Message> {
        self.messages.get(key(queue_id))
    }

    /// Takes up that an attempt begins.
    pub(super) fn begin(&mut self, number: &str, queue_id: &str, recipient: &str) {
        let attempt = Attempt { queue_id: queue_id.into(), recipient: recipient.into() };
        self.attempts.put(key(number), queue_id.len() + recipient.len(), attempt);
    }

    /// The attempt of this number.
    pub(super) fn attempt(&self, number: &str) -> Option<&Attempt> {
        self.attempts.get(key(number))
    }

    /// Takes up that a recipient waits, and why.
    pub(super) fn wait(&mut self, queue_id: &str, entry: &Entry) {
        let message = self.messages.entry(key(queue_id), entry.text.len() + 600);
        message.waiting.retain(|known| known.recipient != entry.recipient);
        if message.waiting.len() < WAITING {
            message.waiting.push(entry.clone());
        }
    }

    /// Takes up that a recipient waits no longer.
    pub(super) fn settle(&mut self, queue_id: &str, recipient: &str) {
        if let Some(message) = self.messages.get_mut(key(queue_id)) {
            message.waiting.retain(|known| known.last_recipient() != Some(recipient));
        }
    }

    /// Whoever still waits for a message that was given up.
    pub(super) fn give_up(&mut self, queue_id: &str) -> Vec<Entry> {
        self.messages.get_mut(key(queue_id)).map(|message| std::mem::take(&mut message.waiting)).unwrap_or_default()
    }
}

/// The newest things, by a hash of their name.
#[derive(Debug)]
struct Recent<T> {
    young: FxHashMap<u64, T>,
    old: FxHashMap<u64, T>,
    bytes: usize,
}

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self { young: FxHashMap::default(), old: FxHashMap::default(), bytes: 0 }
    }
}

impl<T> Recent<T> {
    fn get(&self, key: u64) -> Option<&T> {
        self.young.get(&key).or_else(|| self.old.get(&key))
    }

    fn get_mut(&mut self, key: u64) -> Option<&mut T> {
        self.young.get_mut(&key).or_else(|| self.old.get_mut(&key))
    }

    fn put(&mut self, key: u64, bytes: usize, value: T) {
        self.make_room(bytes);
        self.young.insert(key, value);
    }

    /// Drops the older generation when the younger is full.
    fn make_room(&mut self, bytes: usize) {
        self.bytes += bytes;
        if self.young.len() >= MANY || self.bytes >= BYTES {
            self.old = std::mem::take(&mut self.young);
            self.bytes = bytes;
        }
    }
}

impl<T: Default> Recent<T> {
    /// The thing of this name, made young again; `bytes` more are to be held.
    fn entry(&mut self, key: u64, bytes: usize) -> &mut T {
        self.make_room(bytes);
        let old = if self.old.is_empty() { None } else { self.old.remove(&key) };
        let value = self.young.entry(key).or_default();
        if let Some(old) = old {
            *value = old;
        }
        value
    }
}

fn key(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lines_say_is_put_together() {
        let mut journal = Journal::default();
        journal.tell("4F", None, Some("m1@example.jp"));
        journal.tell("4F", Some("s@example.jp"), None);
        let message = journal.message("4F").unwrap();
        assert_eq!((message.sender.as_deref(), message.message_id.as_deref()), (Some("s@example.jp"), Some("m1@example.jp")));
        assert!(journal.message("5F").is_none());
    }

    #[test]
    fn only_the_newest_are_held() {
        let mut journal = Journal::default();
        for number in 0..5 * MANY {
            journal.tell(&number.to_string(), Some("s@example.jp"), None);
        }
        assert!(journal.messages.young.len() + journal.messages.old.len() <= 2 * MANY);
        assert!(journal.message("0").is_none() && journal.message(&(5 * MANY - 1).to_string()).is_some());
        let long = "x".repeat(BYTES / 4);
        for number in 0..20 {
            journal.tell(&number.to_string(), Some(&long), None);
        }
        assert!(journal.messages.young.len() <= 4);
    }

    #[test]
    fn what_is_used_stays() {
        let mut journal = Journal::default();
        for number in 0..3 * MANY {
            journal.tell(&number.to_string(), Some("s@example.jp"), None);
            journal.tell("kept", None, Some("m1@example.jp"));
        }
        assert!(journal.message("kept").is_some());
    }
}
