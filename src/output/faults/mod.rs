//! Faults of rule files, for people and for the programs that show them.

mod github;
mod page;
mod record;
mod sarif;
mod text;

use std::ops::Range;
use std::sync::Arc;

pub use github::render_github;
pub use record::fault_record;
pub use sarif::sarif_log;
pub use text::render_faults;

use crate::model::Origin;
use crate::rules::Source;

/// A range of at least one character, of one line.
fn widened(text: &str, range: &Range<usize>) -> Range<usize> {
    let start = text.floor_char_boundary(range.start.min(text.len()));
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let end = text.floor_char_boundary(range.end.clamp(start, line_end));
    if end > start { start..end } else { start..start + text[start..line_end].chars().next().map_or(0, char::len_utf8) }
}

/// Where a range begins and ends, in lines and characters from 1; the end is the character behind it.
fn places(source: &Arc<Source>, range: &Range<usize>) -> (Origin, Origin) {
    let range = widened(&source.text, range);
    (source.origin(range.start), source.origin(range.end))
}
