//! What a scan found, counted, and printed with bars.

use std::fmt::Write as _;

use rustc_hash::FxHashMap;
use unicode_width::UnicodeWidthStr;

use super::text::{BOLD, DIM, WIDTH, printable};
use super::wording::{Word, and_more, word};
use crate::Engine;
use crate::model::{CategoryIx, Diagnosis, Kind, Lang, ProviderIx};

/// How many files are named in each list; the rest is counted.
const NAMED: usize = 20;

/// How long a bar is at most.
const BAR: usize = 30;

/// What is counted of a diagnosis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// What was reported.
    pub kind: Kind,
    /// Why the mail came back.
    pub category: CategoryIx,
    /// Whose words these are, or else who refused the mail.
    pub provider: Option<ProviderIx>,
    /// Whether the mail came back and nothing says why.
    pub is_unexplained: bool,
}

impl Counted {
    /// What counts of a diagnosis.
    #[must_use]
    pub fn new(engine: &Engine, diagnosis: &Diagnosis<'_>) -> Self {
        let says_nothing = diagnosis.rule.is_none() || diagnosis.category == engine.set().default_category(Kind::Bounce);
        Self {
            kind: diagnosis.kind,
            category: diagnosis.category,
            provider: diagnosis.provider.or(diagnosis.remote),
            is_unexplained: diagnosis.kind == Kind::Bounce && says_nothing,
        }
    }
}

/// Names of files: the first ones, and how many there were.
#[derive(Debug, Default)]
struct Names {
    first: Vec<String>,
    last: String,
    count: usize,
}

impl Names {
    /// Adds a name, unless it was the last one added.
    fn add(&mut self, name: &str) {
        if self.last == name && self.count > 0 {
            return;
        }
        name.clone_into(&mut self.last);
        self.count += 1;
        if self.first.len() < NAMED {
            self.first.push(name.to_owned());
        }
    }
}

/// The counts of a scan. Their size does not grow with the number of mails.
#[derive(Debug, Default)]
pub struct Summary {
    mails: usize,
    reports: usize,
    failures: usize,
    categories: FxHashMap<CategoryIx, usize>,
    providers: FxHashMap<Option<ProviderIx>, usize>,
    unexplained: Names,
    unread: Names,
}

impl Summary {
    /// Counts a mail.
    pub fn add_mail(&mut self, is_report: bool) {
        self.mails += 1;
        self.reports += usize::from(is_report);
    }

    /// Counts failures of the mail of this name; those of one mail may come in several parts, one behind the other.
    pub fn add_failures(&mut self, name: &str, failures: &[Counted]) {
        self.failures += failures.len();
        for failure in failures {
            *self.categories.entry(failure.category).or_default() += 1;
            *self.providers.entry(failure.provider).or_default() += 1;
        }
        if failures.iter().any(|failure| failure.is_unexplained) {
            self.unexplained.add(name);
        }
    }

    /// Counts something that could not be read.
    pub fn add_unread(&mut self, name: &str) {
        self.unread.add(name);
    }

    /// How many mails were read.
    #[must_use]
    pub const fn mails(&self) -> usize {
        self.mails
    }

    /// How many files or folders could not be read.
    #[must_use]
    pub const fn unread(&self) -> usize {
        self.unread.count
    }

    /// Whether a mail came back and nothing says why.
    #[must_use]
    pub const fn has_unexplained(&self) -> bool {
        self.unexplained.count > 0
    }

    /// The summary for people.
    #[must_use]
    pub fn render(&self, engine: &Engine, lang: &Lang) -> String {
        let set = engine.set();
        let mut out = format!("{BOLD}{}{BOLD:#}\n", word(Word::Summary, lang));
        let totals = [(Word::Mails, self.mails), (Word::Reports, self.reports), (Word::Failures, self.failures)];
        let totals = totals.map(|(label, count)| (word(label, lang).to_owned(), count));
        rows(&mut out, &totals, |_| String::new());
        let categories = self.categories.iter().map(|(index, count)| {
            let category = set.category(*index);
            (category.name.get(lang).unwrap_or(&category.id).clone(), *count)
        });
        bars(&mut out, word(Word::ByCategory, lang), categories.collect());
        let providers = self.providers.iter().map(|(index, count)| {
            let provider = index.map(|index| set.provider(index));
            let name = provider.map(|provider| provider.name.get(lang).unwrap_or(&provider.id).clone());
            (name.unwrap_or_else(|| word(Word::NotKnown, lang).to_owned()), *count)
        });
        bars(&mut out, word(Word::ByProvider, lang), providers.collect());
        names(&mut out, word(Word::Unexplained, lang), &self.unexplained, lang);
        names(&mut out, word(Word::Unread, lang), &self.unread, lang);
        out
    }
}

/// A heading, and a row with a bar for each count, the largest first.
pub(super) fn bars(out: &mut String, heading: &str, mut counts: Vec<(String, usize)>) {
    counts.sort_by(|(a, many), (b, fewer)| fewer.cmp(many).then_with(|| a.cmp(b)));
    histogram(out, heading, &counts);
}

/// A heading, and a row with a bar for each count, in their order.
pub(super) fn histogram(out: &mut String, heading: &str, counts: &[(String, usize)]) {
    let Some(most) = counts.iter().map(|(_, count)| *count).max().filter(|most| *most > 0) else { return };
    let _ = writeln!(out, "\n{BOLD}{heading}{BOLD:#}");
    rows(out, counts, |count| format!("  {DIM}{}{DIM:#}", "█".repeat((count * BAR).div_ceil(most))));
}

/// Labels, their counts set flush right, and what belongs behind a count.
pub(super) fn rows(out: &mut String, counts: &[(String, usize)], behind: impl Fn(usize) -> String) {
    let digits = counts.iter().map(|(_, count)| count.to_string().len()).max().unwrap_or(0);
    let room = WIDTH - BAR - digits - 6;
    let column = counts.iter().map(|(label, _)| label.width()).max().unwrap_or(0).min(room);
    for (label, count) in counts {
        let pad = " ".repeat(column.saturating_sub(label.width()));
        let _ = writeln!(out, "  {label}{pad}  {count:>digits$}{}", behind(*count));
    }
}

fn names(out: &mut String, heading: &str, names: &Names, lang: &Lang) {
    if names.count == 0 {
        return;
    }
    let _ = writeln!(out, "\n{BOLD}{heading}{BOLD:#} ({})", names.count);
    for name in &names.first {
        let _ = writeln!(out, "  {}", printable(name));
    }
    if let Some(more) = names.count.checked_sub(names.first.len()).filter(|more| *more > 0) {
        let _ = writeln!(out, "  {}", and_more(more, lang));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_few_and_all_counted() {
        let mut summary = Summary::default();
        for number in 0..NAMED + 5 {
            summary.add_unread(&format!("{number}.eml"));
        }
        let mut out = String::new();
        names(&mut out, "Unread", &summary.unread, &Lang::english());
        assert!(out.contains("Unread") && out.contains("(25)") && out.ends_with("  … and 5 more\n"), "{out}");
        assert_eq!(out.lines().count(), NAMED + 3);
    }

    #[test]
    fn bars_are_as_long_as_the_counts_say() {
        let mut out = String::new();
        bars(&mut out, "By reason", vec![("few".to_owned(), 1), ("宛先不明".to_owned(), 300), ("half".to_owned(), 150)]);
        let lengths: Vec<usize> = out.lines().map(|line| line.matches('█').count()).filter(|length| *length > 0).collect();
        assert_eq!(lengths, [30, 15, 1]);
        assert!(out.contains("  half      150") && out.contains("  宛先不明  300"), "{out}");
    }
}
