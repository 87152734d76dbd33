//! Failures from words: those of the page, and those of the fields for programs.

use std::borrow::Cow;

use super::dsn::Recipient;
use crate::model::{Failure, Speaker, Utterance};
use crate::pattern::Folded;
use crate::reading::{Grammar, readable};

/// The words of the page and of the fields as one failure. Where the page holds what the fields say, it says more: the stage.
pub(super) fn together(grammar: &Grammar, prose: &str, diagnostic: &str, fields: &Recipient) -> Failure<'static> {
    let (prose, diagnostic) = (readable(prose), readable(diagnostic));
    let (page, program) = (Folded::new(prose), Folded::new(diagnostic));
    let mut failure = owned(grammar.read_folded(prose, &page));
    if prose.trim().is_empty() {
        failure.utterances.clear();
    }
    if !page.holds(&program) {
        let mut own = owned(grammar.read_folded(diagnostic, &program));
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
    Failure {
        kind: failure.kind,
        recipient: own(failure.recipient),
        final_recipient: own(failure.final_recipient),
        utterances: failure.utterances.into_iter().map(Utterance::into_owned).collect(),
        page: Cow::Owned(failure.page.into_owned()),
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
        recovered_from: failure.recovered_from,
        headers: failure.headers,
        backscatter: failure.backscatter,
        limit: failure.limit,
        facts: failure.facts,
    }
}
