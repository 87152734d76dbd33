//! KumoMTA's bounce classifier: `rules` is a table of classes, each a list of regexes, in TOML or JSON.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Foreign, Found};

#[derive(Deserialize)]
struct File {
    rules: BTreeMap<String, Vec<String>>,
}

pub(super) fn read(text: &str) -> Result<Found, String> {
    let file: File = if text.trim_start().starts_with('{') {
        serde_json::from_str(text).map_err(|error| error.to_string())?
    } else {
        toml::from_str(text).map_err(|error| error.to_string())?
    };
    let patterns = file.rules.into_iter().flat_map(|(class, regexes)| {
        let one = move |regex: String| Foreign { line: line_of(text, &regex), class: class.clone(), regex, example: None };
        regexes.into_iter().map(one).collect::<Vec<_>>()
    });
    let mut patterns: Vec<Foreign> = patterns.collect();
    patterns.sort_by_key(|pattern| pattern.line);
    Ok(Found { patterns, left_out: Vec::new() })
}

/// The line that a regex stands in, as it is or with its backslashes doubled.
fn line_of(text: &str, regex: &str) -> usize {
    let doubled = regex.replace('\\', "\\\\");
    text.lines().position(|line| line.contains(regex) || line.contains(&doubled)).map_or(0, |line| line + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn toml_and_json_say_the_same() {
        let toml = "[rules]\nQuotaIssues = [\n  \"box \\\\d+ full\",\n]\nSpamBlock = ['listed']\n";
        let json = "{\"rules\": {\n\"SpamBlock\": [\"listed\"],\n\"QuotaIssues\": [\"box \\\\d+ full\"]}}";
        let read = |text: &str| {
            let found = read(text).unwrap();
            let mut all: Vec<_> = found.patterns.into_iter().map(|one| (one.class, one.regex)).collect();
            all.sort();
            all
        };
        assert_eq!(read(toml), read(json));
        assert_eq!(super::read(toml).unwrap().patterns[0].line, 3);
        assert!(super::read("x = 1").is_err());
    }
}
