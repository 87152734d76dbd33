//! Header fields, by where they stand (RFC 5322, section 2.2).

use std::ops::Range;

/// No more fields than this stand in most headers of parts.
const USUAL: usize = 16;

/// A header field: its name, and its value up to the end of its last line.
#[derive(Debug)]
pub(super) struct Field {
    name: Range<usize>,
    value: Range<usize>,
}

/// The values of fields of a name.
pub(super) fn named<'m>(raw: &'m [u8], fields: &[Field], name: &str) -> impl DoubleEndedIterator<Item = &'m [u8]> {
    let same = move |field: &&Field| raw[field.name.clone()].eq_ignore_ascii_case(name.as_bytes());
    fields.iter().filter(same).map(|field| &raw[field.value.clone()])
}

/// The header fields from `at` on, and where the body begins, if there is a blank line. What is no field is passed over.
pub(super) fn fields(raw: &[u8], mut at: usize) -> (Vec<Field>, Option<usize>) {
    let mut fields = Vec::with_capacity(USUAL);
    let end_of_line = |at: usize| memchr::memchr(b'\n', &raw[at..]).map_or(raw.len(), |length| at + length + 1);
    loop {
        at += raw[at..].iter().take_while(|byte| byte.is_ascii_whitespace() && **byte != b'\n').count();
        match raw.get(at) {
            None => return (fields, None),
            Some(b'\n') => return (fields, Some(at + 1)),
            Some(_) => {}
        }
        let mut end = end_of_line(at);
        let begin = at + raw[at..end].iter().take_while(|byte| **byte == b':' || byte.is_ascii_whitespace()).count();
        let colon = memchr::memchr(b':', &raw[begin..end]).map(|length| begin + length);
        if let Some(colon) = colon {
            while matches!(raw.get(end), Some(b' ' | b'\t')) {
                end = end_of_line(end);
            }
            fields.push(Field { name: begin..begin + raw[begin..colon].trim_ascii_end().len(), value: colon + 1..end });
        }
        at = end;
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Mail, Message};

    #[test]
    fn header_fields_are_found_by_name() {
        let mail = Mail::parse(b"From a@example.jp Mon Feb  3\nTo: a\n\tb\nno field\n: : X-Y : 1\nto:c\n \n\nto: d\n").unwrap();
        let values = |name| Message::from(&mail).values(name).map(String::from_utf8_lossy).collect::<Vec<_>>();
        assert_eq!(values("TO"), [" a\n\tb\n", "c\n \n"]);
        assert_eq!(values("x-y"), [" 1\n"]);
    }
}
