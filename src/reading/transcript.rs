//! Reading a printed SMTP session: what our side sent, and what the other side answered.
//!
//! A refusal that is printed below `DATA` was made at `RCPT` where the session was pipelined (RFC 2920): the answers that follow
//! then only say that no recipient was left.

use std::ops::Range;

use super::segment::Parts;
use crate::model::{Speaker, Stage, Status, Transcript};
use crate::pattern::{self, Folded};

/// How far from its reply code a summary shows itself, in bytes.
const SUMMARY_REACH: usize = 300;

/// Who a piece of the transcript belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Ours,
    Theirs,
}

/// Reads the text of `parts` as a session printed in this form.
pub(super) fn read(parts: &mut Parts<'_, '_>, form: &Transcript) {
    let marks = marks(parts.folded, form);
    let chunk = |index: usize| {
        let next = marks.get(index + 1).map_or(parts.folded.len(), |(range, _)| range.start);
        marks[index].0.end..next
    };
    let chunks: Vec<(Range<usize>, Side)> = marks.iter().enumerate().map(|(index, mark)| (chunk(index), mark.1)).collect();
    let first = marks.first().map_or(parts.folded.len(), |(range, _)| range.start);
    parts.read(0..first, Speaker::Reporter, 0);
    let mut stage = None;
    let mut rest = &chunks[..];
    while let Some(((chunk, side), more)) = rest.split_first() {
        rest = more;
        if *side == Side::Ours {
            stage = parts.grammar.stage(head(&parts.folded[chunk.clone()]));
            parts.words(chunk.clone());
            continue;
        }
        // Folding has left the codes of a multi-line reply in its first line only.
        let goes_on =
            |(chunk, side): &&(Range<usize>, Side)| *side == Side::Theirs && !begins_reply(parts.folded[chunk.clone()].trim_start());
        let lines = rest.iter().take_while(goes_on).count();
        answer(parts, form, chunk.clone(), &rest[..lines], stage);
        rest = &rest[lines..];
    }
}

/// The marks of a session, in order.
fn marks(folded: &str, form: &Transcript) -> Vec<(Range<usize>, Side)> {
    let find = |mark: &str, side: Side| {
        let mark = Folded::new(mark).as_str().to_owned();
        folded.match_indices(&mark).map(move |(at, found)| (at..at + found.len(), side)).collect::<Vec<_>>()
    };
    let mut marks = find(&form.sent, Side::Ours);
    marks.extend(find(&form.received, Side::Theirs));
    marks.sort_by_key(|(range, _)| range.start);
    marks.dedup_by(|later, earlier| later.0.start < earlier.0.end);
    marks
}

/// The first words of a command: enough to name it.
fn head(command: &str) -> &str {
    &command[..command.floor_char_boundary(16)]
}

/// One answer with its further lines, and the reporter's own words behind it.
fn answer(parts: &mut Parts<'_, '_>, form: &Transcript, chunk: Range<usize>, lines: &[(Range<usize>, Side)], stage: Option<Stage>) {
    let (last, begin) = lines.last().map_or((chunk.clone(), None), |(last, _)| (last.clone(), Some(chunk.clone())));
    let end = last.start + answer_length(&parts.folded[last.clone()], form);
    let said = begin.clone().unwrap_or(last.start..end);
    let words = parts.folded[said.clone()].trim();
    if form.consequences.iter().any(|pattern| pattern::find(pattern, words, 0).is_some()) {
        if let Some(stage) = parts.last_stage()
            && *stage == Some(Stage::Body)
        {
            *stage = Some(Stage::Rcpt);
        }
    } else {
        parts.context.stage = if stage == Some(Stage::Data) { Some(Stage::Body) } else { stage };
        if lines.is_empty() {
            parts.read(said, Speaker::Remote, 1);
        } else {
            let mut ranges = vec![said];
            ranges.extend(lines[..lines.len() - 1].iter().map(|(line, _)| line.clone()));
            ranges.push(last.start..end);
            parts.push(&ranges, Speaker::Remote);
        }
        parts.context.stage = None;
    }
    let own = parts.words(end..last.end);
    parts.push_summary(&own);
}

/// How long an answer is: up to the next reply code with its status, with which the reporter sums up.
fn answer_length(chunk: &str, form: &Transcript) -> usize {
    let start = chunk.len() - chunk.trim_start().len();
    let next =
        chunk.char_indices().skip_while(|(at, _)| *at < start + 4).find(|(at, c)| *c == ' ' && begins_summary(&chunk[at + 1..], form));
    next.map_or(chunk.len(), |(at, _)| at)
}

fn begins_reply(text: &str) -> bool {
    text.split([' ', '-']).next().is_some_and(|word| word.parse::<crate::model::Reply>().is_ok())
}

/// Whether a reply code begins here with a status, or with what shows a summary in this form.
fn begins_summary(text: &str, form: &Transcript) -> bool {
    let mut words = text.splitn(3, ' ');
    let reply = words.next().is_some_and(begins_reply);
    let second = words.next().unwrap_or_default();
    let near = &text[..text.floor_char_boundary(SUMMARY_REACH)];
    let summary = || form.summary.iter().any(|pattern| pattern::find(pattern, near, 0).is_some());
    reply && (second.parse::<Status>().is_ok() || summary())
}
