//! From a mail to its failures: fields for programs and prose together.

use std::borrow::Cow;
use std::collections::HashMap;

use memchr::memmem;

use super::dsn::{self, Notification, Recipient};
use super::feedback;
use super::headers::{Headers, Returned};
use super::join::{owned, together};
use super::mend::{mend, with_its_boundary};
use super::mime::Mail;
use super::page::{Line, Sheet, returned_at};
use super::parts::Parts;
use super::recogniser::Recogniser;
use super::recover::{self, Recovered};
use super::said::Said;
use super::shapes::{self, MAX_RECIPIENTS, cut, share};
use crate::model::{Failure, Kind, Layout, Lazy, Limit, Own, PageShape, RecipientSource, RuleSet, TextPattern, Transcript};
use crate::pattern::Haystack;
use crate::reading::Grammar;

/// How many reports inside each other are opened.
const MAX_NESTED: usize = 4;

/// What a mail turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Report {
    /// A report, with a failure for each recipient.
    Failures(Vec<Failure<'static>>),
    /// A mail that reports nothing, as far as it was read: with a limit, that was not all.
    NoReport(Option<Limit>),
}

/// Reads mails by the layouts of a set.
#[derive(Debug)]
pub struct Reader {
    layouts: Recogniser,
    transcripts: Lazy<Vec<Transcript>>,
    own: Own,
}

/// A mail taken apart, and the layout that it has.
struct Page<'r> {
    headers: Headers<'r>,
    parts: Parts<'r>,
    layout: Option<&'r Layout>,
    /// The kind that the layout, or its words, tell.
    kind: Option<Kind>,
    /// The report's own words.
    text: &'r str,
    said: Vec<Said>,
}

impl Reader {
    /// Makes the layouts of `set` ready.
    #[must_use]
    pub fn new(set: &RuleSet) -> Self {
        Self { layouts: Recogniser::new(set.layouts.clone()), transcripts: set.transcripts.clone(), own: Own::default() }
    }

    /// Tells it who we are.
    pub fn set_own(&mut self, own: Own) {
        self.own = own;
    }

    /// Reads a mail. `grammar` is that of the same set.
    #[must_use]
    pub fn read(&self, grammar: &Grammar, mail: &[u8]) -> Report {
        let mended = mend(mail);
        let Some(message) = Mail::parse(&mended.bytes) else { return Report::NoReport(mended.limit) };
        let split = with_its_boundary(&message);
        let again = split.as_deref().and_then(Mail::parse);
        let parts = Parts::new(again.as_ref().unwrap_or(&message), &self.own);
        let too_long = mended.limit.or(parts.limit);
        let mut failures = self.failures(grammar, Headers::new(&message), parts, 0);
        let too_many = (failures.len() > MAX_RECIPIENTS).then_some(Limit::Recipients);
        failures.truncate(MAX_RECIPIENTS);
        let limit = too_long.or(too_many);
        if limit.is_some() {
            failures.iter_mut().for_each(|failure| failure.limit = limit);
        }
        if failures.is_empty() { Report::NoReport(limit) } else { Report::Failures(failures) }
    }

    /// What a mail tells; `depth` counts the reports that it stands in.
    fn failures(&self, grammar: &Grammar, headers: Headers<'_>, mut parts: Parts<'_>, depth: usize) -> Vec<Failure<'static>> {
        let text = &*std::mem::take(&mut parts.text);
        let sheet = Sheet::new(text);
        let lines = sheet.lines();
        let layout = {
            let mut fitting = self.layouts.fitting(&headers, sheet.opening()).peekable();
            // Only the first is opened: trying each at every depth would take longer and longer.
            if let Some(nested) = fitting.next_if(|layout| layout.shape == PageShape::Nested) {
                let inner = self.inside(grammar, nested, (&sheet, &lines), &parts, depth);
                if !inner.is_empty() {
                    return inner;
                }
            }
            fitting.find(|layout| layout.shape != PageShape::Nested)
        };
        if layout.is_none() && !parts.is_standard() && memmem::find(text.as_bytes(), dsn::FIRST_FIELD.as_bytes()).is_none() {
            return Vec::new();
        }
        self.page(layout, headers, parts, (&sheet, &lines)).failures(grammar)
    }

    /// What the report inside a report tells: it is a part of its own, or stands in the text.
    fn inside(
        &self,
        grammar: &Grammar,
        layout: &Layout,
        (sheet, lines): (&Sheet<'_>, &[Line<'_>]),
        parts: &Parts<'_>,
        depth: usize,
    ) -> Vec<Failure<'static>> {
        if depth == MAX_NESTED || parts.is_standard() {
            return Vec::new();
        }
        if let Some(inner) = parts.inner {
            return self.failures(grammar, Headers::new(inner), Parts::new(inner, &self.own), depth + 1);
        }
        let at = returned_at(lines, &sheet.marks(&layout.returned));
        let quoted = quoted_message(sheet.text(), lines.get(at..).unwrap_or_default());
        let inner = quoted.as_deref().unwrap_or_else(|| message_in(sheet.text(), lines, at));
        let inner = Mail::parse(inner.as_bytes());
        inner.map_or_else(Vec::new, |inner| self.failures(grammar, Headers::new(&inner), Parts::new(&inner, &self.own), depth + 1))
    }

    fn page<'r>(
        &'r self,
        layout: Option<&'r Layout>,
        headers: Headers<'r>,
        mut parts: Parts<'r>,
        (sheet, lines): (&Sheet<'r>, &[Line<'_>]),
    ) -> Page<'r> {
        let text = sheet.text();
        let kind = layout.and_then(|layout| kind(layout, &headers, sheet.opening()));
        let end = returned_at(lines, &layout.map(|layout| sheet.marks(&layout.returned)).unwrap_or_default());
        let own = lines.get(end).map_or(text.len(), |line| line.range.start);
        parts.returned = parts.returned.take().or_else(|| Returned::parse(message_in(text, lines, end).as_bytes(), &self.own));
        let said = layout.map_or_else(Vec::new, |layout| shapes::read(layout, &self.transcripts, sheet, &lines[..end]));
        Page { headers, parts, layout, kind, text: &text[..own], said }
    }
}

/// The message that begins with a field at or behind the line `at`.
fn message_in<'t>(text: &'t str, lines: &[Line<'_>], at: usize) -> &'t str {
    // The mark itself may end in a colon, but no field's name holds a space (RFC 5322, section 2.2).
    let is_field = |line: &&Line<'_>| line.folded.split_once(':').is_some_and(|(name, _)| !name.is_empty() && !name.contains(' '));
    let first = lines.iter().skip(at).find(is_field);
    &text[first.map_or(text.len(), |line| line.range.start)..]
}

/// The message that is quoted right below the mark in the first of `lines`, without the signs of its quotation.
fn quoted_message(text: &str, lines: &[Line<'_>]) -> Option<String> {
    let words = |line: &Line<'_>| text[line.range.clone()].strip_prefix('>').map(|line| line.strip_prefix(' ').unwrap_or(line));
    let mut quoted = lines.iter().skip(1).skip_while(|line| line.is_blank()).map_while(words).skip_while(|line| line.trim().is_empty());
    let first = quoted.next()?;
    Some(std::iter::once(first).chain(quoted).collect())
}

/// The kind that a layout, or its words in the subject or the text, tell.
fn kind(layout: &Layout, headers: &Headers<'_>, opening: &Haystack) -> Option<Kind> {
    let says = |patterns: &[TextPattern]| patterns.iter().any(|pattern| headers.subject.has(pattern) || opening.has(pattern));
    if layout.kind.is_some() {
        layout.kind
    } else if says(&layout.delay) {
        Some(Kind::Delay)
    } else if says(&layout.success) {
        Some(Kind::Success)
    } else {
        None
    }
}

impl Page<'_> {
    fn failures(&self, grammar: &Grammar) -> Vec<Failure<'static>> {
        if let Some(fields) = &self.parts.feedback {
            return if feedback::is_complaint(fields) { self.complaints(fields) } else { Vec::new() };
        }
        let mut notification = Notification::default();
        for part in self.parts.status.iter().map(String::as_str).chain(self.inline_fields()) {
            let read = dsn::parse(part);
            notification.reporting = notification.reporting.take().or(read.reporting);
            notification.recipients.extend(read.recipients);
        }
        // Fields that name nobody say less than a page that names several.
        let named = notification.recipients.iter().any(Recipient::is_named);
        let by_fields = named || !notification.recipients.is_empty() && self.said.len() <= 1;
        let mut failures = if by_fields { self.by_fields(grammar, &notification.recipients) } else { self.by_prose(grammar) };
        for failure in &mut failures {
            failure.reporting_host = failure.reporting_host.take().or_else(|| notification.reporting.clone().map(Cow::Owned));
            self.finish(failure);
        }
        failures
    }

    /// Fields for programs that stand in the text, where no part holds them.
    fn inline_fields(&self) -> Option<&str> {
        let at = || self.text.find(dsn::FIRST_FIELD).map(|at| self.text[..at].rfind(dsn::REPORTER_FIELD).unwrap_or(at));
        if self.parts.status.is_empty() { at().map(|at| &self.text[at..]) } else { None }
    }

    fn complaints(&self, fields: &str) -> Vec<Failure<'static>> {
        let named: Vec<Recovered> = feedback::recipients(fields).into_iter().map(|address| (address, RecipientSource::Report)).collect();
        let mut about: Vec<Option<Recovered>> = named.into_iter().map(Some).collect();
        if about.is_empty() {
            about.push(recover::one(&self.headers, self.parts.returned.as_ref()));
        }
        let one = |recipient: Option<Recovered>| {
            let mut failure = Failure { kind: Some(Kind::Complaint), ..Failure::default() };
            set_recipient(&mut failure, recipient);
            self.finish(&mut failure);
            failure
        };
        about.into_iter().map(one).collect()
    }

    /// The failures of a notification, each with the words of the page about the same recipient.
    fn by_fields(&self, grammar: &Grammar, recipients: &[Recipient]) -> Vec<Failure<'static>> {
        let mut about: HashMap<String, &Said> = HashMap::new();
        for said in &self.said {
            for name in [&said.recipient, &said.original].into_iter().flatten() {
                about.entry(name.to_lowercase()).or_insert(said);
            }
        }
        let only = self.said.first().filter(|_| recipients.len() == 1 && self.said.len() == 1);
        let share = share(recipients.len());
        let one = |fields: &Recipient| {
            let names = [&fields.last, &fields.original];
            let said = names.into_iter().flatten().find_map(|name| about.get(&name.to_lowercase()).copied()).or(only);
            self.by_field(grammar, fields, said, share)
        };
        recipients.iter().take(MAX_RECIPIENTS + 1).map(one).collect()
    }

    fn by_field(&self, grammar: &Grammar, fields: &Recipient, said: Option<&Said>, share: usize) -> Failure<'static> {
        let prose = cut(said.map_or("", |said| &said.words), share);
        let diagnostic = fields.diagnostic.as_ref().map_or("", |(_, words)| words.as_str());
        let mut failure = together(grammar, prose, cut(diagnostic, share), fields);
        let original = fields.original.clone().or_else(|| said.and_then(|said| said.original.clone()));
        match (original, fields.last.clone()) {
            (Some(original), Some(last)) if !original.eq_ignore_ascii_case(&last) => {
                failure.recipient = Some(Cow::Owned(original));
                failure.final_recipient = Some(Cow::Owned(last));
            }
            (None, None) => match said.and_then(|said| said.recipient.clone()) {
                Some(named) => failure.recipient = Some(Cow::Owned(named)),
                None => set_recipient(&mut failure, self.unnamed()),
            },
            (original, last) => failure.recipient = last.or(original).map(Cow::Owned),
        }
        failure.kind = Some(fields.action.or(self.kind).unwrap_or(Kind::Bounce));
        failure.status = fields.status;
        failure.remote_host = failure.remote_host.take().or_else(|| fields.remote.clone().map(Cow::Owned));
        failure
    }

    /// The failures that the page alone tells.
    fn by_prose(&self, grammar: &Grammar) -> Vec<Failure<'static>> {
        let Some(layout) = self.layout else { return Vec::new() };
        if self.said.is_empty() {
            return self.recovered(grammar, layout);
        }
        let share = share(self.said.len());
        let failure = |said: &Said| {
            let mut failure = self.spoken(grammar, cut(&said.words, share));
            let page_is_about_it = layout.shape == PageShape::Block && self.said.len() == 1 || said.on_line;
            if page_is_about_it && !has_codes(&failure) && said.words.trim() != self.text.trim() {
                failure.page = Cow::Owned(cut(self.text, share).to_owned());
            }
            let (recipient, original) = (said.recipient.clone(), said.original.clone());
            match original {
                Some(original) => {
                    failure.recipient = Some(Cow::Owned(original));
                    failure.final_recipient = recipient.map(Cow::Owned);
                }
                None => failure.recipient = recipient.map(Cow::Owned).or_else(|| failure.recipient.take()),
            }
            if failure.recipient.is_none() {
                set_recipient(&mut failure, self.unnamed());
            }
            failure
        };
        self.said.iter().map(failure).collect()
    }

    /// The failures of a page that names no recipients.
    fn recovered(&self, grammar: &Grammar, layout: &Layout) -> Vec<Failure<'static>> {
        let recipients = recover::recipients(layout, &self.headers, self.parts.returned.as_ref());
        let words = cut(self.text, share(recipients.len()));
        if recipients.is_empty() {
            let mut failure = self.spoken(grammar, words);
            if failure.recipient.is_none() {
                set_recipient(&mut failure, self.only_address());
            }
            return vec![failure];
        }
        let one = |recipient: Recovered| {
            let mut failure = self.spoken(grammar, words);
            set_recipient(&mut failure, Some(recipient));
            failure
        };
        recipients.into_iter().take(MAX_RECIPIENTS + 1).map(one).collect()
    }

    /// The one recipient that the report must be about, where its words name none.
    fn unnamed(&self) -> Option<Recovered> {
        recover::one(&self.headers, self.parts.returned.as_ref()).or_else(|| self.only_address())
    }

    /// The one address on the page, or in the subject of a report that returns no mail, where mail to it failed.
    fn only_address(&self) -> Option<Recovered> {
        if !matches!(self.kind, None | Some(Kind::Bounce | Kind::Delay)) {
            return None;
        }
        let returned = self.parts.returned.as_ref();
        let only = |text: &str| recover::only_address(text, &self.headers, returned);
        only(self.text).or_else(|| self.headers.decoded("subject").last().filter(|_| returned.is_none()).and_then(|subject| only(&subject)))
    }

    /// A failure of the page's kind, with these words.
    fn spoken(&self, grammar: &Grammar, words: &str) -> Failure<'static> {
        Failure { kind: Some(self.kind.unwrap_or(Kind::Bounce)), ..owned(grammar.read(words)) }
    }

    /// Adds what the whole report tells.
    fn finish(&self, failure: &mut Failure<'static>) {
        failure.date = self.headers.date;
        failure.reporter = self.layout.map(|layout| layout.provider).or(failure.reporter);
        if let Some(returned) = &self.parts.returned {
            failure.sender = returned.sender.clone().map(Cow::Owned);
            failure.subject = returned.subject.clone().map(Cow::Owned);
            failure.message_id = returned.message_id.clone().map(Cow::Owned);
            failure.backscatter = returned.backscatter;
            failure.headers.clone_from(&returned.carried);
        }
    }
}

/// Whether the words of a failure hold a reply or a status.
fn has_codes(failure: &Failure<'_>) -> bool {
    failure.utterances.iter().any(|utterance| utterance.reply.is_some() || utterance.status.is_some())
}

/// Names the recipient of a failure, and where it was found.
fn set_recipient(failure: &mut Failure<'static>, recovered: Option<Recovered>) {
    let Some((recipient, source)) = recovered else { return };
    failure.recipient = Some(Cow::Owned(recipient));
    failure.recovered_from = Some(source);
}
