//! The reference of rule files as Markdown, made of the keys that the reader knows.

use std::fmt::Write as _;

use crate::rules::keys::{FILE_KEYS, Key, Needed, Takes};

/// Every table of a rule file with its keys, as Markdown.
#[must_use]
pub fn reference() -> String {
    let mut out = String::from(
        "# The keys of rule files\n\nMade of the keys that the reader knows, as is `modori schema`; a test keeps it so. What patterns, scopes and \
        the order of choice mean stands in [CONTRIBUTING.md](../CONTRIBUTING.md#rule-files).\n",
    );
    for key in FILE_KEYS {
        match key.takes {
            Takes::Table(keys) => section(&mut out, &format!("[{}]", key.name), key.about, keys),
            Takes::Tables(keys) => section(&mut out, &format!("[[{}]]", key.name), key.about, keys),
            other => section(&mut out, &format!("[{}]", key.name), &format!("{} {}", key.about, taken(other)), &[]),
        }
    }
    out
}

fn section(out: &mut String, heading: &str, about: &str, keys: &[Key]) {
    let _ = write!(out, "\n## `{heading}`\n\n{about}\n");
    table(out, keys);
    for key in keys {
        if let Takes::Tables(inner) | Takes::TextsAndTables(inner) = key.takes
            && key.name != "counter_examples"
        {
            let _ = write!(out, "\nThe tables in `{}`:\n", key.name);
            table(out, inner);
        }
    }
}

fn table(out: &mut String, keys: &[Key]) {
    if keys.is_empty() {
        return;
    }
    out.push_str("\n| key | takes | meaning |\n|---|---|---|\n");
    for key in keys {
        let needed = match key.needed {
            Needed::No => String::new(),
            Needed::Yes => " **Needed.**".to_owned(),
            Needed::Unless(other) => format!(" **Needed** unless `{other}`."),
        };
        let name = if matches!(key.takes, Takes::Localized) { format!("{0}.ja`, `{0}.en", key.name) } else { key.name.to_owned() };
        let _ = writeln!(out, "| `{name}` | {} | {}{needed} |", taken(key.takes), key.about.replace('|', "\\|"));
    }
}

/// What a key takes, in words.
fn taken(takes: Takes) -> String {
    let words = |words: fn() -> Vec<&'static str>| words().iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" ");
    match takes {
        Takes::Text => "a string".to_owned(),
        Takes::Texts => "a string or a list".to_owned(),
        Takes::Id => "an id".to_owned(),
        Takes::Yes => "`true`".to_owned(),
        Takes::Integer => "a whole number".to_owned(),
        Takes::Date => "a date without quotes".to_owned(),
        Takes::Word(list) => words(list),
        Takes::Words(list) => format!("one or a list of {}", words(list)),
        Takes::Localized => "a string or a list, by language".to_owned(),
        Takes::Table(_) => "a table".to_owned(),
        Takes::Tables(_) => "a list of tables".to_owned(),
        Takes::TablesOfTexts => "a list of tables, with names of one's own".to_owned(),
        Takes::TextsAndTables(_) => "a list of strings and tables".to_owned(),
        Takes::WordsByName(list) => format!("Words on the left, on the right one of {}.", words(list)),
    }
}
