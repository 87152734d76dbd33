//! Streams: lines of any length from anywhere in bounded memory, and answers to stdout.

use std::io::{self, BufRead, BufWriter, StdoutLock};

use anstream::{AutoStream, ColorChoice};

use crate::output::Format;
use crate::reading::MAX_TEXT;

/// Where answers go.
pub(super) type Stdout = BufWriter<AutoStream<StdoutLock<'static>>>;

/// Stdout for answers in `format`. JSON and CSV hold no escape sequences; of texts they are taken out where nobody sees them.
pub(super) fn stdout(format: Format) -> Stdout {
    let out = io::stdout().lock();
    BufWriter::new(match format {
        Format::Text => AutoStream::auto(out),
        Format::Json | Format::Ndjson | Format::Csv | Format::Sisimai => AutoStream::new(out, ColorChoice::AlwaysAnsi),
    })
}

/// Reads the next line without its end, invalid UTF-8 replaced; `None` at the end of the input.
///
/// Of a longer line the first [`MAX_TEXT`] bytes are kept, which is all that is ever read of a text.
pub(super) fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Option<String>> {
    line.clear();
    let mut any = false;
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            break;
        }
        any = true;
        let end = memchr::memchr(b'\n', buffer);
        let part = &buffer[..end.unwrap_or(buffer.len())];
        let room = (MAX_TEXT + 1).saturating_sub(line.len());
        line.extend_from_slice(&part[..part.len().min(room)]);
        let taken = end.map_or(buffer.len(), |end| end + 1);
        input.consume(taken);
        if end.is_some() {
            break;
        }
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(any.then(|| String::from_utf8_lossy(line).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_whole_but_never_without_bound() {
        let text = format!("one\r\n\n{}\nlast", "x".repeat(3 * MAX_TEXT));
        let mut input = io::BufReader::with_capacity(16, text.as_bytes());
        let mut buffer = Vec::new();
        let mut next = || read_line(&mut input, &mut buffer).unwrap();
        assert_eq!(next().as_deref(), Some("one"));
        assert_eq!(next().as_deref(), Some(""));
        assert_eq!(next().map(|line| line.len()), Some(MAX_TEXT + 1));
        assert_eq!(next().as_deref(), Some("last"));
        assert_eq!(next(), None);
    }
}
