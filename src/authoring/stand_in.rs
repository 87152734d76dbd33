//! Stand-ins for what is somebody's own: the same for the same thing, and from the ranges kept for documentation.
//!
//! Addresses and hosts become names under `example.com` and the like (RFC 2606), IP addresses those of RFC 5737 and RFC 3849. Of a
//! host that rules know, the known part stays, since the diagnosis hangs on it.

mod learn;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::IpAddr;

use super::foreign_names;
use super::naming::{documentation_ip, is_documentation, is_role, registered};
use super::own_words::OwnWords;
use super::token::{Token, tokens};
use super::vocabulary::Vocabulary;
use crate::Engine;
use crate::model::{HoleKind, ProviderIx};

/// From so many digits on, a number names somebody or something.
const LONG_NUMBER: usize = 10;

/// Shorter names than this are no names that are looked for by themselves.
const SHORTEST_NAME: usize = 3;

/// Hands out stand-ins, and remembers them.
#[derive(Debug)]
pub struct StandIns<'e> {
    engine: &'e Engine,
    known: &'e Vocabulary,
    given: HashMap<(HoleKind, String), String>,
    counts: HashMap<&'static str, usize>,
    /// Words that are replaced wherever they stand.
    names: OwnWords,
    /// Ids that stay, in small letters.
    kept: Vec<String>,
    /// The providers whose names stay; none where those of all do.
    needed: Option<&'e HashSet<ProviderIx>>,
    /// Names of the original that stayed, since rules know them.
    stayed: BTreeSet<String>,
    /// All that is to be replaced, in small letters, so that no stand-in is a name of the original.
    original: String,
}

impl<'e> StandIns<'e> {
    /// Stand-ins for the things in `original`, all that will be redacted. Of names that rules know, the known part stays.
    #[must_use]
    pub fn new(engine: &'e Engine, known: &'e Vocabulary, original: &str) -> Self {
        Self::needing(engine, known, original, None)
    }

    /// The same, but the names of all providers other than `needed` are replaced too, where that is given.
    pub(super) fn needing(engine: &'e Engine, known: &'e Vocabulary, original: &str, needed: Option<&'e HashSet<ProviderIx>>) -> Self {
        let mut new = Self {
            engine,
            known,
            given: HashMap::new(),
            counts: HashMap::new(),
            names: OwnWords::default(),
            kept: Vec::new(),
            needed,
            stayed: BTreeSet::new(),
            original: original.to_lowercase(),
        };
        for token in tokens(original, known) {
            new.learn_token(token.kind, &original[token.range]);
        }
        foreign_names::values(original).into_iter().for_each(|value| new.learn_value(value));
        foreign_names::hosts(original).into_iter().for_each(|host| new.learn_host_in_words(host));
        new.stayed.clear();
        new
    }

    /// The names of the original that stayed, since rules know them.
    pub fn stayed(&self) -> impl Iterator<Item = &str> {
        self.stayed.iter().map(String::as_str)
    }

    /// Lets ids that stand in `words`, by themselves or in a web address, stay as they are; says which.
    pub fn keep_ids(&mut self, words: &str) -> Vec<String> {
        let mut ids = Vec::new();
        for token in tokens(words, self.known) {
            let part = &words[token.range];
            let pieces = part.split(|c: char| !c.is_alphanumeric()).filter(|piece| piece.contains(|c: char| c.is_ascii_digit()));
            match token.kind {
                HoleKind::Code => ids.push(part.to_owned()),
                HoleKind::Url => ids.extend(pieces.map(str::to_owned)),
                _ => {}
            }
        }
        self.kept.extend(ids.iter().map(|id| id.to_lowercase()));
        ids
    }

    /// The text with a stand-in for each variable part and each learnt name.
    pub fn replace(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for token in tokens(text, self.known) {
            out.push_str(&self.names.replace(&text[at..token.range.start]));
            let stand_in = self.of(&token, &text[token.range.clone()]);
            out.push_str(&stand_in);
            at = token.range.end;
        }
        out.push_str(&self.names.replace(&text[at..]));
        out
    }

    /// The stand-in of a variable part; itself where it is nobody's.
    fn of(&mut self, token: &Token, text: &str) -> String {
        match token.kind {
            HoleKind::Address => self.address(text),
            HoleKind::Host => self.host(text),
            HoleKind::Ip => self.ip(text),
            HoleKind::Url => self.url(text),
            HoleKind::Code => self.id(text),
            HoleKind::Number if text.bytes().filter(u8::is_ascii_digit).count() >= LONG_NUMBER => {
                self.once(HoleKind::Number, text, "number", |number| format!("{}", 1_000_000_000 + number))
            }
            _ => text.to_owned(),
        }
    }

    /// The stand-in of an address: a user of a stand-in domain.
    fn address(&mut self, address: &str) -> String {
        let Some((local, domain)) = address.rsplit_once('@') else { return address.to_owned() };
        let bare = local.trim_matches('"');
        let role = is_role(bare) || self.known.is_sender(bare);
        let stand_in = if role { bare.to_owned() } else { self.local(bare) };
        let at = if domain.starts_with('[') { "[192.0.2.1]".to_owned() } else { self.domain(domain) };
        if role && at == domain && !is_documentation(&at.to_ascii_lowercase()) {
            self.stayed.insert(address.to_ascii_lowercase());
        }
        format!("{stand_in}@{at}")
    }

    fn local(&mut self, local: &str) -> String {
        self.once(HoleKind::Address, local, "user", |number| format!("user{number}"))
    }

    /// The stand-in of an address's domain: itself where a provider serves it.
    fn domain(&mut self, domain: &str) -> String {
        let served = self.engine.matcher().directory().address(&format!("x@{domain}"));
        match served.filter(|provider| self.needs(*provider)) {
            Some(provider) => self.of_provider(domain, provider, Names::Domains),
            None => self.name(domain),
        }
    }

    /// The stand-in of a host.
    fn host(&mut self, host: &str) -> String {
        let directory = self.engine.matcher().directory();
        match directory.host(host).filter(|provider| self.needs(*provider)) {
            Some(provider) => self.of_provider(host, provider, Names::Hosts),
            None if directory.address(&format!("x@{host}")).is_some() => self.domain(host),
            None => self.name(host),
        }
    }

    /// Whether the names of a provider stay.
    fn needs(&self, provider: ProviderIx) -> bool {
        self.needed.is_none_or(|needed| needed.contains(&provider))
    }

    /// Whether a name that rules know stays: not that of a provider whose names go.
    fn stays(&self, name: &str) -> bool {
        let directory = self.engine.matcher().directory();
        let owner = directory.host(name).or_else(|| directory.address(&format!("x@{name}")));
        owner.is_none_or(|owner| self.needs(owner))
    }

    /// A name of the original that stays, noted.
    fn stay(&mut self, name: &str) -> String {
        let lower = name.to_ascii_lowercase();
        if !is_documentation(&lower) {
            self.stayed.insert(lower);
        }
        name.to_owned()
    }

    /// The stand-in of a name that a provider is known by: the part that the rules know, with another label before it.
    fn of_provider(&mut self, name: &str, provider: ProviderIx, names: Names) -> String {
        let known = self.engine.set().provider(provider);
        let globs = match names {
            Names::Domains => &known.domains,
            Names::Hosts => &known.hosts,
        };
        let lower = name.to_ascii_lowercase();
        if globs.contains(&lower) || self.known.has_name(&lower) {
            return self.stay(name);
        }
        let fits = |glob: &&String| {
            let (front, back) = (glob.split('*').next().unwrap_or_default(), glob.rsplit('*').next().unwrap_or_default());
            glob.contains('*') && lower.starts_with(front) && lower.ends_with(back)
        };
        let part = self.known.known_part(&lower).map(|part| format!("*.{part}"));
        let glob = globs.iter().filter(fits).max_by_key(|glob| glob.len()).cloned();
        let glob = part.filter(|part| glob.as_ref().is_none_or(|glob| glob.len() <= part.len())).or(glob);
        match glob {
            Some(glob) => {
                self.stayed.insert(glob.clone());
                self.once(HoleKind::Host, &lower, "mx", |number| glob.replace('*', &format!("mx{number}")))
            }
            None => self.name(name),
        }
    }

    /// The stand-in of a name that no provider has.
    fn name(&mut self, name: &str) -> String {
        let lower = name.to_ascii_lowercase();
        if is_documentation(&lower) {
            return name.to_owned();
        }
        if let Some(part) = self.known.known_part(&lower).filter(|part| self.stays(part)).map(str::to_owned) {
            if part == lower {
                return self.stay(name);
            }
            self.stayed.insert(format!("*.{part}"));
            return self.once(HoleKind::Host, &lower, "mx", |number| format!("mx{number}.{part}"));
        }
        let base = registered(&lower).to_owned();
        let top = if base.ends_with(".jp") { "example.jp" } else { "example.com" };
        let fresh = |number: usize| if number == 1 { top.to_owned() } else { format!("d{number}.{top}") };
        let stand_in = self.once(HoleKind::Domain, &base, top, fresh);
        if base == lower {
            return stand_in;
        }
        self.once(HoleKind::Host, &lower, "mx", |number| format!("mx{number}.{stand_in}"))
    }

    fn ip(&mut self, text: &str) -> String {
        let plain = text.get(..5).filter(|head| head.eq_ignore_ascii_case("ipv6:")).map_or(text, |_| &text[5..]);
        let prefix = &text[..text.len() - plain.len()];
        let stand_in = match plain.parse() {
            Ok(IpAddr::V4(ip)) if ip.is_documentation() || ip.is_loopback() || ip.is_unspecified() => plain.to_owned(),
            Ok(IpAddr::V6(ip)) if ip.segments()[..2] == [0x2001, 0xdb8] || ip.is_loopback() || ip.is_unspecified() => plain.to_owned(),
            Ok(IpAddr::V6(_)) => self.once(HoleKind::Ip, plain, "ipv6", |number| format!("2001:db8::{number:x}")),
            _ => self.once(HoleKind::Ip, plain, "ip", documentation_ip),
        };
        format!("{prefix}{stand_in}")
    }

    /// The stand-in of a web address: host and words that rules know stay.
    fn url(&mut self, url: &str) -> String {
        let (scheme, rest) = url.split_once("://").map_or(("", url), |(scheme, rest)| (&url[..scheme.len() + 3], rest));
        let (host, path) = rest.find(['/', '?', '#', ':']).map_or((rest, ""), |at| rest.split_at(at));
        let public = self.known.known_part(host).is_some_and(|part| {
            let front = host[..host.len() - part.len()].split('.').filter(|label| !label.is_empty());
            front.into_iter().all(|label| self.known.has_word(label))
        });
        let stand_in = if public { self.stay(host) } else { self.host(host) };
        let known = stand_in == host && !is_documentation(&host.to_ascii_lowercase());
        let mut out = format!("{scheme}{stand_in}");
        for piece in path.split_inclusive(|c: char| !c.is_alphanumeric()) {
            let word = piece.trim_end_matches(|c: char| !c.is_alphanumeric());
            let plain = known && word.chars().count() <= 20 && word.chars().all(char::is_alphabetic);
            let count = word.len() < SHORTEST_NAME && word.bytes().all(|b| b.is_ascii_digit());
            let decides = self.kept.contains(&word.to_lowercase());
            if word.is_empty() || plain || decides || self.known.has_word(word) && !count {
                out.push_str(word);
            } else {
                out.push_str(&self.once(HoleKind::Word, word, "part", |number| format!("x{number}")));
            }
            out.push_str(&piece[word.len()..]);
        }
        out
    }

    fn id(&mut self, id: &str) -> String {
        if self.kept.contains(&id.to_lowercase()) {
            return id.to_owned();
        }
        self.once(HoleKind::Code, id, "id", |number| format!("ID{number:04}"))
    }

    /// The stand-in that was given for `text`, or a new one.
    fn once(&mut self, kind: HoleKind, text: &str, count: &'static str, new: impl Fn(usize) -> String) -> String {
        let key = (kind, text.to_lowercase());
        if let Some(given) = self.given.get(&key) {
            return given.clone();
        }
        let stand_in = self.next(count, new);
        self.given.insert(key, stand_in.clone());
        stand_in
    }

    /// The next stand-in of a kind that the original does not hold.
    fn next(&mut self, count: &'static str, new: impl Fn(usize) -> String) -> String {
        let number = self.counts.entry(count).or_default();
        loop {
            *number += 1;
            let stand_in = new(*number);
            if !self.original.contains(&stand_in.to_lowercase()) || *number > 10_000 {
                return stand_in;
            }
        }
    }
}

/// Which of a provider's names a name is looked for among.
#[derive(Debug, Clone, Copy)]
enum Names {
    Domains,
    Hosts,
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::load(Vec::new()).expect("the shipped rules load"));
    static KNOWN: LazyLock<Vocabulary> = LazyLock::new(|| Vocabulary::new(ENGINE.set()));

    fn replaced(text: &str) -> String {
        StandIns::new(&ENGINE, &KNOWN, text).replace(text)
    }

    #[test]
    fn what_is_somebodys_own_gets_a_stand_in() {
        let text = "<sato@shop.internal>: host mx7.shop.internal[10.0.0.9] said: 550 Unknown user sato (in reply to RCPT TO command), id 4Xyz12abC";
        let want =
            "<user1@example.com>: host mx1.example.com[192.0.2.1] said: 550 Unknown user user1 (in reply to RCPT TO command), id ID0001";
        assert_eq!(replaced(text), want);
    }

    #[test]
    fn the_same_thing_gets_the_same_stand_in() {
        let text = "a.b@x.internal a.b@x.internal c.d@x.internal 10.2.3.4 10.2.3.4";
        assert_eq!(replaced(text), "user1@example.com user1@example.com user2@example.com 192.0.2.1 192.0.2.1");
    }

    #[test]
    fn what_rules_know_stays() {
        let served = ENGINE.set().providers.iter().find_map(|p| p.domains.iter().find(|d| !d.contains('*'))).unwrap();
        let spoken =
            ENGINE.set().providers.iter().find_map(|p| p.hosts.iter().find(|h| h.starts_with("*.") && !h[2..].contains('*'))).unwrap();
        assert_eq!(replaced(&format!("sato@{served}")), format!("user1@{served}"));
        assert_eq!(replaced(&format!("host cust-7.in{}", &spoken[1..])), format!("host mx1{}", &spoken[1..]));
        assert_eq!(replaced("postmaster@example.net 2001:db8::1 127.0.0.1"), "postmaster@example.net 2001:db8::1 127.0.0.1");
    }

    #[test]
    fn names_below_one_registered_name_stay_together() {
        assert_eq!(replaced("a@b.internal a@c.b.internal"), "user1@example.com user1@mx1.example.com");
    }

    #[test]
    fn long_hostile_texts_take_no_time() {
        for piece in ["a!", "a--", "a.1_", "sato@", "\u{3042}", "f:", "x.x.", "user1 "] {
            let text = format!("sato@shop.internal {}", piece.repeat(20_000));
            assert!(!replaced(&text).is_empty(), "{piece}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_input_panics(text: String) {
            let _ = replaced(&text);
        }
    }
}
