//! What loggers put in place of control characters.

use std::borrow::Cow;

/// A text in which escaped control characters (`#012` of rsyslog, `\012` of others) are blanks.
pub(super) fn unescaped(text: &str) -> Cow<'_, str> {
    if memchr::memchr2(b'#', b'\\', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = rest.find(['#', '\\']) {
        let (before, sign) = rest.split_at(at);
        out.push_str(before);
        let is_control = matches!(sign.as_bytes(), [_, b'0', b'0'..=b'3', b'0'..=b'7', ..]);
        out.push_str(if is_control { " " } else { &sign[..1] });
        rest = &sign[if is_control { 4 } else { 1 }..];
    }
    if out.is_empty() && rest.len() == text.len() {
        return Cow::Borrowed(text);
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_blanks_and_nothing_else_is() {
        for (text, want) in [
            ("550-one#015#012550 two", "550-one  550 two"),
            ("a\\011b", "a b"),
            ("(#5.1.1)", "(#5.1.1)"),
            ("#0", "#0"),
            ("日本#012語", "日本 語"),
            ("#0400", "#0400"),
        ] {
            assert_eq!(unescaped(text), want);
        }
    }
}
