//! One `[[notice]]` table: text to draft.

use super::draft::NoticeDraft;
use super::fault::Code;
use super::keys::NOTICE_KEYS;
use super::reader::{Reader, Table};
use crate::model::{Notice, NoticeMark, ProviderIx};

/// Reads a notice.
pub(super) fn read_notice(reader: &mut Reader, table: &Table<'_>) -> Option<NoticeDraft> {
    reader.only(table, NOTICE_KEYS);
    let id = reader.need_id(table, "id = \"bounce\"");
    let _ = reader.need_text(table, "kind", "kind = \"bounce\"");
    let kind = reader.word(table, "kind");
    let tells = tells(reader, table);
    if !table.has("recipient") {
        let fault = reader.error(table.range.clone(), Code::MissingKey, "[[notice]] has no `recipient`");
        reader.faults.push(fault.label("whom is it about?").help("write `recipient = \"email\"`, the path of the address".to_owned()));
    }
    let id = id?;
    let mut paths = |key| reader.texts(table, key).into_iter().map(|path| path.value.to_owned()).collect::<Vec<_>>();
    let notice = Notice {
        provider: ProviderIx(0),
        id: id.value.clone(),
        kind: kind?,
        tells,
        envelope: paths("envelope").pop(),
        each: paths("each").pop(),
        recipient: paths("recipient"),
        words: paths("words"),
        class: paths("class"),
        status: paths("status"),
        remote: paths("remote"),
        reporting: paths("reporting"),
        sender: paths("sender"),
        subject: paths("subject"),
        message_id: paths("message_id"),
        date: paths("date"),
        origin: reader.origin(&table.range),
    };
    Some(NoticeDraft { id, notice })
}

/// The marks; a notice that has none would be every JSON object there is.
fn tells(reader: &mut Reader, table: &Table<'_>) -> Vec<Vec<NoticeMark>> {
    let (mut tells, faults) = (Vec::new(), reader.faults.len());
    for inner in reader.tables(table, "where", "`where`") {
        let paths: Vec<String> = inner.map.iter().map(|(path, _)| path.get_ref().to_string()).collect();
        let marks = paths.into_iter().map(|path| {
            let values = reader.texts(&inner, &path).into_iter().map(|value| value.value.to_owned()).collect();
            NoticeMark { path, values }
        });
        tells.push(marks.collect::<Vec<_>>());
    }
    if tells.iter().all(Vec::is_empty) && reader.faults.len() == faults {
        let fault = reader.error(table.range_of("where"), Code::EmptyRule, "nothing tells this notice");
        let help = "write `where = [{ event = \"bounce\" }]`: all values of one of these tables must be there".to_owned();
        reader.faults.push(fault.label("any JSON would fit").help(help));
    }
    tells.retain(|marks| !marks.is_empty());
    tells
}
