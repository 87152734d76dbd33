//! What logs hold, counted, and printed with bars.

use jiff::tz::TimeZone;
use rustc_hash::FxHashMap;

use super::summary::{Counted, bars, histogram, rows};
use super::text::{BOLD, printable};
use super::wording::{Word, word};
use crate::Engine;
use crate::log::Entry;
use crate::model::{CategoryIx, Kind, Lang, ProviderIx};

/// How many domains are told apart, and how many of them are shown; the rest is counted together.
const DOMAINS: usize = 50_000;
const SHOWN: usize = 20;

/// The counts of what logs hold. Their size is limited, however long the logs are.
#[derive(Debug, Default)]
pub struct LogSummary {
    /// The zone of its hours; as the log prints them where there is none.
    zone: Option<TimeZone>,
    lines: u64,
    kinds: FxHashMap<Kind, usize>,
    categories: FxHashMap<(Kind, CategoryIx), usize>,
    providers: FxHashMap<Option<ProviderIx>, usize>,
    domains: FxHashMap<String, usize>,
    other_domains: usize,
    without_recipient: usize,
    hours: [usize; 24],
    unexplained: usize,
    unread: usize,
}

impl LogSummary {
    /// An empty summary, with hours of this zone.
    #[must_use]
    pub fn within(zone: TimeZone) -> Self {
        Self { zone: Some(zone), ..Self::default() }
    }

    /// Counts lines.
    pub const fn add_lines(&mut self, lines: u64) {
        self.lines += lines;
    }

    /// Counts an entry; of a success only that it is one.
    pub fn add(&mut self, entry: &Entry, counted: &Counted) {
        *self.kinds.entry(counted.kind).or_default() += 1;
        if counted.kind == Kind::Success {
            return;
        }
        *self.categories.entry((counted.kind, counted.category)).or_default() += 1;
        *self.providers.entry(counted.provider).or_default() += 1;
        self.unexplained += usize::from(counted.is_unexplained);
        let time = entry.time.map(|time| self.zone.as_ref().map_or(time.written, |zone| time.within(zone)));
        if let Some(hour) = time.and_then(|time| self.hours.get_mut(usize::try_from(time.hour()).ok()?)) {
            *hour += 1;
        }
        self.add_domain(entry.final_recipient.as_deref().or(entry.recipient.as_deref()));
    }

    fn add_domain(&mut self, recipient: Option<&str>) {
        let Some((_, domain)) = recipient.and_then(|recipient| recipient.rsplit_once('@')) else {
            self.without_recipient += 1;
            return;
        };
        if let Some(count) = self.domains.get_mut(domain) {
            *count += 1;
        } else if self.domains.len() < DOMAINS {
            self.domains.insert(domain.to_owned(), 1);
        } else {
            self.other_domains += 1;
        }
    }

    /// Counts a log that could not be read, or not to its end.
    pub const fn add_unread(&mut self) {
        self.unread += 1;
    }

    /// How many lines were read.
    #[must_use]
    pub const fn lines(&self) -> u64 {
        self.lines
    }

    /// How many logs could not be read to their end.
    #[must_use]
    pub const fn unread(&self) -> usize {
        self.unread
    }

    /// Whether a mail came back and nothing says why.
    #[must_use]
    pub const fn has_unexplained(&self) -> bool {
        self.unexplained > 0
    }

    /// The summary for people.
    #[must_use]
    pub fn render(&self, engine: &Engine, lang: &Lang) -> String {
        let mut out = format!("{BOLD}{}{BOLD:#}\n", word(Word::Summary, lang));
        let of = |kind| self.kinds.get(&kind).copied();
        let lines = usize::try_from(self.lines).ok();
        let totals = [
            (Word::Lines, lines),
            (Word::Returned, Some(of(Kind::Bounce).unwrap_or(0))),
            (Word::Deferred, Some(of(Kind::Delay).unwrap_or(0))),
            (Word::Delivered, of(Kind::Success)),
        ];
        let totals: Vec<_> = totals.iter().filter_map(|(label, count)| Some((word(*label, lang).to_owned(), (*count)?))).collect();
        rows(&mut out, &totals, |_| String::new());
        bars(&mut out, word(Word::ReturnedByCategory, lang), self.reasons(engine, Kind::Bounce, lang));
        bars(&mut out, word(Word::DeferredByCategory, lang), self.reasons(engine, Kind::Delay, lang));
        bars(&mut out, word(Word::ByProvider, lang), self.speakers(engine, lang));
        histogram(&mut out, word(Word::ByDomain, lang), &self.largest_domains(lang));
        histogram(&mut out, word(Word::ByHour, lang), &self.by_hour());
        out
    }

    fn reasons(&self, engine: &Engine, kind: Kind, lang: &Lang) -> Vec<(String, usize)> {
        let name = |index: CategoryIx| {
            let category = engine.set().category(index);
            category.name.get(lang).unwrap_or(&category.id).clone()
        };
        let of_kind = self.categories.iter().filter(|((known, _), _)| *known == kind);
        of_kind.map(|((_, category), count)| (name(*category), *count)).collect()
    }

    fn speakers(&self, engine: &Engine, lang: &Lang) -> Vec<(String, usize)> {
        let name = |index: Option<ProviderIx>| match index.map(|index| engine.set().provider(index)) {
            Some(provider) => provider.name.get(lang).unwrap_or(&provider.id).clone(),
            None => word(Word::NotKnown, lang).to_owned(),
        };
        self.providers.iter().map(|(provider, count)| (name(*provider), *count)).collect()
    }

    /// The domains with the most entries, and all others together.
    fn largest_domains(&self, lang: &Lang) -> Vec<(String, usize)> {
        let mut all: Vec<(&str, usize)> = self.domains.iter().map(|(domain, count)| (domain.as_str(), *count)).collect();
        all.sort_by(|(a, many), (b, fewer)| fewer.cmp(many).then_with(|| a.cmp(b)));
        let (shown, rest) = all.split_at(all.len().min(SHOWN));
        let others = self.other_domains + rest.iter().map(|(_, count)| count).sum::<usize>();
        let shown = shown.iter().map(|(domain, count)| (printable(domain), *count));
        let behind = [(Word::Others, others), (Word::NoRecipient, self.without_recipient)];
        let behind = behind.into_iter().filter(|(_, count)| *count > 0).map(|(label, count)| (word(label, lang).to_owned(), count));
        shown.chain(behind).collect()
    }

    /// The hours from the first to the last that has an entry.
    fn by_hour(&self) -> Vec<(String, usize)> {
        let is_used = |hour: &usize| self.hours[*hour] > 0;
        let (Some(first), Some(last)) = ((0..24).find(is_used), (0..24).rfind(is_used)) else { return Vec::new() };
        (first..=last).map(|hour| (format!("{hour:02}"), self.hours[hour])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_limited_and_all_counted() {
        let mut summary = LogSummary::default();
        for number in 0..DOMAINS + 7 {
            summary.add_domain(Some(&format!("a@{number}.example.jp")));
        }
        summary.add_domain(Some("b@3.example.jp"));
        summary.add_domain(None);
        assert_eq!(summary.domains.len(), DOMAINS);
        let shown = summary.largest_domains(&Lang::english());
        assert_eq!((shown.len(), &shown[0]), (SHOWN + 2, &("3.example.jp".to_owned(), 2)));
        assert_eq!(shown.iter().map(|(_, count)| count).sum::<usize>(), DOMAINS + 9);
        assert_eq!(shown.last(), Some(&("(no recipient)".to_owned(), 1)));
    }

    #[test]
    fn hours_go_from_the_first_to_the_last() {
        let mut summary = LogSummary::default();
        assert!(summary.by_hour().is_empty());
        (summary.hours[9], summary.hours[11]) = (2, 1);
        assert_eq!(summary.by_hour(), [("09".to_owned(), 2), ("10".to_owned(), 0), ("11".to_owned(), 1)]);
    }
}
