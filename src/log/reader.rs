//! From blocks of lines to entries.

use std::borrow::Cow;
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

/// Which results are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Results {
    /// Failures and delays.
    #[default]
    Failures,
    /// Successes too.
    All,
}

/// What is wanted of the messages that the results are of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Messages {
    /// Who sent them, and their ids.
    #[default]
    Joined,
    /// Nothing, for which fewer lines are to be looked at.
    Passed,
}

/// What is wanted of a log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Which results.
    pub results: Results,
    /// What of their messages.
    pub messages: Messages,
    /// Of which time.
    pub period: Period,
}

/// Reads the lines of logs. What it learns of messages it keeps from one block, and one log, to the next.
///
/// ```
/// use modori::log::{Clock, Reader, Wanted};
/// let mut reader = Reader::new(Wanted::default()).unwrap();
/// let line = b"postfix/smtp[1]: 4F2A: to=<a@example.jp>, relay=none, delay=1, dsn=5.4.4, status=bounced (Host not found)\n";
/// let (entries, lines) = reader.read(line, 0, Clock::now());
/// assert_eq!((entries[0].recipient.as_deref(), &*entries[0].text, lines), (Some("a@example.jp"), "Host not found", 1));
/// ```
#[derive(Debug)]
pub struct Reader {
    finder: Finder,
    journal: Journal,
    wanted: Wanted,
}

/// Where a line stands.
#[derive(Debug, Clone, Copy)]
struct Place<'p> {
    line: u64,
    prefix: Prefix<'p>,
}

impl Reader {
    /// A reader of what is wanted.
    ///
    /// # Errors
    /// None in practice: when the literals cannot be compiled.
    pub fn new(wanted: Wanted) -> Result<Self, BuildError> {
        Ok(Self { finder: Finder::new(&wanted)?, journal: Journal::default(), wanted })
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
        let (before, after) = (text(&line[..hit.range.start]), text(&line[hit.range.end..]));
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
            Told::Results(outcomes)
                if self.wanted.results == Results::Failures && outcomes.iter().all(|said| said.kind == Kind::Success) =>
            {
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
        self.wanted.period.holds(entry.time).then_some(entry)
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
        if !self.wanted.period.holds(place.prefix.time) {
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

/// Bytes as text. Nearly all are, which is found out faster than what else they are.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

impl Hit {
    /// The hit as seen from the start of its line.
    fn shifted(&self, begin: usize) -> Self {
        let range: Range<usize> = self.range.start - begin..self.range.end - begin;
        Self { range, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn clock() -> Clock {
        Clock::at("2025-02-09T00:00:00Z".parse().unwrap())
    }

    fn reader(results: Results) -> Reader {
        Reader::new(Wanted { results, ..Wanted::default() }).unwrap()
    }

    fn entries(results: Results, lines: &str) -> Vec<Entry> {
        reader(results).read(lines.as_bytes(), 0, clock()).0
    }

    fn result(queue_id: &str, recipient: &str, status: &str) -> String {
        format!(
            "Feb  3 10:11:12 mx1 postfix/smtp[1]: {queue_id}: to=<{recipient}>, relay=none, dsn=4.4.1, status={status} (because of {recipient})\n"
        )
    }

    #[test]
    fn whoever_still_waits_when_a_message_is_given_up_does_not_get_it() {
        let lines = [
            &result("4F", "a@example.jp", "deferred"),
            &result("4F", "b@example.jp", "deferred"),
            &result("5F", "c@example.jp", "deferred"),
            &result("4F", "a@example.jp", "deferred"),
            &result("4F", "b@example.jp", "sent"),
            "Feb  8 10:11:12 mx1 postfix/qmgr[1]: 4F: from=<s@example.jp>, status=expired, returned to sender\n",
            "Feb  8 10:11:13 mx1 postfix/qmgr[1]: 4F: from=<s@example.jp>, status=expired, returned to sender\n",
        ];
        let found = entries(Results::Failures, &lines.concat());
        let bounced: Vec<_> = found.iter().filter(|entry| entry.kind == Kind::Bounce).collect();
        let [first, unknown] = bounced[..] else { panic!("{bounced:?}") };
        assert_eq!((first.recipient.as_deref(), first.line, &*first.text), (Some("a@example.jp"), 6, "because of a@example.jp"));
        assert_eq!(first.sender.as_deref(), Some("s@example.jp"));
        assert_eq!((unknown.recipient.as_deref(), &*unknown.text), (None, "returned to sender"));
        assert_eq!(found.iter().filter(|entry| entry.kind == Kind::Delay).count(), 4);
    }

    #[test]
    fn lines_are_numbered_and_joined_from_block_to_block() {
        let mut reader = reader(Results::Failures);
        let first = "x\npostfix/cleanup[1]: 4F: message-id=<m@example.jp>\npostfix/qmgr[1]: 4F: from=<s@example.jp>, size=1, nrcpt=1 (queue active)\n";
        let (none, lines) = reader.read(first.as_bytes(), 0, clock());
        assert_eq!((none.len(), lines), (0, 3));
        let second = format!("y\n{}{}z\n", result("4F", "a@example.jp", "bounced"), result("5F", "b@example.jp", "bounced"));
        let (found, lines) = reader.read(second.as_bytes(), 3, clock());
        assert_eq!((found[0].line, found[1].line, lines), (5, 6, 4));
        assert_eq!((found[0].sender.as_deref(), found[0].message_id.as_deref()), (Some("s@example.jp"), Some("m@example.jp")));
        assert_eq!(found[1].sender, None);
    }

    #[test]
    fn successes_are_there_only_where_they_are_wanted() {
        let lines = result("4F", "a@example.jp", "sent");
        assert_eq!(entries(Results::Failures, &lines), []);
        assert_eq!(entries(Results::All, &lines)[0].kind, Kind::Success);
    }

    #[test]
    fn lines_of_another_time_are_left_out_and_yet_remembered() {
        let period = Period { since: "2025-02-05T00:00:00Z".parse().ok(), ..Period::default() };
        let mut reader = Reader::new(Wanted { period, ..Wanted::default() }).unwrap();
        let given_up = "Feb  8 10:11:12 mx1 postfix/qmgr[1]: 4F: from=<s@example.jp>, status=expired, returned to sender\n";
        let (found, _) = reader.read(format!("{}{given_up}", result("4F", "a@example.jp", "deferred")).as_bytes(), 0, clock());
        assert_eq!(
            found.iter().map(|entry| (entry.kind, entry.recipient.as_deref())).collect::<Vec<_>>(),
            [(Kind::Bounce, Some("a@example.jp"))]
        );
    }

    #[test]
    fn json_around_a_line_is_taken_off() {
        let line = r#"{"_HOSTNAME":"mx1","MESSAGE":"4F: to=<a@example.jp>, relay=none, dsn=5.4.4, status=bounced (say \"no\")","__REALTIME_TIMESTAMP":"1738577472000000"}"#;
        let found = entries(Results::Failures, line);
        assert_eq!((&*found[0].text, found[0].host.as_deref()), ("say \"no\"", Some("mx1")));
        assert_eq!(found[0].time.map(|time| time.to_string()).as_deref(), Some("2025-02-03T10:11:12Z"));
    }

    #[test]
    fn a_literal_that_means_nothing_hides_none_that_does() {
        let line = "note == this: 2025-02-03 10:11:12 1tabcd-000001-AB ** a@example.jp R=x: gone\n";
        assert_eq!(&*entries(Results::Failures, line)[0].text, "gone");
    }

    #[test]
    fn a_line_full_of_literals_costs_no_more_than_others() {
        let line = " == ".repeat(250_000);
        assert_eq!(entries(Results::All, &line), []);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            reader(Results::All).read(&bytes, 0, clock());
        }

        #[test]
        fn no_lines_made_of_pieces_of_lines_panic(pieces in proptest::collection::vec(piece(), 0..24)) {
            let text = pieces.concat();
            let (found, lines) = reader(Results::All).read(&text, 0, clock());
            prop_assert!(found.iter().all(|entry| entry.line <= lines + 1));
        }
    }

    fn piece() -> impl Strategy<Value = Vec<u8>> {
        let literals: Vec<&str> = System::ALL
            .iter()
            .flat_map(|system| [system.literals().always, system.literals().messages, system.literals().successes].concat())
            .collect();
        let others = [
            "4F",
            ": to=<",
            ">, ",
            "<a@example.jp>",
            "relay=",
            "dsn=5.1.1, ",
            "(",
            ")",
            "\n",
            " ",
            "{\"MESSAGE\":\"",
            "\"",
            "1tabcd-000001-AB",
            "日本語",
            "Feb  3 10:11:12 mx1 ",
            "2025-02-03T10:11:12 ",
            "@4000000067a0964a00000000 ",
            "delivery 5",
            "result=\"PermFail\"",
            " stat=\"",
            "\\",
            "#012",
            "/",
            "_",
        ];
        prop_oneof![
            proptest::sample::select(literals).prop_map(|text| text.as_bytes().to_vec()),
            proptest::sample::select(others.to_vec()).prop_map(|text| text.as_bytes().to_vec()),
            proptest::collection::vec(any::<u8>(), 0..4),
        ]
    }
}
