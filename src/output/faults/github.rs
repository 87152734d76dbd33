//! Faults as annotations that GitHub shows beside the lines of a change.

use super::places;
use crate::rules::Fault;

/// One workflow command a fault.
#[must_use]
pub fn render_github(faults: &[Fault]) -> String {
    faults.iter().map(annotation).collect()
}

fn annotation(fault: &Fault) -> String {
    let (start, end) = places(&fault.source, &fault.range);
    let more = [Some(&fault.label), fault.note.as_ref(), fault.help.as_ref()].into_iter().flatten().filter(|text| !text.is_empty());
    let message: Vec<&str> = std::iter::once(&fault.title).chain(more).map(String::as_str).collect();
    format!(
        "::{} file={},line={},endLine={},col={},endColumn={},title={}::{}\n",
        fault.level,
        property(&start.file),
        start.line,
        end.line,
        start.column,
        end.column,
        fault.code,
        data(&message.join("\n"))
    )
}

/// The signs that end a message, escaped.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The signs that end a property too, escaped.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_command_is_escaped() {
        assert_eq!(data("a: 100 %\nb, c"), "a: 100 %25%0Ab, c");
        assert_eq!(property("a,b:c.toml"), "a%2Cb%3Ac.toml");
    }
}
