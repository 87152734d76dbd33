//! Rule files laid out alike: keys in columns, patterns in `'…'`, one blank line between tables. Comments, order, line breaks in
//! lists and everything that a file says stay as they are.

use toml_edit::{Array, Decor, DocumentMut, InlineTable, Item, KeyMut, RawString, Table, TableLike, Value};

/// The tables of a rule file with the column in which their `=` stands; longer keys stand out.
const COLUMNS: &[(&str, usize)] =
    &[("provider", 7), ("category", 8), ("rule", 8), ("note", 8), ("layout", 9), ("shape", 6), ("transcript", 12)];

/// Keys whose values are patterns or texts to try them on.
const PATTERNS: &[&str] =
    &["text", "regex", "not", "examples", "counter_examples", "opens", "closes", "opening", "begins", "ends", "recipient", "reason"];

/// How far the entries of a list on several lines are moved in.
const INDENT: &str = "  ";

/// The file laid out as rule files are.
///
/// # Errors
/// Where it is no TOML.
///
/// ```
/// let file = "[[rule]]\nid=\"full\" # mine\ntext = [ \"box full\" ]";
/// let want = "[[rule]]\nid       = \"full\" # mine\ntext     = ['box full']\n";
/// assert_eq!(modori::authoring::tidy(file).unwrap(), want);
/// ```
pub fn tidy(file: &str) -> Result<String, String> {
    let plain = file.replace("\r\n", "\n");
    let mut document: DocumentMut = plain.parse().map_err(|error: toml_edit::TomlError| error.to_string())?;
    let end = document.trailing().as_str().unwrap_or_default().to_owned();
    document.set_trailing(lead(&format!("{end}\n"), Blank::AsIs));
    let column = widest(document.as_table());
    tidy_keys(document.as_table_mut(), column, 0);
    tidy_tables(document.as_table_mut(), None);
    let text = document.to_string();
    let text = text.trim_matches('\n');
    Ok(if text.is_empty() { String::new() } else { format!("{text}\n") })
}

/// Lays out the tables in a table; `column` is that of the outermost they stand in.
fn tidy_tables(parent: &mut Table, column: Option<usize>) {
    for (key, item) in parent.iter_mut() {
        let name = key.get().to_owned();
        let named = COLUMNS.iter().find(|(known, _)| *known == name && column.is_none()).map(|(_, column)| *column);
        match item {
            Item::Table(table) if !table.is_dotted() => tidy_table(table, named),
            Item::ArrayOfTables(tables) => tables.iter_mut().for_each(|table| tidy_table(table, named)),
            _ => {}
        }
    }
}

fn tidy_table(table: &mut Table, named: Option<usize>) {
    if !table.is_implicit() {
        let before = raw(table.decor().prefix());
        let after = behind(&raw(table.decor().suffix()));
        *table.decor_mut() = Decor::new(lead(&before, Blank::One), after);
    }
    let column = named.unwrap_or_else(|| widest(table));
    tidy_keys(table, column, 0);
    tidy_tables(table, Some(column));
}

/// The length of the longest key of a table.
fn widest(table: &Table) -> usize {
    let own = |(key, item): (&str, &Item)| match item {
        Item::Value(_) => table.key(key).map_or(0, |key| key.display_repr().chars().count()),
        Item::Table(inner) if inner.is_dotted() => key.chars().count() + 1 + widest(inner),
        _ => 0,
    };
    table.iter().map(own).max().unwrap_or(0)
}

/// Lays out the values of a table. `front` is the length of the dotted names before its keys.
fn tidy_keys(table: &mut Table, column: usize, front: usize) {
    for (mut key, item) in table.iter_mut() {
        let length = key.display_repr().chars().count();
        match item {
            Item::Table(inner) if inner.is_dotted() => {
                let before = raw(key.leaf_decor().prefix());
                *key.leaf_decor_mut() = Decor::new(lead(&before, Blank::AsIs), "");
                *key.dotted_decor_mut() = Decor::new("", "");
                tidy_keys(inner, column, front + length + 1);
            }
            Item::Value(value) => {
                let before = raw(key.leaf_decor().prefix());
                let pad = " ".repeat((column + 1).saturating_sub(front + length).max(1));
                *key.leaf_decor_mut() = Decor::new(if front == 0 { lead(&before, Blank::AsIs) } else { String::new() }, pad);
                lift_comments(&mut key, front, &before);
                let after = behind(&raw(value.decor().suffix()));
                tidy_value(value, Strings::of(key.get()));
                *value.decor_mut() = Decor::new(" ", after);
            }
            _ => {}
        }
    }
}

/// Comments above a dotted key are kept by its last part.
fn lift_comments(key: &mut KeyMut<'_>, front: usize, before: &str) {
    if front > 0 && before.contains('#') {
        let prefix = lead(before, Blank::AsIs);
        key.leaf_decor_mut().set_prefix(prefix);
    }
}

/// What the strings of a value are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Strings {
    Patterns,
    Others,
}

impl Strings {
    fn of(key: &str) -> Self {
        if PATTERNS.contains(&key) { Self::Patterns } else { Self::Others }
    }
}

fn tidy_value(value: &mut Value, strings: Strings) {
    match value {
        Value::String(_) if strings == Strings::Patterns => as_literal(value),
        Value::Array(array) => tidy_array(array, strings),
        Value::InlineTable(table) => tidy_inline(table),
        _ => {}
    }
}

/// A `"…"` as `'…'`, where that says the same.
fn as_literal(value: &mut Value) {
    let written = value.as_str().unwrap_or_default();
    let plain = !written.contains('\'') && !written.chars().any(char::is_control);
    let repr = match &*value {
        Value::String(text) => text.as_repr().and_then(|repr| repr.as_raw().as_str()),
        _ => None,
    };
    let basic = repr.is_some_and(|repr| repr.starts_with('"'));
    if let Ok(mut literal) = format!("'{written}'").parse::<Value>()
        && plain
        && basic
    {
        *literal.decor_mut() = value.decor().clone();
        *value = literal;
    }
}

/// A list: on one line as it was, or on several with the entries on the lines that they were on.
fn tidy_array(array: &mut Array, strings: Strings) {
    array.iter_mut().for_each(|value| tidy_value(value, strings));
    let end = array.trailing().as_str().unwrap_or_default().to_owned();
    let before: Vec<String> = array.iter().map(|value| raw(value.decor().prefix())).collect();
    let after: Vec<String> = array.iter().map(|value| raw(value.decor().suffix())).collect();
    if after.iter().any(|text| text.contains('#')) {
        return;
    }
    let several = before.iter().chain(&after).chain([&end]).any(|text| text.contains('\n'));
    if !several {
        array.fmt();
        array.set_trailing("");
        array.set_trailing_comma(false);
        return;
    }
    for (index, (value, before)) in array.iter_mut().zip(&before).enumerate() {
        let before = match index == 0 || before.contains('\n') {
            true => format!("{}{INDENT}", moved_in(before)),
            false => " ".to_owned(),
        };
        *value.decor_mut() = Decor::new(before, "");
    }
    array.set_trailing(moved_in(&end));
    array.set_trailing_comma(true);
}

/// What stands before an entry of a list: comments, and the line break.
fn moved_in(text: &str) -> String {
    let mut out = String::new();
    for (index, line) in text.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty()) {
        out.push_str(if index == 0 { " " } else { "\n" });
        out.push_str(if index == 0 { "" } else { INDENT });
        out.push_str(line);
    }
    out.push('\n');
    out
}

/// An inline table on one line; one that holds comments or line breaks stays as it is.
fn tidy_inline(table: &mut InlineTable) {
    if table.to_string().contains(['#', '\n']) {
        return;
    }
    table.fmt();
    table.set_trailing("");
    table.set_trailing_comma(false);
    for (key, item) in TableLike::iter_mut(table) {
        let strings = Strings::of(key.get());
        if let Item::Value(value) = item {
            tidy_value(value, strings);
        }
    }
}

/// How many blank lines stand at the front.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blank {
    /// One.
    One,
    /// One where there was any.
    AsIs,
}

/// The lines above a table or key: comments as they are, blank lines single.
fn lead(text: &str, blank: Blank) -> String {
    let mut out = String::new();
    let mut was_blank = false;
    let lines: Vec<&str> = text.split('\n').map(str::trim).collect();
    // What follows the last line break is the indentation of the line itself.
    for (index, line) in lines[..lines.len().saturating_sub(1)].iter().enumerate() {
        let first_forced = index == 0 && blank == Blank::One;
        if line.is_empty() && (was_blank || first_forced) {
            continue;
        }
        was_blank = line.is_empty();
        out.push_str(line);
        out.push('\n');
    }
    if blank == Blank::One { format!("\n{}", out.trim_start_matches('\n')) } else { out }
}

/// A comment behind a value or header, as far away as it was.
fn behind(text: &str) -> String {
    let comment = text.trim();
    let away = text.len() - text.trim_start_matches(' ').len();
    if comment.is_empty() { String::new() } else { format!("{}{comment}", " ".repeat(away.max(1))) }
}

fn raw(text: Option<&RawString>) -> String {
    text.and_then(RawString::as_str).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rules::Layer;

    fn shipped() -> Vec<String> {
        Layer::shipped().files.into_iter().map(|file| String::from_utf8(file.bytes.unwrap().into_owned()).unwrap()).collect()
    }

    #[test]
    fn a_file_is_laid_out_and_keeps_its_comments() {
        let file = "# mine\n\n\n[provider]\n  id=\"a\"  # so\nname.en = 'A'\n# above\nname.ja='B'\n[[rule]] # one\nid = 'x'\nexamples=['a',\n 'b' ,# why\n\n  # this\n \"c'\"]\nwhen = [{command=\"RCPT\",category = 'y'}]\nadvice.en='z'\n\n\n# end";
        let want = "# mine\n\n[provider]\nid      = \"a\"  # so\nname.en = 'A'\n# above\nname.ja = 'B'\n\n[[rule]] # one\nid       = 'x'\nexamples = [\n  'a',\n  'b', # why\n  # this\n  \"c'\",\n]\nwhen     = [{ command = \"RCPT\", category = 'y' }]\nadvice.en = 'z'\n\n# end\n";
        assert_eq!(tidy(file).unwrap(), want);
    }

    #[test]
    fn what_is_no_toml_is_refused() {
        assert!(tidy("[provider").is_err());
        assert_eq!(tidy("\n\n").unwrap(), "");
    }

    /// The file with white space put in or taken out where it means nothing.
    fn shaken(text: &str, seed: &[u8]) -> String {
        let mut out = String::new();
        let outside = |line: &str| !line.starts_with(' ') && !line.starts_with(']');
        let mut above = "";
        for (line, shake) in text.lines().zip(seed.iter().cycle()) {
            let (front, back) = if outside(line) && shake & 1 == 1 { ("  ", " \t") } else { ("", "") };
            let apart = line.starts_with('[') && !above.starts_with('#');
            above = line;
            let blank = if apart && shake & 2 == 2 { "\n\n\n" } else { "" };
            let line =
                if shake & 4 == 4 && outside(line) && !line.starts_with('#') { line.replacen(" = ", "=", 1) } else { line.to_owned() };
            out.push_str(&format!("{blank}{front}{line}{back}\n"));
        }
        out
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn the_same_is_said_and_a_second_time_changes_nothing(which in any::<prop::sample::Index>(), seed in prop::collection::vec(any::<u8>(), 1..40)) {
            let files = shipped();
            let file = which.get(&files);
            let shaken = shaken(file, &seed);
            let tidied = tidy(&shaken).unwrap();
            prop_assert_eq!(tidied.parse::<toml::Table>().unwrap(), file.parse::<toml::Table>().unwrap());
            prop_assert_eq!(&tidy(&tidied).unwrap(), &tidied);
            prop_assert_eq!(&tidied, &tidy(file).unwrap());
        }

        #[test]
        fn no_input_panics(text in "[\\[\\]a-z.='\"# \n{},1]{0,60}") {
            if let Ok(tidied) = tidy(&text) {
                prop_assert_eq!(tidied.parse::<toml::Table>().ok(), text.parse::<toml::Table>().ok());
                prop_assert_eq!(tidy(&tidied).unwrap(), tidied);
            }
        }
    }
}
