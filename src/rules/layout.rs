//! One `[[layout]]` table: text to draft.

use super::draft::LayoutDraft;
use super::fault::Code;
use super::file::text_patterns;
use super::keys::LAYOUT_KEYS;
use super::reader::{Reader, Table};
use super::rule::pattern_fault;
use crate::model::{HeaderMark, Layout, PageShape, ProviderIx};
use crate::pattern::parse_text;

/// Reads a layout.
pub(super) fn read_layout(reader: &mut Reader, table: &Table<'_>) -> Option<LayoutDraft> {
    reader.only(table, LAYOUT_KEYS);
    let id = reader.need_id(table, "id = \"bounce\"");
    let _ = reader.need_text(table, "shape", "shape = \"block\"");
    let shape = reader.word(table, "shape");
    let id = id?;
    let layout = Layout {
        provider: ProviderIx(0),
        id: id.value.clone(),
        shape: shape?,
        from: text_patterns(reader, table, "from"),
        subject: text_patterns(reader, table, "subject"),
        headers: header_marks(reader, table),
        opening: text_patterns(reader, table, "opening"),
        begins: text_patterns(reader, table, "begins"),
        ends: text_patterns(reader, table, "ends"),
        recipient: text_patterns(reader, table, "recipient"),
        reason: text_patterns(reader, table, "reason"),
        stops: text_patterns(reader, table, "stops"),
        returned: text_patterns(reader, table, "returned"),
        delay: text_patterns(reader, table, "delay"),
        success: text_patterns(reader, table, "success"),
        goes_on: text_patterns(reader, table, "goes_on"),
        kind: reader.word(table, "kind"),
        named_in: reader.texts(table, "named_in").into_iter().map(|name| name.value.to_ascii_lowercase()).collect(),
        about: reader.word(table, "about"),
        origin: reader.origin(&table.range),
    };
    complain(reader, table, &layout);
    Some(LayoutDraft { id, layer: 0, layout })
}

/// Faults a layout that nothing would recognise, or that names no recipients.
fn complain(reader: &mut Reader, table: &Table<'_>, layout: &Layout) {
    let recipients = !matches!(layout.shape, PageShape::Notice | PageShape::Nested | PageShape::Transcript);
    if recipients && layout.recipient.is_empty() && !table.has("recipient") {
        let fault = reader.error(table.range.clone(), Code::MissingKey, "[[layout]] has no `recipient`");
        reader.faults.push(fault.label("what names a recipient?").help("write `recipient = '^{recipient:address}:'`".to_owned()));
    }
    if layout.demands() == 0 {
        let fault = reader.error(table.range.clone(), Code::EmptyRule, "nothing recognises this layout");
        reader.faults.push(fault.label("every mail would fit").help("give it `from`, `subject`, `header` or `opening`".to_owned()));
    }
}

/// Header fields: `X-Name`, or `X-Name: words`.
fn header_marks(reader: &mut Reader, table: &Table<'_>) -> Vec<HeaderMark> {
    let mut marks = Vec::new();
    for text in reader.texts(table, "header") {
        let (name, words) = text.value.split_once(':').map_or((text.value, ""), |(name, words)| (name, words.trim()));
        let name = name.trim().to_ascii_lowercase();
        if words.is_empty() {
            marks.push(HeaderMark { name, words: None });
            continue;
        }
        match parse_text(words) {
            Ok(words) => marks.push(HeaderMark { name, words: Some(words) }),
            Err(error) => reader.faults.push(pattern_fault(&reader.source, &text, &error)),
        }
    }
    marks
}
