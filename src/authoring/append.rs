//! Adding a rule to a file that a person wrote: everything else in it stays as it is.

use toml_edit::DocumentMut;

use super::draft::Draft;

/// The text of a rule file with one rule more at its end, under an id that is free in it.
///
/// # Errors
/// Where the file is no TOML, or what is called `rule` in it is no list of tables.
pub fn append_rule(file: &str, draft: &Draft) -> Result<String, String> {
    let document: DocumentMut = file.parse().map_err(|error: toml_edit::TomlError| error.to_string())?;
    let rules = match document.get("rule") {
        None => None,
        Some(item) => Some(item.as_array_of_tables().ok_or("`rule` is no list of tables: write `[[rule]]`")?),
    };
    let taken = |id: &str| rules.is_some_and(|rules| rules.iter().any(|rule| rule.get("id").and_then(|id| id.as_str()) == Some(id)));
    let mut draft = draft.clone();
    let id = draft.id.clone();
    draft.id = std::iter::once(id.clone()).chain((2..).map(|n| format!("{id}-{n}"))).find(|id| !taken(id)).unwrap_or(id);
    let mut out = file.trim_end().to_owned();
    if !out.is_empty() {
        out.push_str("\n\n");
    }
    out.push_str(&draft.toml());
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Example;

    #[test]
    fn a_rule_is_added_and_the_rest_stays() {
        let draft = Draft {
            remarks: Vec::new(),
            id: "full".to_owned(),
            category: "x".to_owned(),
            strength: None,
            priority: None,
            text: "the box is full".to_owned(),
            reply: None,
            example: Example { text: "the box is full".to_owned(), ..Example::default() },
        };
        let file = "# mine\n[provider]\nid = 'a' # so\n\n[[rule]]\nid = 'full'\n\n# end\n";
        let added = append_rule(file, &draft).unwrap();
        assert!(added.starts_with(file.trim_end()), "{added}");
        assert!(added.contains("\n\n[[rule]]\nid       = \"full-2\"\n"), "{added}");
        assert!(append_rule("rule = 1", &draft).unwrap_err().contains("[[rule]]"));
        assert!(append_rule("= 1", &draft).is_err());
    }
}
