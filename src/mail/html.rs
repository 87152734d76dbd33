//! The words of HTML.

use mail_parser::decoders::html::html_to_text;

/// The words of HTML, as they are shown.
pub(super) fn words(html: &str) -> String {
    html_to_text(&bare(html))
}

/// HTML without comments, and with nothing but names in its tags. Attributes are most of what programs write, and the decoder knows
/// what `<style>` is, but not `<style type="text/css">`.
fn bare(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        out.push_str(before);
        if let Some(comment) = tag.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, behind)| behind);
            continue;
        }
        let Some((tag, behind)) = tag.split_once('>') else { return out };
        // What begins inside another is the tag.
        let tag = tag.rsplit_once('<').map_or(tag, |(_, tag)| tag);
        out.push('<');
        out.push_str(tag.split_ascii_whitespace().next().unwrap_or_default());
        out.push('>');
        rest = behind;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_taken_out_of_their_tags() {
        for (html, text) in [
            ("<html><head><title>no</title></head><p class=\"x\">Mail&amp;box<br/>full</p>now", "Mail&box\nfull\nnow"),
            ("<style type=\"text/css\">p { color: red }</style><br clear='all' />user<!-- <p>no --> unknown", "\nuser unknown"),
            ("<a@example.jp> said <b <i>550</i>", "said 550"),
            ("full <unclosed", "full"),
            ("full <!-- unclosed", "full"),
            ("満杯", "満杯"),
        ] {
            assert_eq!(words(html), text, "{html}");
        }
    }
}
