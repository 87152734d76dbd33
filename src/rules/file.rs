//! One rule file: text to drafts.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use toml::de::{DeTable, DeValue};

use super::draft::{AdviceDraft, CategoryDraft, FileDraft, Item, NoteDraft, ProviderDraft, ShapeDraft, TranscriptDraft};
use super::fault::{Code, Fault};
use super::keys::{CATEGORY_KEYS, FILE_KEYS, Key, NOTE_KEYS, PROVIDER_KEYS, SHAPE_KEYS, TRANSCRIPT_KEYS};
use super::layout::read_layout;
use super::notice::read_notice;
use super::reader::{At, Reader, Table};
use super::rule::read_rule;
use super::source::{RawFile, Source};
use super::template::parse_template;
use crate::model::{Advice, Audience, Lang, Localized, Named as _, Scope, Stage, StageWord, Strength, TextPattern};
use crate::pattern::{Folded, parse_text};

/// Fewer bytes than this are read sooner than a thread is started.
const WORTH_A_THREAD: usize = 100_000;

/// Reads files, in their order; large sets on several processors, the largest files first.
pub(super) fn read_files(files: &[RawFile]) -> Vec<Reading> {
    let bytes: usize = files.iter().map(size).sum();
    let threads = thread::available_parallelism().map_or(1, |count| count.get().min(bytes / WORTH_A_THREAD + 1));
    let mut order: Vec<usize> = (0..files.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse(size(&files[*index])));
    let next = AtomicUsize::new(0);
    let work = || {
        let turns = std::iter::from_fn(|| order.get(next.fetch_add(1, Ordering::Relaxed)).copied());
        turns.map(|index| (index, read_file(&files[index]))).collect::<Vec<_>>()
    };
    let mut drafts = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut drafts = work();
        drafts.extend(others.into_iter().flat_map(|other| other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))));
        drafts
    });
    drafts.sort_by_key(|(index, _)| *index);
    drafts.into_iter().map(|(_, draft)| draft).collect()
}

/// How many bytes there are to be read.
fn size(file: &RawFile) -> usize {
    file.bytes.as_ref().map_or(0, |bytes| bytes.len())
}

/// What reading one file gave. Whatever is wrong with it is among the faults; what could be read is in the draft.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) source: Arc<Source>,
    pub(super) draft: FileDraft,
    pub(super) faults: Vec<Fault>,
}

/// Reads one file.
fn read_file(raw: &RawFile) -> Reading {
    let (text, fault) = decode(raw);
    let source = Arc::new(Source::new(&raw.name, text));
    if let Some((at, code, title, help)) = fault {
        let fault = Fault::error(&source, at..at, code, title).help(help);
        return Reading { source, draft: FileDraft::default(), faults: vec![fault] };
    }
    parse(&source)
}

fn parse(source: &Arc<Source>) -> Reading {
    let (root, errors) = DeTable::parse_recoverable(&source.text);
    let mut reader = Reader { source: Arc::clone(source), faults: Vec::new() };
    for error in &errors {
        let fault = toml_fault(source, error);
        reader.faults.push(fault);
    }
    let table = Table { name: "a rule file", map: root.get_ref(), range: 0..0 };
    if table.map.is_empty() && errors.is_empty() {
        let fault = reader.error(0..0, Code::EmptyFile, "this file holds nothing");
        reader.faults.push(fault.help("begin it with `[provider]`, or delete it".to_owned()));
    }
    let draft = read_root(&mut reader, &table);
    // What stands in a line that is no TOML was guessed at; what is wrong with the guess helps nobody.
    let broken: Vec<u32> = errors.iter().filter_map(toml::de::Error::span).map(|span| source.origin(span.start).line).collect();
    reader.faults.retain(|fault| fault.code == Code::BadToml || !broken.contains(&source.origin(fault.range.start).line));
    Reading { draft, faults: reader.faults, source: Arc::clone(source) }
}

type DecodeFault = (usize, Code, String, Option<String>);

fn decode(raw: &RawFile) -> (Cow<'static, str>, Option<DecodeFault>) {
    let bytes = match &raw.bytes {
        Ok(bytes) => bytes,
        Err(error) => return (Cow::default(), Some((0, Code::Unreadable, format!("{} cannot be read: {error}", raw.name), None))),
    };
    let text = match bytes {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes).map(Cow::Borrowed),
        Cow::Owned(bytes) => std::str::from_utf8(bytes).map(|text| Cow::Owned(text.to_owned())),
    };
    match text {
        Ok(text) => (without_mark(text), None),
        Err(error) => {
            let lossy = Cow::Owned(String::from_utf8_lossy(bytes).into_owned());
            let help = "save the file as UTF-8".to_owned();
            (lossy, Some((error.valid_up_to(), Code::BadUtf8, "this file is not UTF-8".to_owned(), Some(help))))
        }
    }
}

/// The text without the byte order mark that some editors put in front.
fn without_mark(text: Cow<'static, str>) -> Cow<'static, str> {
    match text.strip_prefix('\u{FEFF}') {
        Some(rest) => Cow::Owned(rest.to_owned()),
        None => text,
    }
}

fn toml_fault(source: &Arc<Source>, error: &toml::de::Error) -> Fault {
    let range = error.span().unwrap_or(0..0);
    let escape = error.message().contains("escape") || source.text.get(range.clone()).is_some_and(|text| text.contains('\\'));
    let help = escape.then(|| "in `\"…\"` a backslash begins an escape; write patterns in `'…'`".to_owned());
    Fault::error(source, range, Code::BadToml, "this is no TOML").label(error.message().trim()).help(help)
}

fn read_root(reader: &mut Reader, root: &Table<'_>) -> FileDraft {
    reader.only(root, FILE_KEYS);
    let mut draft = FileDraft::default();
    let mut scope: Option<Scope> = None;
    if let Some(table) = reader.table(root, "provider", "[provider]") {
        scope = reader.word(&table, "scope");
        draft.provider = read_provider(reader, &table).map(|value| item(reader, &table, value));
    } else if let Some(key) = FILE_KEYS[2..].iter().map(|key| key.name).find(|key| root.has(key)) {
        let fault = reader.error(root.range_of(key), Code::MissingKey, "this file has no `[provider]`");
        reader.faults.push(fault.label("whose are these?").help("begin the file with `[provider]` and an `id`".to_owned()));
    }
    for table in reader.tables(root, "category", "[[category]]") {
        draft.categories.extend(read_category(reader, &table).map(|value| item(reader, &table, value)));
    }
    for table in reader.tables(root, "rule", "[[rule]]") {
        draft.rules.extend(read_rule(reader, &table, scope).map(|value| item(reader, &table, Box::new(value))));
    }
    for table in reader.tables(root, "note", "[[note]]") {
        draft.notes.extend(read_note(reader, &table).map(|value| item(reader, &table, value)));
    }
    for table in reader.tables(root, "shape", "[[shape]]") {
        draft.shapes.extend(read_shape(reader, &table).map(|value| item(reader, &table, value)));
    }
    for table in reader.tables(root, "transcript", "[[transcript]]") {
        draft.transcripts.extend(read_transcript(reader, &table).map(|value| item(reader, &table, value)));
    }
    for table in reader.tables(root, "layout", "[[layout]]") {
        draft.layouts.extend(read_layout(reader, &table).map(|value| item(reader, &table, value)));
    }
    for table in reader.tables(root, "notice", "[[notice]]") {
        draft.notices.extend(read_notice(reader, &table).map(|value| item(reader, &table, value)));
    }
    draft.stage_words = read_stages(reader, root);
    draft
}

fn item<T>(reader: &Reader, table: &Table<'_>, value: T) -> Item<T> {
    let origin = reader.origin(&table.range);
    Item { value, range: table.range.clone(), line: origin.line, column: origin.column }
}

fn read_provider(reader: &mut Reader, table: &Table<'_>) -> Option<ProviderDraft> {
    reader.only(table, PROVIDER_KEYS);
    let name = reader.localized(table, "name", PROVIDER_KEYS);
    let list = |reader: &mut Reader, key: &str| {
        let given = table.has(key);
        let texts = reader.texts(table, key).into_iter().map(|text| text.value.to_ascii_lowercase()).collect();
        given.then_some(texts)
    };
    Some(ProviderDraft {
        kind: reader.word(table, "kind"),
        name: first_of(&name),
        domains: list(reader, "domains"),
        hosts: list(reader, "hosts"),
        id: reader.need_id(table, "id = \"example\"")?,
    })
}

fn first_of(names: &Localized<Vec<At<&str>>>) -> Localized<String> {
    let mut out = Localized::default();
    for (lang, texts) in names.iter() {
        if let Some(text) = texts.first() {
            out.insert(lang.clone(), text.value.to_owned());
        }
    }
    out
}

fn read_category(reader: &mut Reader, table: &Table<'_>) -> Option<CategoryDraft> {
    reader.only(table, CATEGORY_KEYS);
    let id = reader.need_id(table, "id = \"user_unknown\"");
    let group = reader.need_text(table, "group", "group = \"address\"");
    let _ = reader.need_text(table, "severity", "severity = \"permanent\"");
    let severity = reader.word(table, "severity");
    let _ = reader.need_text(table, "action", "action = \"contact_recipient\"");
    let action = reader.word(table, "action");
    let name = reader.localized(table, "name", CATEGORY_KEYS);
    let default_range = table.range_of("default_for");
    let default_for = reader.words(table, "default_for").into_iter().map(|value| At { value, range: default_range.clone() }).collect();
    Some(CategoryDraft {
        group: group?.value.to_owned(),
        name: first_of(&name),
        strength: reader.word(table, "strength").unwrap_or(Strength::Reason),
        sisimai: reader.texts(table, "sisimai").into_iter().map(|text| text.value.to_owned()).collect(),
        default_for,
        advice: read_advice(reader, table, "advice", CATEGORY_KEYS),
        operator: read_advice(reader, table, "operator", CATEGORY_KEYS),
        id: id?,
        severity: severity?,
        action: action?,
    })
}

/// Advice by language, a string or a list of variants each.
pub(super) fn read_advice(reader: &mut Reader, table: &Table<'_>, key: &'static str, owner: &[Key]) -> AdviceDraft {
    let mut draft = AdviceDraft::default();
    let mut advice = Advice::default();
    let texts = reader.localized(table, key, owner);
    for (lang, variants) in texts.iter() {
        let templates = variants.iter().filter_map(|text| match parse_template(text.value) {
            Ok(template) => {
                draft.facts.extend(template.facts().map(|fact| At { value: fact.to_owned(), range: text.range.clone() }));
                Some(template)
            }
            Err(what) => {
                let fault = reader.error(text.range.clone(), Code::BadPattern, what);
                reader.faults.push(fault.help("a fact is named as `{limit}`; write `{{` for the sign itself".to_owned()));
                None
            }
        });
        let templates: Vec<_> = templates.collect();
        if !templates.is_empty() {
            advice.0.insert(Lang::clone(lang), templates);
        }
    }
    draft.advice = advice;
    draft
}

fn read_note(reader: &mut Reader, table: &Table<'_>) -> Option<NoteDraft> {
    reader.only(table, NOTE_KEYS);
    let audience = reader.word(table, "for").unwrap_or(Audience::Recipients);
    if !table.has("category") && audience != Audience::Backscatter {
        let _ = reader.need_text(table, "category", "category = \"mailbox_full\"");
    }
    let categories = reader.texts(table, "category").into_iter().map(|text| At { value: text.value.to_owned(), range: text.range });
    let categories: Vec<_> = categories.collect();
    let text = read_advice(reader, table, "note", NOTE_KEYS);
    if text.advice.is_empty() {
        let fault = reader.error(table.range.clone(), Code::MissingKey, "[[note]] has no `note`");
        reader.faults.push(fault.label("`note.ja` or `note.en` belongs here"));
    }
    Some(NoteDraft { audience, categories, text })
}

fn read_shape(reader: &mut Reader, table: &Table<'_>) -> Option<ShapeDraft> {
    reader.only(table, SHAPE_KEYS);
    let id = reader.need_id(table, "id = \"said\"");
    let _ = reader.need_text(table, "role", "role = \"quote\"");
    Some(ShapeDraft {
        role: reader.word(table, "role")?,
        opens: text_patterns(reader, table, "opens"),
        closes: text_patterns(reader, table, "closes"),
        stage: reader.word(table, "stage"),
        id: id?,
    })
}

fn read_transcript(reader: &mut Reader, table: &Table<'_>) -> Option<TranscriptDraft> {
    reader.only(table, TRANSCRIPT_KEYS);
    let sent = reader.need_text(table, "sent", "sent = '>>>'");
    let received = reader.need_text(table, "received", "received = '<<<'");
    Some(TranscriptDraft {
        consequences: text_patterns(reader, table, "consequences"),
        summary: text_patterns(reader, table, "summary"),
        sent: sent?.value.to_owned(),
        received: received?.value.to_owned(),
    })
}

pub(super) fn text_patterns(reader: &mut Reader, table: &Table<'_>, key: &str) -> Vec<TextPattern> {
    let texts = reader.texts(table, key);
    let mut out = Vec::new();
    for text in texts {
        match parse_text(text.value) {
            Ok(pattern) => out.push(pattern),
            Err(error) => reader.faults.push(super::rule::pattern_fault(&reader.source, &text, &error)),
        }
    }
    out
}

fn read_stages(reader: &mut Reader, root: &Table<'_>) -> Vec<StageWord> {
    let Some(table) = reader.table(root, "stages", "[stages]") else { return Vec::new() };
    let mut out = Vec::new();
    for (words, value) in table.map {
        let stage = match value.get_ref() {
            DeValue::String(name) => Stage::all().iter().copied().find(|stage| stage.name() == name.as_ref()),
            _ => None,
        };
        match stage {
            Some(stage) => out.push(StageWord { words: Folded::new(words.get_ref()).as_str().to_owned(), stage }),
            None => {
                let fault = reader.error(value.span(), Code::UnknownWord, "this is no stage");
                let names: Vec<_> = Stage::all().iter().map(|stage| stage.name()).collect();
                reader.faults.push(fault.help(format!("one of {}", names.join(", "))));
            }
        }
    }
    out
}
