//! Reading TOML tables by hand: every fault of a file is found in one go, each at its place.

use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::{Code, Fault, suggest};
use super::keys::Key;
use super::source::Source;
use crate::model::{Lang, Localized, Named, Origin};

/// A table of a file, with the name that messages call it by.
#[derive(Debug, Clone)]
pub(super) struct Table<'t> {
    pub(super) name: &'static str,
    pub(super) map: &'t DeTable<'t>,
    pub(super) range: Range<usize>,
}

/// A value with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) range: Range<usize>,
}

impl<'t> Table<'t> {
    fn value(&self, key: &str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.map.get(key)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    /// The place of a key's value, else of the table.
    pub(super) fn range_of(&self, key: &str) -> Range<usize> {
        self.value(key).map_or_else(|| self.range.clone(), Spanned::span)
    }
}

/// Collects the faults of one file.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) source: Arc<Source>,
    pub(super) faults: Vec<Fault>,
}

impl Reader {
    pub(super) fn error(&self, range: Range<usize>, code: Code, title: impl Into<String>) -> Fault {
        Fault::error(&self.source, range, code, title)
    }

    pub(super) fn origin(&self, range: &Range<usize>) -> Origin {
        self.source.origin(range.start)
    }

    /// Faults every key of `table` that is not one of `keys`.
    pub(super) fn only(&mut self, table: &Table<'_>, keys: &[Key]) {
        for (key, _) in table.map {
            let name: &str = key.get_ref();
            if !keys.iter().any(|key| key.name == name) {
                let fault = self.error(key.span(), Code::UnknownKey, format!("unknown key `{name}` in {}", table.name));
                let label = format!("{} has no such key", table.name);
                self.faults.push(fault.label(label).help(suggest(name, keys.iter().map(|key| key.name))));
            }
        }
    }

    pub(super) fn wrong_type(&mut self, range: Range<usize>, key: &str, wanted: &str, is: &DeValue<'_>) {
        let fault = self.error(range, Code::WrongType, format!("`{key}` must be {wanted}"));
        self.faults.push(fault.label(format!("this is {}", kind_of(is))));
    }

    fn missing(&mut self, table: &Table<'_>, key: &str, example: &str) {
        let fault = self.error(table.range.clone(), Code::MissingKey, format!("{} has no `{key}`", table.name));
        self.faults.push(fault.label(format!("`{key}` belongs here")).help(format!("write `{example}`")));
    }

    /// A string.
    pub(super) fn text<'t>(&mut self, table: &Table<'t>, key: &str) -> Option<At<&'t str>> {
        let value = table.value(key)?;
        match value.get_ref() {
            DeValue::String(text) => Some(At { value: text.as_ref(), range: value.span() }),
            other => {
                self.wrong_type(value.span(), key, "a string", other);
                None
            }
        }
    }

    /// A string that must be there.
    pub(super) fn need_text<'t>(&mut self, table: &Table<'t>, key: &str, example: &str) -> Option<At<&'t str>> {
        if !table.has(key) {
            self.missing(table, key, example);
        }
        self.text(table, key)
    }

    /// An id: small letters, digits and hyphens (underscores for categories).
    pub(super) fn need_id(&mut self, table: &Table<'_>, example: &str) -> Option<At<String>> {
        let id = self.need_text(table, "id", example)?;
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        if id.value.is_empty() || !id.value.chars().all(fits) {
            let fault = self.error(id.range, Code::BadId, format!("`{}` is no id", id.value));
            let help = format!("an id has small letters, digits and hyphens: `{example}`");
            self.faults.push(fault.label("not an id").help(help));
            return None;
        }
        Some(At { value: id.value.to_owned(), range: id.range })
    }

    /// One string or a list of strings.
    pub(super) fn texts<'t>(&mut self, table: &Table<'t>, key: &str) -> Vec<At<&'t str>> {
        let Some(value) = table.value(key) else { return Vec::new() };
        let mut out = Vec::new();
        for value in one_or_many(value) {
            match value.get_ref() {
                DeValue::String(text) => out.push(At { value: text.as_ref(), range: value.span() }),
                other => self.wrong_type(value.span(), key, "a string or a list of strings", other),
            }
        }
        out
    }

    /// A yes or no; no where it is not there.
    pub(super) fn yes(&mut self, table: &Table<'_>, key: &str) -> bool {
        let Some(value) = table.value(key) else { return false };
        value.get_ref().as_bool().unwrap_or_else(|| {
            self.wrong_type(value.span(), key, "`true` or `false`", value.get_ref());
            false
        })
    }

    /// A whole number.
    pub(super) fn integer(&mut self, table: &Table<'_>, key: &str) -> Option<i32> {
        let value = table.value(key)?;
        let number = value.get_ref().as_integer().and_then(|i| i32::from_str_radix(i.as_str(), i.radix()).ok());
        if number.is_none() {
            self.wrong_type(value.span(), key, "a small whole number", value.get_ref());
        }
        number
    }

    /// A date without time.
    pub(super) fn date(&mut self, table: &Table<'_>, key: &str) -> Option<Date> {
        let value = table.value(key)?;
        let date = value.get_ref().as_datetime().and_then(|datetime| datetime.date);
        let date = date.and_then(|d| Date::new(d.year.try_into().ok()?, d.month.try_into().ok()?, d.day.try_into().ok()?).ok());
        if date.is_none() {
            self.wrong_type(value.span(), key, "a date such as `2025-03-13`, without quotes", value.get_ref());
        }
        date
    }

    /// A word of a closed list.
    pub(super) fn word<T: Named>(&mut self, table: &Table<'_>, key: &str) -> Option<T> {
        let text = self.text(table, key)?;
        self.word_of(key, &text)
    }

    /// Words of a closed list.
    pub(super) fn words<T: Named>(&mut self, table: &Table<'_>, key: &str) -> Vec<T> {
        let texts = self.texts(table, key);
        texts.iter().filter_map(|text| self.word_of(key, text)).collect()
    }

    fn word_of<T: Named>(&mut self, key: &str, text: &At<&str>) -> Option<T> {
        let found = T::all().iter().copied().find(|word| word.name() == text.value);
        if found.is_none() {
            let fault = self.error(text.range.clone(), Code::UnknownWord, format!("`{key}` cannot be `{}`", text.value));
            let names = T::all().iter().map(|word| word.name());
            self.faults.push(fault.label("not on the list").help(suggest(text.value, names)));
        }
        found
    }

    /// Things that are written as strings and read by their own parser.
    pub(super) fn parsed<T: std::str::FromStr>(&mut self, table: &Table<'_>, key: &str, example: &str) -> Vec<T> {
        let texts = self.texts(table, key);
        texts.iter().filter_map(|text| self.parse(key, text, example)).collect()
    }

    fn parse<T: std::str::FromStr>(&mut self, key: &str, text: &At<&str>, example: &str) -> Option<T> {
        let value = text.value.parse().ok();
        if value.is_none() {
            let fault = self.error(text.range.clone(), Code::UnknownWord, format!("`{key}` cannot be `{}`", text.value));
            self.faults.push(fault.label("not readable").help(format!("write it as {example}")));
        }
        value
    }

    /// One such thing.
    pub(super) fn parsed_one<T: std::str::FromStr>(&mut self, table: &Table<'_>, key: &str, example: &str) -> Option<T> {
        let text = self.text(table, key)?;
        self.parse(key, &text, example)
    }

    /// A table in a table.
    pub(super) fn table<'t>(&mut self, table: &Table<'t>, key: &str, name: &'static str) -> Option<Table<'t>> {
        let value = table.value(key)?;
        match value.get_ref() {
            DeValue::Table(map) => Some(Table { name, map, range: value.span() }),
            other => {
                self.wrong_type(value.span(), key, "a table", other);
                None
            }
        }
    }

    /// A list of tables.
    pub(super) fn tables<'t>(&mut self, table: &Table<'t>, key: &str, name: &'static str) -> Vec<Table<'t>> {
        let Some(value) = table.value(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(value.span(), key, "a list of tables", value.get_ref());
            return Vec::new();
        };
        let mut out = Vec::new();
        for item in items {
            match item.get_ref() {
                DeValue::Table(map) => out.push(Table { name, map, range: item.span() }),
                other => self.wrong_type(item.span(), key, "a list of tables", other),
            }
        }
        out
    }

    /// Strings or lists of strings by language, each list with the places of its entries.
    ///
    /// A key of `owner` that stands in it was taken away by a `[…]` header: TOML puts what follows a header into its table.
    pub(super) fn localized<'t>(&mut self, table: &Table<'t>, key: &'static str, owner: &[Key]) -> Localized<Vec<At<&'t str>>> {
        let mut out = Localized::default();
        let Some(inner) = self.table(table, key, key) else { return out };
        for (lang, value) in inner.map {
            let name: &str = lang.get_ref();
            if owner.iter().any(|key| key.name == name) {
                self.swallowed(table, key, name, lang.span());
            } else if let Some(tag) = Lang::parse(name) {
                let texts = self.texts(&inner, name);
                if texts.iter().any(|text| text.value.trim().is_empty()) {
                    let fault = self.error(value.span(), Code::MissingKey, format!("`{key}.{name}` is empty"));
                    self.faults.push(fault.label("write a sentence here, or leave the language out"));
                }
                out.insert(tag, texts);
            } else {
                let fault = self.error(lang.span(), Code::UnknownKey, format!("`{name}` is no language"));
                self.faults.push(fault.label("not a language tag").help("write `ja`, `en` or another BCP 47 tag".to_owned()));
            }
        }
        out
    }

    fn swallowed(&mut self, table: &Table<'_>, key: &str, name: &str, range: Range<usize>) {
        let fault = self.error(range, Code::SwallowedKey, format!("`{name}` belongs to the {}, not to its `{key}`", table.name));
        let fault = fault.label(format!("the header above makes this `{key}.{name}`"));
        let help = format!("put it above the `[…{key}]` header, or write `{key}.ja = '…'` without a header");
        self.faults.push(fault.help(help));
    }
}

/// The entries of a list, or the one value that stands for a list of one.
fn one_or_many<'t>(value: &'t Spanned<DeValue<'t>>) -> Box<dyn Iterator<Item = &'t Spanned<DeValue<'t>>> + 't> {
    match value.get_ref() {
        DeValue::Array(items) => Box::new(items.iter()),
        _ => Box::new(std::iter::once(value)),
    }
}

/// What a value is, in the words of the person who wrote it.
fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "`true` or `false`",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
