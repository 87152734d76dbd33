//! Faults of rule files for people: the line itself, a caret under the place, and what to write instead.

use annotate_snippets::{AnnotationKind, Group, Level as Rendered, Renderer, Snippet};

use super::widened;
use crate::rules::{Fault, Level};

/// All faults, each with its line, coloured or plain.
#[must_use]
pub fn render_faults<'f>(faults: impl IntoIterator<Item = &'f Fault>, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() }.term_width(120);
    let mut out = String::new();
    for fault in faults {
        out.push_str(&renderer.render(&[group(fault)]));
        out.push_str("\n\n");
    }
    out
}

fn group(fault: &Fault) -> Group<'_> {
    let level = match fault.level {
        Level::Error => Rendered::ERROR,
        Level::Warning => Rendered::WARNING,
    };
    let title = level.primary_title(fault.title.as_str()).id(fault.code.name());
    let place = AnnotationKind::Primary.span(widened(&fault.source.text, &fault.range)).label(fault.label.as_str());
    let mut snippet = Snippet::source(fault.source.text.as_ref()).path(&*fault.source.name).annotation(place);
    let mut elsewhere = None;
    if let Some((source, range, word)) = &fault.other {
        let annotation = AnnotationKind::Context.span(widened(&source.text, range)).label(word.as_str());
        if source.name == fault.source.name {
            snippet = snippet.annotation(annotation);
        } else {
            elsewhere = Some(Snippet::source(source.text.as_ref()).path(&*source.name).annotation(annotation));
        }
    }
    let mut group = title.element(snippet);
    if let Some(elsewhere) = elsewhere {
        group = group.element(elsewhere);
    }
    if let Some(note) = &fault.note {
        group = group.element(Rendered::NOTE.message(note.as_str()));
    }
    match &fault.help {
        Some(help) => group.element(Rendered::HELP.message(help.as_str())),
        None => group,
    }
}
