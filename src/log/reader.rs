//! From blocks of lines to entries.

use std::ops::Range;

use aho_corasick::BuildError;
use memchr::{memchr, memchr_iter, memrchr};

use super::entry::Entry;
use super::journal::Journal;
use super::literals::{Finder, Hit};
use super::period::Period;
use super::prefix::{Clock, Prefix};
use super::system::{Attempted, Outcome, System, Told};
use super::wrapped::Wrapped;
use crate::model::Kind;

/// How many literals of one line are tried.
const TRIES: usize = 8;

/// Which lines are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Failures and delays.
    Failures,
    /// Successes too.
    Everything,
}

/// Reads the lines of logs. What it learns of messages it keeps from one block, and one log, to the next.
///
/// ```
/// use modori::log::{Clock, Period, Reader, Wanted};
/// let mut reader = Reader::new(Wanted::Failures, Period::default()).unwrap();
/// let line = b"postfix/smtp[1]: 4F2A: to=<a@example.jp>, relay=none, delay=1, dsn=5.4.4, status=bounced (Host not found)\n";
/// let (entries, lines) = reader.read(line, 0, Clock::now());
/// assert_eq!((entries[0].recipient.as_deref(), &*entries[0].text, lines), (Some("a@example.jp"), "Host not found", 1));
/// ```
#[derive(Debug)]
pub struct Reader {
    finder: Finder,
    journal: Journal,
    wanted: Wanted,
    period: Period,
}

/// Where a line stands.
#[derive(Debug, Clone, Copy)]
struct Place<'p> {
    line: u64,
    prefix: Prefix<'p>,
}

impl Reader {
    /// A reader of the wanted lines of a period.
    ///
    /// # Errors
    /// None in practice: when the literals cannot be compiled.
    pub fn new(wanted: Wanted, period: Period) -> Result<Self, BuildError> {
        Ok(Self { finder: Finder::new(wanted)?, journal: Journal::default(), wanted, period })
    }

    /// Reads whole lines, of which `before` many came before in the same log: their entries, and how many lines end in them.
    pub fn read(&mut self, block: &[u8], before: u64, clock: Clock) -> (Vec<Entry>, u64) {
        let mut entries = Vec::new();
        let (mut from, mut start, mut lines, mut tries) = (0, 0, 0, 0);
        while let Some(hit) = self.finder.find(block, from..block.len()) {
            let begin = memrchr(b'\n', &block[start..hit.range.start]).map_or(start, |at| start + at + 1);
            if begin != start {
                lines += memchr_iter(b'\n', &block[start..begin]).count() as u64;
                (start, tries) = (begin, 0);
            }
            tries += 1;
            let end = memchr(b'\n', &block[hit.range.end..]).map_or(block.len(), |at| hit.range.end + at);
            let is_read = self.line(&block[begin..end], &hit.shifted(begin), before + lines + 1, clock, &mut entries);
            from = if is_read || tries == TRIES { end } else { hit.range.end };
        }
        lines += memchr_iter(b'\n', &block[start..]).count() as u64;
        (entries, lines)
    }

    /// Reads a line at a literal in it; whether it tells something.
    fn line(&mut self, line: &[u8], hit: &Hit, number: u64, clock: Clock, entries: &mut Vec<Entry>) -> bool {
        if line.starts_with(b"{") {
            return Wrapped::read(line).is_some_and(|wrapped| self.wrapped(&wrapped, number, clock, entries));
        }
        let before = String::from_utf8_lossy(&line[..hit.range.start]);
        let after = String::from_utf8_lossy(&line[hit.range.end..]);
        let Some(told) = hit.system.read(hit.cut(&before, &after)) else { return false };
        let prefix = || Prefix::read(&before, clock);
        self.take(told, hit.system, number, prefix, entries);
        true
    }

    /// Reads a line that was wrapped.
    fn wrapped(&mut self, wrapped: &Wrapped, line: u64, clock: Clock, entries: &mut Vec<Entry>) -> bool {
        let text = wrapped.text.trim_end();
        let mut from = 0;
        for _ in 0..TRIES {
            let Some(hit) = self.finder.find(text.as_bytes(), from..text.len()) else { return false };
            let before = &text[..hit.range.start];
            if let Some(told) = hit.system.read(hit.cut(before, &text[hit.range.end..])) {
                let inner = Prefix::read(before, clock);
                let prefix = || Prefix { time: inner.time.or(wrapped.time), host: inner.host.or(wrapped.host.as_deref()) };
                self.take(told, hit.system, line, prefix, entries);
                return true;
            }
            from = hit.range.end;
        }
        false
    }

    /// Takes up what a line tells. The prefix is read only where it is needed.
    fn take<'p>(&mut self, told: Told<'_>, system: System, line: u64, prefix: impl FnOnce() -> Prefix<'p>, entries: &mut Vec<Entry>) {
        match told {
            Told::Message { queue_id, sender, message_id } => self.journal.tell(queue_id, sender, message_id),
            Told::Attempt { number, queue_id, recipient } => self.journal.begin(number, queue_id, recipient),
            Told::Results(outcomes) if self.wanted == Wanted::Failures && outcomes.iter().all(|said| said.kind == Kind::Success) => {
                outcomes.iter().for_each(|said| self.settle(said));
            }
            Told::Results(outcomes) => {
                let place = Place { line, prefix: prefix() };
                entries.extend(outcomes.iter().filter_map(|said| self.result(said, system, place)));
            }
            Told::Expired { queue_id, sender, text } => {
                self.journal.tell(queue_id, sender, None);
                let place = Place { line, prefix: prefix() };
                entries.extend(self.expired(queue_id, text, system, place));
            }
        }
    }

    /// Takes up that a recipient no longer waits.
    fn settle(&mut self, said: &Outcome<'_>) {
        if let Attempted::Delivery { queue_id, recipient, .. } = said.of {
            self.journal.settle(queue_id, recipient);
        }
    }

    /// The entry of a result, if its time is wanted.
    fn result(&mut self, said: &Outcome<'_>, system: System, place: Place<'_>) -> Option<Entry> {
        let entry = self.entry(said, system, place);
        match (said.of, said.kind) {
            (Attempted::Delivery { queue_id, .. }, Kind::Delay) if system == System::Postfix => self.journal.wait(queue_id, &entry),
            _ => self.settle(said),
        }
        self.period.holds(entry.time).then_some(entry)
    }

    /// Everything known of a result.
    fn entry(&self, said: &Outcome<'_>, system: System, place: Place<'_>) -> Entry {
        let (queue_id, recipient, original) = match said.of {
            Attempted::Delivery { queue_id, recipient, original } => (Some(queue_id), Some(recipient), original),
            Attempted::Number(number) => match self.journal.attempt(number) {
                Some(attempt) => (Some(&*attempt.queue_id), Some(&*attempt.recipient), None),
                None => (None, None, None),
            },
        };
        let message = queue_id.and_then(|queue_id| self.journal.message(queue_id));
        let known_sender = || message.and_then(|message| message.sender.as_deref());
        Entry {
            system,
            line: place.line,
            time: place.prefix.time,
            kind: said.kind,
            queue_id: queue_id.map(str::to_owned),
            recipient: original.or(recipient).map(str::to_owned),
            final_recipient: original.and(recipient).map(str::to_owned),
            sender: said.sender.or_else(known_sender).map(str::to_owned),
            message_id: message.and_then(|message| message.message_id.as_deref()).map(str::to_owned),
            host: place.prefix.host.map(str::to_owned),
            relay: said.relay.map(str::to_owned),
            status: said.status,
            text: said.text.clone().into_owned(),
        }
    }

    /// The failures of all who still waited for a message: for the reasons for which they waited.
    fn expired(&mut self, queue_id: &str, text: &str, system: System, place: Place<'_>) -> Vec<Entry> {
        if !self.period.holds(place.prefix.time) {
            return Vec::new();
        }
        let waiting = self.journal.give_up(queue_id);
        if waiting.is_empty() {
            return vec![self.unknown(queue_id, text, system, place)];
        }
        let message = self.journal.message(queue_id);
        let known_sender = || message.and_then(|message| message.sender.as_deref()).map(str::to_owned);
        let failure = |entry: Entry| Entry {
            kind: Kind::Bounce,
            line: place.line,
            time: place.prefix.time,
            sender: entry.sender.clone().or_else(known_sender),
            ..entry
        };
        waiting.into_iter().map(failure).collect()
    }

    /// A message that was given up, of which nothing says who waited.
    fn unknown(&self, queue_id: &str, text: &str, system: System, place: Place<'_>) -> Entry {
        let message = self.journal.message(queue_id);
        Entry {
            system,
            line: place.line,
            time: place.prefix.time,
            kind: Kind::Bounce,
            queue_id: Some(queue_id.to_owned()),
            recipient: None,
            final_recipient: None,
            sender: message.and_then(|message| message.sender.as_deref()).map(str::to_owned),
            message_id: message.and_then(|message| message.message_id.as_deref()).map(str::to_owned),
            host: place.prefix.host.map(str::to_owned),
            relay: None,
            status: None,
            text: text.to_owned(),
        }
    }
}

impl Hit {
    /// The hit as seen from the start of its line.
    fn shifted(&self, begin: usize) -> Self {
        let range: Range<usize> = self.range.start - begin..self.range.end - begin;
        Self { range, ..self.clone() }
    }
}
