//! Texts whose label lies about their character set.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{EUC_JP, Encoding, ISO_2022_JP, SHIFT_JIS, WINDOWS_1252};

use super::mime::Charset;

/// What Japanese text in ISO-2022-JP (RFC 1468) switches character sets with.
const SWITCHES: [&str; 3] = ["\u{1b}$B", "\u{1b}$@", "\u{1b}(J"];

/// How many kana show that a text is Japanese, and no accident.
const KANA: usize = 3;

/// How much of a text its character set is guessed by, in bytes.
const SAMPLE: usize = 64 * 1024;

/// The text that bytes are in the character set which they are said to be in; where they are evidently in another, in that one.
pub(super) fn text(bytes: Cow<'_, [u8]>, said: Option<Charset>) -> Cow<'_, str> {
    let label = said.and_then(|said| said.encoding);
    if bytes.is_ascii() && said.is_none_or(Charset::holds_ascii) {
        return settled(utf8(bytes));
    }
    let decoded = said.and_then(|said| said.decoder).map_or_else(|| utf8(Cow::Borrowed(&bytes)).into_owned(), |decode| decode(&bytes));
    if let Cow::Owned(plain) = unescaped(&decoded) {
        return Cow::Owned(plain);
    }
    // Labels of ASCII and Latin-1 are what programs write that know nothing of the text.
    let vague = label.is_none_or(|label| label == WINDOWS_1252);
    let doubtful = !decoded.is_ascii() && (vague || decoded.contains(char::REPLACEMENT_CHARACTER));
    let guess = || guessed(&bytes).or_else(|| said.is_none().then(|| likeliest(&bytes).0));
    Cow::Owned(if doubtful { guess() } else { None }.unwrap_or(decoded))
}

/// The text of bytes in UTF-8; what is broken in them is replaced.
fn utf8(bytes: Cow<'_, [u8]>) -> Cow<'_, str> {
    match bytes {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed),
        Cow::Owned(bytes) => {
            Cow::Owned(String::from_utf8(bytes).unwrap_or_else(|broken| String::from_utf8_lossy(broken.as_bytes()).into_owned()))
        }
    }
}

/// The text of fields for programs, which name no character set and should be ASCII or UTF-8.
pub(super) fn fields(bytes: &[u8]) -> String {
    settled(Cow::Owned(guessed(bytes).unwrap_or_else(|| String::from_utf8_lossy(bytes).into_owned()))).into_owned()
}

fn settled(text: Cow<'_, str>) -> Cow<'_, str> {
    match unescaped(&text) {
        Cow::Owned(decoded) => Cow::Owned(decoded),
        Cow::Borrowed(_) => text,
    }
}

/// Decodes what still holds the escape sequences of ISO-2022-JP.
pub(super) fn unescaped(text: &str) -> Cow<'_, str> {
    let escape = memchr::memchr(b'\x1b', text.as_bytes());
    if !escape.is_some_and(|escape| SWITCHES.iter().any(|switch| text[escape..].contains(switch))) {
        return Cow::Borrowed(text);
    }
    match ISO_2022_JP.decode_without_bom_handling(text.as_bytes()) {
        (decoded, false) => Cow::Owned(decoded.into_owned()),
        _ => Cow::Borrowed(text),
    }
}

/// The text where it is evidently UTF-8, Shift_JIS or EUC-JP.
fn guessed(bytes: &[u8]) -> Option<String> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(text.to_owned());
    }
    if bytes.iter().filter(|byte| may_begin_kana(**byte)).take(KANA).count() < KANA {
        return None;
    }
    let (text, encoding) = likeliest(bytes);
    let kana = text.chars().filter(|c| matches!(c, '\u{3041}'..='\u{30fe}')).take(KANA).count();
    let is_japanese = (encoding == SHIFT_JIS || encoding == EUC_JP) && !text.contains(char::REPLACEMENT_CHARACTER) && kana == KANA;
    is_japanese.then_some(text)
}

/// The text in the likeliest of all character sets.
fn likeliest(bytes: &[u8]) -> (String, &'static Encoding) {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(&bytes[..bytes.len().min(SAMPLE)], true);
    let encoding = detector.guess(None, Utf8Detection::Allow);
    (encoding.decode_without_bom_handling(bytes).0.into_owned(), encoding)
}

/// Whether kana begin with such a byte in Shift_JIS or EUC-JP.
const fn may_begin_kana(byte: u8) -> bool {
    matches!(byte, 0x81..=0x83 | 0xA1 | 0xA4 | 0xA5)
}

#[cfg(test)]
mod tests {
    use super::super::mime::{Mail, Message};
    use super::*;

    fn read(label: &str, body: &[u8]) -> String {
        let bytes = [format!("Subject: x\nContent-Type: text/plain{label}\n\n").as_bytes(), body].concat();
        let mail = Mail::parse(&bytes).unwrap();
        let message = Message::from(&mail);
        message.text(&message.parts[0]).into_owned()
    }

    #[test]
    fn text_is_read_as_what_it_is() {
        let words = "宛先のメールアドレスは見つかりませんでした。";
        for label in ["", "; charset=us-ascii", "; charset=iso-8859-1", "; charset=x-unknown"] {
            for encoding in [SHIFT_JIS, EUC_JP, ISO_2022_JP, encoding_rs::UTF_8] {
                assert_eq!(read(label, &encoding.encode(words).0), words, "{label} {}", encoding.name());
            }
        }
        assert_eq!(read("; charset=utf-8", &SHIFT_JIS.encode(words).0), words);
        assert_eq!(read("; charset=shift_jis", &SHIFT_JIS.encode(words).0), words);
        assert_eq!(read("; charset=utf-8", &ISO_2022_JP.encode(words).0), words);
    }

    #[test]
    fn fields_are_read_in_any_of_them() {
        let words = "Status: 5.1.1 宛先のメールアドレスは見つかりませんでした。";
        for encoding in [SHIFT_JIS, EUC_JP, ISO_2022_JP, encoding_rs::UTF_8] {
            assert_eq!(fields(&encoding.encode(words).0), words, "{}", encoding.name());
        }
        assert_eq!(fields(b"Status: \xff"), "Status: \u{FFFD}");
    }

    #[test]
    fn text_without_a_label_is_read_as_what_it_most_likely_is() {
        for (words, encoding) in [
            ("Der Empfänger ist unbekannt, die Nachricht wurde nicht zugestellt.", WINDOWS_1252),
            ("Сообщение не доставлено: почтовый ящик получателя переполнен.", encoding_rs::KOI8_R),
            ("邮件无法送达，收件人的邮箱不存在。", encoding_rs::GBK),
        ] {
            assert_eq!(read("", &encoding.encode(words).0), words, "{}", encoding.name());
        }
    }

    #[test]
    fn what_kana_begin_with_is_known() {
        for kana in '\u{3041}'..='\u{30fe}' {
            for encoding in [SHIFT_JIS, EUC_JP] {
                let text = kana.to_string();
                let (bytes, _, unknown) = encoding.encode(&text);
                assert!(unknown || may_begin_kana(bytes[0]), "{kana} {}", encoding.name());
            }
        }
    }

    #[test]
    fn honest_labels_are_believed() {
        assert_eq!(read("; charset=iso-8859-1", b"L'adresse n'a pas \xe9t\xe9 trouv\xe9e"), "L'adresse n'a pas été trouvée");
        assert_eq!(read("; charset=iso-2022-jp", &ISO_2022_JP.encode("容量").0), "容量");
        assert_eq!(unescaped("\u{1b}[31mred\u{1b}[0m"), "\u{1b}[31mred\u{1b}[0m");
    }
}
