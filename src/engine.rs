//! The engine: one compiled set of rules, and everything that answers from it.
//!
//! It never changes once it is made. A program holds it in an `Arc` and swaps it whole when rules change.

use std::ops::Range;

use crate::log::Entry;
use crate::mail::{NoticeReader, Reader, Report, Told, source};
use crate::matcher::{Match, Matcher, Viewpoint};
use crate::model::{
    Action, Audience, Category, Diagnosis, Fact, Failure, Form, HoleKind, IGNORED, Kind, Lang, Note, Own, ProviderIx, ProviderKind, Reply,
    RuleSet, Severity, Status, Strength, Utterance, Words,
};
use crate::pattern::{self, Folded};
use crate::reading::Grammar;
use crate::rules::{Fault, Layer, load};
use crate::shipped;

/// A compiled set of rules.
#[derive(Debug)]
pub struct Engine {
    set: RuleSet,
    grammar: Grammar,
    reader: Reader,
    notices: NoticeReader,
    matcher: Matcher,
}

impl Engine {
    /// Compiles a set.
    #[must_use]
    pub fn new(set: RuleSet) -> Self {
        let matcher = Matcher::new(&set, shipped::ground(&set));
        Self { grammar: Grammar::new(&set), reader: Reader::new(&set), notices: NoticeReader::new(&set), matcher, set }
    }

    /// Loads the rules inside the binary with `layers` on top, and compiles them.
    ///
    /// # Errors
    /// Every fault of every file, where there is an error among them.
    pub fn load(layers: Vec<Layer>) -> Result<Self, Vec<Fault>> {
        let all: Vec<Layer> = std::iter::once(Layer::shipped()).chain(layers).collect();
        let loaded = load(&all);
        loaded.set.map(Self::new).ok_or(loaded.faults)
    }

    /// Tells it who we are, by which mail that others sent in our name is known.
    #[must_use]
    pub fn with_own(mut self, own: Own) -> Self {
        self.reader.set_own(own);
        self
    }

    /// The rules that it answers from.
    #[must_use]
    pub const fn set(&self) -> &RuleSet {
        &self.set
    }

    /// The matcher, for whoever wants to see all that match.
    #[must_use]
    pub const fn matcher(&self) -> &Matcher {
        &self.matcher
    }

    /// Reads a text as a failure, without judging it.
    #[must_use]
    pub fn read<'t>(&self, text: &'t str) -> Failure<'t> {
        self.grammar.read(text)
    }

    /// Reads a mail, without judging what it says. Its lines may end in any of LF, CRLF and CR.
    #[must_use]
    pub fn read_mail(&self, mail: &[u8]) -> Report {
        let mail = source::line_ends(mail);
        let notice = self.notices.read_mail(&self.grammar, &mail);
        notice.unwrap_or_else(|| self.reader.read(&self.grammar, &mail))
    }

    /// Reads JSON in which a sending service tells what came back, without judging it.
    #[must_use]
    pub fn read_notices(&self, json: &[u8]) -> Told {
        self.notices.read(&self.grammar, json)
    }

    /// Reads what a log says about one recipient, without judging it.
    #[must_use]
    pub fn read_entry<'e>(&self, entry: &'e Entry) -> Failure<'e> {
        entry.failure(&self.grammar, self.set.provider_by_id(entry.system.name()))
    }

    /// Says why a text comes back.
    ///
    /// ```
    /// let engine = modori::Engine::load(Vec::new()).unwrap();
    /// let diagnosis = engine.lookup("552 5.2.2 Mailbox full", Default::default());
    /// assert_eq!(engine.set().category(diagnosis.category).id, "mailbox_full");
    /// ```
    #[must_use]
    pub fn lookup<'t>(&self, text: &'t str, from: Viewpoint) -> Diagnosis<'t> {
        self.diagnose(self.read(text), from)
    }

    /// The rule that speaks for a failure, as far as it may judge such a report.
    fn choose(&self, failure: &Failure<'_>, from: Viewpoint) -> Option<Match> {
        self.matcher.choose(&self.set, failure, from).filter(|chosen| self.may_judge(failure.kind, chosen))
    }

    /// Says why a mail failed.
    #[must_use]
    pub fn diagnose<'t>(&self, mut failure: Failure<'t>, from: Viewpoint) -> Diagnosis<'t> {
        let told = failure.kind;
        let mut chosen = self.choose(&failure, from);
        let says_nothing = |chosen: &Match| chosen.verdict.category == self.set.default_category(Kind::Bounce);
        if !failure.page.is_empty() && chosen.as_ref().is_none_or(says_nothing) {
            let page = std::mem::take(&mut failure.page);
            let owned = |utterance: Utterance<'_>| -> Utterance<'t> { utterance.into_owned() };
            failure.utterances.splice(0..0, self.read(&page).utterances.into_iter().map(owned));
            chosen = self.choose(&failure, from);
        }
        let category = chosen.as_ref().map_or_else(|| self.set.default_category(told.unwrap_or(Kind::Bounce)), |c| c.verdict.category);
        let kind = told.unwrap_or_else(|| kind_of(self.set.category(category)));
        let utterance = chosen.as_ref().map_or_else(|| failure.utterances.len().saturating_sub(1), |chosen| chosen.utterance);
        let (status, reply) = (failure.status(utterance), failure.reply(utterance));
        let temporary = reply.is_some_and(Reply::is_temporary) || status.is_some_and(Status::is_temporary);
        let (severity, action) = match failure.backscatter {
            Some(true) => (Severity::Notice, Action::None),
            _ => verdict(kind, self.set.category(category), chosen.as_ref(), temporary),
        };
        let mut facts = std::mem::take(&mut failure.facts);
        if let Some(chosen) = &chosen {
            self.taken(&failure, chosen).into_iter().for_each(|(name, _, fact)| facts.add(&name, fact));
        }
        let remote = self.remote(&failure, from);
        let reporter = failure.reporter.or_else(|| failure.reporting_host.as_deref().and_then(|host| self.matcher.directory().host(host)));
        let speaker = self.matcher.speaker(&failure, utterance, Viewpoint::default());
        let mut diagnosis = Diagnosis {
            kind,
            category,
            severity,
            action,
            strength: chosen.as_ref().map_or(Strength::Symptom, |chosen| self.set.strength(&chosen.verdict)),
            rule: chosen.as_ref().map(|chosen| chosen.rule),
            words: chosen.as_ref().and_then(words),
            provider: speaker.or_else(|| self.provider_of(chosen.as_ref())),
            remote,
            reporter,
            status,
            reply,
            stage: failure.stage(utterance),
            facts,
            notes: Vec::new(),
            failure,
        };
        diagnosis.notes = self.notes(&diagnosis, from);
        diagnosis
    }

    /// Whether a rule may say what a report means: of reports that tell no failure only one that is about their kind.
    fn may_judge(&self, told: Option<Kind>, chosen: &Match) -> bool {
        match told {
            None | Some(Kind::Bounce | Kind::Delay) => true,
            Some(kind) => {
                chosen.verdict.category == self.set.default_category(kind) || !self.set.rule(chosen.rule).conditions.kinds.is_empty()
            }
        }
    }

    /// The provider whose words a rule knows, unless these are everybody's.
    fn provider_of(&self, chosen: Option<&Match>) -> Option<ProviderIx> {
        let provider = self.set.rule(chosen?.rule).provider;
        (self.set.provider(provider).kind != ProviderKind::Standard).then_some(provider)
    }

    /// Who refused: the provider of the host nearest the recipient, else the one that serves the recipient.
    fn remote(&self, failure: &Failure<'_>, from: Viewpoint) -> Option<ProviderIx> {
        let directory = self.matcher.directory();
        match failure.remote_host.as_deref() {
            Some(host) => directory.host(host),
            None => failure.recipient.as_deref().and_then(|address| directory.address(address)).or(from.presumed),
        }
    }

    /// What the holes of a matched pattern took: the names, the places in the utterance as it was written, and the facts.
    #[must_use]
    pub fn taken(&self, failure: &Failure<'_>, chosen: &Match) -> Vec<(String, Range<usize>, Fact)> {
        let Some(pattern) = chosen.pattern.map(|index| &self.set.rule(chosen.rule).patterns[index]) else { return Vec::new() };
        let text = &failure.utterances[chosen.utterance].text;
        let fact = |(name, range): &(String, Range<usize>)| {
            let kind = match &pattern.form {
                Form::Text(text) => text.holes().find(|hole| *hole.name == **name).map(|hole| hole.kind),
                Form::Regex(_) => name.parse().ok(),
            };
            let range = Folded::origin(text, range.clone());
            let fact = pattern::fact(kind.unwrap_or(HoleKind::Word), &text[range.clone()])?;
            Some((name.clone(), range, fact))
        };
        chosen.holes.iter().filter(|(name, _)| name != IGNORED).filter_map(fact).collect()
    }

    /// The notes for this category of whoever serves the recipient, refused, or is asked for.
    fn notes(&self, diagnosis: &Diagnosis<'_>, from: Viewpoint) -> Vec<usize> {
        let served = diagnosis.failure.recipient.as_deref().and_then(|address| self.matcher.directory().address(address));
        let belongs = |note: &Note| {
            let owner = Some(note.provider);
            let whose = match note.audience {
                Audience::Recipients => owner == served || owner == diagnosis.remote || owner == diagnosis.provider,
                Audience::Customers => owner == from.customer_of,
                // It stands in place of the advice.
                Audience::Backscatter => false,
            };
            whose && note.categories.contains(&diagnosis.category)
        };
        let notes = || self.set.notes.iter().enumerate().filter(|(_, note)| belongs(note));
        // Two notes about the same say one thing to two kinds of readers; who is both gets the one for customers.
        let said_otherwise = |note: &Note| {
            let same = |other: &Note| other.provider == note.provider && other.categories == note.categories;
            note.audience == Audience::Recipients && notes().any(|(_, other)| other.audience == Audience::Customers && same(other))
        };
        notes().filter(|(_, note)| !said_otherwise(note)).map(|(index, _)| index).collect()
    }

    /// What to tell the person who sent the mail.
    ///
    /// A report of a delay first says that nothing need be sent again (the advice of that kind's own category). Where somebody else
    /// sent the mail in our name, there is nothing else to say.
    #[must_use]
    pub fn advice(&self, diagnosis: &Diagnosis<'_>, lang: &Lang) -> Option<String> {
        if diagnosis.failure.backscatter == Some(true)
            && let Some(text) = self.on_backscatter(diagnosis, lang)
        {
            return Some(text);
        }
        let category = self.set.category(diagnosis.category);
        let own = diagnosis.rule.and_then(|rule| self.set.rule(rule).advice.render(&diagnosis.facts, lang));
        let reason = own.or_else(|| category.advice.render(&diagnosis.facts, lang));
        let waiting = self.set.default_category(Kind::Delay);
        if diagnosis.kind != Kind::Delay || waiting == diagnosis.category {
            return reason;
        }
        let opening = self.set.category(waiting).advice.render(&diagnosis.facts, lang);
        let parts: Vec<String> = opening.into_iter().chain(reason).collect();
        let between = if lang.is("ja") { "" } else { " " };
        (!parts.is_empty()).then(|| parts.join(between))
    }

    /// What to tell about a mail that somebody else sent in our name: the first note on it for this category, or for all.
    fn on_backscatter(&self, diagnosis: &Diagnosis<'_>, lang: &Lang) -> Option<String> {
        let notes = self.set.notes.iter().filter(|note| note.audience == Audience::Backscatter);
        let (own, general): (Vec<_>, Vec<_>) = notes.partition(|note| note.categories.contains(&diagnosis.category));
        let general = general.into_iter().filter(|note| note.categories.is_empty());
        own.into_iter().chain(general).find_map(|note| note.text.render(&diagnosis.facts, lang))
    }

    /// What to tell whoever runs the sending server; nothing where the mail was not sent by it.
    #[must_use]
    pub fn operator(&self, diagnosis: &Diagnosis<'_>, lang: &Lang) -> Option<String> {
        if diagnosis.failure.backscatter == Some(true) {
            return None;
        }
        let own = diagnosis.rule.and_then(|rule| self.set.rule(rule).operator.render(&diagnosis.facts, lang));
        own.or_else(|| self.set.category(diagnosis.category).operator.render(&diagnosis.facts, lang))
    }

    /// The notes in `lang`.
    #[must_use]
    pub fn note_texts(&self, diagnosis: &Diagnosis<'_>, lang: &Lang) -> Vec<String> {
        diagnosis.notes.iter().filter_map(|index| self.set.notes[*index].text.render(&diagnosis.facts, lang)).collect()
    }
}

/// The kind that a category shows, where nothing told it.
fn kind_of(category: &Category) -> Kind {
    category.default_for.first().copied().unwrap_or(Kind::Bounce)
}

/// The words that a match took.
fn words(chosen: &Match) -> Option<Words> {
    Some(Words { pattern: chosen.pattern?, utterance: chosen.utterance, seen: chosen.range.clone() })
}

/// Where the words that decided stand in their utterance as it was written.
#[must_use]
pub fn decided_at(diagnosis: &Diagnosis<'_>) -> Option<Range<usize>> {
    let words = diagnosis.words.as_ref()?;
    Some(Folded::origin(&diagnosis.failure.utterances[words.utterance].text, words.seen.clone()))
}

/// The words that decided, as they were written.
#[must_use]
pub fn deciding<'d>(diagnosis: &'d Diagnosis<'_>) -> Option<&'d str> {
    let words = diagnosis.words.as_ref()?;
    Some(&diagnosis.failure.utterances[words.utterance].text[decided_at(diagnosis)?])
}

/// Severity and action: a delay is a notice that asks for nothing; a code that says "for now" makes a permanent severity
/// temporary and removes nobody, unless the rule says its own.
fn verdict(kind: Kind, category: &Category, chosen: Option<&Match>, temporary: bool) -> (Severity, Action) {
    if kind == Kind::Delay {
        return (Severity::Notice, Action::Wait);
    }
    let own_severity = chosen.and_then(|chosen| chosen.verdict.severity);
    let own_action = chosen.and_then(|chosen| chosen.verdict.action);
    let mut severity = own_severity.unwrap_or(category.severity);
    let mut action = own_action.unwrap_or(category.action);
    if temporary && own_severity.is_none() && severity == Severity::Permanent {
        severity = Severity::Temporary;
        if own_action.is_none() && action == Action::SuppressAddress {
            action = Action::RetryLater;
        }
    }
    (severity, action)
}
