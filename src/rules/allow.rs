//! Comments that allow a warning in place: `# allow: short_pattern`.
//!
//! At the end of a line such a comment speaks for that line; on a line of its own for the next one, or for the whole table where
//! that is a `[…]` header; before the first header, for the whole file. Errors cannot be allowed.

use std::ops::Range;
use std::sync::Arc;

use toml_parser::lexer::{Token, TokenKind};

use super::assemble::sort_faults;
use super::fault::{Code, Fault, Level, suggest};
use super::source::Source;

const MARK: &str = "allow:";

/// One code that a comment allows, and where.
#[derive(Debug)]
struct Allow<'s> {
    source: &'s Arc<Source>,
    /// The code, as it is written.
    written: &'s str,
    /// Where it is written.
    at: Range<usize>,
    /// For what it speaks.
    covers: Range<usize>,
}

/// Takes out of `faults` what comments in `sources` allow, and adds a warning for each that allows nothing.
///
/// `judged` tells which codes were looked for at all.
#[must_use]
pub fn without_allowed(faults: Vec<Fault>, sources: &[Arc<Source>], judged: impl Fn(Code) -> bool) -> Vec<Fault> {
    let allows: Vec<Allow<'_>> = sources.iter().flat_map(allows).collect();
    let mut used = vec![false; allows.len()];
    let mut left = Vec::with_capacity(faults.len());
    for fault in faults {
        let fitting = (0..allows.len()).filter(|index| allows[*index].fits(&fault)).collect::<Vec<_>>();
        fitting.iter().for_each(|index| used[*index] = true);
        if fitting.is_empty() {
            left.push(fault);
        }
    }
    let unused = allows.iter().zip(used).filter(|(_, used)| !used).map(|(allow, _)| allow);
    left.extend(unused.filter(|allow| allow.code().is_none_or(&judged)).map(Allow::unused));
    sort_faults(&mut left);
    left
}

impl Allow<'_> {
    fn code(&self) -> Option<Code> {
        self.written.parse().ok()
    }

    fn fits(&self, fault: &Fault) -> bool {
        fault.level == Level::Warning
            && self.written == fault.code.name()
            && *self.source == fault.source
            && self.covers.contains(&fault.range.start)
    }

    /// The warning that it allows nothing.
    fn unused(&self) -> Fault {
        let fault = |title: String| Fault::error(self.source, self.at.clone(), Code::UnusedAllow, title).warning();
        match self.code() {
            Some(_) => {
                fault(format!("there is no `{}` here to allow", self.written)).label("allows nothing").help("take it away".to_owned())
            }
            None => {
                let help = suggest(self.written, Code::ALL.iter().map(|code| code.name()));
                fault(format!("there is no code `{}`", self.written)).label("allows nothing").help(help)
            }
        }
    }
}

/// What the comments of a file allow.
fn allows(source: &Arc<Source>) -> Vec<Allow<'_>> {
    if memchr::memmem::find(source.text.as_bytes(), MARK.as_bytes()).is_none() {
        return Vec::new();
    }
    let tokens = toml_parser::Source::new(&source.text).lex().into_vec();
    let comments = tokens.iter().filter(|token| token.kind() == TokenKind::Comment).map(Token::span);
    let mut out = Vec::new();
    for comment in comments {
        let text = &source.text[comment.start()..comment.end()];
        let Some(codes) = text.trim_start_matches('#').trim_start().strip_prefix(MARK) else { continue };
        let covers = covers(&source.text, comment.start());
        let mut at = comment.end() - codes.len();
        for piece in codes.split_inclusive([',', ' ']) {
            let written = piece.trim_matches([',', ' ', '\t', '\r']);
            if !written.is_empty() {
                let start = at + piece.find(written).unwrap_or(0);
                out.push(Allow { source, written, at: start..start + written.len(), covers: covers.clone() });
            }
            at += piece.len();
        }
    }
    out
}

/// For what a comment speaks.
fn covers(text: &str, comment: usize) -> Range<usize> {
    let line = text[..comment].rfind('\n').map_or(0, |at| at + 1);
    if !text[line..comment].trim().is_empty() {
        return line..end_of_line(text, comment);
    }
    let is_aside = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    if text[..comment].lines().all(is_aside) {
        return 0..text.len() + 1;
    }
    let next = comment + text[comment..].split_inclusive('\n').take_while(|line| is_aside(line)).map(str::len).sum::<usize>();
    let end = end_of_line(text, next);
    if text[next..].starts_with('[') { next..end_of_table(text, end) } else { next..end }
}

/// Where the table ends whose header ends at `header`; the tables within it belong to it.
fn end_of_table(text: &str, header: usize) -> usize {
    let mut at = header;
    for line in text[header..].split_inclusive('\n') {
        let name = line.split(']').next().unwrap_or_default();
        if line.starts_with('[') && !name.contains('.') {
            return at;
        }
        at += line.len();
    }
    text.len()
}

fn end_of_line(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |length| at + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which of the warnings at these words are left, and for which words comments allow nothing.
    fn left(text: &str, warnings: &[&str]) -> Vec<String> {
        let source = Arc::new(Source::new("a.toml", text.to_owned()));
        let warning = |word: &&str| {
            let at = source.text.find(word).unwrap();
            Fault::error(&source, at..at + word.len(), Code::SlowPattern, *word).warning()
        };
        let faults = without_allowed(warnings.iter().map(warning).collect(), &[Arc::clone(&source)], |code| code != Code::UnhitPattern);
        faults.into_iter().map(|fault| fault.title).collect()
    }

    #[test]
    fn a_comment_speaks_for_its_line_the_next_the_table_or_the_file() {
        let file = |top: &str, table: &str, line: &str, end: &str| {
            format!(
                "{top}[provider]\nid = 'x'\n\n{table}[[rule]]\n{line}text = ['one',{end}\n'two']\n[rule.advice]\nen = 'three'\n\n[[rule]]\ntext = 'four'\n"
            )
        };
        let all = ["one", "two", "three", "four"];
        assert_eq!(left(&file("", "", "", ""), &all), all);
        assert_eq!(left(&file("# allow: slow_pattern\n", "", "", ""), &all), [""; 0]);
        assert_eq!(left(&file("", "# allow: slow_pattern\n", "", ""), &all), ["four"]);
        assert_eq!(left(&file("", "", "# allow: slow_pattern\n# a word more\n", ""), &all), ["two", "three", "four"]);
        assert_eq!(left(&file("", "", "", " # allow: slow_pattern"), &all), ["two", "three", "four"]);
    }

    #[test]
    fn a_comment_that_allows_nothing_is_a_warning() {
        let text = "id = '# allow: slow_pattern'\n# allow: slow_pattern, shadowed_rule, unhit_pattern slow_patern\ntext = 'one'\n";
        assert_eq!(left(text, &["one"]), ["there is no `shadowed_rule` here to allow", "there is no code `slow_patern`"]);
    }
}
