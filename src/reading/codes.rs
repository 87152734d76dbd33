//! Finding the reply code (RFC 5321) and the enhanced status code (RFC 3463) in somebody's words.

use crate::model::{Reply, Status, is_cjk};

/// The codes of an utterance, and where its words begin behind them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Codes {
    /// The reply code.
    pub reply: Option<Reply>,
    /// The enhanced status code.
    pub status: Option<Status>,
    /// Where the words begin, in bytes.
    pub words: usize,
}

/// How far into a text a code that stands by itself is looked for, in bytes.
const REACH: usize = 400;

/// Signs that may stand before, between and behind codes.
const SIGNS: &[char] = &[' ', '\t', '\r', '\n', '"', '\'', '#', '<', '(', '[', ')', ']', '>', ':', '-', '_', ','];

/// Reads the codes of `text`: those at its front, else one that is marked as one (`(#5.1.1)`, `said: 550 `).
///
/// ```
/// use modori::reading::read_codes;
/// let codes = read_codes("550-5.1.1 User unknown");
/// assert_eq!(codes.reply.unwrap().to_string(), "550");
/// assert_eq!(codes.status.unwrap().to_string(), "5.1.1");
/// assert_eq!(&"550-5.1.1 User unknown"[codes.words..], "User unknown");
/// ```
#[must_use]
pub fn read_codes(text: &str) -> Codes {
    let mut codes = Codes::default();
    let mut at = skip_type(text);
    if let Some(length) = token_at(text, skip_signs(text, at), is_reply) {
        let start = skip_signs(text, at);
        codes.reply = text[start..start + length].parse().ok();
        at = start + length;
    }
    let start = skip_signs(text, at);
    if let Some(length) = token_at(text, start, is_status) {
        codes.status = text[start..start + length].parse().ok();
        at = start + length;
    }
    codes.words = if codes.reply.is_some() || codes.status.is_some() { skip_signs(text, at) } else { at };
    let near = &text[..text.floor_char_boundary(REACH)];
    codes.status = codes.status.or_else(|| marked_status(near));
    codes.reply = codes.reply.or_else(|| marked_reply(near));
    codes
}

/// Behind the type of a `Diagnostic-Code` (RFC 3464, section 2.3.6): `smtp; 550 …`.
fn skip_type(text: &str) -> usize {
    let length = text.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')).count();
    let typed = (2..=24).contains(&length) && text[length..].starts_with(';') && text.starts_with(|c: char| c.is_ascii_alphabetic());
    if typed { length + 1 } else { 0 }
}

fn skip_signs(text: &str, at: usize) -> usize {
    at + (text[at..].len() - text[at..].trim_start_matches(SIGNS).len())
}

/// The length of a code at `at`, if one stands there by itself.
fn token_at(text: &str, at: usize, is: impl Fn(&str) -> bool) -> Option<usize> {
    let length = text[at..].bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
    let end = text[at..at + length].trim_end_matches('.').len();
    let code = &text[at..at + end];
    // Japanese goes on behind a status without a blank; behind a bare number it may count something: `500人`.
    let joins = |c: char| c.is_alphanumeric() && !(is_cjk(c) && code.contains('.')) || c == '@';
    let alone = !text[at + length..].starts_with(joins);
    (alone && is(code)).then_some(end)
}

fn is_reply(text: &str) -> bool {
    text.parse::<Reply>().is_ok()
}

fn is_status(text: &str) -> bool {
    text.parse::<Status>().is_ok()
}

/// A status that stands further back, as a word of its own: `(#5.1.1)`, `[#4.1.9]`, `status=5.2.2`. Success is not looked for.
fn marked_status(text: &str) -> Option<Status> {
    words_of_digits(text).find_map(|(_, word)| {
        let plain = matches!(word.as_bytes(), [b'4' | b'5', b'.', b'0'..=b'7', b'.', ..]);
        word.parse().ok().filter(|_| plain)
    })
}

/// A failing reply that stands further back, behind a sign that announces it: `said: 550 `, `'550 `.
fn marked_reply(text: &str) -> Option<Reply> {
    words_of_digits(text).find_map(|(at, word)| {
        let before = text[..at].trim_end_matches(' ').chars().next_back();
        let announced = before.is_some_and(|c| matches!(c, ':' | ';' | '\'' | '"' | '='));
        let after = text[at + word.len()..].chars().next();
        let ends = after.is_some_and(|c| matches!(c, ' ' | '-'));
        let failing = word.starts_with(['4', '5']);
        word.parse().ok().filter(|_| announced && ends && failing)
    })
}

/// Runs of digits and dots that touch no letter.
fn words_of_digits(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + text[at..].find(|c: char| c.is_ascii_digit())?;
            let length = text[start..].bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
            at = start + length;
            let touches = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && !is_cjk(c) || matches!(c, '.' | '@'));
            if !touches(text[..start].chars().next_back()) && !touches(text[at..].chars().next()) {
                return Some((start, text[start..at].trim_end_matches('.')));
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_where_servers_put_them() {
        for (text, reply, status, words) in [
            ("550 5.1.1 User unknown", "550", "5.1.1", "User unknown"),
            ("550-5.1.1 User unknown", "550", "5.1.1", "User unknown"),
            ("smtp; 550 #5.1.0 Address rejected.", "550", "5.1.0", "Address rejected."),
            ("SMTP;421", "421", "", ""),
            ("552 5.2.2: Mailbox is full", "552", "5.2.2", "Mailbox is full"),
            ("#5.1.1 not found", "", "5.1.1", "not found"),
            ("Sorry, no mailbox here by that name. (#5.1.1)", "", "5.1.1", "Sorry, no mailbox here by that name. (#5.1.1)"),
            ("permanent: 5.1.1 Unknown", "", "5.1.1", "permanent: 5.1.1 Unknown"),
            ("error was: 550 gone", "550", "", "error was: 550 gone"),
            ("host 192.5.1.1 says no", "", "", "host 192.5.1.1 says no"),
            ("550 users over quota", "550", "", "users over quota"),
            ("5501 users", "", "", "5501 users"),
            ("5.1.1宛先が見つかりません", "", "5.1.1", "宛先が見つかりません"),
            ("エラーコード5.2.2です", "", "5.2.2", "エラーコード5.2.2です"),
            ("550人に送れません", "", "", "550人に送れません"),
            ("x-unix; 67", "", "", " 67"),
            ("4.94.2 of Exim", "", "4.94.2", "of Exim"),
            ("", "", "", ""),
        ] {
            let codes = read_codes(text);
            let show = |code: Option<String>| code.unwrap_or_default();
            let got = (show(codes.reply.map(|c| c.to_string())), show(codes.status.map(|c| c.to_string())));
            assert_eq!(got, (reply.to_owned(), status.to_owned()), "{text}");
            assert_eq!(&text[codes.words..], words, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_input_panics(text: String) {
            let codes = read_codes(&text);
            assert!(text.is_char_boundary(codes.words));
        }
    }
}
