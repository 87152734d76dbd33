//! An entry of a log on one line.

use super::format::Printer;
use super::text::{BOLD, DIM, printable};
use crate::log::Entry;
use crate::model::Diagnosis;

/// How many characters of the words are shown.
const SHOWN: usize = 120;

/// Appends an entry as a line for each language: when, to whom, why, and the words.
pub fn render_entry(out: &mut Vec<u8>, printer: &Printer<'_>, entry: &Entry, diagnosis: &Diagnosis<'_>) {
    let set = printer.engine.set();
    let category = set.category(diagnosis.category);
    let time = entry.time.map_or_else(String::new, |time| format!("{DIM}{time}{DIM:#}  "));
    let recipient = printable(entry.recipient.as_deref().unwrap_or("-"));
    let words: String = entry.text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(SHOWN).collect();
    for lang in printer.langs.list() {
        let name = category.name.get(&lang).unwrap_or(&category.id);
        let kind = diagnosis.kind;
        let line = format!("{time}{kind}  {recipient}  {BOLD}{name}{BOLD:#}  {DIM}{}{DIM:#}\n", printable(&words));
        out.extend_from_slice(line.as_bytes());
    }
}
