//! Pinned outputs: what every case of a suite gave when somebody last looked at it, in a file that can be read and diffed.

use std::fmt::Write as _;

use serde_json::Value;
use toml::Table;

use super::run::Difference;

/// The outputs of a suite's cases by name, each as one record.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pin {
    cases: Table,
}

impl Pin {
    /// Reads what [`Pin::write`] wrote.
    ///
    /// # Errors
    /// Where the text is not of that form.
    pub fn read(text: &str) -> Result<Self, String> {
        let cases: Table = text.parse().map_err(|error: toml::de::Error| error.to_string())?;
        match cases.iter().find(|(_, record)| !record.is_table()) {
            None => Ok(Self { cases }),
            Some((name, _)) => Err(format!("`{name}` is no output of a case")),
        }
    }

    /// The file for these cases and their records, in the order of the suite.
    #[must_use]
    pub fn write<'c>(suite: &str, records: impl Iterator<Item = (&'c str, Value)>) -> String {
        let mut out = format!("# What the cases of {suite} give. `modori test --accept` writes it anew.\n");
        for (name, record) in records {
            let _ = writeln!(out, "\n[{}]", toml::Value::from(name));
            for (key, value) in entries(&record) {
                let _ = writeln!(out, "{key} = {value}");
            }
        }
        out
    }

    /// What came out otherwise than it is pinned. A case that is not pinned differs as a whole.
    #[must_use]
    pub fn differences(&self, name: &str, record: &Value) -> Vec<Difference> {
        let Some(pinned) = self.cases.get(name).and_then(toml::Value::as_table) else {
            return vec![Difference::new("pin", "a pinned output", "none: `--accept` pins it")];
        };
        let now: Vec<(&str, toml::Value)> = entries(record).collect();
        let none = || "none".to_owned();
        let changed = now.iter().filter(|(key, value)| pinned.get(*key) != Some(value)).map(|(key, value)| {
            Difference::new(format!("pinned {key}"), pinned.get(*key).map_or_else(none, ToString::to_string), value.to_string())
        });
        let gone = pinned.iter().filter(|(key, _)| !now.iter().any(|(known, _)| known == key));
        changed.chain(gone.map(|(key, value)| Difference::new(format!("pinned {key}"), value.to_string(), none()))).collect()
    }

    /// The names that are pinned but are no case of the suite.
    pub fn orphans<'p>(&'p self, cases: &[&str]) -> impl Iterator<Item = &'p str> {
        self.cases.keys().map(String::as_str).filter(|name| !cases.contains(name))
    }
}

/// What is known in a record, as TOML.
fn entries(record: &Value) -> impl Iterator<Item = (&str, toml::Value)> {
    let known = record.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    known.filter_map(|(key, value)| Some((key.as_str(), toml::Value::try_from(value).ok()?)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_is_read_back_whole() {
        let record = json!({ "rule": "a/b", "recipient": null, "facts": { "limit": 8 }, "advice": "「満杯」です。\nSend \"it\" later." });
        let text = Pin::write("x.test.toml", [("満杯 [1]", record.clone())].into_iter());
        let pin = Pin::read(&text).unwrap();
        assert_eq!(pin.differences("満杯 [1]", &record), Vec::new());
        assert_eq!(pin.orphans(&["other"]).collect::<Vec<_>>(), ["満杯 [1]"]);
        let changed = json!({ "rule": "a/c", "facts": { "limit": 8 }, "reply": "550" });
        let differences = pin.differences("満杯 [1]", &changed);
        let what: Vec<&str> = differences.iter().map(|one| one.what.as_str()).collect();
        assert_eq!(what, ["pinned rule", "pinned reply", "pinned advice"]);
        assert_eq!((differences[0].expected.as_str(), differences[0].got.as_str()), ("\"a/b\"", "\"a/c\""));
        assert_eq!(pin.differences("new", &record).len(), 1, "a case that is not pinned is not silently right");
    }

    #[test]
    fn what_is_no_pin_is_refused() {
        assert!(Pin::read("no toml at all").is_err());
        assert!(Pin::read("loose = 1").is_err());
    }
}
