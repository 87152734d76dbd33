//! What is somebody's own by its place, and is then replaced wherever it stands: names, the hosts of addresses, subjects.

use super::super::naming::is_role;
use super::{SHORTEST_NAME, StandIns};
use crate::model::HoleKind;

/// Shorter phrases than this are not looked for by themselves.
const SHORTEST_PHRASE: usize = 8;

/// Of a phrase, its first words are looked for too, from so many on: lines are cut off.
const PHRASE_WORDS: usize = 3;
const LONGEST_PHRASE: usize = 20;

impl StandIns<'_> {
    /// Has the name before an `@` replaced wherever it stands as a word, and a host's also where nothing shows that it is one.
    pub(super) fn learn_token(&mut self, kind: HoleKind, text: &str) {
        match kind {
            HoleKind::Address => self.learn_address(text),
            HoleKind::Host => {
                let stand_in = self.host(text);
                self.learn_name_of_host(text, &stand_in);
            }
            _ => {}
        }
    }

    fn learn_name_of_host(&mut self, name: &str, stand_in: &str) {
        if stand_in != name && name.contains('.') {
            self.names.insert_new(&name.to_lowercase(), stand_in);
        }
    }

    /// Has a value of a directory's name replaced wherever it stands as a word.
    pub(super) fn learn_value(&mut self, value: &str) {
        let value = value.trim_matches(['.', ')', ']']).to_lowercase();
        if value.chars().count() >= SHORTEST_NAME && !self.known.has_word(&value) && !value.contains('@') {
            let stand_in = self.next("part", |number| format!("x{number}"));
            self.names.insert_new(&value, &stand_in);
        }
    }

    /// Has a host in letters beyond ASCII replaced wherever it stands.
    pub(super) fn learn_host_in_words(&mut self, host: &str) {
        let stand_in = self.name(host);
        self.names.insert(&host.to_lowercase(), &stand_in);
    }

    /// Has the local part of an address replaced wherever it stands as a word, and its domain.
    pub fn learn_address(&mut self, address: &str) {
        let Some((local, domain)) = address.rsplit_once('@') else { return };
        let at = self.domain(domain);
        self.learn_name_of_host(domain, &at);
        let local = local.trim_matches('"').to_lowercase();
        if local.chars().count() >= SHORTEST_NAME && !is_role(&local) && !self.known.is_sender(&local) && !self.known.has_word(&local) {
            let stand_in = self.local(&local);
            self.names.insert(&local, &stand_in);
        }
    }

    /// Has a person's name replaced wherever it stands, whole or a word of it.
    pub fn learn_name(&mut self, name: &str) {
        let name = name.trim().trim_matches(['"', '\'']).to_lowercase();
        let words = name.split(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')' | '"'));
        let unknown: Vec<&str> = words.filter(|word| !word.is_empty() && !self.known.has_word(word)).collect();
        let system = || !name.contains(' ') || name.split_whitespace().all(|word| self.known.is_sender(word));
        if name.contains('@') || unknown.is_empty() && system() {
            return;
        }
        let stand_in = self.next("Person", |number| format!("Person {number}"));
        for word in unknown.into_iter().filter(|word| word.chars().count() >= SHORTEST_NAME && !word.chars().all(|c| c.is_ascii_digit())) {
            self.names.insert_new(word, &stand_in);
        }
        self.names.insert(&name, &stand_in);
    }

    /// Has a phrase replaced wherever it stands, whole or cut off, unless rules know all of its words.
    pub fn learn_phrase(&mut self, phrase: &str, stand_in: &str) {
        let phrase = phrase.trim().to_lowercase();
        let words: Vec<&str> = phrase.split_whitespace().collect();
        let own = |words: &[&str]| words.iter().any(|word| !self.known.has_word(word));
        let long = if words.len() > 1 { SHORTEST_PHRASE } else { SHORTEST_NAME };
        let whole = own(&words) && phrase.chars().count() >= long;
        let fronts = (PHRASE_WORDS..words.len().min(LONGEST_PHRASE)).map(|end| &words[..end]).filter(|front| own(front));
        let fronts: Vec<String> = fronts.map(|front| front.join(" ")).filter(|front| front.chars().count() >= SHORTEST_PHRASE).collect();
        whole.then_some(phrase.clone()).into_iter().chain(fronts).for_each(|words| self.names.insert_new(&words, stand_in));
    }

    /// Has a host name without dots replaced wherever it stands.
    pub fn learn_host(&mut self, host: &str) {
        let name = host.trim_matches(['.', '[', ']', '(', ')']).to_lowercase();
        if name.len() >= SHORTEST_NAME && !name.contains(['.', ':']) && !self.known.has_word(&name) {
            let stand_in = self.next("host", |number| format!("host{number}.example.com"));
            self.names.insert(&name, &stand_in);
        }
    }
}
