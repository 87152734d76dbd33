//! The text form: what a person reads first. At most 80 columns, wide characters counted as two.

use std::fmt::Write as _;
use std::ops::Range;

use anstyle::{AnsiColor, Style};
use textwrap::{Options, WordSeparator};
use unicode_width::UnicodeWidthStr;

use super::evidence::Evidence;
use super::wording::{Word, action, limit, recipient_source, severity, word};
use crate::Engine;
use crate::engine::deciding;
use crate::model::{Diagnosis, Fact, Lang, SetStatus, Severity, Stage};

pub(super) const WIDTH: usize = 80;
pub(super) const DIM: Style = Style::new().dimmed();
pub(super) const BOLD: Style = Style::new().bold();
const MARK: Style = Style::new().underline().bold();

/// One diagnosis as text, styled; a stream that knows no styles strips them.
#[must_use]
pub fn render_text(engine: &Engine, diagnosis: &Diagnosis<'_>, lang: &Lang) -> String {
    let mut out = String::new();
    title(&mut out, engine, diagnosis, lang);
    for (label, value) in table(engine, diagnosis, lang) {
        row(&mut out, label, &value, lang);
    }
    if let Some(advice) = engine.advice(diagnosis, lang) {
        section(&mut out, word(Word::Advice, lang), &advice);
    }
    for index in &diagnosis.notes {
        let note = &engine.set().notes[*index];
        let provider = engine.set().provider(note.provider);
        let name = provider.name.get(lang).unwrap_or(&provider.id);
        if let Some(text) = note.text.render(&diagnosis.facts, lang) {
            section(&mut out, name, &text);
        }
    }
    if let Some(operator) = engine.operator(diagnosis, lang) {
        section(&mut out, word(Word::Operator, lang), &operator);
    }
    out
}

/// That a mail reports nothing.
pub(super) fn render_no_report(lang: &Lang) -> String {
    format!("{}\n", word(Word::NoReport, lang))
}

fn title(out: &mut String, engine: &Engine, diagnosis: &Diagnosis<'_>, lang: &Lang) {
    let category = engine.set().category(diagnosis.category);
    let name = category.name.get(lang).unwrap_or(&category.id);
    let colour = match diagnosis.severity {
        Severity::Permanent => AnsiColor::Red,
        Severity::Temporary => AnsiColor::Yellow,
        Severity::Notice => AnsiColor::Green,
    };
    let style = colour.on_default().bold();
    let _ = write!(out, "{style}{name}{style:#}");
    let id = &category.id;
    let gap = WIDTH.saturating_sub(name.width() + id.width()).max(2);
    let _ = writeln!(out, "{:gap$}{DIM}{id}{DIM:#}", "");
    let line = format!("{} · {}", severity(diagnosis.severity, lang), action(diagnosis.action, lang));
    let _ = writeln!(out, "{line}");
}

/// The rows under the title: what is known, and from where.
fn table<'d>(engine: &'d Engine, diagnosis: &'d Diagnosis<'d>, lang: &Lang) -> Vec<(&'static str, String)> {
    let set = engine.set();
    let failure = &diagnosis.failure;
    let mut rows = Vec::new();
    let mut add =
        |label, value: Option<String>| rows.extend(value.filter(|value| !value.is_empty()).map(|value| (word(label, lang), value)));
    let source = failure.recipient_source().and_then(|source| recipient_source(source, lang));
    let told = |recipient: &str| source.map_or_else(|| recipient.to_owned(), |source| format!("{recipient} ({source})"));
    add(Word::Recipient, failure.recipient.as_deref().map(told));
    add(Word::Expanded, failure.final_recipient.as_deref().map(str::to_owned));
    let name = diagnosis.provider.map(|index| set.provider(index)).map(|provider| provider.name.get(lang).unwrap_or(&provider.id).clone());
    let speaker = match (name, failure.remote_host.as_deref()) {
        (Some(name), Some(host)) => Some(format!("{name} ({host})")),
        (name, host) => name.or_else(|| host.map(str::to_owned)),
    };
    add(Word::Speaker, speaker);
    add(Word::Reply, Some(codes(diagnosis)));
    add(Word::Words, deciding(diagnosis).map(str::to_owned));
    let facts: Vec<String> = diagnosis.facts.iter().map(|(name, fact)| format!("{name} {}", fact.display(lang))).collect();
    add(Word::Facts, Some(facts.join(", ")));
    let rule = diagnosis.rule.map_or_else(|| word(Word::NoRule, lang).to_owned(), |rule| set.rule(rule).name.clone());
    add(Word::Rule, Some(rule));
    add(Word::Limit, failure.limit.map(|reached| limit(reached, lang).to_owned()));
    rows
}

/// The codes and the stage: `550 5.1.1, RCPT`.
fn codes(diagnosis: &Diagnosis<'_>) -> String {
    let codes = [diagnosis.reply.map(|code| code.to_string()), diagnosis.status.map(|code| code.to_string())];
    let codes = codes.into_iter().flatten().collect::<Vec<_>>().join(" ");
    match diagnosis.stage.map(Stage::name) {
        Some(stage) if codes.is_empty() => stage.to_owned(),
        Some(stage) => format!("{codes}, {stage}"),
        None => codes,
    }
}

fn row(out: &mut String, label: &str, value: &str, lang: &Lang) {
    let column = if lang.is("ja") { 10 } else { 13 };
    let pad = " ".repeat(column - label.width().min(column - 1));
    let head = format!("  {label}{pad}");
    let indent = " ".repeat(column + 2);
    let flat = value.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown: String = flat.chars().take(400).collect();
    for (index, line) in wrap(&shown, column + 2).into_iter().enumerate() {
        let _ = if index == 0 { writeln!(out, "{DIM}{head}{DIM:#}{line}") } else { writeln!(out, "{indent}{line}") };
    }
}

fn section(out: &mut String, heading: &str, text: &str) {
    let _ = writeln!(out, "\n{BOLD}{heading}{BOLD:#}");
    for line in wrap(text, 2) {
        let _ = writeln!(out, "  {line}");
    }
}

/// Lines that leave `indent` columns free.
fn wrap(text: &str, indent: usize) -> Vec<String> {
    let options = Options::new(WIDTH - indent).word_separator(WordSeparator::UnicodeBreakProperties).break_words(true);
    textwrap::wrap(text, options).into_iter().map(|line| printable(line.trim_end())).collect()
}

/// Text that comes from mails must not steer the terminal.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()
}

/// The evidence as text.
#[must_use]
pub fn render_evidence(evidence: &Evidence) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "\n{BOLD}Evidence{BOLD:#}");
    for said in &evidence.utterances {
        let about = [Some(said.speaker.name().to_owned()), said.host.clone(), said.stage.map(|s| s.to_string())];
        let codes = [said.reply.map(|c| c.to_string()), said.status.map(|c| c.to_string())];
        let about: Vec<String> = about.into_iter().chain(codes).flatten().collect();
        let _ = writeln!(out, "  {DIM}{}{DIM:#}", about.join(" · "));
        let _ = writeln!(out, "    {}", marked(&said.text, said.decided.map(|(start, end)| start..end)));
        let _ = writeln!(out, "    {DIM}seen as{DIM:#} {}", printable(&said.seen));
    }
    for (label, value) in [("pattern", &evidence.pattern), ("place", &evidence.place)] {
        if let Some(value) = value {
            let _ = writeln!(out, "  {DIM}{label:<9}{DIM:#}{value}");
        }
    }
    for fact in &evidence.facts {
        let value = match &fact.words {
            Some(words) => format!("{} = {}  {DIM}from \u{201c}{}\u{201d}{DIM:#}", fact.name, fact_text(&fact.value), printable(words)),
            None => format!("{} = {}  {DIM}read with the report{DIM:#}", fact.name, fact_text(&fact.value)),
        };
        let _ = writeln!(out, "  {DIM}fact     {DIM:#}{value}");
    }
    if let Some(rule) = &evidence.set_aside {
        let _ = writeln!(out, "  {DIM}set aside{DIM:#} {rule} {DIM}is not about reports of this kind{DIM:#}");
    }
    for loser in &evidence.losers {
        let _ = writeln!(out, "  {DIM}lost by {:<10}{DIM:#} {} {DIM}{}{DIM:#}", loser.lost_by, loser.rule, loser.category);
    }
    out
}

/// A fact as programs see it.
fn fact_text(fact: &Fact) -> String {
    match fact {
        Fact::Integer(number, _) => number.to_string(),
        Fact::Text(text) => printable(text),
    }
}

/// What was left out of a set for its errors; nothing where nothing was.
#[must_use]
pub fn render_left_out(status: &SetStatus) -> String {
    let mut out = String::new();
    if !status.left_out.is_empty() {
        let _ = writeln!(out, "\n{BOLD}Left out for {} errors (--keep-going){BOLD:#}", status.left_out.len());
        for why in &status.left_out {
            let _ = writeln!(out, "  {}", printable(why));
        }
    }
    out
}

/// The text with the deciding words marked.
fn marked(text: &str, decided: Option<Range<usize>>) -> String {
    match decided {
        None => printable(text),
        Some(range) => {
            let (before, words, after) = (&text[..range.start], &text[range.clone()], &text[range.end..]);
            format!("{}{MARK}{}{MARK:#}{}", printable(before), printable(words), printable(after))
        }
    }
}
