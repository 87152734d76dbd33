//! A rule that is not written yet: what stands in it, and its TOML.

use std::fmt::Write as _;

use crate::model::{Example, ProviderKind, Reply, Strength};

/// A rule to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// What a person should know about it; becomes comment lines.
    pub remarks: Vec<String>,
    /// Its id, within its provider.
    pub id: String,
    /// The category's id.
    pub category: String,
    /// Where the category's own will not do.
    pub strength: Option<Strength>,
    /// Where nothing else helps.
    pub priority: Option<i32>,
    /// The text pattern.
    pub text: String,
    /// A reply code as a condition.
    pub reply: Option<Reply>,
    /// The example.
    pub example: DraftExample,
}

/// The example of a draft, with what its text does not show.
pub type DraftExample = Example;

impl Draft {
    /// The rule as it stands in a file, ready to be appended.
    #[must_use]
    pub fn toml(&self) -> String {
        let mut out = String::new();
        for remark in &self.remarks {
            let _ = writeln!(out, "# {}", remark.split_whitespace().collect::<Vec<_>>().join(" "));
        }
        out.push_str("[[rule]]\n");
        let mut key = |name: &str, value: String| {
            let _ = writeln!(out, "{name:<8} = {value}");
        };
        key("id", quoted(&self.id));
        key("category", quoted(&self.category));
        if let Some(strength) = self.strength {
            key("strength", quoted(strength.name()));
        }
        if let Some(priority) = self.priority {
            key("priority", priority.to_string());
        }
        key("text", literal(&self.text));
        if let Some(reply) = self.reply {
            key("reply", quoted(&reply.to_string()));
        }
        key("examples", format!("[{}]", example(&self.example)));
        out
    }
}

/// A new file for a provider, with a rule to start from in comments.
#[must_use]
pub fn provider_file(id: &str, kind: ProviderKind, name: &str, domains: &[String], hosts: &[String]) -> String {
    let mut out = String::from("[provider]\n");
    let list = |names: &[String]| format!("[{}]", names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", "));
    let mut key = |name: &str, value: String| {
        let _ = writeln!(out, "{name:<7} = {value}");
    };
    key("id", quoted(id));
    key("kind", quoted(kind.name()));
    key("name.en", literal(name));
    if !domains.is_empty() {
        key("domains", list(domains));
    }
    if !hosts.is_empty() {
        key("hosts", list(hosts));
    }
    out
}

fn example(example: &Example) -> String {
    let text = literal(&example.text);
    let mut keys = vec![format!("text = {text}")];
    keys.extend(example.stage.map(|stage| format!("command = {}", quoted(stage.name()))));
    keys.extend(example.reply.map(|reply| format!("reply = {}", quoted(&reply.to_string()))));
    keys.extend(example.status.map(|status| format!("status = {}", quoted(&status.to_string()))));
    keys.extend(example.remote.as_ref().map(|host| format!("remote = {}", quoted(host))));
    keys.extend(example.recipient.as_ref().map(|address| format!("recipient = {}", quoted(address))));
    if keys.len() == 1 { text } else { format!("{{ {} }}", keys.join(", ")) }
}

/// A text as a TOML string, `'…'` where it can be.
pub(super) fn literal(text: &str) -> String {
    let plain = !text.contains('\'') && !text.chars().any(char::is_control);
    if plain { format!("'{text}'") } else { quoted(text) }
}

/// A text as a TOML string in `"…"`.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_read_back_as_they_were() {
        for text in ["plain", "it's", "a \"b\" \\ c", "tab\tnew\nline\u{7}", "日本語"] {
            for written in [literal(text), quoted(text)] {
                let table: toml::Table = format!("x = {written}").parse().unwrap();
                assert_eq!(table["x"].as_str(), Some(text), "{written}");
            }
        }
    }

    #[test]
    fn a_draft_is_laid_out_as_rule_files_are() {
        let draft = Draft {
            remarks: vec!["see to it".to_owned()],
            id: "too-heavy".to_owned(),
            category: "content".to_owned(),
            strength: None,
            priority: None,
            text: "items above {size} are not carried".to_owned(),
            reply: None,
            example: Example { text: "554 items above 8 MB are not carried".to_owned(), ..Example::default() },
        };
        let want = "# see to it\n[[rule]]\nid       = \"too-heavy\"\ncategory = \"content\"\n\
            text     = 'items above {size} are not carried'\nexamples = ['554 items above 8 MB are not carried']\n";
        assert_eq!(draft.toml(), want);
    }
}
