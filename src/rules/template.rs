//! Reading the sentences of advice.

use crate::model::{Piece, Template};

/// Takes a sentence apart at its holes.
///
/// # Errors
/// A hole that is not closed, or whose name is none.
pub(super) fn parse_template(text: &str) -> Result<Template, String> {
    let mut pieces = Vec::new();
    let mut words = String::new();
    let mut rest = text;
    while let Some(at) = memchr::memchr2(b'{', b'}', rest.as_bytes()) {
        words.push_str(&rest[..at]);
        let sign = &rest[at..];
        if sign.starts_with("{{") || sign.starts_with("}}") {
            words.push_str(&sign[..1]);
            rest = &sign[2..];
            continue;
        }
        let inside = sign.strip_prefix('{').and_then(|inside| inside.split_once('}'));
        let Some((name, after)) = inside else { return Err("a `{` or `}` stands alone in this sentence".to_owned()) };
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
            return Err(format!("`{{{name}}}` is no name of a fact"));
        }
        if !words.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut words)));
        }
        pieces.push(Piece::Fact(name.to_owned()));
        rest = after;
    }
    words.push_str(rest);
    if !words.is_empty() {
        pieces.push(Piece::Text(words));
    }
    Ok(Template(pieces))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_come_apart() {
        let template = parse_template("up to {limit}, {{so}}").unwrap();
        let want = vec![Piece::Text("up to ".into()), Piece::Fact("limit".into()), Piece::Text(", {so}".into())];
        assert_eq!(template.0, want);
        assert!(parse_template("{limit").is_err());
        assert!(parse_template("limit}").is_err());
        assert!(parse_template("{Limit}").is_err());
    }
}
