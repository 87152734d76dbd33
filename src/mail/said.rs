//! What a page says about its recipients, before it is read.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;
use std::rc::Rc;

use super::shapes::share;
use crate::model::TextPattern;
use crate::pattern::{Found, Origins};

/// What a page says about one recipient.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) recipient: Option<String>,
    pub(super) original: Option<String>,
    /// What was said; recipients that share their words share them here too.
    pub(super) words: Rc<str>,
    /// Whether the words are but those of the line that names it. Where they tell nothing, the page may.
    pub(super) on_line: bool,
}

/// Every recipient once: one that a page names several times, in two languages perhaps, has the words of all these places.
pub(super) fn each_once(said: Vec<Said>) -> Vec<Said> {
    if said.len() < 2 {
        return said;
    }
    let share = share(said.len());
    let lower = |address: &Option<String>| address.as_deref().map(str::to_lowercase);
    let mut known = HashMap::new();
    let mut out: Vec<Said> = Vec::new();
    for one in said {
        match known.entry((lower(&one.recipient), lower(&one.original))) {
            Entry::Occupied(place) => {
                let place: &usize = place.get();
                out[*place].hear(&one.words, share);
            }
            Entry::Vacant(place) => {
                place.insert(out.len());
                out.push(one);
            }
        }
    }
    out
}

impl Said {
    /// Takes up more words, as long as all of them are at most `share` bytes.
    fn hear(&mut self, words: &str, share: usize) {
        if self.words.len() + words.len() < share && !self.words.contains(words) {
            self.words = format!("{}\n{words}", self.words.trim_end()).into();
        }
    }
}

/// The recipient whose address stands in `text` at `place`.
pub(super) fn named_at(text: &str, place: Range<usize>) -> Said {
    Said { recipient: Some(bare(&text[place]).to_owned()), ..Said::default() }
}

/// An address without what stands around it: brackets, quotes, or the dot or colon of a list (`・taro@example.jp`).
fn bare(address: &str) -> &str {
    let is_around = |c: char| "<>[]()\"':".contains(c) || !c.is_ascii_graphic() && !c.is_alphanumeric();
    let inside = address.trim_start_matches(is_around);
    let start = address.len() - inside.len();
    // That of a local part in quotes (RFC 5321, section 4.1.2) belongs to it.
    let is_quoted = inside.contains("\"@") && address[..start].ends_with('"');
    address[start - usize::from(is_quoted)..].trim_end_matches(is_around)
}

/// What the holes of a recipient pattern took, which was found in `text`.
pub(super) fn said(pattern: &TextPattern, found: &Found, text: &str, origins: &Origins) -> Said {
    let mut said = Said::default();
    for (hole, taken) in pattern.holes().zip(&found.holes) {
        let address = bare(&text[origins.of(taken.clone())]).to_owned();
        match &*hole.name {
            "recipient" => said.recipient = Some(address),
            "original" => said.original = Some(address),
            _ => {}
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_without_what_stands_around_it() {
        for (text, want) in [
            ("<taro@example.jp>:", "taro@example.jp"),
            ("・taro@example.jp", "taro@example.jp"),
            ("\"taro@example.jp\"", "taro@example.jp"),
            ("<\"taro yamada\"@example.jp>", "\"taro yamada\"@example.jp"),
        ] {
            assert_eq!(bare(text), want);
        }
    }
}
