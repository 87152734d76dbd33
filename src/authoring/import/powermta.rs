//! PowerMTA's `<bounce-category-patterns>`: `/regex/ category` a line, by itself or inside a whole configuration.

use std::sync::LazyLock;

use regex::Regex;

use super::{Foreign, Found, LeftOut};

/// A line: the regex up to the first `/` behind which a category, and nothing but a comment, follows.
static LINE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^/(.*?)/\s*([A-Za-z][\w-]*)\s*(?:#.*)?$").ok());

pub(super) fn read(text: &str) -> Result<Found, String> {
    let mut found = Found::default();
    let mut inside = !text.contains("<bounce-category-patterns>");
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('<') {
            inside = line.starts_with("<bounce-category-patterns");
            continue;
        }
        if !inside || line.is_empty() || line.starts_with('#') {
            continue;
        }
        match pattern(line) {
            Some((regex, _)) if regex.is_empty() => {
                found.left_out.push(LeftOut { line: index + 1, what: line.to_owned(), why: "it takes every text".to_owned() });
            }
            Some((regex, class)) => found.patterns.push(Foreign { line: index + 1, class, regex, example: None }),
            None => found.left_out.push(LeftOut { line: index + 1, what: line.to_owned(), why: "no `/regex/ category`".to_owned() }),
        }
    }
    if found.patterns.is_empty() {
        return Err("it holds no `/regex/ category` in <bounce-category-patterns>".to_owned());
    }
    Ok(found)
}

/// The regex and the class of a line.
fn pattern(line: &str) -> Option<(String, String)> {
    let parts = LINE.as_ref()?.captures(line)?;
    Some((parts[1].replace("\\/", "/"), parts[2].to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_read_from_a_whole_configuration() {
        let text = "smtp-port 25\n<bounce-category-patterns>\n# c\n/over quota|see a\\/b/ quota-issues # a/b\n/x/\n//  other  # the rest\n\
            </bounce-category-patterns>\n/y/ spam-related\n";
        let found = read(text).unwrap();
        assert_eq!(found.patterns, [Foreign { line: 4, class: "quota-issues".into(), regex: "over quota|see a/b".into(), example: None }]);
        let why: Vec<&str> = found.left_out.iter().map(|one| one.why.as_str()).collect();
        assert_eq!(why, ["no `/regex/ category`", "it takes every text"]);
        assert!(read("smtp-port 25").is_err());
    }
}
