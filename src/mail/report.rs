//! From a mail to its failures: fields for programs and prose together.

use std::borrow::Cow;

use mail_parser::MessageParser;

use super::dsn::{self, Notification, Recipient};
use super::feedback;
use super::headers::{Headers, Returned};
use super::page::{lines, recognises, returned_at, says};
use super::parts::Parts;
use super::shapes::{self, Said};
use crate::model::{Failure, Kind, Layout, RuleSet, Speaker, Utterance};
use crate::pattern::Folded;
use crate::reading::Grammar;

/// What a mail turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Report {
    /// A report, with a failure for each recipient.
    Failures(Vec<Failure<'static>>),
    /// A mail that reports nothing.
    NoReport,
}

/// Reads mails by the layouts of a set.
#[derive(Debug)]
pub struct Reader {
    layouts: Vec<Layout>,
}

/// A mail taken apart, and the layout that it has.
struct Page<'r> {
    headers: Headers,
    parts: Parts,
    layout: Option<&'r Layout>,
    /// The report's own words.
    text: String,
    said: Vec<Said>,
}

impl Reader {
    /// Makes the layouts of `set` ready.
    #[must_use]
    pub fn new(set: &RuleSet) -> Self {
        Self { layouts: set.layouts.clone() }
    }

    /// Reads a mail. `grammar` is that of the same set.
    #[must_use]
    pub fn read(&self, grammar: &Grammar, mail: &[u8]) -> Report {
        let Some(message) = MessageParser::default().parse(mail) else { return Report::NoReport };
        let page = self.page(Headers::new(&message), Parts::new(&message));
        let failures = page.failures(grammar);
        if failures.is_empty() { Report::NoReport } else { Report::Failures(failures) }
    }

    fn page(&self, headers: Headers, mut parts: Parts) -> Page<'_> {
        let text = std::mem::take(&mut parts.text);
        let whole = Folded::new(&text);
        let layout = self.layouts.iter().find(|layout| recognises(layout, &headers, &whole));
        let lines = lines(&text);
        let end = returned_at(&lines, layout.map_or(&[], |layout| &layout.returned));
        let own = lines.get(end).map_or(text.len(), |line| line.range.start);
        if parts.returned.is_none() {
            let behind = lines.iter().skip(end).find(|line| line.folded.as_str().contains(':')).map_or(text.len(), |line| line.range.start);
            parts.returned = Returned::parse(&text.as_bytes()[behind..]);
        }
        let said = layout.map_or_else(Vec::new, |layout| shapes::read(layout, &text, &lines[..end]));
        let text = text[..own].to_owned();
        Page { headers, parts, layout, text, said }
    }
}

impl Page<'_> {
    fn failures(&self, grammar: &Grammar) -> Vec<Failure<'static>> {
        if let Some(fields) = &self.parts.feedback {
            return self.complaints(fields);
        }
        let mut notification = Notification::default();
        for part in self.parts.status.iter().map(String::as_str).chain(self.inline_fields()) {
            let read = dsn::parse(part);
            notification.reporting = notification.reporting.take().or(read.reporting);
            notification.recipients.extend(read.recipients);
        }
        let mut failures: Vec<Failure<'static>> = if notification.recipients.is_empty() {
            self.by_prose(grammar)
        } else {
            notification.recipients.iter().map(|recipient| self.by_fields(grammar, recipient, notification.recipients.len())).collect()
        };
        for failure in &mut failures {
            failure.reporting_host = failure.reporting_host.take().or_else(|| notification.reporting.clone().map(Cow::Owned));
            self.finish(failure);
        }
        failures
    }

    /// Fields for programs that stand in the text, where no part holds them.
    fn inline_fields(&self) -> Option<&str> {
        let at = || self.text.find("Final-Recipient:").map(|at| self.text[..at].rfind("Reporting-MTA:").unwrap_or(at));
        if self.parts.status.is_empty() { at().map(|at| &self.text[at..]) } else { None }
    }

    fn complaints(&self, fields: &str) -> Vec<Failure<'static>> {
        let mut about = feedback::recipients(fields);
        if about.is_empty() {
            about = self.parts.returned.iter().flat_map(|returned| returned.to.clone()).take(1).collect();
        }
        let one = |recipient: Option<String>| {
            let mut failure = Failure { kind: Some(Kind::Complaint), recipient: recipient.map(Cow::Owned), ..Failure::default() };
            self.finish(&mut failure);
            failure
        };
        if about.is_empty() { vec![one(None)] } else { about.into_iter().map(|address| one(Some(address))).collect() }
    }

    /// A failure of a notification, with the words of the page about the same recipient.
    fn by_fields(&self, grammar: &Grammar, fields: &Recipient, count: usize) -> Failure<'static> {
        let names = [fields.last.as_deref(), fields.original.as_deref()];
        let is_about = |said: &&Said| {
            let own = [said.recipient.as_deref(), said.original.as_deref()];
            own.iter().flatten().any(|own| names.iter().flatten().any(|name| name.eq_ignore_ascii_case(own)))
        };
        let said = self.said.iter().find(is_about).or_else(|| self.said.first().filter(|_| count == 1 && self.said.len() == 1));
        let prose = said.map_or("", |said| said.words.as_str());
        let diagnostic = fields.diagnostic.as_ref().map_or("", |(_, words)| words.as_str());
        let mut failure = together(grammar, prose, diagnostic, fields);
        let original = fields.original.clone().or_else(|| said.and_then(|said| said.original.clone()));
        match (original, fields.last.clone()) {
            (Some(original), Some(last)) if !original.eq_ignore_ascii_case(&last) => {
                failure.recipient = Some(Cow::Owned(original));
                failure.final_recipient = Some(Cow::Owned(last));
            }
            (original, last) => failure.recipient = last.or(original).map(Cow::Owned),
        }
        failure.kind = Some(self.kind().unwrap_or_else(|| fields.action.unwrap_or(Kind::Bounce)));
        if let Some(action) = fields.action {
            failure.kind = Some(action);
        }
        failure.status = fields.status;
        failure.remote_host = failure.remote_host.take().or_else(|| fields.remote.clone().map(Cow::Owned));
        failure
    }

    /// The failures that the page alone tells.
    fn by_prose(&self, grammar: &Grammar) -> Vec<Failure<'static>> {
        let Some(layout) = self.layout else { return Vec::new() };
        let kind = self.kind().unwrap_or(Kind::Bounce);
        let mut said = self.said.clone();
        if said.is_empty() {
            said = self.recovered(layout);
        }
        let failure = |said: &Said| {
            let mut failure = owned(grammar.read(&said.words));
            let (recipient, original) = (said.recipient.clone(), said.original.clone());
            match original {
                Some(original) => {
                    failure.recipient = Some(Cow::Owned(original));
                    failure.final_recipient = recipient.map(Cow::Owned);
                }
                None => failure.recipient = recipient.map(Cow::Owned).or_else(|| failure.recipient.take()),
            }
            failure.kind = Some(kind);
            failure
        };
        said.iter().map(failure).collect()
    }

    /// Recipients that the page does not name: by `X-Failed-Recipients`, else by whom the returned message went to.
    fn recovered(&self, layout: &Layout) -> Vec<Said> {
        let words = self.text.clone();
        if layout.kind == Some(Kind::AutoReply) || layout.kind == Some(Kind::Challenge) {
            return vec![Said { recipient: self.headers.from_address.clone(), original: None, words }];
        }
        let failed = self.headers.all("x-failed-recipients").flat_map(|value| value.split(',')).map(|address| address.trim().to_owned());
        let mut recipients: Vec<String> = failed.filter(|address| address.contains('@')).collect();
        if recipients.is_empty() {
            recipients = self.parts.returned.iter().flat_map(|returned| returned.to.clone()).take(1).collect();
        }
        if recipients.is_empty() {
            return vec![Said { words, ..Said::default() }];
        }
        recipients.into_iter().map(|recipient| Said { recipient: Some(recipient), original: None, words: words.clone() }).collect()
    }

    /// The kind that the layout, or its words, tell.
    fn kind(&self) -> Option<Kind> {
        let layout = self.layout?;
        let text = Folded::new(&self.text);
        if layout.kind.is_some() {
            layout.kind
        } else if says(&layout.delay, &self.headers, &text) {
            Some(Kind::Delay)
        } else if says(&layout.success, &self.headers, &text) {
            Some(Kind::Success)
        } else {
            None
        }
    }

    /// Adds what the whole report tells.
    fn finish(&self, failure: &mut Failure<'static>) {
        failure.date = self.headers.date;
        failure.reporter = self.layout.map(|layout| layout.provider).or(failure.reporter);
        if let Some(returned) = &self.parts.returned {
            failure.sender = returned.sender.clone().map(Cow::Owned);
            failure.subject = returned.subject.clone().map(Cow::Owned);
            failure.message_id = returned.message_id.clone().map(Cow::Owned);
        }
    }
}

/// The words of the page and of the fields as one failure. Where the page holds what the fields say, it says more: the stage.
fn together(grammar: &Grammar, prose: &str, diagnostic: &str, fields: &Recipient) -> Failure<'static> {
    let (page, program) = (Folded::new(prose), Folded::new(diagnostic));
    let mut failure = owned(grammar.read(prose));
    if prose.trim().is_empty() {
        failure.utterances.clear();
    }
    let repeated = page.as_str().contains(program.as_str());
    if !repeated {
        let mut own = owned(grammar.read(diagnostic));
        let is_remote = fields.diagnostic.as_ref().is_some_and(|(kind, _)| kind == "smtp");
        for utterance in &mut own.utterances {
            if is_remote && utterance.speaker == Speaker::Reporter {
                utterance.speaker = Speaker::Remote;
            }
            let last = failure.utterances.last();
            utterance.stage = utterance.stage.or_else(|| last.and_then(|last| last.stage));
            utterance.host = utterance.host.take().or_else(|| fields.remote.clone().filter(|_| is_remote).map(Cow::Owned));
        }
        failure.facts = if failure.facts.is_empty() { own.facts } else { failure.facts };
        failure.remote_host = failure.remote_host.take().or(own.remote_host);
        failure.utterances.extend(own.utterances);
        failure.diagnostic = Cow::Owned(diagnostic.to_owned());
    }
    if failure.utterances.is_empty() {
        failure.utterances = owned(grammar.read("")).utterances;
    }
    failure
}

/// A failure that borrows nothing.
pub(super) fn owned(failure: Failure<'_>) -> Failure<'static> {
    let own = |text: Option<Cow<'_, str>>| text.map(|text| Cow::Owned(text.into_owned()));
    let utterance = |utterance: Utterance<'_>| Utterance {
        text: Cow::Owned(utterance.text.into_owned()),
        host: own(utterance.host),
        speaker: utterance.speaker,
        stage: utterance.stage,
        reply: utterance.reply,
        status: utterance.status,
        words: utterance.words,
    };
    Failure {
        kind: failure.kind,
        recipient: own(failure.recipient),
        final_recipient: own(failure.final_recipient),
        utterances: failure.utterances.into_iter().map(utterance).collect(),
        reporter: failure.reporter,
        reporting_host: own(failure.reporting_host),
        remote_host: own(failure.remote_host),
        status: failure.status,
        reply: failure.reply,
        date: failure.date,
        diagnostic: Cow::Owned(failure.diagnostic.into_owned()),
        sender: own(failure.sender),
        subject: own(failure.subject),
        message_id: own(failure.message_id),
        facts: failure.facts,
    }
}
