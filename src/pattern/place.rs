//! Where words stand in a text.

use memchr::memmem;

/// Below this length, in bytes, a text is searched the plain way.
const SHORT_TEXT: usize = 2_000;

/// Bytes that most texts hold in plenty: blanks, the usual letters of European languages, and what kana begin with in UTF-8.
const USUAL: &[u8] = b" aceilmnorstud\xE3\x81\x82\x83";

/// Where `needle` stands in `text`, at `from` or behind.
pub(super) fn places<'t>(text: &'t [u8], needle: &'t [u8], from: usize) -> impl Iterator<Item = usize> + use<'t> {
    let mut from = from;
    std::iter::from_fn(move || {
        let at = from + place(text.get(from..)?, needle)?;
        from = at + 1;
        Some(at)
    })
}

/// The first place of `needle`. In a text of usual length a search by a rare byte is done before a better one is set up.
pub(super) fn place(text: &[u8], needle: &[u8]) -> Option<usize> {
    if text.len() < needle.len() {
        return None;
    }
    if text.len() >= SHORT_TEXT {
        return memmem::find(text, needle);
    }
    let rare = needle.iter().position(|byte| IS_RARE[usize::from(*byte)]).unwrap_or(0);
    let mut begins = memchr::memchr_iter(*needle.get(rare)?, &text[rare..]);
    begins.find(|at| text[*at..].starts_with(needle))
}

/// For each byte whether few texts hold it in plenty.
const IS_RARE: [bool; 256] = {
    let (mut rare, mut at) = ([true; 256], 0);
    while at < USUAL.len() {
        rare[USUAL[at] as usize] = false;
        at += 1;
    }
    rare
};
