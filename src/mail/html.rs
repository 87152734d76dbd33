//! The words of HTML.

use mail_parser::decoders::html::html_to_text;
use memchr::{memchr, memrchr};

/// Elements that begin and end a line of their own.
const BLOCKS: [&str; 33] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "caption",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "legend",
    "li",
    "main",
    "nav",
    "ol",
    "pre",
    "section",
    "table",
    "tr",
    "ul",
];

/// The words of HTML, in lines as they are shown.
pub(super) fn words(html: &str) -> String {
    html_to_text(&bare(html))
}

/// HTML without comments, and with nothing but names in its tags, those that end a line as line breaks. Attributes are most of what
/// programs write; the decoder knows what `<style>` is, but not `<style type="text/css">`, and no element that ends a line but `<br>`.
fn bare(html: &str) -> String {
    let mut out = Bare { html: String::with_capacity(html.len()), breaks: 2, is_as_written: false };
    let mut rest = html;
    while let Some((before, tag)) = cut_at(rest, b'<') {
        out.text(before);
        if let Some(comment) = tag.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, behind)| behind);
            continue;
        }
        let Some((tag, behind)) = cut_at(tag, b'>') else { return out.html };
        // What begins inside another is the tag.
        let tag = &tag[memrchr(b'<', tag.as_bytes()).map_or(0, |sign| sign + 1)..];
        out.tag(tag.split_ascii_whitespace().next().unwrap_or_default());
        rest = behind;
    }
    out.text(rest);
    out.html
}

/// What stands before and behind the first `sign`, which is of ASCII.
fn cut_at(text: &str, sign: u8) -> Option<(&str, &str)> {
    let at = memchr(sign, text.as_bytes())?;
    Some((&text[..at], &text[at + 1..]))
}

/// HTML on its way to what the decoder reads.
struct Bare {
    html: String,
    /// How many line breaks stand behind the last words.
    breaks: usize,
    /// Whether white space stands for itself (`<pre>`).
    is_as_written: bool,
}

impl Bare {
    fn text(&mut self, text: &str) {
        if self.is_as_written {
            return self.as_written(text);
        }
        let text = if self.breaks > 0 { text.trim_ascii_start() } else { text };
        self.html.push_str(text);
        if !text.is_empty() {
            self.breaks = 0;
        }
    }

    /// Lines that are shown as they are.
    fn as_written(&mut self, text: &str) {
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                self.end_lines(self.breaks + 1);
            }
            let words = line.trim_start();
            self.html.extend(std::iter::repeat_n("&#32;", if words.is_empty() { 0 } else { line.len() - words.len() }));
            self.html.push_str(words);
            if !words.is_empty() {
                self.breaks = 0;
            }
        }
    }

    fn tag(&mut self, tag: &str) {
        let name = tag.trim_matches('/').to_ascii_lowercase();
        if name == "head" {
            // Nothing of it is shown.
            self.breaks = 2;
        }
        match &*name {
            "br" => self.end_lines(self.breaks + 1),
            "p" => self.end_lines(2),
            "td" | "th" => self.html.push(' '),
            block if BLOCKS.binary_search(&block).is_ok() => {
                self.end_lines(1);
                self.is_as_written = block == "pre" && !tag.starts_with('/');
            }
            _ => {
                self.html.push('<');
                self.html.push_str(tag);
                self.html.push('>');
            }
        }
    }

    /// Puts in line breaks until there are so many behind the last words.
    fn end_lines(&mut self, breaks: usize) {
        while self.breaks < breaks {
            self.html.push_str("<br>");
            self.breaks += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_taken_out_of_their_tags() {
        for (html, text) in [
            ("<html><head><title>no</title></head><p class=\"x\">Mail&amp;box<br/>full</p>now", "Mail&box\nfull\n\nnow"),
            ("<style type=\"text/css\">p { color: red }</style><br clear='all' />user<!-- <p>no --> unknown", "\nuser unknown"),
            ("<a@example.jp> said <b <i>550</i>", "said 550"),
            ("full <unclosed", "full"),
            ("full <!-- unclosed", "full"),
            ("満杯", "満杯"),
        ] {
            assert_eq!(words(html), text, "{html}");
        }
    }

    #[test]
    fn blocks_end_a_line_and_paragraphs_a_paragraph() {
        for (html, text) in [
            ("<div>one</div><DIV class=x>two</DIV>three", "one\ntwo\nthree"),
            ("<div>\n <div>one</div>\n</div>\n<div><br></div><div>two</div>", "one\n\ntwo\n"),
            ("<h1>one</h1><p>two</p>\n<p>three", "one\n\ntwo\n\nthree"),
            ("<ul><li>one<li>two</ul><hr/>three<dl><dt>four<dd>five</dl>", "one\ntwo\nthree\nfour\nfive\n"),
            ("<table><tr><td>宛先</td><td>taro@example.jp</td></tr><tr><th>a</th><td>b</td></tr></table>", "宛先 taro@example.jp\na b\n"),
            ("said:<pre>550 5.1.1\n  no\n\nuser</pre>so\nit is", "said:\n550 5.1.1\n  no\n\nuser\nso it is"),
        ] {
            assert_eq!(words(html), text, "{html}");
        }
    }

    #[test]
    fn the_names_of_blocks_are_sorted() {
        assert!(BLOCKS.is_sorted());
    }
}
