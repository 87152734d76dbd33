//! Folding: one form for all the ways in which the same words are written.
//!
//! NFKC and letter case, runs of white space (between two CJK characters: nothing), curly quotes and long dashes, and the
//! repeated `550-5.1.1 ` of multi-line replies (RFC 5321, section 4.2.1) make no difference.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

use super::place::place;
use crate::model::is_cjk;

/// A text in folded form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded(String);

impl Folded {
    /// Folds `text`.
    ///
    /// ```
    /// use modori::pattern::Folded;
    /// assert_eq!(Folded::new("550-5.1.1 Ｕｓｅｒ\r\n550 5.1.1  “unknown”").as_str(), "550 5.1.1 user \"unknown\"");
    /// assert_eq!(Folded::new("お届け できません\n でした").as_str(), "お届けできませんでした");
    /// ```
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut folded = String::with_capacity(text.len());
        push_folded(text, &mut folded);
        folded.make_ascii_lowercase();
        Self(folded)
    }

    /// The folded lines of `text` in a row, as words are, and where each line ends in `text` and in these.
    ///
    /// ```
    /// use modori::pattern::Folded;
    /// let (lines, ends) = Folded::lines("To: Ｔａｒｏ\n\n  お届け\nできません\n");
    /// assert_eq!(lines.as_str(), "to: taro お届けできません");
    /// assert_eq!(ends, [(17, 8), (18, 8), (30, 18), (46, 33)]);
    /// ```
    #[must_use]
    pub fn lines(text: &str) -> (Self, Vec<(usize, usize)>) {
        let is_plain = has_plain_words(text);
        let mut folded = String::with_capacity(text.len());
        let mut start_of_line = 0;
        let line = |end: usize| {
            let line = &text[std::mem::replace(&mut start_of_line, end)..end];
            if is_plain {
                push_line(line, 0, &mut folded);
            } else {
                push_any_line(line, &mut folded);
            }
            (end, folded.len())
        };
        let breaks = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1);
        let last = (!text.is_empty() && !text.ends_with('\n')).then_some(text.len());
        let ends = breaks.chain(last).map(line).collect();
        folded.make_ascii_lowercase();
        (Self(folded), ends)
    }

    /// Whether the folded [`lines`](Self::lines) of `text` are its folded form: no reply goes over several of them.
    ///
    /// ```
    /// use modori::pattern::Folded;
    /// assert!(Folded::is_by_lines("Mailbox\n\n  full \n"));
    /// assert!(!Folded::is_by_lines("550-5.1.1 User\n550 5.1.1 unknown"));
    /// ```
    #[must_use]
    pub fn is_by_lines(text: &str) -> bool {
        !may_open_reply(text.as_bytes())
    }

    /// The folded text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folded text, owned.
    #[must_use]
    pub fn into_text(self) -> String {
        self.0
    }

    /// Whether all of `words` stands in it.
    #[must_use]
    pub fn holds(&self, words: &Self) -> bool {
        words.0.is_empty() || place(self.0.as_bytes(), words.0.as_bytes()).is_some()
    }

    /// The part of `original`, the text that this was folded from, that became `range`.
    ///
    /// The text is folded again up to there, which costs nothing where nobody asks. Who asks often has [`Origins`].
    #[must_use]
    pub fn origin(original: &str, range: Range<usize>) -> Range<usize> {
        Origins::up_to(original, range.end).of(range)
    }
}

/// Where the words of a folded text stood in the text that it was folded from.
#[derive(Debug)]
pub struct Origins {
    pieces: Vec<Piece>,
    /// The length of the original.
    length: usize,
}

/// A piece of a folded text.
#[derive(Debug)]
struct Piece {
    /// Where it ends.
    end: usize,
    /// What it was folded from.
    from: Range<usize>,
    /// Whether that is the same, letter case aside.
    is_same: bool,
}

impl Origins {
    /// Those of `original`, folded.
    #[must_use]
    pub fn new(original: &str) -> Self {
        Self::up_to(original, usize::MAX)
    }

    fn up_to(original: &str, length: usize) -> Self {
        // Pieces are lines mostly.
        let (mut pieces, mut end) = (Vec::with_capacity(original.len().min(length) / 64 + 4), 0);
        walk(original, |piece, from| {
            end += piece.len();
            pieces.push(Piece { end, is_same: original[from.clone()] == *piece, from });
            end < length
        });
        Self { pieces, length: original.len() }
    }

    /// The part of the original that became `range`.
    #[must_use]
    pub fn of(&self, range: Range<usize>) -> Range<usize> {
        let inside = |piece: &Piece, at: usize| piece.from.end - (piece.end - at);
        let start = self.pieces.get(self.pieces.partition_point(|piece| piece.end <= range.start));
        let start = start.map_or(self.length, |piece| if piece.is_same { inside(piece, range.start) } else { piece.from.start });
        let end = self.pieces.get(self.pieces.partition_point(|piece| piece.end < range.end));
        let end = end.map_or(self.length, |piece| if piece.is_same { inside(piece, range.end) } else { piece.from.end });
        start.min(end)..end
    }
}

/// Whether only letter case can make a difference: printable ASCII with single spaces inside, and no `550-`.
fn is_plain(bytes: &[u8]) -> bool {
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return true };
    // All pairs are looked at, for many can be at once.
    let odd = bytes.iter().zip(&bytes[1..]).fold(false, |odd, (before, byte)| {
        let printable = byte.wrapping_sub(b' ') < 95;
        odd | !printable | (*before == b' ' && *byte == b' ') | (*byte == b'-' && before.wrapping_sub(b'0') < 10)
    });
    !odd && first.is_ascii_graphic() && *last != b' '
}

/// Whether only letter case and blanks can make a difference in a text: ASCII in which no word is a `550-` with more behind it.
fn has_plain_words(text: &str) -> bool {
    text.is_ascii() && !may_open_reply(text.as_bytes())
}

/// Whether a word may be a `550-` with more behind it.
fn may_open_reply(bytes: &[u8]) -> bool {
    let begins_word = |at: usize| at == 0 || is_ascii_blank(bytes[at - 1]) || !bytes[at - 1].is_ascii();
    let mut hyphens = memchr::memchr_iter(b'-', bytes).filter_map(|hyphen| hyphen.checked_sub(3));
    hyphens.any(|at| opens_reply(&bytes[at..]) && begins_word(at))
}

/// Puts the folded form of a text behind `out`, ASCII letters still in their case.
fn push_folded(text: &str, out: &mut String) {
    if is_plain(text.as_bytes()) {
        out.push_str(text);
    } else if has_plain_words(text) {
        push_words(text, out);
    } else {
        push_walked(text, out);
    }
}

/// Likewise of a text of plain words.
fn push_words(text: &str, out: &mut String) {
    let (begin, mut at) = (out.len(), 0);
    while at < text.len() {
        let end = memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |length| at + length);
        push_line(&text[at..end], begin, out);
        at = end + 1;
    }
}

/// Likewise of a line of such a text, a blank before it if anything stands behind `begin`.
fn push_line(line: &str, begin: usize, out: &mut String) {
    let line = line.trim_ascii();
    if line.is_empty() || !is_plain(line.as_bytes()) {
        return push_one_by_one(line, begin, out);
    }
    if out.len() > begin {
        out.push(' ');
    }
    out.push_str(line);
}

/// Likewise, whatever stands between its words.
fn push_one_by_one(line: &str, begin: usize, out: &mut String) {
    let bytes = line.as_bytes();
    let mut at = 0;
    while let Some(blanks) = bytes[at..].iter().position(|byte| !is_ascii_blank(*byte)) {
        let start = at + blanks;
        at = start + words_apart(&bytes[start..], |_| true);
        if out.len() > begin {
            out.push(' ');
        }
        out.push_str(&line[start..at]);
    }
}

/// The length of the words of ASCII at the front, one blank apart, up to one that may not begin so.
fn words_apart(bytes: &[u8], may_begin: impl Fn(u8) -> bool) -> usize {
    let mut length = 0;
    loop {
        length += bytes[length..].iter().take_while(|byte| byte.is_ascii_graphic()).count();
        match bytes[length..] {
            [b' ', next, ..] if length > 0 && next.is_ascii_graphic() && may_begin(next) => length += 1,
            _ => return length,
        }
    }
}

/// Likewise of a line of any text, as words behind those that stand there.
fn push_any_line(line: &str, out: &mut String) {
    let before = out.len();
    let last = out.chars().next_back();
    out.push_str(if before == 0 { "" } else { " " });
    let start = out.len();
    push_folded(line.trim(), out);
    match out[start..].chars().next() {
        None => out.truncate(before),
        Some(first) if is_cjk(first) && last.is_some_and(is_cjk) => drop(out.remove(before)),
        Some(_) => {}
    }
}

/// Likewise of any text.
fn push_walked(text: &str, out: &mut String) {
    walk(text, |piece, _| {
        out.push_str(piece);
        true
    });
}

/// Calls `sink` with each folded piece (ASCII letters still in their case) and the range that it came from; where both are
/// equally long they correspond byte by byte. Ends early when `sink` says `false`.
fn walk(text: &str, mut sink: impl FnMut(&str, Range<usize>) -> bool) {
    let bytes = text.as_bytes();
    let mut codes = Continuations::default();
    let mut last: Option<char> = None;
    let mut space: Option<Range<usize>> = None;
    let mut buffer = String::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &bytes[at..];
        if is_ascii_blank(rest[0]) {
            let next = at + rest.iter().take_while(|byte| is_ascii_blank(**byte)).count();
            space = Some(space.map_or(at, |s| s.start)..next);
            at = next;
            continue;
        }
        if last.is_none() || space.is_some() {
            let skip = codes.skip(rest);
            if skip > 0 {
                at += skip;
                continue;
            }
        }
        let run = plain_run(&text[at..]);
        buffer.clear();
        let (piece, next) = if run > 0 {
            (&text[at..at + run], at + run)
        } else {
            let next = at + cluster(&text[at..], &mut buffer);
            (buffer.as_str(), next)
        };
        let Some(first) = piece.chars().next() else {
            at = next;
            continue;
        };
        if is_blank(first) {
            space = Some(space.map_or(at, |s| s.start)..next);
            at = next;
            continue;
        }
        if let (Some(from), Some(before)) = (space.take(), last)
            && !(is_cjk(before) && is_cjk(first))
            && !sink(" ", from)
        {
            return;
        }
        let (piece, next) = codes.open(piece, at, next);
        if !sink(piece, at..next) {
            return;
        }
        last = piece.chars().next_back();
        at = next;
        if codes.take_separator() {
            space = Some(at - 1..at);
        }
    }
}

/// The length of the text at the front that folds to itself: ASCII words one blank apart, of which only the first may be a code, or
/// characters that are known to, but for one that a mark may join.
fn plain_run(text: &str) -> usize {
    let ascii = words_apart(text.as_bytes(), |first| !matches!(first, b'2'..=b'5'));
    let (mut run, mut last) = (ascii, usize::from(ascii > 0));
    for next in text[ascii..].chars() {
        if ascii > 0 || !folds_to_itself(next) {
            return if joins(next) { run - last } else { run };
        }
        last = next.len_utf8();
        run += last;
    }
    run
}

/// Folds one character with the marks that follow it into `out`; returns its length in `text`.
fn cluster(text: &str, out: &mut String) -> usize {
    let mut chars = text.char_indices();
    let Some((_, first)) = chars.next() else { return 0 };
    if is_blank(first) {
        out.push(' ');
        return first.len_utf8();
    }
    let end = chars.find(|&(_, c)| !joins(c)).map_or(text.len(), |(index, _)| index);
    if end == first.len_utf8() && is_nfkc_quick([first].into_iter()) == IsNormalized::Yes {
        out.extend(first.to_lowercase().filter_map(plain));
    } else {
        out.extend(text[..end].nfkc().flat_map(char::to_lowercase).filter_map(plain));
    }
    if out.chars().all(is_blank) && !out.is_empty() {
        out.truncate(1);
    }
    end
}

/// Whether a character by itself is known to fold to itself: small letters of Latin, Greek and Cyrillic, letters of Hebrew and Arabic,
/// Japanese signs, kana, the common ideographs, Hangul, what is for private use, and what stands for a broken character.
const fn folds_to_itself(c: char) -> bool {
    matches!(c as u32,
        0xDF..=0xF6 | 0xF8..=0xFF | 0x3B1..=0x3C9 | 0x430..=0x45F | 0x5D0..=0x5EA | 0x621..=0x64A
        | 0x3001..=0x3011 | 0x3041..=0x3096 | 0x30A1..=0x30FE | 0x4E00..=0x9FFF | 0xAC00..=0xD7A3 | 0xE000..=0xF8FF | 0xFFFD)
}

/// Whether `c` joins the character before it into one: combining and half-width sound marks, Hangul vowels and finals.
fn joins(c: char) -> bool {
    !c.is_ascii() && (is_combining_mark(c) || matches!(c, '\u{FF9E}' | '\u{FF9F}' | '\u{1160}'..='\u{11FF}'))
}

const fn is_ascii_blank(byte: u8) -> bool {
    byte.is_ascii() && !byte.is_ascii_graphic()
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

/// Quotes and dashes in their plain form; nothing for what has no width.
const fn plain(c: char) -> Option<char> {
    match c {
        '\u{2018}'..='\u{201B}' | '\u{2032}' => Some('\''),
        '\u{201C}'..='\u{201F}' | '\u{2033}' => Some('"'),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some('-'),
        '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}' => None,
        c => Some(c),
    }
}

/// Whether a word begins a multi-line reply: `550-` and more.
fn opens_reply(word: &[u8]) -> bool {
    matches!(word, [b'2'..=b'5', tens, ones, b'-', more, ..] if tens.is_ascii_digit() && ones.is_ascii_digit() && !is_ascii_blank(*more))
}

/// The codes of a multi-line reply: the first stays, what repeats it goes.
#[derive(Debug, Default)]
struct Continuations {
    reply: Option<[u8; 3]>,
    status: Vec<u8>,
    separator: bool,
}

impl Continuations {
    /// How much of `rest`, which stands at the start of a word, only repeats the codes of the reply.
    fn skip(&mut self, rest: &[u8]) -> usize {
        let Some(reply) = self.reply else { return 0 };
        if !rest.starts_with(&reply) || !matches!(rest.get(3), Some(b'-' | b' ')) {
            return 0;
        }
        let after = &rest[4..];
        let status = match self.status.len() {
            0 => 0,
            length if after.starts_with(&self.status) && after.get(length).is_none_or(u8::is_ascii_whitespace) => length,
            _ if rest[3] == b'-' => 0,
            _ => return 0,
        };
        if rest[3] == b' ' {
            self.reply = None;
        }
        4 + status
    }

    /// Cuts `piece` behind a `550-` that begins a multi-line reply, and remembers the codes.
    fn open<'p>(&mut self, piece: &'p str, at: usize, next: usize) -> (&'p str, usize) {
        let bytes = piece.as_bytes();
        if !opens_reply(bytes) || self.reply.is_some() {
            return (piece, next);
        }
        self.reply = Some([bytes[0], bytes[1], bytes[2]]);
        let word = piece[4..].split(' ').next().unwrap_or_default();
        let status = word.parse::<crate::model::Status>().is_ok();
        self.status = if status { word.as_bytes().to_vec() } else { Vec::new() };
        self.separator = true;
        (&piece[..3], at + 4)
    }

    /// Whether a hyphen was just passed that stands for a space.
    const fn take_separator(&mut self) -> bool {
        std::mem::replace(&mut self.separator, false)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fold(text: &str) -> String {
        Folded::new(text).0
    }

    #[test]
    fn width_case_space_and_quotes_make_no_difference() {
        assert_eq!(fold("  Ｍａｉｌｂｏｘ \r\n\t‘ｆｕｌｌ’ — ok "), "mailbox 'full' - ok");
        assert_eq!(fold("ﾒｰﾙﾎﾞｯｸｽ"), "メールボックス");
        assert_eq!(fold("cafe\u{301}"), "café");
        assert_eq!(fold("宛先 が\n見つかりません user"), "宛先が見つかりません user");
        assert_eq!(fold("zero\u{200B}width\0nul"), "zerowidth nul");
    }

    #[test]
    fn codes_of_multi_line_replies_stand_once() {
        assert_eq!(fold("550-5.1.1 The account\r\n550-5.1.1 you tried\r\n550 5.1.1 is gone"), "550 5.1.1 the account you tried is gone");
        assert_eq!(fold("said: 550-first 550-second 550 third"), "said: 550 first second third");
        assert_eq!(fold("550 5.1.1 one 550 5.1.1 two"), "550 5.1.1 one 550 5.1.1 two");
        assert_eq!(fold("550-a 551 b"), "550 a 551 b");
    }

    #[test]
    fn origins_point_into_the_original() {
        let text = "host said: 550-5.1.1 Ｆｏｏ\r\n550 5.1.1  Bar";
        let folded = fold(text);
        for (word, original) in [("foo", "Ｆｏｏ"), ("bar", "Bar"), ("550 5.1.1", "550-5.1.1")] {
            let at = folded.find(word).unwrap();
            assert_eq!(&text[Folded::origin(text, at..at + word.len())], original);
        }
    }

    #[test]
    fn signs_that_fold_to_themselves_do() {
        for sign in ('\u{80}'..='\u{FFFF}').filter(|sign| folds_to_itself(*sign)) {
            assert!(sign.nfkc().flat_map(char::to_lowercase).filter_map(plain).eq([sign]), "{sign}");
            assert!(!is_blank(sign) && !joins(sign), "{sign}");
        }
    }

    proptest! {
        #[test]
        fn plain_words_fold_as_any_text(text in "([ \t\r\n\0A-Ca-c.-]|[2-6]{3}-){0,40}") {
            let (mut words, mut walked) = (String::new(), String::new());
            push_words(&text, &mut words);
            push_walked(&text, &mut walked);
            prop_assert!(words == walked || !has_plain_words(&text));
        }

        #[test]
        fn lines_in_a_row_fold_as_the_text(text in "([ \\t\\r\\nA-Ca-c.-]|[2-6]{3}-|\n|あ|é|\u{301}|\u{3000}|ｶ|ﾞ){0,40}|\\PC{0,20}\n\\PC{0,20}") {
            let (lines, ends) = Folded::lines(&text);
            prop_assert!(lines == Folded::new(&text) || !Folded::is_by_lines(&text), "{:?} {:?}", lines, Folded::new(&text));
            let alone: Vec<String> = text.split_inclusive('\n').map(|line| fold(line.trim())).collect();
            let starts = std::iter::once(&(0, 0)).chain(&ends);
            let cut: Vec<&str> = starts.zip(&ends).map(|(start, end)| lines.as_str()[start.1..end.1].trim_start_matches(' ')).collect();
            prop_assert_eq!(cut, alone);
        }

        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,40}") {
            // A code that only appears through folding may be read as one the second time.
            prop_assume!(!fold(&text).contains('-'));
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn origins_are_in_order_and_on_boundaries(text in any::<String>()) {
            let folded = fold(&text);
            let mut last = 0;
            for (at, c) in folded.char_indices() {
                let range = Folded::origin(&text, at..at + c.len_utf8());
                prop_assert!(text.is_char_boundary(range.start) && text.is_char_boundary(range.end));
                prop_assert!(range.start >= last || range.end >= last);
                last = range.start;
            }
        }
    }
}
