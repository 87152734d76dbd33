//! The page as HTML. All that comes from mails is escaped.

use std::ops::Range;

use maud::{DOCTYPE, Markup, html};

use super::words::{Word, word};
use crate::Engine;
use crate::engine::decided_at;
use crate::model::{Diagnosis, Lang, Stage};
use crate::output::{action, severity};

/// How much of the deciding words' text is shown on either side of them, in bytes.
const AROUND: usize = 400;

/// What the page answers.
#[derive(Debug)]
pub(super) enum Answer<'a> {
    /// Nothing was asked yet.
    None,
    /// What a mail or text says; of a mail that reports nothing, nothing.
    Given {
        engine: &'a Engine,
        diagnoses: &'a [Diagnosis<'a>],
        /// How many are not shown.
        more: usize,
    },
}

/// The whole page.
pub(super) fn page(lang: &Lang, pasted: &str, answer: &Answer<'_>) -> String {
    let base = if lang.is("ja") { "ja" } else { "en" };
    let say = |which| word(which, lang);
    let page = html! {
        (DOCTYPE)
        html lang=(base) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (say(Word::Title)) " · modori" }
                link rel="stylesheet" href="/page.css";
                script src="/page.js" defer {}
            }
            body {
                header {
                    p.brand lang="ja" { "戻り" span lang="en" { "modori" } }
                    nav aria-label=(say(Word::Languages)) { (languages(base)) }
                }
                main {
                    h1 { (say(Word::Title)) }
                    p.lead { (say(Word::Lead)) }
                    (form(lang, base, pasted))
                    (answer_section(lang, answer))
                }
                footer { p { (say(Word::Foot)) } }
            }
        }
    };
    page.into_string()
}

/// Buttons of the form, so that what was pasted is answered anew in the other language.
fn languages(current: &str) -> Markup {
    html! {
        @for (tag, name) in [("ja", "日本語"), ("en", "English")] {
            button type="submit" form="ask" formnovalidate formaction={ "/?lang=" (tag) } lang=(tag) aria-current=[(tag == current).then_some("true")] {
                (name)
            }
        }
    }
}

fn form(lang: &Lang, base: &str, pasted: &str) -> Markup {
    let say = |which| word(which, lang);
    html! {
        form #ask method="post" action={ "/?lang=" (base) } accept-charset="utf-8" data-busy=(say(Word::Busy)) data-failed=(say(Word::Failed)) {
            label for="text" { (say(Word::Label)) }
            p #hint .hint { (say(Word::Hint)) }
            // The line break is one that browsers drop: a text may begin with one of its own.
            textarea #text name="text" rows="9" required spellcheck="false" autocapitalize="off" autocomplete="off" aria-describedby="hint" placeholder=(say(Word::Placeholder)) {
                "\n" (pasted)
            }
            button.ask type="submit" { (say(Word::Ask)) }
        }
    }
}

fn answer_section(lang: &Lang, answer: &Answer<'_>) -> Markup {
    html! {
        section #answer aria-live="polite" aria-label=(word(Word::Answer, lang)) tabindex="-1" {
            @if let Answer::Given { engine, diagnoses, more } = answer {
                @if diagnoses.is_empty() {
                    article {
                        h2 { (word(Word::NoReport, lang)) }
                        p { (word(Word::NoReportHelp, lang)) }
                    }
                }
                @for diagnosis in *diagnoses {
                    // Of several each says first whom it is about.
                    (card(engine, diagnosis, diagnosis.failure.recipient.as_deref().filter(|_| diagnoses.len() + more > 1), lang))
                }
                @if *more > 0 { p.more { (word(Word::More, lang)) (more) } }
            }
        }
    }
}

/// One diagnosis, perhaps with whom it is about above it.
fn card(engine: &Engine, diagnosis: &Diagnosis<'_>, about: Option<&str>, lang: &Lang) -> Markup {
    let category = engine.set().category(diagnosis.category);
    let name = category.name.get(lang).unwrap_or(&category.id);
    html! {
        article class=(diagnosis.severity.name()) {
            header {
                @if let Some(recipient) = about { p.about { (recipient) } }
                h2 { (name) }
                p.verdict {
                    span.severity { (severity(diagnosis.severity, lang)) } " "
                    span.action { (action(diagnosis.action, lang)) }
                }
                @if diagnosis.failure.backscatter == Some(true) { p { strong { (word(Word::Backscatter, lang)) } } }
            }
            @if let Some(advice) = engine.advice(diagnosis, lang) {
                section.advice { h3 { (word(Word::Advice, lang)) } p { (advice) } }
            }
            (notes(engine, diagnosis, lang))
            (said(diagnosis, lang))
            (facts(engine, diagnosis, lang))
            @if let Some(operator) = engine.operator(diagnosis, lang) {
                details { summary { (word(Word::Operator, lang)) } p { (operator) } }
            }
        }
    }
}

fn notes(engine: &Engine, diagnosis: &Diagnosis<'_>, lang: &Lang) -> Markup {
    let set = engine.set();
    let notes = diagnosis.notes.iter().filter_map(|index| {
        let note = &set.notes[*index];
        let provider = set.provider(note.provider);
        note.text.render(&diagnosis.facts, lang).map(|text| (provider.name.get(lang).unwrap_or(&provider.id), text))
    });
    html! {
        @for (name, text) in notes { section.note { h3 { (name) } p { (text) } } }
    }
}

/// What was said, with the deciding words marked.
fn said(diagnosis: &Diagnosis<'_>, lang: &Lang) -> Markup {
    let words = diagnosis.words.as_ref();
    let text = match words {
        Some(words) => diagnosis.failure.utterances.get(words.utterance).map(|said| &*said.text),
        None => diagnosis.failure.utterances.last().map(|said| &*said.text),
    };
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else { return html! {} };
    let marked = decided_at(diagnosis).unwrap_or_default();
    let shown = around(text, &marked);
    html! {
        section.said {
            h3 { (word(if words.is_some() { Word::Said } else { Word::Read }, lang)) }
            blockquote dir="auto" {
                @if shown.start > 0 { "… " }
                (text[shown.start..marked.start.max(shown.start)])
                @if !marked.is_empty() { mark { (text[marked.clone()]) } }
                (text[marked.end.max(shown.start)..shown.end])
                @if shown.end < text.len() { " …" }
            }
        }
    }
}

/// The part of a text that is shown: what is marked, and something on either side.
fn around(text: &str, marked: &Range<usize>) -> Range<usize> {
    let start = text.ceil_char_boundary(marked.start.saturating_sub(AROUND));
    let end = text.floor_char_boundary((marked.end + AROUND).min(text.len()));
    // No word is cut where there is a gap between words.
    let start = if start == 0 { 0 } else { text[start..marked.start.max(start)].find(' ').map_or(start, |gap| start + gap + 1) };
    let end = if end == text.len() { end } else { text[marked.end.min(end)..end].rfind(' ').map_or(end, |gap| marked.end.min(end) + gap) };
    start.min(marked.start)..end.max(marked.end)
}

/// Who and what: the recipient, who answered, the codes, the rule.
fn facts(engine: &Engine, diagnosis: &Diagnosis<'_>, lang: &Lang) -> Markup {
    let set = engine.set();
    let failure = &diagnosis.failure;
    let name = diagnosis.provider.map(|index| set.provider(index)).map(|provider| provider.name.get(lang).unwrap_or(&provider.id));
    let host = failure.remote_host.as_deref();
    let speaker: Vec<&str> = name.map(String::as_str).into_iter().chain(host).collect();
    let codes = [diagnosis.reply.map(|code| code.to_string()), diagnosis.status.map(|code| code.to_string())];
    let stage = diagnosis.stage.map(|stage: Stage| stage.name().to_owned());
    let codes: Vec<String> = codes.into_iter().chain([stage]).flatten().collect();
    let rule = diagnosis.rule.map(|rule| set.rule(rule).name.as_str());
    let rows = [
        (Word::To, failure.recipient.as_deref().unwrap_or_default().to_owned()),
        (Word::SentOn, failure.final_recipient.as_deref().unwrap_or_default().to_owned()),
        (Word::AnsweredBy, speaker.join(" · ")),
        (Word::Code, codes.join(" · ")),
    ];
    html! {
        dl {
            @for (label, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
                dt { (word(*label, lang)) } dd { (value) }
            }
            dt { (word(Word::Rule, lang)) }
            dd {
                @match rule {
                    Some(rule) => code { (rule) },
                    None => (word(Word::NoRule, lang)),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_between_words() {
        let text = format!("{}mailbox full{}", "before ".repeat(100), " behind".repeat(100));
        let marked = 700..712;
        let shown = &text[around(&text, &marked)];
        assert!(shown.starts_with("before ") && shown.ends_with(" behind") && shown.contains("mailbox full"), "{shown}");
        assert!(shown.len() < 2 * AROUND + marked.len());
        let one_word = "届".repeat(1_000);
        assert!(one_word[around(&one_word, &(0..3))].len() > AROUND - 3);
        assert_eq!(around("short", &(0..5)), 0..5);
    }
}
