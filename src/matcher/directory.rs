//! Which provider a host or a domain belongs to.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::model::{Lazy, ProviderIx, RuleSet};

/// The hosts and domains of all providers. Those of the shipped ones are unpacked when first asked for.
#[derive(Debug)]
pub struct Directory {
    hosts: Names,
    domains: Names,
}

/// The names of each provider, and what finds them.
#[derive(Debug)]
struct Names {
    packed: Vec<Lazy<Vec<String>>>,
    found: OnceLock<Finder>,
}

/// Names with the providers that they belong to.
#[derive(Debug, Default)]
struct Finder {
    exact: FxHashMap<String, ProviderIx>,
    /// `*.example.com`, kept as `example.com`.
    below: FxHashMap<String, ProviderIx>,
    /// Any other use of `*`.
    globs: Vec<(String, ProviderIx)>,
}

impl Directory {
    /// The directory of a set.
    #[must_use]
    pub fn new(set: &RuleSet) -> Self {
        let names = |packed: Vec<Lazy<Vec<String>>>| Names { packed, found: OnceLock::new() };
        Self {
            hosts: names(set.providers.iter().map(|provider| provider.hosts.clone()).collect()),
            domains: names(set.providers.iter().map(|provider| provider.domains.clone()).collect()),
        }
    }

    /// The provider that a host speaks for.
    #[must_use]
    pub fn host(&self, host: &str) -> Option<ProviderIx> {
        self.hosts.find(host)
    }

    /// The provider that serves an address.
    #[must_use]
    pub fn address(&self, address: &str) -> Option<ProviderIx> {
        let (_, domain) = address.rsplit_once('@')?;
        self.domains.find(domain.trim_end_matches('>'))
    }
}

impl Names {
    fn find(&self, name: &str) -> Option<ProviderIx> {
        let finder = || {
            let mut finder = Finder::default();
            for (index, names) in (0..).map(ProviderIx).zip(&self.packed) {
                names.iter().for_each(|name| finder.add(name, index));
            }
            finder
        };
        self.found.get_or_init(finder).find(name)
    }
}

impl Finder {
    fn add(&mut self, name: &str, provider: ProviderIx) {
        match name.strip_prefix("*.") {
            Some(below) if !below.contains('*') => {
                self.below.entry(below.to_owned()).or_insert(provider);
            }
            _ if name.contains('*') => self.globs.push((name.to_owned(), provider)),
            _ => {
                self.exact.entry(name.to_owned()).or_insert(provider);
            }
        }
    }

    /// The provider of a name: by the name itself, by the nearest domain above it, by a glob.
    fn find(&self, name: &str) -> Option<ProviderIx> {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let above = || name.match_indices('.').map(|(at, _)| &name[at + 1..]);
        let glob = || self.globs.iter().find(|(glob, _)| fits(glob, &name)).map(|(_, provider)| *provider);
        let found = self.exact.get(&name).copied();
        found.or_else(|| above().find_map(|domain| self.below.get(domain).copied())).or_else(glob)
    }
}

/// Whether a name fits a glob, in which `*` is any text.
fn fits(glob: &str, name: &str) -> bool {
    let mut parts = glob.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_by_themselves_and_from_above() {
        let mut names = Finder::default();
        for (index, name) in ["example.jp", "*.example.jp", "*.mx.example.jp", "mx*.mail.example.com"].into_iter().enumerate() {
            names.add(name, ProviderIx(index as u32));
        }
        let find = |name| names.find(name).map(|index| index.0);
        assert_eq!(find("example.jp"), Some(0));
        assert_eq!(find("A.Example.JP."), Some(1));
        assert_eq!(find("a.mx.example.jp"), Some(2));
        assert_eq!(find("mx01.mail.example.com"), Some(3));
        assert_eq!(find("notexample.jp"), None);
        assert_eq!(find("mail.example.com"), None);
    }
}
