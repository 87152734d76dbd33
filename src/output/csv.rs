//! CSV (RFC 4180): a row for each answer, its columns the keys of the record.

use std::fmt::Write as _;
use std::io;

use csv::WriterBuilder;

use super::record::{Record, Texts};
use crate::model::{Action, Fact, Facts, Reply, Severity, Stage, Status, Strength};

/// A row has about so many bytes.
const USUAL: usize = 1 << 10;

/// The first row.
pub(super) fn header() -> Vec<u8> {
    let mut out = Record::default().columns().map(|(name, _)| name).join(",").into_bytes();
    out.push(b'\n');
    out
}

/// Appends the row of a record.
pub(super) fn row(out: &mut Vec<u8>, record: &Record<'_>) -> io::Result<()> {
    let mut writer = WriterBuilder::new().buffer_capacity(USUAL).from_writer(out);
    let mut cell = String::with_capacity(USUAL);
    for (_, value) in record.columns() {
        cell.clear();
        value.put(&mut cell);
        make_harmless(&mut cell);
        writer.write_field(&cell)?;
    }
    writer.write_record(None::<&[u8]>)?;
    writer.flush()
}

/// What a spreadsheet would take for a formula gets an apostrophe in front, by which it is a text; control characters of a mail must
/// not steer a terminal.
fn make_harmless(cell: &mut String) {
    if !cell.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        *cell = cell.replace(|c: char| c.is_control() && !"\t\n".contains(c), "\u{FFFD}");
    }
    if cell.starts_with(['=', '+', '-', '@', '\t']) {
        cell.insert(0, '\'');
    }
}

/// What can stand in a cell.
pub(super) trait Cell {
    /// Appends it to the text of a cell.
    fn put(&self, cell: &mut String);
}

impl Cell for str {
    fn put(&self, cell: &mut String) {
        let mut lines = self.split("\r\n");
        cell.push_str(lines.next().unwrap_or_default());
        lines.for_each(|line| cell.extend(["\n", line]));
    }
}

impl Cell for String {
    fn put(&self, cell: &mut String) {
        self.as_str().put(cell);
    }
}

impl<T: Cell + ?Sized> Cell for &T {
    fn put(&self, cell: &mut String) {
        (**self).put(cell);
    }
}

impl<T: Cell> Cell for Option<T> {
    fn put(&self, cell: &mut String) {
        self.iter().for_each(|value| value.put(cell));
    }
}

impl Cell for Vec<String> {
    fn put(&self, cell: &mut String) {
        joined(cell, self.iter(), "\n", Cell::put);
    }
}

impl<T: Cell> Cell for Texts<T> {
    fn put(&self, cell: &mut String) {
        match self {
            Self::One(text) => text.put(cell),
            Self::All(texts) => joined(cell, texts.iter(), "; ", |(lang, text), cell| named(cell, lang, text)),
        }
    }
}

impl Cell for Facts {
    fn put(&self, cell: &mut String) {
        joined(cell, self.iter(), "; ", |(name, fact), cell| named(cell, name, fact));
    }
}

impl Cell for Fact {
    fn put(&self, cell: &mut String) {
        match self {
            Self::Integer(number, _) => number.put(cell),
            Self::Text(text) => text.put(cell),
        }
    }
}

macro_rules! cells_as_shown {
    ($($type:ty),+) => {$(
        impl Cell for $type {
            fn put(&self, cell: &mut String) {
                let _ = write!(cell, "{self}");
            }
        }
    )+};
}

cells_as_shown!(usize, u64, Action, Reply, Severity, Stage, Status, Strength);

fn joined<T>(cell: &mut String, items: impl Iterator<Item = T>, between: &str, put: impl Fn(T, &mut String)) {
    for (number, item) in items.enumerate() {
        cell.push_str(if number == 0 { "" } else { between });
        put(item, cell);
    }
}

fn named(cell: &mut String, name: &str, value: &impl Cell) {
    cell.push_str(name);
    cell.push('=');
    value.put(cell);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::HoleKind;

    fn cell(value: &(impl Cell + ?Sized)) -> String {
        let mut cell = String::new();
        value.put(&mut cell);
        make_harmless(&mut cell);
        cell
    }

    #[test]
    fn cells_hold_texts_and_no_formulas() {
        assert_eq!(cell("=HYPERLINK(\"http://example.com\")"), "'=HYPERLINK(\"http://example.com\")");
        assert_eq!(["+1", "-", "@x", "\tx"].map(cell), ["'+1", "'-", "'@x", "'\tx"]);
        let mut facts = Facts::default();
        facts.add("limit", Fact::Integer(5, HoleKind::Limit));
        facts.add("host", Fact::Text("mx.example.jp".to_owned()));
        assert_eq!(cell(&facts), "limit=5; host=mx.example.jp");
        assert_eq!(cell(&vec!["one".to_owned(), "two\u{1b}[31m\r\nあ\r".to_owned()]), "one\ntwo\u{FFFD}[31m\nあ\u{FFFD}");
        assert_eq!(cell(&None::<&str>), "");
        assert_eq!(cell(&Texts::All(vec![("ja".to_owned(), None), ("en".to_owned(), Some("no".to_owned()))])), "ja=; en=no");
    }

    #[test]
    fn columns_are_named_as_the_keys_of_the_record() {
        let record = serde_json::to_value(Record::default()).unwrap();
        let columns = Record::default().columns().map(|(name, _)| name);
        assert_eq!(columns.iter().filter(|name| record.get(name).is_none()).count(), 0, "{columns:?}");
    }
}
